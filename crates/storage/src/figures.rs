//! How a database fares, in numbers.

use inkstand_figures::Distribution;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{Storage, StorageError};

/// How an open database fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFigures {
    /// The connections that read.
    pub readers: PoolFigures,
    /// The connections that write.
    pub writers: PoolFigures,
    /// How long statements took, in nanoseconds, with the wait for a connection.
    pub statements: Distribution,
    /// Those of them that failed.
    pub failed_statements: u64,
}

/// How the connections of one kind fare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolFigures {
    /// How many there may be.
    pub most: u64,
    /// Those at work.
    pub in_use: u64,
    /// Those that are open and wait for work.
    pub idle: u64,
    /// Statements and transactions that came while all were at work.
    pub waited: u64,
}

impl Storage {
    /// How many messages wait for being sent to webhooks that are switched on.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn pending_deliveries(&self) -> Result<u64, StorageError> {
        let db = self.reader();
        let backend = db.get_database_backend();
        let active = if backend == DbBackend::Postgres { "webhook.active" } else { "webhook.active <> 0" };
        let sql = format!(
            "SELECT count(*) AS pending FROM webhook JOIN delivery ON delivery.webhook_id = webhook.id \
             WHERE delivery.state = 'pending' AND {active}"
        );
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        let pending: i64 = row.map(|row| row.try_get("", "pending")).transpose()?.unwrap_or(0);
        Ok(pending.unsigned_abs())
    }
}
