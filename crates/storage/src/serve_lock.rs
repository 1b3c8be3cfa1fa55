//! One server a SQLite file.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use crate::{DatabaseUrl, StorageError};

/// Held as long as a process serves a SQLite file; dropped with the process, however it ends.
///
/// The lock is the system's (flock), on a file beside the database: SQLite's own locks come and go with
/// transactions, and commands such as `import` shall write while a server serves.
#[derive(Debug)]
pub struct ServeLock(#[expect(dead_code, reason = "the lock lives as long as the open file")] Option<File>);

impl ServeLock {
    /// Takes the lock. On PostgreSQL any number of servers may serve one database, and there is none.
    ///
    /// # Errors
    /// [`StorageError::Served`] where another process has it.
    pub fn take(url: &DatabaseUrl) -> Result<Self, StorageError> {
        let DatabaseUrl::Sqlite(database) = url else { return Ok(Self(None)) };
        let (file, path) = open_beside(database, ".serve-lock")?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(StorageError::Served { database: database.clone() }),
            Err(TryLockError::Error(source)) => Err(StorageError::Lock { path, source }),
        }
    }
}

/// Waits until no other process migrates the same SQLite file.
pub(crate) async fn migrate_lock(database: &Path) -> Result<File, StorageError> {
    let (file, path) = open_beside(database, ".migrate-lock")?;
    let waited = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    match waited {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(source)) => Err(StorageError::Lock { path, source }),
        Err(panic) => Err(StorageError::Lock { path, source: std::io::Error::other(panic) }),
    }
}

fn open_beside(database: &Path, ending: &str) -> Result<(File, PathBuf), StorageError> {
    let path = with_ending(database, ending);
    match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
        Ok(file) => Ok((file, path)),
        Err(source) => Err(StorageError::Lock { path, source }),
    }
}

/// The file beside another one whose name goes on like that.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}
