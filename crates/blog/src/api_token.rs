//! Tokens with which programs act for accounts.

use std::collections::HashMap;

use inkstand_identity::{Secret, SecretKind};
use inkstand_model::{AccountId, Action, ApiToken, Instant, Scope, Seq, Slice, TokenId, Viewer};
use inkstand_storage::{AuditTarget, TokenRecord};
use tracing::instrument;

use crate::{BlogError, Reader, Refusal, RefusalCode, WriteError, account::not_found, text};

/// Tokens of an account that are not revoked.
const MOST_TOKENS: u64 = 100;

/// Characters of a token's name.
const LONGEST_NAME: usize = 100;

/// A token to be made, as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is to be; the viewer's own, where it is `None`.
    pub account: Option<AccountId>,
    /// What it is called.
    pub name: String,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// From when on it is good for nothing; for ever good, where it is `None`.
    pub expires_at: Option<Instant>,
}

impl Reader {
    /// Makes a token, and gives its secret, which is kept nowhere.
    ///
    /// # Errors
    /// Where the viewer may not, something of it cannot be so, or the database fails.
    #[instrument(name = "blog.create_token", skip_all)]
    pub async fn create_token(&self, new: NewToken) -> Result<((ApiToken, Secret), Seq), WriteError> {
        let own = match self.viewer() {
            Viewer::Account(me) => Some(me.account),
            Viewer::Anonymous | Viewer::Operator => None,
        };
        let account = match (new.account, own) {
            (Some(account), own) if Some(account) != own => {
                self.must_be_allowed(Action::ManageAccounts)?;
                account
            }
            (_, Some(own)) => {
                self.must_be_allowed(Action::ManageOwnAccount)?;
                own
            }
            (_, None) => return Err(WriteError::not_allowed(Action::ManageOwnAccount)),
        };
        let inner = &self.blog().inner;
        let now = inner.clock.now();
        let mut refusals = Vec::new();
        let name =
            text::line("name", &new.name, 1, LONGEST_NAME).map_err(|refusal| refusals.push(refusal)).ok();
        if new.scopes.is_empty() {
            let message = "a token is good for something: read, write or admin";
            refusals.push(Refusal::new(RefusalCode::Invalid, "scopes", message));
        }
        if new.expires_at.is_some_and(|expires| expires <= now) {
            let message = "this moment has passed; name a later one";
            refusals.push(Refusal::new(RefusalCode::Invalid, "expiresAt", message));
        }
        let Some(name) = name.filter(|_| refusals.is_empty()) else {
            return Err(WriteError::Refused(refusals));
        };
        let mut scopes = new.scopes;
        scopes.sort();
        scopes.dedup();

        let secret = Secret::generate(SecretKind::ApiToken);
        let token = ApiToken {
            id: TokenId::from_uuid(inner.clock.new_id()),
            account,
            name,
            scopes,
            created_at: now,
            used_at: None,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        let mut writing = self.begin().await?;
        let Some(owner) = writing.account(account).await? else { return Err(not_found("account").into()) };
        if writing.count_tokens(account).await? >= MOST_TOKENS {
            let message = format!("an account has at most {MOST_TOKENS} tokens; revoke one first");
            return Err(Refusal::new(RefusalCode::NotPossible, "", message).into());
        }
        writing.insert_token(TokenRecord { token: &token, secret: secret.digest().as_bytes() }).await?;
        let detail = format!("for {}, {}", owner.account.name, described(&token));
        writing.audit("token.create", Some(target(&token)), &detail).await?;
        let seq = self.blog().commit_unseen(writing).await?;
        Ok(((token, secret), seq))
    }

    /// Takes a token back; one that was taken back stays so.
    ///
    /// # Errors
    /// Where there is none that the viewer may take back, or the database fails.
    #[instrument(name = "blog.revoke_token", skip_all)]
    pub async fn revoke_token(&self, id: TokenId) -> Result<(ApiToken, Seq), WriteError> {
        self.must_be_allowed(Action::ManageOwnAccount)?;
        let inner = &self.blog().inner;
        let now = inner.clock.now();
        let mut writing = self.begin().await?;
        let token = writing.token(id).await?.filter(|token| self.knows(token.account));
        let Some(mut token) = token else {
            return Err(Refusal::new(RefusalCode::NotFound, "id", "there is no such token of yours").into());
        };
        if token.revoked_at.is_none() {
            token.revoked_at = Some(now);
            writing.revoke_token(id, now).await?;
            writing.audit("token.revoke", Some(target(&token)), "").await?;
        }
        Ok((token, self.blog().commit_unseen(writing).await?))
    }

    /// The tokens of accounts, the latest first: of the viewer's own account, or of anybody's for owners.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tokens_of_accounts(
        &self,
        ids: &[AccountId],
    ) -> Result<HashMap<AccountId, Vec<ApiToken>>, BlogError> {
        self.must_be_allowed(Action::ManageOwnAccount)?;
        let known: Vec<AccountId> = ids.iter().copied().filter(|id| self.knows(*id)).collect();
        Ok(self.storage().tokens_of_accounts(&known).await?)
    }

    /// A part of the list of everybody's tokens, the latest first: at most so many behind `after`.
    ///
    /// # Errors
    /// Where the viewer may not see it.
    pub async fn api_tokens(
        &self,
        after: Option<(Instant, TokenId)>,
        limit: u32,
    ) -> Result<Slice<ApiToken>, BlogError> {
        self.must_be_allowed(Action::ManageAccounts)?;
        let tokens = self.storage().api_tokens(after, u64::from(limit) + 1).await?;
        Ok(Slice::of_one_more(tokens, limit, after.is_some()))
    }
}

fn target(token: &ApiToken) -> AuditTarget<'_> {
    AuditTarget { kind: "token", id: Some(token.id.uuid()), label: &token.name }
}

fn described(token: &ApiToken) -> String {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    match token.expires_at {
        Some(expires) => format!("{} until {expires}", scopes.join(" ")),
        None => scopes.join(" "),
    }
}
