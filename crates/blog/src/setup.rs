//! The first owner.

use std::time::Duration;

use inkstand_identity::{Secret, SecretKind};
use inkstand_model::{Account, AccountId, Actor, Role, Seq};
use tracing::instrument;

use crate::{
    Blog, BlogError, NewAccount, Reader, Refusal, RefusalCode, WriteError,
    account::{CheckedAccount, target},
};

/// A setup token is good for so long.
const SETUP_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody who becomes the first owner, as they typed it.
#[derive(Clone)]
pub struct SetUp {
    /// What the server said when it started.
    pub token: String,
    /// What they want to sign in with.
    pub name: String,
    /// Their password.
    pub password: String,
    /// What others see; the name, where it is `None`.
    pub display_name: Option<String>,
}

impl Blog {
    /// A new token by which somebody becomes the first owner, in its printed form; `None` where there is an owner.
    /// Earlier ones stay good for a day: every replica may have told of one.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(name = "blog.offer_setup", skip_all)]
    pub async fn offer_setup(&self) -> Result<Option<String>, BlogError> {
        if self.inner.storage.has_owner().await? {
            return Ok(None);
        }
        let secret = Secret::generate(SecretKind::Setup);
        let mut writing = self.inner.storage.write("setup", self.inner.clock.as_ref()).await?;
        if writing.active_owners(None).await? > 0 {
            return Ok(None);
        }
        let expires = self.inner.clock.now().plus(SETUP_LIFE);
        writing.insert_setup_token(secret.digest().as_bytes(), expires).await?;
        self.commit_unseen(writing).await?;
        Ok(Some(secret.reveal()))
    }
}

impl Reader {
    /// Makes the first owner. The token is void after that, and so are all others like it.
    ///
    /// # Errors
    /// Where the token is good for nothing, something of the account cannot be so, or the database fails.
    #[instrument(name = "blog.redeem_setup_token", skip_all)]
    pub async fn redeem_setup_token(&self, set_up: SetUp) -> Result<(Account, Seq), WriteError> {
        let SetUp { token, name, password, display_name } = set_up;
        let inner = &self.blog().inner;
        let secret = Secret::parse(SecretKind::Setup, token.trim()).ok_or_else(no_such_token)?;
        let digest = secret.digest();
        // Before the password is hashed, which is work that only the right token is worth.
        if !inner.storage.has_setup_token(digest.as_bytes(), inner.clock.now()).await? {
            return Err(no_such_token().into());
        }
        let checked = CheckedAccount::of(NewAccount {
            name,
            display_name,
            email: None,
            role: Role::Owner,
            password: Some(password),
            author: None,
        })?;
        let password = match checked.password.clone() {
            Some(password) => Some(inner.hashing.hash(password).await?),
            None => None,
        };
        let id = inner.clock.new_id();
        let actor = Actor {
            account: Some(AccountId::from_uuid(id)),
            name: checked.name().to_owned(),
            via: "setup token".to_owned(),
        };
        let mut writing = inner.storage.write(actor, inner.clock.as_ref()).await?;
        let good =
            writing.has_setup_token(digest.as_bytes()).await? && writing.active_owners(None).await? == 0;
        if !good {
            return Err(no_such_token().into());
        }
        let account = checked.insert(&mut writing, id, inner.clock.now(), password).await?;
        writing.audit("account.set_up", Some(target(&account)), account.role.as_str()).await?;
        Ok((account, self.blog().commit_unseen(writing).await?))
    }
}

fn no_such_token() -> Refusal {
    let message = "this setup token is good for nothing: it has been used, there is an owner, or it is older than a \
                   day; start the server again for a new one, or run `inkstand account create`";
    Refusal::new(RefusalCode::WrongCredentials, "token", message)
}
