//! A blog from one database into another, of the same kind or not.
//!
//! The source is read in one transaction, so it is the blog of one moment although it may be served meanwhile. All of
//! the target is written in one transaction, too, and compared before that ends: what breaks off leaves it empty.

mod column;
mod digest;
mod numbers;
mod rows;
mod table;

use inkstand_model::{Actor, Clock};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait};
use thiserror::Error;
use tracing::instrument;

use self::{
    column::{columns, columns_alike},
    numbers::continue_numbers,
    rows::{digest, send},
    table::{TABLES, Table, tables},
};
use crate::{
    AuditTarget, DatabaseFault, DatabaseUrl, Progress, ServeLock, Storage, StorageError,
    migrate::{connect, must_be_migrated},
    one_moment::one_moment,
    open::looking_options,
};

/// Why a blog could not be copied.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The target has something in it.
    #[error("{database} is not empty ({table} has rows); copy into a new database, nothing is overwritten")]
    NotEmpty {
        /// The target, without a password.
        database: String,
        /// The first table with something in it.
        table: &'static str,
    },
    /// A table or a column that is not in the list, or not on both sides.
    #[error(
        "{what}: the schema of one of the databases is not the one of this version; was it changed by hand?"
    )]
    OtherSchema {
        /// What is otherwise.
        what: String,
    },
    /// A table could not be read or written.
    #[error(
        "copying the table {table} failed, and the target is left empty; `inkstand doctor` may find what is wrong with \
         the source"
    )]
    Table {
        /// Which one.
        table: &'static str,
        /// What the database said.
        #[source]
        fault: DatabaseFault,
    },
    /// What was written is not what was read.
    #[error(
        "the table {table} is not the same on both sides, and the target is left empty; nothing was written \
         meanwhile, so this is a fault of Inkstand's or of a database"
    )]
    Differs {
        /// Which one.
        table: &'static str,
    },
    /// One of the databases.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What was copied of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The sum of the digests of its rows, which is the same on both sides and on both kinds of databases.
    pub digest: String,
}

/// Copies everything but leases and the identity of the log, of which the target has its own, into an empty database.
///
/// # Errors
/// Where the source is not up to date, the target is not empty or is served (SQLite), or one of them fails. The target
/// is empty then.
#[instrument(level = "debug", name = "db.copy", skip_all, fields(%from, %to))]
pub async fn copy(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    actor: Actor,
    clock: &dyn Clock,
    progress: Progress<'_>,
) -> Result<Vec<CopiedTable>, CopyError> {
    must_be_migrated(from).await?;
    let lock = ServeLock::take(to)?;
    let target = Storage::open(to, clock).await?;
    let source = connect(from, looking_options(from)).await?;
    let copied = async {
        let begin = async |options| source.begin_with_options(options).await;
        let read = one_moment(source.get_database_backend(), begin).await.map_err(StorageError::from)?;
        let mut writing = target.write(actor, clock).await?;
        let copied = copy_tables(&read, writing.transaction.unwatched(), to, progress).await?;
        // The target may itself have been made from a template that has a log's identity.
        writing.renew_log().await?;
        let rows: u64 = copied.iter().map(|table| table.rows).sum();
        let (from, detail) = (from.to_string(), format!("{rows} rows"));
        let label = AuditTarget { kind: "database", id: None, label: &from };
        writing.audit("database.copy", Some(label), &detail).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "nobody serves this database, so nobody remembers anything of it"
        )]
        writing.commit().await?;
        Ok(copied)
    }
    .await;
    if let Err(fault) = source.close().await {
        tracing::warn!(fault = &fault as &dyn std::error::Error, "closing the source");
    }
    target.close().await;
    drop(lock);
    copied
}

async fn copy_tables(
    read: &DatabaseTransaction,
    write: &DatabaseTransaction,
    to: &DatabaseUrl,
    progress: Progress<'_>,
) -> Result<Vec<CopiedTable>, CopyError> {
    for side in [read, write] {
        must_be_the_known(tables(side).await?)?;
    }
    for table in TABLES {
        if count(write, table, table.kept_out()).await? > 0 {
            return Err(CopyError::NotEmpty { database: to.to_string(), table: table.name });
        }
    }
    let mut total = 0;
    for table in TABLES {
        total += count(read, table, table.kept_out()).await?;
    }
    let (mut copied, mut done) = (Vec::with_capacity(TABLES.len()), 0);
    for table in TABLES {
        let of = columns(read, table.name).await?;
        let into = columns(write, table.name).await?;
        columns_alike(table.name, &of, &into)?;
        let failed = |fault: DbErr| CopyError::Table { table: table.name, fault: fault.into() };
        let sent = send(read, write, table, (&of, &into), &mut |rows| progress(done + rows, total))
            .await
            .map_err(failed)?;
        let arrived = digest(write, table, &into).await.map_err(failed)?;
        if sent != arrived {
            return Err(CopyError::Differs { table: table.name });
        }
        done += sent.rows();
        progress(done, total);
        copied.push(CopiedTable { name: table.name, rows: sent.rows(), digest: sent.to_string() });
    }
    continue_numbers(read, write)
        .await
        .map_err(|fault| CopyError::Table { table: "change", fault: fault.into() })?;
    Ok(copied)
}

/// A table that the list lacks would be forgotten without a word.
fn must_be_the_known(mut found: Vec<String>) -> Result<(), CopyError> {
    found.sort();
    let mut known: Vec<&str> = TABLES.iter().map(|table| table.name).chain(table::NOT_COPIED).collect();
    known.sort_unstable();
    if found == known {
        return Ok(());
    }
    let unknown = found.iter().find(|name| !known.contains(&name.as_str()));
    let what = match unknown {
        Some(name) => format!("there is a table {name} that copying does not know"),
        None => "a table is missing".to_owned(),
    };
    Err(CopyError::OtherSchema { what })
}

async fn count(db: &DatabaseTransaction, table: &Table, but: &str) -> Result<u64, StorageError> {
    let statement = format!("SELECT COUNT(*) FROM \"{}\"{but}", table.name);
    let row = db.query_one_raw(Statement::from_string(backend(db), statement)).await?;
    let rows: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    Ok(rows.unsigned_abs())
}

/// Two traits of the library give the same answer.
fn backend(db: &DatabaseTransaction) -> DbBackend {
    ConnectionTrait::get_database_backend(db)
}
