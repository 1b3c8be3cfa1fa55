//! What waits for its time.

use inkstand_model::{EntryId, EntryStatus, Instant};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{Storage, StorageError, Writing, convert::instant, entity::entry};

impl Storage {
    /// When the next entry is to be published.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn next_due(&self) -> Result<Option<Instant>, StorageError> {
        let at: Option<Option<i64>> = entry::Entity::find()
            .select_only()
            .column_as(entry::Column::PublishedAt.min(), "next")
            .filter(entry::Column::Status.eq(EntryStatus::Scheduled.as_str()))
            .into_tuple()
            .one(self.reader())
            .await?;
        at.flatten().map(|at| instant("published_at", at)).transpose()
    }
}

impl Writing<'_> {
    /// Entries whose time has come, those that waited longest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn due(&self, limit: u64) -> Result<Vec<EntryId>, StorageError> {
        let ids: Vec<Uuid> = entry::Entity::find()
            .select_only()
            .column(entry::Column::Id)
            .filter(entry::Column::Status.eq(EntryStatus::Scheduled.as_str()))
            .filter(entry::Column::PublishedAt.lte(self.clock.now().millis()))
            .order_by_asc(entry::Column::PublishedAt)
            .order_by_asc(entry::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.transaction)
            .await?;
        Ok(ids.into_iter().map(EntryId::from_uuid).collect())
    }
}
