//! Who sends a request.

use std::time::Duration;

use inkstand_identity::{Secret, SecretKind};
use inkstand_model::{Account, AccountId, SignedIn, Via, Viewer};
use tracing::instrument;

use crate::{Blog, BlogError};

/// A session ends so long after its last use.
pub const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The end of a session is put off no more often.
const SESSION_NOTED: Duration = Duration::from_secs(60 * 60);

/// The use of a token is noted no more often.
const TOKEN_NOTED: Duration = Duration::from_secs(60);

/// What a request brings along to say who sends it.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// The secret of an API token.
    Token(&'a str),
    /// The secret of a session.
    Session(&'a str),
}

/// Somebody who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// Who it is.
    pub viewer: Viewer,
    /// Whether the session's end was put off, so that its cookie should last longer, too.
    pub renewed: bool,
}

impl Blog {
    /// Who it is that brings `credential`; `None` where that is good for nothing: made up, expired, ended, revoked, or
    /// of an account that is disabled. Asked anew for each request, so what is taken away is gone with the next one.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "blog.authenticate", skip_all)]
    pub async fn authenticate(&self, credential: Credential<'_>) -> Result<Option<Authenticated>, BlogError> {
        match credential {
            Credential::Token(text) => self.by_token(text).await,
            Credential::Session(text) => self.by_session(text).await,
        }
    }

    async fn by_token(&self, text: &str) -> Result<Option<Authenticated>, BlogError> {
        let Some(secret) = Secret::parse(SecretKind::ApiToken, text) else { return Ok(None) };
        let (storage, now) = (&self.inner.storage, self.inner.clock.now());
        let Some(token) = storage.api_token(secret.digest().as_bytes()).await? else { return Ok(None) };
        if !token.is_live(now) {
            return Ok(None);
        }
        let via = Via::Token { id: token.id, scopes: token.scopes };
        let Some(viewer) = self.active_viewer(token.account, via).await? else { return Ok(None) };
        // A clock that was set back notes again at once.
        if token.used_at.is_none_or(|used| now.since(used) >= TOKEN_NOTED || used > now) {
            let storage = storage.clone();
            let note = async move { storage.note_token_use(token.id, now).await };
            self.inner.noted_use.note(token.id.uuid(), note);
        }
        Ok(Some(Authenticated { viewer, renewed: false }))
    }

    async fn by_session(&self, text: &str) -> Result<Option<Authenticated>, BlogError> {
        let Some(secret) = Secret::parse(SecretKind::Session, text) else { return Ok(None) };
        let (storage, now) = (&self.inner.storage, self.inner.clock.now());
        let Some(session) = storage.session(secret.digest().as_bytes()).await? else { return Ok(None) };
        let Some(kept) = storage.account(session.account).await? else { return Ok(None) };
        if now >= session.expires_at || session.created_at < kept.sessions_from {
            return Ok(None);
        }
        let Some(viewer) = viewer_of(kept.account, Via::Session(session.id)) else {
            return Ok(None);
        };
        let renewed = now.since(session.used_at) >= SESSION_NOTED;
        if renewed {
            let storage = storage.clone();
            let note = async move { storage.note_session_use(session.id, now, now.plus(SESSION_LIFE)).await };
            self.inner.noted_use.note(session.id.uuid(), note);
        }
        Ok(Some(Authenticated { viewer, renewed }))
    }

    async fn active_viewer(&self, account: AccountId, via: Via) -> Result<Option<Viewer>, BlogError> {
        match self.inner.storage.account(account).await? {
            Some(kept) => Ok(viewer_of(kept.account, via)),
            None => Ok(None),
        }
    }
}

/// The viewer that an account is, while it can sign in.
fn viewer_of(account: Account, via: Via) -> Option<Viewer> {
    if !account.is_active() {
        return None;
    }
    let Account { id, name, role, .. } = account;
    Some(Viewer::Account(SignedIn { account: id, name, role, via }))
}
