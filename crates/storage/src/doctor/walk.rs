//! Reading everything that a server would read, one portion after the other.

use std::collections::HashMap;

use inkstand_model::{Entry, EntryBody, EntryId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Fault, Snapshot};
use crate::{
    StorageError,
    change_log::from_row,
    entity::{change, entry, entry_body},
};

/// Lines of the log that are read at once.
const CHANGES_AT_ONCE: u64 = 2_000;

/// A portion of the entries.
#[derive(Debug)]
pub struct Walk {
    /// The last of them, behind which the next portion begins.
    pub last: EntryId,
    /// How many they are.
    pub seen: u64,
    /// Those that can be read, with their bodies.
    pub entries: Vec<(Entry, EntryBody)>,
    /// What is wrong with them.
    pub faults: Vec<Fault>,
}

impl Snapshot {
    /// The entries behind `after` in the order of their ids, at most so many; `None` behind the last one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn walk(&self, after: Option<EntryId>, limit: u64) -> Result<Option<Walk>, StorageError> {
        let mut list = entry::Entity::find().order_by_asc(entry::Column::Id).limit(limit);
        if let Some(after) = after {
            list = list.filter(entry::Column::Id.gt(after.uuid()));
        }
        let rows = list.all(&self.transaction).await?;
        let Some(last) = rows.last().map(|row| EntryId::from_uuid(row.id)) else { return Ok(None) };
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let bodies = entry_body::Entity::find()
            .filter(entry_body::Column::EntryId.is_in(ids))
            .all(&self.transaction)
            .await?;
        let mut bodies: HashMap<Uuid, entry_body::Model> =
            bodies.into_iter().map(|body| (body.entry_id, body)).collect();
        let seen = rows.len() as u64;
        let (mut entries, mut faults) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let (id, kind, title) = (EntryId::from_uuid(row.id), row.kind.clone(), row.title.clone());
            let unreadable = |error: StorageError| Fault::Unreadable {
                what: format!("the {kind} {title:?} ({id})"),
                said: error.to_string(),
            };
            let Some(body) = bodies.remove(&row.id) else {
                faults.push(Fault::NoBody { entry: id, title });
                continue;
            };
            match Entry::try_from(row).and_then(|entry| Ok((entry, EntryBody::try_from(body)?))) {
                Ok(whole) => entries.push(whole),
                Err(error) => faults.push(unreadable(error)),
            }
        }
        let readable: Vec<&Entry> = entries.iter().map(|(entry, _)| entry).collect();
        faults.extend(self.wrong_addresses(&readable).await?);
        Ok(Some(Walk { last, seen, entries, faults }))
    }

    /// Lines of the log at which every follower would stop.
    pub(super) async fn unreadable_changes(&self) -> Result<Vec<Fault>, StorageError> {
        let (mut faults, mut after) = (Vec::new(), 0);
        loop {
            let rows = change::Entity::find()
                .filter(change::Column::Seq.gt(after))
                .order_by_asc(change::Column::Seq)
                .limit(CHANGES_AT_ONCE)
                .all(&self.transaction)
                .await?;
            let Some(last) = rows.last() else { return Ok(faults) };
            after = last.seq;
            for row in rows {
                let what = format!("the change {} of the log", row.seq);
                if let Err(error) = from_row(row) {
                    faults.push(Fault::Unreadable { what, said: error.to_string() });
                }
            }
        }
    }
}
