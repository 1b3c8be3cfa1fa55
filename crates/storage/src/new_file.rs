//! A file that gets its name when it is whole and safe on the disk.
//!
//! Until then it has another name in the same folder, and is locked. A process that is killed leaves it behind without
//! the lock; whoever makes the next one there takes it away.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tempfile::{TempDir, TempPath};

use crate::{BackupError, serve_lock::with_ending};

/// With what the names of the files end that SQLite has beside a database.
pub(crate) const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Something in the making, and the lock that says so.
pub(crate) struct InTheMaking<P> {
    pub(crate) path: P,
    /// None where the file system knows no locks: then nothing is taken away either.
    _lock: Option<File>,
}

/// A new empty file in `folder`, which is removed with this value.
pub(crate) fn unnamed_file(folder: &Path, prefix: &str) -> Result<InTheMaking<TempPath>, BackupError> {
    sweep(folder, prefix);
    let make = || Ok(tempfile::Builder::new().prefix(prefix).tempfile_in(folder)?.into_temp_path());
    in_the_making(make, |path| path).map_err(|source| no_folder(folder, source))
}

/// The same of a folder.
pub(crate) fn unnamed_folder(folder: &Path, prefix: &str) -> Result<InTheMaking<TempDir>, BackupError> {
    sweep(folder, prefix);
    let make = || tempfile::Builder::new().prefix(prefix).tempdir_in(folder);
    in_the_making(make, TempDir::path).map_err(|source| no_folder(folder, source))
}

fn in_the_making<P>(
    make: impl Fn() -> io::Result<P>,
    path_of: impl Fn(&P) -> &Path,
) -> io::Result<InTheMaking<P>> {
    loop {
        let made = make()?;
        let lock = File::open(path_of(&made)).ok().filter(|file| file.try_lock().is_ok());
        // Somebody who began at the same time may have taken it for left behind, until it was locked.
        if path_of(&made).exists() {
            return Ok(InTheMaking { path: made, _lock: lock });
        }
    }
}

/// Takes away what nobody has in the making any more.
fn sweep(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        let path = entry.path();
        if belongs_to(&path).is_some_and(|of| of.exists()) {
            // It goes with that one, which may be in the making.
            continue;
        }
        let Ok(left_behind) = File::open(&path) else { continue };
        if left_behind.try_lock().is_err() {
            continue;
        }
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        for beside in BESIDE {
            let _ = fs::remove_file(with_ending(&path, beside));
        }
        match removed {
            Ok(()) => tracing::info!(path = %path.display(), "removed what a killed process left behind"),
            Err(fault) => tracing::warn!(
                path = %path.display(),
                fault = &fault as &dyn std::error::Error,
                "a killed process left this behind, and it cannot be removed"
            ),
        }
    }
}

/// The database that a file of SQLite's stands beside.
fn belongs_to(path: &Path) -> Option<PathBuf> {
    let name = path.to_str()?;
    BESIDE.iter().find_map(|beside| name.strip_suffix(beside)).map(PathBuf::from)
}

fn no_folder(folder: &Path, source: io::Error) -> BackupError {
    BackupError::File { what: "write to the folder", path: folder.to_owned(), source }
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
