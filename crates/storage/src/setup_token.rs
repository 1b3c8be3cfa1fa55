//! Tokens with which the first owner is made.

use inkstand_model::Instant;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{Storage, StorageError, Writing, entity::setup_token};

impl Storage {
    /// Whether there is one with this digest of its secret that has not expired.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_setup_token(&self, secret: &[u8; 32], now: Instant) -> Result<bool, StorageError> {
        is_there(self.reader(), secret, now).await
    }
}

impl Writing<'_> {
    /// Keeps a new one, and forgets those that have expired.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn insert_setup_token(
        &mut self,
        secret: &[u8; 32],
        expires_at: Instant,
    ) -> Result<(), StorageError> {
        setup_token::Entity::delete_many()
            .filter(setup_token::Column::ExpiresAt.lte(self.clock.now().millis()))
            .exec(&self.transaction)
            .await?;
        let row =
            setup_token::ActiveModel { secret: Set(secret.to_vec()), expires_at: Set(expires_at.millis()) };
        setup_token::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Whether there is one with this digest of its secret that has not expired.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_setup_token(&self, secret: &[u8; 32]) -> Result<bool, StorageError> {
        is_there(&self.transaction, secret, self.clock.now()).await
    }

    /// Forgets all of them: there is an owner.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_setup_tokens(&mut self) -> Result<(), StorageError> {
        setup_token::Entity::delete_many().exec(&self.transaction).await?;
        Ok(())
    }
}

async fn is_there(db: &impl ConnectionTrait, secret: &[u8; 32], now: Instant) -> Result<bool, StorageError> {
    let found = setup_token::Entity::find_by_id(secret.to_vec())
        .filter(setup_token::Column::ExpiresAt.gt(now.millis()));
    Ok(found.one(db).await?.is_some())
}
