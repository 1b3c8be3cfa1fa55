//! Sign-ins that last.

use inkstand_model::{AccountId, Instant, SessionId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Storage, StorageError, Writing,
    convert::instant,
    entity::{account, session},
};

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its key.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// When the password was given.
    pub created_at: Instant,
    /// When it was last used, roughly.
    pub used_at: Instant,
    /// From when on it is void.
    pub expires_at: Instant,
    /// What the browser called itself.
    pub user_agent: String,
}

impl Storage {
    /// The session with this digest of its secret, void or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn session(&self, secret: &[u8; 32]) -> Result<Option<SessionRecord>, StorageError> {
        let found = session::Entity::find().filter(session::Column::Secret.eq(secret.to_vec()));
        found.one(self.reader()).await?.map(SessionRecord::try_from).transpose()
    }

    /// Notes that a session is used, and so lasts longer.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note_session_use(
        &self,
        id: SessionId,
        used_at: Instant,
        expires_at: Instant,
    ) -> Result<(), StorageError> {
        if self.is_read_only() {
            return Ok(());
        }
        session::Entity::update_many()
            .set(session::ActiveModel {
                used_at: Set(used_at.millis()),
                expires_at: Set(expires_at.millis()),
                ..Default::default()
            })
            .filter(session::Column::Id.eq(id.uuid()))
            .exec(self.noting())
            .await?;
        Ok(())
    }
}

impl Writing<'_> {
    /// Keeps a new session, and forgets those of the account that have expired.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn insert_session(
        &mut self,
        session: &SessionRecord,
        secret: &[u8; 32],
    ) -> Result<(), StorageError> {
        session::Entity::delete_many()
            .filter(session::Column::AccountId.eq(session.account.uuid()))
            .filter(session::Column::ExpiresAt.lte(session.created_at.millis()))
            .exec(&self.transaction)
            .await?;
        let row = session::ActiveModel {
            id: Set(session.id.uuid()),
            account_id: Set(session.account.uuid()),
            secret: Set(secret.to_vec()),
            created_at: Set(session.created_at.millis()),
            used_at: Set(session.used_at.millis()),
            expires_at: Set(session.expires_at.millis()),
            user_agent: Set(session.user_agent.clone()),
        };
        session::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Ends one session.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_session(&mut self, id: SessionId) -> Result<(), StorageError> {
        session::Entity::delete_by_id(id.uuid()).exec(&self.transaction).await?;
        Ok(())
    }

    /// Ends all sessions of an account but one, and says how many; those that are only just being made end, too.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_sessions(
        &mut self,
        account: AccountId,
        kept: Option<SessionId>,
    ) -> Result<u64, StorageError> {
        let now = self.clock.now().millis();
        let mut others = session::Entity::delete_many().filter(session::Column::AccountId.eq(account.uuid()));
        if let Some(kept) = kept {
            others = others.filter(session::Column::Id.ne(kept.uuid()));
        }
        let ended = others.exec(&self.transaction).await?.rows_affected;
        // Never backwards, whatever the clocks of the replicas say; and the one that is kept goes along.
        account::Entity::update_many()
            .col_expr(
                account::Column::SessionsFrom,
                Expr::case(Expr::col(account::Column::SessionsFrom).lt(now), Expr::val(now))
                    .finally(Expr::col(account::Column::SessionsFrom))
                    .into(),
            )
            .filter(account::Column::Id.eq(account.uuid()))
            .exec(&self.transaction)
            .await?;
        if let (Some(kept), Some(now)) = (kept, self.account(account).await?) {
            session::Entity::update_many()
                .set(session::ActiveModel {
                    created_at: Set(now.sessions_from.millis()),
                    ..Default::default()
                })
                .filter(session::Column::Id.eq(kept.uuid()))
                .exec(&self.transaction)
                .await?;
        }
        Ok(ended)
    }
}

impl TryFrom<session::Model> for SessionRecord {
    type Error = StorageError;

    fn try_from(row: session::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: SessionId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            created_at: instant("session created_at", row.created_at)?,
            used_at: instant("session used_at", row.used_at)?,
            expires_at: instant("session expires_at", row.expires_at)?,
            user_agent: row.user_agent,
        })
    }
}
