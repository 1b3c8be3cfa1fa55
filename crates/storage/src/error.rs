//! What can go wrong with a database.

use std::{fmt, path::PathBuf};

use inkstand_model::EntryId;
use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;

/// Why the storage could not do what it was asked.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The address of the database is none.
    #[error(transparent)]
    Url(#[from] crate::InvalidDatabaseUrl),
    /// No connection.
    #[error(
        "cannot open the database {database}: {fault}; see that it is there and may be used, or name another with \
         --database-url"
    )]
    Unreachable {
        /// The address, without a password.
        database: String,
        /// What the driver said.
        fault: DatabaseFault,
    },
    /// A later version of Inkstand has changed the schema.
    #[error(
        "the database {database} was made by a newer version of Inkstand (it has the migration {migration}); \
         run that version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The address, without a password.
        database: String,
        /// The first migration that this version does not know.
        migration: String,
    },
    /// Another server is at work on the same SQLite file.
    #[error("another inkstand is serving {database}; stop it first, or give this one another --data-dir")]
    Served {
        /// The file.
        database: PathBuf,
    },
    /// A file beside the database could not be made or locked.
    #[error("cannot lock {path}")]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The entry is not at the version that the change began from.
    #[error("the entry {entry} has changed meanwhile")]
    VersionConflict {
        /// The entry.
        entry: EntryId,
    },
    /// A row says something that no version of Inkstand writes.
    #[error("the database holds an impossible {what}: {value:?}; was it edited by hand?")]
    Impossible {
        /// The column.
        what: &'static str,
        /// What it holds.
        value: String,
    },
    /// A statement failed.
    #[error("the database failed: {0}")]
    Fault(DatabaseFault),
}

/// What the database or its driver said, in one sentence. Opaque, so that the library can be exchanged.
#[derive(Debug)]
pub struct DatabaseFault(DbErr);

impl fmt::Display for DatabaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The library puts a category before what the driver said, which the errors above have said already.
        match &self.0 {
            DbErr::Conn(RuntimeErr::SqlxError(fault))
            | DbErr::Exec(RuntimeErr::SqlxError(fault))
            | DbErr::Query(RuntimeErr::SqlxError(fault)) => fault.fmt(f),
            fault => fault.fmt(f),
        }
    }
}

/// Without a source: each error of the library and of the driver repeats what its source says.
impl std::error::Error for DatabaseFault {}

impl From<DbErr> for DatabaseFault {
    fn from(fault: DbErr) -> Self {
        Self(fault)
    }
}

impl From<DbErr> for StorageError {
    fn from(fault: DbErr) -> Self {
        Self::Fault(fault.into())
    }
}
