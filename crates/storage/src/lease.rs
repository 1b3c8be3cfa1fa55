//! What one process at a time does.
//!
//! A lease lasts until a moment by the database's clock, which all processes share; their own clocks may differ as they
//! like. Each time it changes hands it gets the next number, its epoch. Whoever writes under a lease asks in the same
//! transaction whether the epoch is still theirs ([`Writing::still_leased`]): a process that was stopped for a while,
//! and believes that it still holds what has long been another's, writes nothing.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

use crate::{Storage, StorageError, Writing};

/// No lease is taken for longer: one that seems to last longer was taken before the database's clock was set back, and
/// binds nobody.
const LONGEST_MILLIS: i64 = 60 * 1000;

/// Milliseconds since 1970 by the database's clock, which in a transaction goes on as well.
const POSTGRES_NOW: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
const SQLITE_NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

impl Storage {
    /// How much longer somebody else holds a lease; `None` where `me` may try to take it.
    ///
    /// A SQLite file is served by one process, which its lock sees to: another's lease is that of a process that
    /// has ended, and need not be waited for.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn lease_of_another(&self, name: &str, me: Uuid) -> Result<Option<Duration>, StorageError> {
        let db = self.reader();
        let backend = db.get_database_backend();
        if backend == DbBackend::Sqlite {
            return Ok(None);
        }
        let sql =
            format!("SELECT until - {POSTGRES_NOW} AS rest FROM lease WHERE name = $1 AND holder <> $2");
        let row = db.query_one_raw(statement(backend, sql, [name.into(), me.into()])).await?;
        let rest: i64 = row.map(|row| row.try_get("", "rest")).transpose()?.unwrap_or(0);
        let binds = (1..=LONGEST_MILLIS).contains(&rest);
        Ok(binds.then(|| Duration::from_millis(rest.unsigned_abs())))
    }

    /// Takes a lease for so long, and gives its epoch; `None` where somebody else holds it. One statement, which waits
    /// for no writer: a long import shall not keep a lease from being taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_lease(
        &self,
        name: &str,
        me: Uuid,
        length: Duration,
    ) -> Result<Option<i64>, StorageError> {
        let db = self.noting();
        let backend = db.get_database_backend();
        let (now, free) = match backend {
            DbBackend::Postgres => (
                POSTGRES_NOW,
                format!(
                    "lease.holder = excluded.holder OR lease.until <= {POSTGRES_NOW} OR lease.until > {POSTGRES_NOW} + \
                     {LONGEST_MILLIS}"
                ),
            ),
            _ => (SQLITE_NOW, "TRUE".to_owned()),
        };
        let sql = format!(
            "INSERT INTO lease (name, holder, until, epoch) VALUES ($1, $2, {now} + $3, 1) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, epoch = lease.epoch + 1 \
             WHERE {free} RETURNING epoch"
        );
        let row = db
            .query_one_raw(statement(backend, sql, [name.into(), me.into(), millis(length).into()]))
            .await?;
        Ok(row.map(|row| row.try_get("", "epoch")).transpose()?)
    }

    /// Has a lease last so long from now on; `false` where it is another's by now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn renew_lease(&self, name: &str, epoch: i64, length: Duration) -> Result<bool, StorageError> {
        self.set_lease(name, epoch, length).await
    }

    /// Gives a lease back, so that nobody need wait for its end.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn release_lease(&self, name: &str, epoch: i64) -> Result<(), StorageError> {
        self.set_lease(name, epoch, Duration::ZERO).await?;
        Ok(())
    }

    async fn set_lease(&self, name: &str, epoch: i64, length: Duration) -> Result<bool, StorageError> {
        let db = self.noting();
        let backend = db.get_database_backend();
        let now = if backend == DbBackend::Postgres { POSTGRES_NOW } else { SQLITE_NOW };
        let sql = format!("UPDATE lease SET until = {now} + $1 WHERE name = $2 AND epoch = $3");
        let values = [millis(length).into(), name.into(), epoch.into()];
        Ok(db.execute_raw(statement(backend, sql, values)).await?.rows_affected() > 0)
    }
}

impl Writing<'_> {
    /// Whether a lease is still that of this epoch. If it is, nobody takes it before this transaction has ended.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn still_leased(&self, name: &str, epoch: i64) -> Result<bool, StorageError> {
        let backend = self.transaction.get_database_backend();
        let lock = if backend == DbBackend::Postgres { " FOR SHARE" } else { "" };
        let sql = format!("SELECT epoch FROM lease WHERE name = $1 AND epoch = $2{lock}");
        let row =
            self.transaction.query_one_raw(statement(backend, sql, [name.into(), epoch.into()])).await?;
        Ok(row.is_some())
    }
}

fn statement<const N: usize>(backend: DbBackend, sql: String, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(backend, sql, values)
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(LONGEST_MILLIS).min(LONGEST_MILLIS)
}
