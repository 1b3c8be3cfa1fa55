//! Keys under which clients ask for something, so that asking again makes nothing twice.

use inkstand_model::EntryId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{StorageError, Writing, entity::idempotency};

/// How long a key is remembered: longer than any client retries.
const REMEMBERED_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What was made under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBefore {
    /// The digest of what was asked for.
    pub digest: Vec<u8>,
    /// What was made.
    pub entry: EntryId,
}

impl Writing<'_> {
    /// What the actor's account made under this key in the last seven days.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn made_before(&self, key: &str) -> Result<Option<MadeBefore>, StorageError> {
        let row = idempotency::Entity::find_by_id((self.idempotency_account(), key.to_owned()))
            .filter(idempotency::Column::At.gt(self.clock.now().millis() - REMEMBERED_MILLIS))
            .one(&self.transaction)
            .await?;
        Ok(row.map(|row| MadeBefore { digest: row.digest, entry: EntryId::from_uuid(row.entry_id) }))
    }

    /// Remembers what was made under a key, and forgets what is older than seven days.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remember_made(
        &mut self,
        key: &str,
        digest: &[u8],
        entry: EntryId,
    ) -> Result<(), StorageError> {
        let now = self.clock.now().millis();
        idempotency::Entity::delete_many()
            .filter(idempotency::Column::At.lte(now - REMEMBERED_MILLIS))
            .exec(&self.transaction)
            .await?;
        let row = idempotency::ActiveModel {
            account_id: Set(self.idempotency_account()),
            key: Set(key.to_owned()),
            digest: Set(digest.to_vec()),
            entry_id: Set(entry.uuid()),
            at: Set(now),
        };
        idempotency::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Nil for the command line, which has no account.
    fn idempotency_account(&self) -> Uuid {
        self.actor.account.map_or_else(Uuid::nil, inkstand_model::AccountId::uuid)
    }
}
