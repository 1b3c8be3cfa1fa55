//! The files of an index.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

/// tantivy's list of the files that it may delete.
pub(crate) const MANAGED_LIST: &str = ".managed.json";
/// That list while it is written.
pub(crate) const NEW_MANAGED_LIST: &str = ".managed.json.new";

/// tantivy's own directory, but for the one file that need not survive a loss of power.
///
/// The list of managed files is rewritten for every file of every segment, which is half of all waits for the disk
/// in a small commit. It only serves to clean up; where a loss of power spoils it, the index is refused at opening
/// and built anew like any damaged one. Segments and `meta.json` are still on the disk before a commit returns.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    files: MmapDirectory,
    folder: PathBuf,
}

impl Disk {
    /// The files of a folder, which must exist.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { files: MmapDirectory::open(folder)?, folder: folder.to_owned() })
    }
}

impl Directory for Disk {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.files.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path != Path::new(MANAGED_LIST) {
            return self.files.atomic_write(path, data);
        }
        let new = self.folder.join(NEW_MANAGED_LIST);
        std::fs::write(&new, data)?;
        std::fs::rename(new, self.folder.join(path))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
