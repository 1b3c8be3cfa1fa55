//! A copy of a SQLite blog while it is served, and the way back.
//!
//! A copy is made by `VACUUM INTO`: one read transaction, so it is the blog of one moment, and writers go on meanwhile.
//! SQLite's backup API would begin anew whenever another process writes, and has to be called by unsafe code.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use thiserror::Error;
use tracing::instrument;

use crate::{
    DatabaseFault, DatabaseUrl, StorageError,
    migrate::connect,
    open::{looking_options, whole_file_options},
};

/// How often the growing file is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Faults of a file that are told; one page that is lost can make thousands.
const FAULTS_TOLD: usize = 20;

/// Told how much of how much is done.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

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

/// Copies a SQLite blog to a new file, as it is at one moment, and says how many bytes that has. The file gets its name
/// when it is whole, checked and safe on the disk; until then it has another one, in the same folder.
///
/// # Errors
/// Where the blog or the folder cannot be read or written, or the file is there already. No file of that name is made
/// then.
#[instrument(level = "debug", name = "db.backup", skip_all)]
pub async fn backup(database: &DatabaseUrl, into: &Path, progress: Progress<'_>) -> Result<u64, BackupError> {
    let DatabaseUrl::Sqlite(path) = database else {
        return Err(BackupError::NotSqlite { database: database.to_string() });
    };
    if !path.exists() {
        return Err(BackupError::Missing { path: path.clone() });
    }
    must_be_free(into)?;
    let folder = folder_of(into);
    let partial = tempfile::Builder::new()
        .prefix(".inkstand-backup-")
        .tempfile_in(&folder)
        .map_err(|source| BackupError::File { what: "write to the folder", path: folder.clone(), source })?
        .into_temp_path();
    let source = connect(database, looking_options(database)).await?;
    let copied = copy_whole(&source, path, &folder, &partial, progress).await;
    let closed = source.close().await.map_err(StorageError::from);
    copied?;
    closed?;

    let copy = DatabaseUrl::Sqlite(partial.to_path_buf());
    let check = connect(&copy, whole_file_options(&partial)).await?;
    let faults = faults_of_file(&check).await;
    check.close().await.map_err(StorageError::from)?;
    let faults = faults?;
    if let Some(said) = told(&faults) {
        return Err(BackupError::Damaged { path: path.clone(), said });
    }
    let bytes = put_in_place(partial, into.to_path_buf()).await?;
    progress(bytes, bytes);
    Ok(bytes)
}

async fn copy_whole(
    source: &DatabaseConnection,
    path: &Path,
    folder: &Path,
    partial: &Path,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    must_be_a_blog(source, path).await?;
    let total = bytes_of(source).await?;
    let vacuum = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "VACUUM INTO ?",
        [partial.to_string_lossy().into_owned().into()],
    );
    let copying = source.execute_raw(vacuum);
    tokio::pin!(copying);
    loop {
        match tokio::time::timeout(LOOK, &mut copying).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(fault)) => {
                return Err(BackupError::Copying { folder: folder.to_owned(), fault: fault.into() });
            }
            // A vacuumed copy is smaller than what it was made of.
            Err(_) => progress(std::fs::metadata(partial).map_or(0, |file| file.len()).min(total), total),
        }
    }
}

async fn bytes_of(db: &DatabaseConnection) -> Result<u64, StorageError> {
    let statement = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, statement)).await?;
    let bytes: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    Ok(bytes.unsigned_abs())
}

/// Whether there is a blog, of whichever version.
pub(crate) async fn must_be_a_blog(db: &DatabaseConnection, path: &Path) -> Result<(), BackupError> {
    let has_tables =
        "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('seaql_migrations', 'setting', 'change')";
    let no_blog = |reason| BackupError::NoBlog { path: path.to_owned(), reason };
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, has_tables)).await;
    let row = row.map_err(|fault| BackupError::Damaged {
        path: path.to_owned(),
        said: DatabaseFault::from(fault).to_string(),
    })?;
    let tables: Option<i64> = row.and_then(|row| row.try_get_by_index(0).ok());
    if tables == Some(3) { Ok(()) } else { Err(no_blog(": it lacks its tables")) }
}

/// What SQLite finds wrong with a whole file; nothing where it is sound.
pub(crate) async fn faults_of_file(db: &impl ConnectionTrait) -> Result<Vec<String>, StorageError> {
    let mut faults = Vec::new();
    let check = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA integrity_check({FAULTS_TOLD})"));
    for row in db.query_all_raw(check).await? {
        let line: String = row.try_get_by_index(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    Ok(faults)
}

/// The first of them, and how many more.
pub(crate) fn told(faults: &[String]) -> Option<String> {
    let first = faults.first()?.replace('\n', " ");
    Some(match faults.len() {
        1 => first,
        more => format!("{first} (and {} more)", more - 1),
    })
}

pub(crate) fn must_be_free(path: &Path) -> Result<(), BackupError> {
    // Also a link that leads nowhere is something.
    if path.symlink_metadata().is_ok() {
        return Err(BackupError::Taken { path: path.to_owned() });
    }
    Ok(())
}

/// Gives a whole file its name, once it is safe on the disk; SQLite itself does not wait for that.
pub(crate) async fn put_in_place(partial: tempfile::TempPath, into: PathBuf) -> Result<u64, BackupError> {
    let place = into.clone();
    let put = tokio::task::spawn_blocking(move || {
        let failed = |what, source| BackupError::File { what, path: into.clone(), source };
        let file = File::open(&partial).map_err(|source| failed("read", source))?;
        file.sync_all().map_err(|source| failed("write", source))?;
        let bytes = file.metadata().map_err(|source| failed("read", source))?.len();
        partial.persist_noclobber(&into).map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Taken { path: into.clone() },
            _ => failed("write", refused.error),
        })?;
        // The name is safe when the folder is.
        let folder = folder_of(&into);
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|source| BackupError::File {
            what: "write to the folder",
            path: folder,
            source,
        })?;
        Ok(bytes)
    });
    match put.await {
        Ok(put) => put,
        Err(broken) => {
            Err(BackupError::File { what: "write", path: place, source: io::Error::other(broken) })
        }
    }
}

/// The folder that a file is in; a bare name is in the current one.
pub(crate) fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
