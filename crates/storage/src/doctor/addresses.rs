//! Whether published entries can be reached.

use std::collections::HashMap;

use inkstand_model::{Entry, EntryId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{Fault, Snapshot};
use crate::{StorageError, entity::permalink, entry_write::is_public};

impl Snapshot {
    /// What is wrong with the addresses of these entries.
    pub(super) async fn wrong_addresses(&self, entries: &[&Entry]) -> Result<Vec<Fault>, StorageError> {
        let public: Vec<&Entry> = entries.iter().copied().filter(|entry| is_public(entry)).collect();
        let keys = public.iter().map(|entry| entry.path.key().to_owned());
        let rows = permalink::Entity::find()
            .filter(permalink::Column::Key.is_in(keys))
            .all(&self.transaction)
            .await?;
        let rows: HashMap<&str, &permalink::Model> = rows.iter().map(|row| (row.key.as_str(), row)).collect();
        let fault = |entry: &Entry| {
            let (id, title, path) = (entry.id, entry.title.clone(), entry.path.clone());
            match rows.get(entry.path.key()) {
                Some(row) if row.entry_id == Some(id.uuid()) && row.role == "current" => None,
                Some(row) if row.entry_id != Some(id.uuid()) && row.role != "alias" => {
                    let by = row.entry_id.map(EntryId::from_uuid);
                    Some(Fault::TakenAddress { entry: id, title, path, by })
                }
                _ => Some(Fault::NoAddress { entry: id, title, path }),
            }
        };
        Ok(public.into_iter().filter_map(fault).collect())
    }

    pub(super) async fn many_addresses(&self) -> Result<Vec<Fault>, StorageError> {
        let query = "SELECT entry_id, COUNT(*) AS addresses FROM permalink WHERE role = 'current' AND \
                     entry_id IS NOT NULL GROUP BY entry_id HAVING COUNT(*) > 1 ORDER BY entry_id";
        let mut faults = Vec::new();
        for row in self.rows(query).await? {
            let entry: Uuid = row.try_get("", "entry_id")?;
            let addresses = row.try_get("", "addresses")?;
            faults.push(Fault::ManyAddresses { entry: EntryId::from_uuid(entry), addresses });
        }
        let query =
            "SELECT key, role FROM permalink WHERE role NOT IN ('current', 'former', 'alias') ORDER BY key";
        for row in self.rows(query).await? {
            let (key, role): (String, String) = (row.try_get("", "key")?, row.try_get("", "role")?);
            let said = format!("it is neither current nor former nor an alias but {role:?}");
            faults.push(Fault::Unreadable { what: format!("the address {key}"), said });
        }
        Ok(faults)
    }
}
