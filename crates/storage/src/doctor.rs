//! Looking a database over, as it is at one moment, and putting right what follows from the rest.

mod addresses;
mod counts;
mod fault;
mod loops;
mod mend;
mod orphans;
mod walk;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};
use tracing::instrument;

pub use self::{fault::Fault, orphans::Orphans, walk::Walk};
use crate::{Storage, StorageError, one_moment::one_moment, whole_file::faults_of_file};

/// A database at one moment: what is written meanwhile makes nothing look wrong.
pub struct Snapshot {
    transaction: DatabaseTransaction,
}

impl Storage {
    /// Begins to look at one moment.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn snapshot(&self) -> Result<Snapshot, StorageError> {
        let pool = self.reader();
        let transaction = one_moment(pool.get_database_backend(), async |options| {
            // Some of what is asked goes through whole tables.
            Ok(pool.begin(options).await?.into_unwatched())
        })
        .await?;
        Ok(Snapshot { transaction })
    }
}

impl Snapshot {
    /// What SQLite finds wrong with its own file. Where it does, nothing else that is found is worth anything.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.doctor.file", skip_all)]
    pub async fn damage(&self) -> Result<Vec<Fault>, StorageError> {
        if self.backend() != DbBackend::Sqlite {
            return Ok(Vec::new());
        }
        match faults_of_file(&self.transaction).await {
            Ok(faults) => Ok(faults.into_iter().map(Fault::DamagedFile).collect()),
            Err(StorageError::Fault(fault)) => Ok(vec![Fault::DamagedFile(fault.to_string())]),
            Err(error) => Err(error),
        }
    }

    /// What is wrong with counts, numbers, references and the tree, all that can be found without reading the entries.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.doctor.tables", skip_all)]
    pub async fn faults(&self) -> Result<Vec<Fault>, StorageError> {
        let mut faults = self.orphans().await?;
        faults.extend(self.wrong_counts().await?);
        faults.extend(self.numbers_behind().await?);
        faults.extend(self.many_addresses().await?);
        faults.extend(self.loops().await?);
        faults.extend(self.unreadable_changes().await?);
        Ok(faults)
    }

    /// How many entries there are to be read.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_entries(&self) -> Result<u64, StorageError> {
        Ok(self.number("SELECT COUNT(*) FROM entry").await?.unsigned_abs())
    }

    /// Where the log ended then.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_end(&self) -> Result<inkstand_model::Position, StorageError> {
        crate::change_log::log_end(&self.transaction).await
    }

    fn backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.transaction)
    }

    /// Rows of a query that both databases understand.
    async fn rows(&self, query: &str) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(Statement::from_string(self.backend(), query)).await
    }

    async fn number(&self, query: &str) -> Result<i64, DbErr> {
        let rows = self.rows(query).await?;
        rows.first().map(|row| row.try_get_by_index(0)).transpose().map(Option::unwrap_or_default)
    }
}
