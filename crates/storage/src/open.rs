//! Opening a database: pools, pragmas, migrations.

use std::{
    io::{self, ErrorKind},
    path::Path,
    sync::Arc,
    time::Duration,
};

use inkstand_figures::{Counter, Histogram};
use inkstand_model::{Actor, Clock};
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    RuntimeErr, SqliteTransactionMode, SqlxError, Statement, TransactionOptions, TransactionTrait,
    sqlx::{
        Connection,
        postgres::PgConnectOptions,
        sqlite::{SqliteConnection, SqliteTransactionManager},
    },
};
use sqlx_core::transaction::TransactionManager;
use tokio::{sync::Semaphore, time::timeout};
use tracing::{instrument, warn};

use crate::{
    DatabaseUrl, StorageError, StorageFigures,
    connections::fit_for_use,
    migrate::{migrate, must_be_migrated},
    pool::Pool,
    presence::Presence,
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

/// No read takes longer, as the server sees to.
const LONGEST_READ: &str = "15s";

/// A write waits no longer for the others, once it is one of those who wait.
const LONGEST_WAIT: &str = "8s";

/// A transaction that writes and hears nothing from us for so long is taken back by the server: whoever was cut off in
/// the middle of one would keep all others from writing, for as long as his connection seems to live.
const LONGEST_SILENCE: &str = "20s";

/// How long one waits for a connection while all are in use. SQLite has one for all writers, where an import may be at
/// work; on PostgreSQL, whoever waits longer is one of too many.
const LONGEST_QUEUE: Duration = Duration::from_secs(30);
const LONGEST_POSTGRES_QUEUE: Duration = Duration::from_secs(5);

/// Writers at one time on PostgreSQL, of whom all but one wait for the lock. There are more connections than that: what
/// is a single statement, such as the renewal of a lease, must not wait behind them.
const MOST_WRITERS: usize = 4;
const WRITING_CONNECTIONS: u32 = 6;

/// An open database with an up-to-date schema. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Storage {
    readers: Pool,
    writers: Pool,
    /// Of writing transactions; SQLite has one connection for them.
    places: Option<Arc<Semaphore>>,
    presence: Presence,
    statements: Arc<Statements>,
    /// Where to listen for what others write.
    heard_at: Option<DatabaseUrl>,
    options: StorageOptions,
}

/// What became of all statements.
#[derive(Debug)]
struct Statements {
    took: Histogram,
    failed: Counter,
}

/// How a database is opened.
#[derive(Clone, Debug, Default)]
pub struct StorageOptions {
    /// The same PostgreSQL past a pooler that gives each transaction another connection, through which the address of
    /// the database leads: migrations and listening need a connection of their own.
    pub direct: Option<DatabaseUrl>,
    /// Whether to look often for what other processes write, rather than to listen for it.
    pub deaf: bool,
    /// Whether nothing is written, migrations included.
    pub read_only: bool,
    /// Whether the schema is left as it is, and refused where it is an older one.
    pub as_it_is: bool,
    /// Whether writers do not wait for each other, as they must: for the test that shows what would come of it.
    #[cfg(feature = "disordered")]
    pub disordered: bool,
}

impl Storage {
    /// Opens the database, makes it where there is none (SQLite), and migrates it.
    ///
    /// # Errors
    /// Where it cannot be reached, read or written, or was made by a newer version; nothing is changed then.
    #[instrument(level = "debug", name = "db.open", skip_all, fields(database = %url))]
    pub async fn open(url: &DatabaseUrl, clock: &dyn Clock) -> Result<Self, StorageError> {
        Self::open_with(url, StorageOptions::default(), clock).await
    }

    /// The same with other options than usual.
    ///
    /// # Errors
    /// As [`Self::open`]; [`StorageError::Pending`] where the schema is not up to date and must not be changed.
    pub async fn open_with(
        url: &DatabaseUrl,
        options: StorageOptions,
        clock: &dyn Clock,
    ) -> Result<Self, StorageError> {
        let direct = options.direct.as_ref().unwrap_or(url);
        if options.read_only || options.as_it_is {
            must_be_migrated(direct).await?;
        } else {
            migrate(direct, clock).await?;
        }
        let statements = Arc::new(Statements { took: Histogram::of_time(), failed: Counter::default() });
        let unreachable =
            |fault: DbErr| StorageError::Unreachable { database: url.to_string(), fault: fault.into() };
        let presence = match url {
            DatabaseUrl::Sqlite(_) => Presence::default(),
            DatabaseUrl::Postgres(address) => {
                let server: PgConnectOptions =
                    address.parse().map_err(|fault: SqlxError| unreachable(fault_of(fault)))?;
                Presence::of_server(server.extra_float_digits(None))
            }
        };
        let connect = async |mut options: ConnectOptions| {
            let presence = presence.clone();
            options.map_sqlx_postgres_pool_opts(move |pool| fit_for_use(pool, &presence));
            Database::connect(options).await.map_err(unreachable)
        };
        let (reading, writing) = (reader_options(url, &options), writer_options(url, &options));
        let most = |options: &ConnectOptions| options.get_max_connections().unwrap_or_default();
        let (most_readers, most_writers) = (most(&reading), most(&writing));
        let mut readers = connect(reading).await?;
        let mut writers = connect(writing).await?;
        for pool in [&mut readers, &mut writers] {
            let statements = Arc::clone(&statements);
            pool.set_metric_callback(move |statement| {
                statements.took.record_time(statement.elapsed);
                if statement.failed {
                    statements.failed.add(1);
                }
                if statement.elapsed > SLOW_STATEMENT {
                    let sql = statement.statement.sql.as_str();
                    warn!(elapsed_ms = statement.elapsed.as_millis(), sql, "slow statement");
                }
            });
        }
        let pooled = options.direct.is_some();
        let deallocate = pooled && names_reach_the_server(&readers).await.map_err(unreachable)?;
        let preamble = |settings: &str| {
            pooled.then(|| format!("{}{settings}", if deallocate { "DEALLOCATE ALL; " } else { "" }))
        };
        let reading = format!("SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '{LONGEST_READ}'");
        let writing = format!(
            "SET LOCAL lock_timeout = '{LONGEST_WAIT}'; \
             SET LOCAL idle_in_transaction_session_timeout = '{LONGEST_SILENCE}'"
        );
        let listens = matches!(url, DatabaseUrl::Postgres(_)) && !options.deaf;
        Ok(Self {
            readers: Pool::new(readers, most_readers, presence.clone(), preamble(&reading)),
            writers: Pool::new(writers, most_writers, presence.clone(), preamble(&writing)),
            places: matches!(url, DatabaseUrl::Postgres(_)).then(|| Arc::new(Semaphore::new(MOST_WRITERS))),
            presence,
            statements,
            heard_at: listens.then(|| direct.clone()),
            options,
        })
    }

    /// Begins to write, once every other writer has ended.
    ///
    /// `actor` says in the change log and the audit who did it.
    ///
    /// # Errors
    /// [`StorageError::ReadOnly`] where nothing is to be written; where the database fails, or others write for too long.
    pub async fn write<'a>(
        &self,
        actor: impl Into<Actor>,
        clock: &'a dyn Clock,
    ) -> Result<Writing<'a>, StorageError> {
        if self.options.read_only {
            return Err(StorageError::ReadOnly);
        }
        let actor = actor.into();
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let place = match &self.places {
            None => None,
            Some(places) => match timeout(LONGEST_POSTGRES_QUEUE, Arc::clone(places).acquire_owned()).await {
                // Nobody closes it.
                Ok(place) => place.ok(),
                Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout).into()),
            },
        };
        let transaction = self.writers.begin(options).await?;
        if transaction.get_database_backend() == DbBackend::Postgres && self.is_ordered() {
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({WRITE_LOCK})")).await?;
        }
        Ok(Writing::new(transaction, place, actor, clock))
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
        self.statements.took.distribution().count()
    }

    /// How its connections fare now, and what became of all statements.
    #[must_use]
    pub fn figures(&self) -> StorageFigures {
        StorageFigures {
            readers: self.readers.figures(),
            writers: self.writers.figures(),
            statements: self.statements.took.distribution(),
            failed_statements: self.statements.failed.get(),
        }
    }

    /// Waits for running statements and closes every connection, so that SQLite folds its write-ahead log into
    /// the file.
    pub async fn close(&self) {
        tokio::join!(self.readers.close(), self.writers.close());
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    /// Whether several servers may serve it at once.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.readers.get_database_backend() != DbBackend::Sqlite
    }

    /// Where to listen for what others write; `None` where there is nothing to listen to.
    pub(crate) fn heard_at(&self) -> Option<&DatabaseUrl> {
        self.heard_at.as_ref()
    }

    pub(crate) fn presence(&self) -> &Presence {
        &self.presence
    }

    #[cfg(feature = "disordered")]
    fn is_ordered(&self) -> bool {
        !self.options.disordered
    }

    #[cfg(not(feature = "disordered"))]
    fn is_ordered(&self) -> bool {
        true
    }

    pub(crate) fn reader(&self) -> &Pool {
        &self.readers
    }

    /// For a single statement that needs no transaction, logs nothing and waits for no other writer but SQLite's one,
    /// such as a note that a token was used.
    pub(crate) fn noting(&self) -> &Pool {
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
            Err(fault) if is_of_a_pooler(&fault) => {
                return Err(StorageError::Pooled { database: url.to_string(), fault: fault.into() });
            }
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

/// Whether it is what PgBouncer says of the settings that a connection begins with; a server knows them.
fn is_of_a_pooler(fault: &SqlxError) -> bool {
    matches!(fault, SqlxError::Database(words) if words.message().starts_with("unsupported startup parameter"))
}

/// Whether the names of prepared statements reach the server as we gave them. A pooler that keeps account of them
/// (PgBouncer from 1.21 on, with `max_prepared_statements`) gives them names of its own, and would be confused if we
/// removed them; behind one that does not, those that others have left have to be removed first.
async fn names_reach_the_server(pool: &DatabaseConnection) -> Result<bool, DbErr> {
    let transaction = pool.begin().await?;
    transaction.execute_unprepared("DEALLOCATE ALL").await?;
    let ours = "SELECT count(*) AS ours FROM pg_prepared_statements WHERE name LIKE 'sqlx%'";
    let row = transaction.query_one_raw(Statement::from_string(DbBackend::Postgres, ours)).await?;
    transaction.commit().await?;
    let ours: i64 = row.map(|row| row.try_get("", "ours")).transpose()?.unwrap_or(0);
    Ok(ours > 0)
}

fn fault_of(fault: SqlxError) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(fault)))
}

fn reader_options(url: &DatabaseUrl, how: &StorageOptions) -> ConnectOptions {
    let cores = std::thread::available_parallelism().map_or(4, usize::from);
    let mut options = base_options(url, how);
    match url {
        DatabaseUrl::Sqlite(path) => {
            let (path, may_make) = (path.clone(), !how.read_only);
            options.max_connections(u32::try_from(cores.clamp(4, 16)).unwrap_or(4)).map_sqlx_sqlite_opts(
                move |sqlite| sqlite_options(sqlite, &path, may_make).pragma("query_only", "ON"),
            );
        }
        DatabaseUrl::Postgres(_) => {
            options.max_connections(u32::try_from((cores * 4).clamp(8, 32)).unwrap_or(8));
            if how.direct.is_none() {
                // Set once a connection by start-up parameters: as statements they would cost a round trip each time.
                options.map_sqlx_postgres_opts(|postgres| {
                    postgres.options([
                        ("default_transaction_read_only", "on"),
                        ("statement_timeout", LONGEST_READ),
                    ])
                });
            }
        }
    }
    options
}

pub(crate) fn writer_options(url: &DatabaseUrl, how: &StorageOptions) -> ConnectOptions {
    let mut options = base_options(url, how);
    match url {
        DatabaseUrl::Sqlite(path) => {
            let (path, may_make) = (path.clone(), !how.read_only);
            options
                .max_connections(1)
                .map_sqlx_sqlite_opts(move |sqlite| sqlite_options(sqlite, &path, may_make));
        }
        DatabaseUrl::Postgres(_) => {
            options.max_connections(WRITING_CONNECTIONS);
            if how.direct.is_none() {
                options.map_sqlx_postgres_opts(|postgres| {
                    postgres.options([
                        ("lock_timeout", LONGEST_WAIT),
                        ("idle_in_transaction_session_timeout", LONGEST_SILENCE),
                    ])
                });
            }
        }
    }
    options
}

pub(crate) fn base_options(url: &DatabaseUrl, how: &StorageOptions) -> ConnectOptions {
    let mut options = ConnectOptions::new(match url {
        // The real path follows as an option: in a URL, `?`, `#` and `%` of a file name would mean something.
        DatabaseUrl::Sqlite(_) => "sqlite::memory:".to_owned(),
        DatabaseUrl::Postgres(url) => url.clone(),
    });
    // Our own callback counts statements and reports slow ones.
    options.sqlx_logging(false).min_connections(1).connect_timeout(Duration::from_secs(10)).acquire_timeout(
        match url {
            DatabaseUrl::Sqlite(_) => LONGEST_QUEUE,
            DatabaseUrl::Postgres(_) => LONGEST_POSTGRES_QUEUE,
        },
    );
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.before_acquire(|connection, _| Box::pin(is_left_clean(connection)))
    });
    if how.direct.is_some() {
        // A pooler knows few start-up parameters, and no statement of an earlier transaction.
        options
            .map_sqlx_postgres_opts(|postgres| postgres.extra_float_digits(None).statement_cache_capacity(0));
    }
    options
}

/// Whether nothing is open of the transaction that a connection had last; else the pool opens another one in its place.
///
/// On a full disk SQLite takes a transaction back by itself, the driver's rollback then fails, and the driver goes on to
/// count it: what came next on that connection would be parts of a transaction that nobody ends, acknowledged and lost.
async fn is_left_clean(connection: &mut SqliteConnection) -> Result<bool, SqlxError> {
    Ok(SqliteTransactionManager::get_transaction_depth(connection) == 0)
}

/// For a look at a database as it is: nothing is made, set or migrated, and no statement is cut short.
pub(crate) fn looking_options(url: &DatabaseUrl) -> ConnectOptions {
    let mut options = base_options(url, &StorageOptions::default());
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
    let mut options = base_options(&DatabaseUrl::Sqlite(path.clone()), &StorageOptions::default());
    options.max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite.in_memory(false).shared_cache(false).filename(&path).foreign_keys(false)
    });
    options
}

fn sqlite_options(
    options: sea_orm::sqlx::sqlite::SqliteConnectOptions,
    path: &Path,
    may_make: bool,
) -> sea_orm::sqlx::sqlite::SqliteConnectOptions {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

    options
        .in_memory(false)
        .shared_cache(false)
        .filename(path)
        .create_if_missing(may_make)
        .journal_mode(SqliteJournalMode::Wal)
        // With NORMAL, a commit in WAL mode survives a crash of the process but not of the machine.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        .pragma("temp_store", "MEMORY")
        // KiB, of each connection: what is asked for often is remembered above, and the system keeps the file's pages.
        .pragma("cache_size", "-4000")
}
