//! Opening a database: pools, pragmas, migrations.

use std::{
    error::Error,
    io::{self, ErrorKind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use inkstand_model::{Actor, Clock};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode,
    SqlxError, TransactionOptions, TransactionTrait,
    sqlx::{Connection, postgres::PgConnectOptions},
};
use tracing::{instrument, warn};

use crate::{
    DatabaseUrl, StorageError,
    migrate::{migrate, must_be_migrated},
    writing::Writing,
};

/// A statement that takes longer is logged.
const SLOW_STATEMENT: Duration = Duration::from_millis(500);

/// A server that starts together with ours gets so long to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two knocks at the door of a server that does not answer yet.
const KNOCK_PAUSE: Duration = Duration::from_millis(200);

/// What `pg_advisory_xact_lock` is called with by every writing transaction.
const WRITE_LOCK: i64 = 0x696e_6b02;

/// An open database with an up-to-date schema. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Storage {
    readers: DatabaseConnection,
    writers: DatabaseConnection,
    statements: Arc<AtomicU64>,
}

impl Storage {
    /// Opens the database, makes it where there is none (SQLite), and migrates it.
    ///
    /// # Errors
    /// Where it cannot be reached, read or written, or was made by a newer version; nothing is changed then.
    #[instrument(level = "debug", name = "db.open", skip_all, fields(database = %url))]
    pub async fn open(url: &DatabaseUrl, clock: &dyn Clock) -> Result<Self, StorageError> {
        migrate(url, clock).await?;
        Self::connect(url).await
    }

    /// Opens a database whose schema is up to date, and changes nothing.
    ///
    /// # Errors
    /// [`StorageError::Pending`] where it is not; else as [`Storage::open`].
    #[instrument(level = "debug", name = "db.open", skip_all, fields(database = %url))]
    pub async fn open_migrated(url: &DatabaseUrl) -> Result<Self, StorageError> {
        must_be_migrated(url).await?;
        Self::connect(url).await
    }

    async fn connect(url: &DatabaseUrl) -> Result<Self, StorageError> {
        let statements = Arc::new(AtomicU64::new(0));
        let unreachable =
            |fault: DbErr| StorageError::Unreachable { database: url.to_string(), fault: fault.into() };
        let mut readers = Database::connect(reader_options(url)).await.map_err(unreachable)?;
        let mut writers = Database::connect(writer_options(url)).await.map_err(unreachable)?;
        for pool in [&mut readers, &mut writers] {
            let statements = Arc::clone(&statements);
            pool.set_metric_callback(move |statement| {
                statements.fetch_add(1, Ordering::Relaxed);
                if statement.elapsed > SLOW_STATEMENT {
                    let sql = statement.statement.sql.as_str();
                    warn!(elapsed_ms = statement.elapsed.as_millis(), sql, "slow statement");
                }
            });
        }
        Ok(Self { readers, writers, statements })
    }

    /// Begins to write, once every other writer has ended.
    ///
    /// `actor` says in the change log and the audit who did it.
    ///
    /// # Errors
    /// Where the database fails, or another process writes for longer than half a minute.
    pub async fn write<'a>(
        &self,
        actor: impl Into<Actor>,
        clock: &'a dyn Clock,
    ) -> Result<Writing<'a>, StorageError> {
        let actor = actor.into();
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writers.begin_with_options(options).await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({WRITE_LOCK})")).await?;
        }
        Ok(Writing::new(transaction, actor, clock))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StorageError> {
        Ok(self.readers.ping().await?)
    }

    /// How many statements were sent since it was opened: what a test of "no N+1" counts.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Waits for running statements and closes every connection, so that SQLite folds its write-ahead log into
    /// the file.
    pub async fn close(&self) {
        for pool in [&self.readers, &self.writers] {
            if let Err(fault) = pool.close_by_ref().await {
                warn!(fault = &fault as &dyn Error, "closing the database");
            }
        }
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// For a single statement that needs no transaction, logs nothing and waits for no other writer but SQLite's one,
    /// such as a note that a token was used.
    pub(crate) fn noting(&self) -> &DatabaseConnection {
        &self.writers
    }
}

/// Finds out whether the server answers and lets us in. A pool would go on knocking for as long as a request may
/// wait, and then only say that time is up.
pub(crate) async fn knock(url: &DatabaseUrl) -> Result<(), StorageError> {
    use sea_orm::sqlx::ConnectOptions;

    let DatabaseUrl::Postgres(address) = url else { return Ok(()) };
    let unreachable =
        |fault: SqlxError| StorageError::Unreachable { database: url.to_string(), fault: fault.into() };
    let options: PgConnectOptions = address.parse().map_err(unreachable)?;
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut last = SqlxError::Io(io::Error::new(ErrorKind::TimedOut, "it keeps silent"));
    while let Ok(knocked) = tokio::time::timeout_at(deadline, options.connect()).await {
        match knocked {
            Ok(connection) => return connection.close().await.map_err(unreachable),
            Err(fault) if may_pass(&fault) => last = fault,
            Err(fault) => return Err(unreachable(fault)),
        }
        // A connection that is refused at once is no time-out, however late it is.
        if tokio::time::timeout_at(deadline, tokio::time::sleep(KNOCK_PAUSE)).await.is_err() {
            break;
        }
    }
    Err(match last {
        SqlxError::Io(_) => StorageError::NoAnswer { place, fault: last.into() },
        _ => unreachable(last),
    })
}

/// Whether it is what a server says, or its absence, while it starts.
fn may_pass(fault: &SqlxError) -> bool {
    match fault {
        SqlxError::Io(io) => matches!(io.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound),
        SqlxError::Database(words) => words.is_transient_in_connect_phase(),
        _ => false,
    }
}

fn reader_options(url: &DatabaseUrl) -> ConnectOptions {
    let cores = std::thread::available_parallelism().map_or(4, usize::from);
    let mut options = base_options(url);
    match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.clone();
            options
                .max_connections(u32::try_from(cores.clamp(4, 16)).unwrap_or(4))
                .map_sqlx_sqlite_opts(move |sqlite| sqlite_options(sqlite, &path).pragma("query_only", "ON"));
        }
        DatabaseUrl::Postgres(_) => {
            // Set once a connection by start-up parameters: as statements they would cost a round trip each time.
            options
                .max_connections(u32::try_from((cores * 4).clamp(8, 32)).unwrap_or(8))
                .map_sqlx_postgres_opts(|postgres| {
                    postgres.options([("default_transaction_read_only", "on"), ("statement_timeout", "30s")])
                });
        }
    }
    options
}

pub(crate) fn writer_options(url: &DatabaseUrl) -> ConnectOptions {
    let mut options = base_options(url);
    match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.clone();
            options.max_connections(1).map_sqlx_sqlite_opts(move |sqlite| sqlite_options(sqlite, &path));
        }
        DatabaseUrl::Postgres(_) => {
            options
                .max_connections(4)
                .map_sqlx_postgres_opts(|postgres| postgres.options([("lock_timeout", "30s")]));
        }
    }
    options
}

pub(crate) fn base_options(url: &DatabaseUrl) -> ConnectOptions {
    let mut options = ConnectOptions::new(match url {
        // The real path follows as an option: in a URL, `?`, `#` and `%` of a file name would mean something.
        DatabaseUrl::Sqlite(_) => "sqlite::memory:".to_owned(),
        DatabaseUrl::Postgres(url) => url.clone(),
    });
    // Our own callback counts statements and reports slow ones.
    options
        .sqlx_logging(false)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(Duration::from_secs(30));
    options
}

/// For a look at a database as it is: nothing is made, set or migrated, and no statement is cut short.
pub(crate) fn looking_options(url: &DatabaseUrl) -> ConnectOptions {
    let mut options = base_options(url);
    options.max_connections(1);
    match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.clone();
            options.map_sqlx_sqlite_opts(move |sqlite| {
                sqlite
                    .in_memory(false)
                    .shared_cache(false)
                    .filename(&path)
                    .busy_timeout(Duration::from_secs(30))
            });
        }
        DatabaseUrl::Postgres(_) => {
            options.map_sqlx_postgres_opts(|postgres| {
                postgres.options([("default_transaction_read_only", "on")])
            });
        }
    }
    options
}

/// For a SQLite file that nobody else has: a copy that is in the making.
pub(crate) fn whole_file_options(path: &Path) -> ConnectOptions {
    let path = path.to_owned();
    let mut options = base_options(&DatabaseUrl::Sqlite(path.clone()));
    options.max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite.in_memory(false).shared_cache(false).filename(&path).foreign_keys(false)
    });
    options
}

fn sqlite_options(
    options: sea_orm::sqlx::sqlite::SqliteConnectOptions,
    path: &Path,
) -> sea_orm::sqlx::sqlite::SqliteConnectOptions {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

    options
        .in_memory(false)
        .shared_cache(false)
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // With NORMAL, a commit in WAL mode survives a crash of the process but not of the machine.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        .pragma("temp_store", "MEMORY")
        // KiB, of each connection: what is asked for often is remembered above, and the system keeps the file's pages.
        .pragma("cache_size", "-4000")
}
