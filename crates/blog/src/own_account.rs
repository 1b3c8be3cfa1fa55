//! What everybody does with their own account.

use inkstand_identity::AccountName;
use inkstand_model::{Account, Action, Seq, SignedIn, Via, Viewer};
use tracing::instrument;

use crate::{
    BlogError, Caller, Reader, Refusal, RefusalCode, WriteError,
    account::{new_password, target},
    sign_in::{Attempt, wrong_credentials},
};

impl Reader {
    /// The viewer's own account; `None` for whoever has none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn own_account(&self) -> Result<Option<Account>, BlogError> {
        match self.viewer() {
            Viewer::Account(me) => self.account(me.account).await,
            Viewer::Anonymous | Viewer::Operator => Ok(None),
        }
    }

    /// Ends the session that the viewer came with.
    ///
    /// # Errors
    /// Where they came with none, or the database fails.
    #[instrument(name = "blog.sign_out", skip_all)]
    pub async fn sign_out(&self) -> Result<(Account, Seq), WriteError> {
        let (me, account) = self.me(None).await?;
        let Via::Session(session) = me.via else {
            let message = "a token has no session to end; revoke it with revokeApiToken";
            return Err(Refusal::new(RefusalCode::NotPossible, "", message).into());
        };
        let mut writing = self.begin().await?;
        writing.end_session(session).await?;
        writing.audit("session.end", Some(target(&account)), "").await?;
        Ok((account, self.blog().commit_unseen(writing).await?))
    }

    /// Ends all sessions of the viewer's account, the one that they came with among them. Tokens stay.
    ///
    /// # Errors
    /// Where the viewer may not, or the database fails.
    #[instrument(name = "blog.sign_out_everywhere", skip_all)]
    pub async fn sign_out_everywhere(&self) -> Result<(Account, Seq), WriteError> {
        let (me, account) = self.me(Some(Action::ManageOwnAccount)).await?;
        let mut writing = self.begin().await?;
        let ended = writing.end_sessions(me.account, None).await?;
        writing.audit("session.end_all", Some(target(&account)), &format!("{ended} sessions")).await?;
        Ok((account, self.blog().commit_unseen(writing).await?))
    }

    /// Sets the viewer's own password, and ends all their sessions but the one that they came with. The current
    /// password is wanted, and guesses at it are counted like those at the door.
    ///
    /// # Errors
    /// Where the viewer may not, one of the passwords is wrong, there were too many attempts, or the database fails.
    #[instrument(name = "blog.change_password", skip_all)]
    pub async fn change_password(
        &self,
        current: &str,
        new: &str,
        caller: &Caller,
    ) -> Result<(Account, Seq), WriteError> {
        let (me, account) = self.me(Some(Action::ManageOwnAccount)).await?;
        let password = new_password("newPassword", new, &account)?;
        if current == new {
            let message = "this is the current password already; take another one";
            return Err(Refusal::new(RefusalCode::Invalid, "newPassword", message).into());
        }
        let name = AccountName::parse(&account.name).ok();
        let attempt = Attempt::of(name.as_ref(), caller.address);
        let kept =
            self.check_password(name.as_ref(), current, &attempt).await.map_err(|error| match error {
                WriteError::Refused(_) => {
                    let message = "this is not your current password";
                    Refusal::new(RefusalCode::WrongCredentials, "currentPassword", message).into()
                }
                other => other,
            })?;
        let inner = &self.blog().inner;
        let password = inner.hashing.hash(password).await?;
        let mut writing = self.begin().await?;
        if writing.account(me.account).await?.is_none_or(|now| now.password != kept.password) {
            return Err(wrong_credentials().into());
        }
        writing.set_password(me.account, password).await?;
        let session = match me.via {
            Via::Session(id) => Some(id),
            Via::Token { .. } => None,
        };
        writing.end_sessions(me.account, session).await?;
        writing.forget_attempts(&attempt.here, &[&attempt.name, &attempt.address]).await?;
        writing.audit("account.change_password", Some(target(&account)), "").await?;
        Ok((account, self.blog().commit_unseen(writing).await?))
    }

    /// Who the viewer is, if they may do that.
    async fn me(&self, action: Option<Action>) -> Result<(SignedIn, Account), WriteError> {
        // Only somebody who is an account has something of their own.
        let Viewer::Account(me) = self.viewer() else {
            return Err(WriteError::not_allowed(Action::ManageOwnAccount));
        };
        if let Some(action) = action {
            self.must_be_allowed(action)?;
        }
        let account = self.own_account().await?;
        let account = account.ok_or_else(|| WriteError::not_allowed(Action::ManageOwnAccount))?;
        Ok((me.clone(), account))
    }
}
