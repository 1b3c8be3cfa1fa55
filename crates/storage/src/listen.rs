//! Hearing at once of what other processes write, where the database is PostgreSQL.
//!
//! Each transaction that appends to the change log notifies all who listen, and PostgreSQL passes that on when it is
//! lasting. What is told is only that there is something: whoever hears it looks at the log, which is in order and loses
//! nothing. So a notification that is lost costs time, and nothing else.

use std::time::Duration;

use inkstand_model::Seq;
use sea_orm::{
    ConnectionTrait, DbBackend, SqlxError, Statement,
    sqlx::{
        Executor,
        postgres::{PgConnectOptions, PgListener, PgPoolOptions},
    },
};
use tokio::time::timeout;

use crate::{DatabaseUrl, Storage, StorageError, change_log::last_seq};

/// A database has channels of its own; two blogs in two schemas of one database only wake each other for nothing.
const CHANNEL: &str = "inkstand";

const LOG: &str = "log";
const CREDENTIALS: &str = "credentials";

/// A connection that is silent for so long is asked whether it still lives: nobody tells of a network that is cut.
const SILENCE: Duration = Duration::from_secs(10);

/// How long it may take to connect, or to answer that.
const PATIENCE: Duration = Duration::from_secs(5);

/// What some process did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It wrote something, which is in the log.
    Log,
    /// It took away a session, a token or a role.
    Credentials,
}

/// A connection on which signals come.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Storage {
    /// Begins to listen, and proves that something is heard: through a pooler one may ask to be told, and never is. What
    /// was told before that is not heard, so look at the log afterwards. `None` where there is nothing to listen to: on
    /// SQLite, or where it is switched off.
    ///
    /// # Errors
    /// Where the database cannot be reached, or nothing is heard.
    pub async fn listen(&self) -> Result<Option<Listener>, StorageError> {
        let Some(url) = self.heard_at() else { return Ok(None) };
        let DatabaseUrl::Postgres(address) = url else { return Ok(None) };
        let unreachable =
            |fault: SqlxError| StorageError::Unreachable { database: url.to_string(), fault: fault.into() };
        let options: PgConnectOptions = address.parse().map_err(unreachable)?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(PATIENCE)
            .connect_with(options.application_name("inkstand listener"))
            .await
            .map_err(unreachable)?;
        let mut listener = PgListener::connect_with(&pool).await.map_err(unreachable)?;
        // What is missed while it is lost has to be looked for: its owner shall know.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await.map_err(unreachable)?;
        let mut listener = Listener(listener);
        self.noting().execute_unprepared(&format!("SELECT pg_notify('{CHANNEL}', '{LOG}')")).await?;
        match timeout(PATIENCE, listener.next()).await {
            Ok(heard) => heard.map(|_| Some(listener)),
            Err(_) => Err(StorageError::Unheard { database: url.to_string() }),
        }
    }
}

impl Listener {
    /// The next signal. After an error the connection is gone.
    ///
    /// # Errors
    /// Where the connection is lost.
    pub async fn next(&mut self) -> Result<Signal, StorageError> {
        loop {
            match timeout(SILENCE, self.0.try_recv()).await {
                Ok(Ok(Some(told))) => {
                    return Ok(if told.payload() == CREDENTIALS { Signal::Credentials } else { Signal::Log });
                }
                Ok(Ok(None)) => return Err(lost(SqlxError::PoolClosed)),
                Ok(Err(fault)) => return Err(lost(fault)),
                Err(_) => match timeout(PATIENCE, self.0.execute("SELECT 1")).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(fault)) => return Err(lost(fault)),
                    Err(_) => return Err(lost(SqlxError::PoolTimedOut)),
                },
            }
        }
    }
}

fn lost(fault: SqlxError) -> StorageError {
    StorageError::Fault(fault.into())
}

/// The last number of the log, told to all who listen in the same statement.
pub(crate) async fn tell_of_the_log(db: &impl ConnectionTrait) -> Result<Seq, StorageError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return last_seq(db).await;
    }
    let sql = format!("SELECT max(seq) AS last, pg_notify('{CHANNEL}', '{LOG}') FROM change");
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let last: Option<i64> = row.map(|row| row.try_get("", "last")).transpose()?.flatten();
    Ok(Seq::new(last.unwrap_or(0)))
}

pub(crate) async fn tell_of_credentials(db: &impl ConnectionTrait) -> Result<(), StorageError> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(&format!("SELECT pg_notify('{CHANNEL}', '{CREDENTIALS}')")).await?;
    }
    Ok(())
}
