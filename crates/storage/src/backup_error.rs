//! Why there is no backup, or nothing came back from one.

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::{DatabaseFault, StorageError};

/// Why a blog could not be copied to a file, or back from one.
#[derive(Debug, Error)]
pub enum BackupError {
    /// PostgreSQL has better tools.
    #[error(
        "{database} is a PostgreSQL database: use pg_dump and pg_restore, and after a restore `inkstand reindex \
         --new-log` (the README, \"Backups, moving, repair\", shows how)"
    )]
    NotSqlite {
        /// The address, without a password.
        database: String,
    },
    /// Something would have been overwritten.
    #[error("{path} is there already, and nothing is overwritten; name another place, or move it away first")]
    Taken {
        /// What is there.
        path: PathBuf,
    },
    /// There is nothing at that place.
    #[error("there is no file {path}; name the one that has the blog")]
    Missing {
        /// The place.
        path: PathBuf,
    },
    /// A file that is something else.
    #[error("{path} is no blog of Inkstand's{reason}")]
    NoBlog {
        /// The file.
        path: PathBuf,
        /// Why not, with what goes before it.
        reason: &'static str,
    },
    /// A file that is not what was written.
    #[error("{path} is damaged, and nothing was changed ({said})")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        said: String,
    },
    /// A file from a later version.
    #[error(
        "{path} was made by a newer version of Inkstand (it has the migration {migration}); restore with that"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The first migration that this version does not know.
        migration: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {what} {path}")]
    File {
        /// What was to be done.
        what: &'static str,
        /// The file or its folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not write the copy.
    #[error("the backup could not be written to {folder}; is there room for it?")]
    Copying {
        /// The folder.
        folder: PathBuf,
        /// What SQLite said.
        #[source]
        fault: DatabaseFault,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
