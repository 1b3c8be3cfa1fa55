//! Putting right what follows from the rest, in a writing transaction like any other: what readers could notice stands
//! in the log, so that caches and indexes follow.

use inkstand_model::{CacheKey, ChangeKind, ChangeOp, EntryId, Path};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::{Fault, Orphans};
use crate::{AddressRole, StorageError, Writing, entry_write::is_public};

impl Writing<'_> {
    /// Puts it right, as far as the database still says so; `false` where there is nothing that could be done.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn mend(&mut self, fault: &Fault) -> Result<bool, StorageError> {
        match fault {
            Fault::Orphans(orphans) => self.mend_orphans(orphans).await,
            Fault::Count { under, term, .. } => {
                // Before the commit it is counted again, as after any change of what is filed there.
                self.alter([(*under, *term)]).await?;
                Ok(true)
            }
            Fault::Number { kind, .. } => {
                let next = format!("(SELECT COALESCE(MAX(number), 0) + 1 FROM {kind})");
                self.run(&format!(
                    "INSERT INTO counter (kind, next) VALUES ('{kind}', {next}) \
                     ON CONFLICT (kind) DO UPDATE SET next = excluded.next"
                ))
                .await?;
                Ok(true)
            }
            Fault::LogNumber { .. } => {
                self.run(
                    "SELECT setval(pg_get_serial_sequence('change', 'seq'), (SELECT MAX(seq) FROM change))",
                )
                .await?;
                Ok(true)
            }
            Fault::NoAddress { entry, .. } | Fault::ManyAddresses { entry, .. } => {
                self.mend_address(*entry).await
            }
            Fault::DamagedFile(_)
            | Fault::Unreadable { .. }
            | Fault::TakenAddress { .. }
            | Fault::NoBody { .. }
            | Fault::Loop { .. } => Ok(false),
        }
    }

    async fn mend_orphans(&mut self, orphans: &Orphans) -> Result<bool, StorageError> {
        let Some(remedy) = orphans.reference.remedy() else { return Ok(false) };
        if orphans.reference.table == "permalink" {
            // From now on they answer "gone".
            let query =
                format!("SELECT key, entry_id FROM permalink WHERE {}", orphans.reference.leads_nowhere());
            let query = Statement::from_string(self.transaction.get_database_backend(), query);
            for row in self.transaction.unwatched().query_all_raw(query).await? {
                let (key, entry): (String, Uuid) = (row.try_get("", "key")?, row.try_get("", "entry_id")?);
                let key = CacheKey::path(&Path::from_stored(key));
                self.record(ChangeKind::Post, entry, ChangeOp::Deleted, [key]);
            }
        }
        self.run(&remedy).await?;
        Ok(true)
    }

    /// Lets an entry stand at its own address, where nothing else needs that.
    async fn mend_address(&mut self, id: EntryId) -> Result<bool, StorageError> {
        let Some(entry) = self.bare_entry(id).await? else { return Ok(false) };
        let path = entry.path.clone();
        let is_free = match self.permalink(&path).await? {
            None => is_public(&entry),
            Some(target) => {
                target.entry == Some(id) || (target.role == AddressRole::Alias && is_public(&entry))
            }
        };
        if is_free {
            self.stand_at(&path, &entry).await?;
        }
        Ok(is_free)
    }

    async fn run(&self, statement: &str) -> Result<(), StorageError> {
        // It may go through a whole table.
        self.transaction.unwatched().execute_unprepared(statement).await?;
        Ok(())
    }
}
