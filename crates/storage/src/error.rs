//! What can go wrong with a database.

use std::{fmt, path::PathBuf, sync::Arc};

use inkstand_model::EntryId;
use sea_orm::{DbErr, RuntimeErr, SqlxError};
use thiserror::Error;

/// Why the storage could not do what it was asked.
///
/// A message does not repeat its cause, which is the source: whoever shows an error shows the chain, `anyhow` by
/// `{:#}`, and `tracing` where the field is the error itself (`error = &error as &dyn Error`) rather than its text.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The address of the database is none.
    #[error(transparent)]
    Url(#[from] crate::InvalidDatabaseUrl),
    /// No server at that place.
    #[error(
        "nobody answers at {place} (is the PostgreSQL server up, and are host and port of --database-url right?)"
    )]
    NoAnswer {
        /// Host and port, or the socket.
        place: String,
        /// What the system said.
        #[source]
        fault: DatabaseFault,
    },
    /// No connection.
    #[error("cannot open the database {database}; see that it is there, or name another with --database-url")]
    Unreachable {
        /// The address, without a password.
        database: String,
        /// What the driver said.
        #[source]
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
    /// Nothing that is told on the database is heard.
    #[error(
        "nothing is heard on the database {database}, though it is told there; does a pooler stand between? name the \
         way past it with --direct-database-url"
    )]
    Unheard {
        /// The address, without a password.
        database: String,
    },
    /// A pooler answers where a server is wanted.
    #[error(
        "a pooler stands before {database} and does not take what a server takes; name the way past it with \
         --direct-database-url"
    )]
    Pooled {
        /// The address, without a password.
        database: String,
        /// What the pooler said.
        #[source]
        fault: DatabaseFault,
    },
    /// This process writes nothing.
    #[error("this server only reads, for maintenance")]
    ReadOnly,
    /// The connection broke while a transaction ended.
    #[error("the database went away before it said whether what was written is lasting")]
    CommitUnknown(#[source] DatabaseFault),
    /// The schema is older than this version, and may not be changed now.
    #[error(
        "the database {database} is not up to date (it lacks {migrations}); run `inkstand migrate` first, or serve \
         with --migrate auto"
    )]
    Pending {
        /// The address, without a password.
        database: String,
        /// What it lacks.
        migrations: String,
    },
    /// The schema could not be changed.
    #[error(
        "cannot bring the schema of {database} up to date; run `inkstand migrate` as a role that may change it (on \
         PostgreSQL the owner of the tables)"
    )]
    Migrate {
        /// The address, without a password.
        database: String,
        /// What the database said.
        #[source]
        fault: DatabaseFault,
    },
    /// Another server is at work on the same SQLite file.
    #[error("another inkstand is serving {database}; stop it first, or give this one another --data-dir")]
    Served {
        /// The file.
        database: PathBuf,
    },
    /// A file beside the database could not be made or locked.
    #[error("cannot lock {path}, beside the database; may its folder be written?")]
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
    #[error("the database failed")]
    Fault(#[from] DatabaseFault),
}

impl StorageError {
    /// Whether the database is away, overloaded or full, so that the same may succeed later; rather than a fault of
    /// ours or of the data.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer { .. } | Self::Unreachable { .. } | Self::CommitUnknown(_) => true,
            Self::Fault(DatabaseFault(fault)) => is_of_the_connection(fault) || is_of_the_moment(fault),
            _ => false,
        }
    }
}

/// Whether a connection broke or could not be had.
pub(crate) fn is_of_the_connection(fault: &DbErr) -> bool {
    match fault {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(driver)) | DbErr::Query(RuntimeErr::SqlxError(driver)) => {
            match driver.as_ref() {
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => true,
                // PostgreSQL: connection exceptions, shut down, crashed, starting, a standby, silence in a transaction, too
                // many connections. What PgBouncer says when it has no server is of the first kind.
                SqlxError::Database(words) => words.code().is_some_and(|code| {
                    code.starts_with("08")
                        || matches!(&*code, "57P01" | "57P02" | "57P03" | "25006" | "25P03" | "53300")
                }),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether the database is too busy, or has no room.
fn is_of_the_moment(fault: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(driver)) | DbErr::Query(RuntimeErr::SqlxError(driver))) = fault
    else {
        return false;
    };
    let SqlxError::Database(words) = driver.as_ref() else { return false };
    let Some(code) = words.code() else { return false };
    // SQLite gives a number, whose lower byte is the kind: busy, locked, an I/O error, a full disk.
    if let (Ok(number), true) = (code.parse::<u32>(), code.len() < 5) {
        return matches!(number & 0xff, 5 | 6 | 10 | 13);
    }
    // PostgreSQL: a statement or a lock that took too long, a deadlock, no room or memory.
    matches!(&*code, "57014" | "55P03" | "40P01" | "40001")
        || code.starts_with("53")
        || code.starts_with("58")
}

/// What the database or its driver said, in its own words and with nothing behind it. Opaque, so that the library
/// can be exchanged.
#[derive(Debug, Error)]
pub struct DatabaseFault(DbErr);

impl fmt::Display for DatabaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The layers between only say that the next one failed.
        let (DbErr::Conn(RuntimeErr::SqlxError(driver))
        | DbErr::Exec(RuntimeErr::SqlxError(driver))
        | DbErr::Query(RuntimeErr::SqlxError(driver))) = &self.0
        else {
            return self.0.fmt(f);
        };
        match driver.as_ref() {
            SqlxError::Database(words) => f.write_str(words.message()),
            SqlxError::Io(words) => words.fmt(f),
            other => other.fmt(f),
        }
    }
}

impl From<SqlxError> for DatabaseFault {
    fn from(fault: SqlxError) -> Self {
        Self(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(fault))))
    }
}

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

#[cfg(test)]
mod tests {
    use std::{error::Error, io};

    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let refused = || SqlxError::Io(io::Error::other("connection refused"));
        let check = |error: StorageError, said: &[&str]| {
            let chain: Vec<String> =
                std::iter::successors(Some(&error as &dyn Error), |error| (*error).source())
                    .map(ToString::to_string)
                    .collect();
            assert_eq!(chain, said);
        };
        check(
            DbErr::Query(RuntimeErr::SqlxError(Arc::new(refused()))).into(),
            &["the database failed", "connection refused"],
        );
        check(
            StorageError::Unreachable { database: "sqlite:blog".to_owned(), fault: refused().into() },
            &[
                "cannot open the database sqlite:blog; see that it is there, or name another with --database-url",
                "connection refused",
            ],
        );
        check(
            StorageError::Lock { path: "blog.lock".into(), source: io::Error::other("read only") },
            &["cannot lock blog.lock, beside the database; may its folder be written?", "read only"],
        );
        check(DbErr::RecordNotInserted.into(), &["the database failed", "None of the records are inserted"]);
    }
}
