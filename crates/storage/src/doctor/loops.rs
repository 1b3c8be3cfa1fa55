//! Trees that are none.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{Fault, Snapshot};
use crate::StorageError;

impl Snapshot {
    pub(super) async fn loops(&self) -> Result<Vec<Fault>, StorageError> {
        let mut faults = Vec::new();
        for (what, query) in [
            (
                "category",
                "SELECT id, parent_id, slug AS name FROM category WHERE parent_id IS NOT NULL ORDER BY id",
            ),
            (
                "page",
                "SELECT id, parent_id, title AS name FROM entry WHERE parent_id IS NOT NULL ORDER BY id",
            ),
        ] {
            let mut above: HashMap<Uuid, (Uuid, String)> = HashMap::new();
            let mut order = Vec::new();
            for row in self.rows(query).await? {
                let id = row.try_get("", "id")?;
                order.push(id);
                above.insert(id, (row.try_get("", "parent_id")?, row.try_get("", "name")?));
            }
            let mut known = HashSet::new();
            for id in order {
                if let Some(name) = loop_above(id, &above, &mut known) {
                    faults.push(Fault::Loop { what, name });
                }
            }
        }
        Ok(faults)
    }
}

/// One of a loop that is met on the way up for the first time.
fn loop_above(
    from: Uuid,
    above: &HashMap<Uuid, (Uuid, String)>,
    known: &mut HashSet<Uuid>,
) -> Option<String> {
    let (mut at, mut way) = (from, HashSet::new());
    while let Some((parent, name)) = above.get(&at) {
        if way.contains(&at) {
            return Some(name.clone());
        }
        // Where somebody went before, the rest is known.
        if !known.insert(at) {
            return None;
        }
        way.insert(at);
        at = *parent;
    }
    None
}
