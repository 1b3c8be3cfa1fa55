//! The files of an index.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

use crate::index::lock;

/// tantivy's list of the files that it may delete.
pub(crate) const MANAGED_LIST: &str = ".managed.json";
/// That list while it is written.
pub(crate) const NEW_MANAGED_LIST: &str = ".managed.json.new";

/// tantivy's own directory, but for the one file that need not survive a loss of power, and for files that a crash left.
///
/// The list of managed files is rewritten for every file of every segment, which is half of all waits for the disk
/// in a small commit. It only serves to clean up; where a loss of power spoils it, the index is refused at opening
/// and built anew like any damaged one. Segments and `meta.json` are still on the disk before a commit returns.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    files: MmapDirectory,
    folder: PathBuf,
    refused: Refused,
}

/// How the system refused to write, the last time that it did. tantivy writes in threads of its own, and what they die of
/// it tells nobody.
#[derive(Clone, Debug, Default)]
struct Refused(Arc<Mutex<Option<io::ErrorKind>>>);

impl Refused {
    fn note<T>(&self, written: io::Result<T>) -> io::Result<T> {
        written.inspect_err(|error| *lock(&self.0) = Some(error.kind()))
    }
}

impl Disk {
    /// The files of a folder, which must exist.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenDirectoryError> {
        let files = MmapDirectory::open(folder)?;
        Ok(Self { files, folder: folder.to_owned(), refused: Refused::default() })
    }

    /// How the system refused to write since this was asked for the last time.
    pub(crate) fn take_refusal(&self) -> Option<io::ErrorKind> {
        lock(&self.refused.0).take()
    }
}

/// A file that is written, whose refusals are noted.
struct Noted {
    file: WritePtr,
    refused: Refused,
}

impl Write for Noted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.refused.note(self.file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.refused.note(self.file.flush())
    }
}

impl TerminatingWrite for Noted {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.refused.note(self.file.terminate_ref(token))
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
        let opened = match self.files.open_write(path) {
            // Of a commit that was cut short by a crash: names of lists of deletes come again when the same changes are
            // applied once more. No list of segments names it, so nobody reads it.
            Err(OpenWriteError::FileAlreadyExists(_)) if self.files.delete(path).is_ok() => {
                self.files.open_write(path)
            }
            opened => opened,
        };
        let file = opened.inspect_err(|error| {
            if let OpenWriteError::IoError { io_error, .. } = error {
                *lock(&self.refused.0) = Some(io_error.kind());
            }
        })?;
        // The buffer is the file's own; this one only passes on.
        Ok(BufWriter::with_capacity(0, Box::new(Noted { file, refused: self.refused.clone() })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path != Path::new(MANAGED_LIST) {
            return self.refused.note(self.files.atomic_write(path, data));
        }
        let new = self.folder.join(NEW_MANAGED_LIST);
        let written = std::fs::write(&new, data);
        self.refused.note(written.and_then(|()| std::fs::rename(new, self.folder.join(path))))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.refused.note(self.files.sync_directory())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
