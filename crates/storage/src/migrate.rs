//! Bringing the schema up to date, and finding out whether it is.
//!
//! Most starts find nothing to do: they only look, and so need neither a lock nor a role that may change the schema.
//! What is to be done is done in one transaction, on both databases: a process that is killed in the middle leaves the
//! schema as it was.

use inkstand_model::Clock;
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tracing::info;

use crate::{
    DatabaseUrl, StorageError,
    migration::{Applied, Migrator},
    open::{StorageOptions, knock, looking_options, writer_options},
    serve_lock::migrate_lock,
    site,
};

/// What `pg_advisory_xact_lock` is called with while migrating; any number that nobody else uses. Of a transaction, not
/// of a session: behind a pooler that hands connections out for a transaction each, a lock of a session would stay with
/// a connection that somebody else has by then.
const MIGRATE_LOCK: i64 = 0x696e_6b01;

/// The migrations that a database lacks, in order. Nothing is changed; a file that is not there is not made.
///
/// # Errors
/// [`StorageError::Newer`] where it has one that this version does not know and cannot go on with, and where it cannot be read.
pub async fn pending_migrations(url: &DatabaseUrl) -> Result<Vec<String>, StorageError> {
    Ok(look(url).await?.pending)
}

/// Brings the schema up to date, if it is not, and says by which migrations. Any number of processes may do so at once.
///
/// # Errors
/// As for [`pending_migrations`]; [`StorageError::Migrate`] where the schema cannot be changed. It is then as it was.
pub async fn migrate(url: &DatabaseUrl, clock: &dyn Clock) -> Result<Vec<String>, StorageError> {
    if look(url).await?.is_whole() {
        return Ok(Vec::new());
    }
    let _lock = match url {
        DatabaseUrl::Sqlite(path) => Some(migrate_lock(path).await?),
        DatabaseUrl::Postgres(_) => None,
    };
    let mut options = writer_options(url, &StorageOptions::default());
    options.max_connections(1).min_connections(1);
    let connection = connect(url, options).await?;
    let migrated = migrate_on(url, &connection, clock).await;
    let closed = connection.close().await;
    let migrated = migrated?;
    closed?;
    Ok(migrated)
}

/// # Errors
/// [`StorageError::Pending`] where the schema is not up to date, and as for [`pending_migrations`].
pub(crate) async fn must_be_migrated(url: &DatabaseUrl) -> Result<(), StorageError> {
    let found = look(url).await?;
    if found.is_whole() {
        return Ok(());
    }
    Err(StorageError::Pending { database: url.to_string(), migrations: found.pending.join(", ") })
}

/// What a look at a database found.
struct Found {
    pending: Vec<String>,
    has_log: bool,
}

impl Found {
    /// A version that gave the log its identity after the migrations, rather than with them, may have been killed
    /// between.
    fn is_whole(&self) -> bool {
        self.pending.is_empty() && self.has_log
    }
}

async fn look(url: &DatabaseUrl) -> Result<Found, StorageError> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        return Ok(Found { pending: all(), has_log: false });
    }
    knock(url).await?;
    let connection = connect(url, looking_options(url)).await?;
    let found = look_on(url, &connection).await;
    let closed = connection.close().await;
    let found = found?;
    closed?;
    Ok(found)
}

async fn look_on(url: &DatabaseUrl, db: &DatabaseConnection) -> Result<Found, StorageError> {
    let manager = sea_orm_migration::SchemaManager::new(db);
    if !manager.has_table("seaql_migrations").await? {
        return Ok(Found { pending: all(), has_log: false });
    }
    let pending = pending(url, db).await?;
    let has_log = pending.is_empty() && site::has_log_id(db).await?;
    Ok(Found { pending, has_log })
}

async fn migrate_on(
    url: &DatabaseUrl,
    connection: &DatabaseConnection,
    clock: &dyn Clock,
) -> Result<Vec<String>, StorageError> {
    let refused = |fault: DbErr| StorageError::Migrate { database: url.to_string(), fault: fault.into() };
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = connection.begin_with_options(options).await.map_err(refused)?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        // However long another process migrates, it is waited for; tables that somebody else holds are not.
        transaction
            .execute_unprepared(&format!(
                "SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({MIGRATE_LOCK}); \
                 SET LOCAL lock_timeout = '30s'"
            ))
            .await
            .map_err(refused)?;
    }
    Migrator::install(&transaction).await.map_err(refused)?;
    let pending = pending(url, &transaction).await?;
    if !pending.is_empty() {
        Migrator::up(&transaction, None).await.map_err(refused)?;
    }
    site::ensure_log_id(&transaction, clock).await?;
    transaction.commit().await.map_err(refused)?;
    // A new database is no news, a changed one is.
    if !pending.is_empty() && pending.len() < all().len() {
        info!(migrations = pending.len(), "migrated");
    }
    Ok(pending)
}

/// The migrations that a database lacks; an error where it has some that this version cannot go on with.
async fn pending(url: &DatabaseUrl, db: &impl ConnectionTrait) -> Result<Vec<String>, StorageError> {
    let applied = Applied::in_database(db).await?;
    match applied.unknown {
        Some(migration) => Err(StorageError::Newer { database: url.to_string(), migration }),
        None => Ok(applied.pending),
    }
}

fn all() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

pub(crate) async fn connect(
    url: &DatabaseUrl,
    options: sea_orm::ConnectOptions,
) -> Result<DatabaseConnection, StorageError> {
    Database::connect(options)
        .await
        .map_err(|fault| StorageError::Unreachable { database: url.to_string(), fault: fault.into() })
}
