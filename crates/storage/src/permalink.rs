//! Addresses: every one that ever led somewhere.

use inkstand_model::{EntryId, Path};
use sea_orm::EntityTrait;

use crate::{Storage, StorageError, entity::permalink};

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermalinkTarget {
    /// The entry; `None` where it was deleted for good.
    pub entry: Option<EntryId>,
    /// Whether this is where the entry stands now, or an address that it once had.
    pub current: bool,
}

impl Storage {
    /// Where an address leads, in any of its spellings.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn permalink(&self, path: &Path) -> Result<Option<PermalinkTarget>, StorageError> {
        let row = permalink::Entity::find_by_id(path.key()).one(self.reader()).await?;
        Ok(row
            .map(|row| PermalinkTarget { entry: row.entry_id.map(EntryId::from_uuid), current: row.current }))
    }
}
