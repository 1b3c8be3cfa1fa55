//! What can go wrong, by what a caller can do about it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use thiserror::Error;

/// Why an index cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Somebody else writes to it, this process included.
    #[error("the index is in use by another process")]
    Locked,
    /// It is damaged, or of another version's format: [`crate::Index::recreate`] and fill it anew.
    #[error("the index cannot be used: {0}")]
    Unusable(String),
    /// The folder cannot be read or written.
    #[error("the folder of the index cannot be used")]
    Io(#[source] std::io::Error),
}

/// Why an index did not answer.
#[derive(Debug, Error)]
pub enum Error {
    /// It is damaged. It answers nothing any more: [`crate::Index::recreate`] and fill it anew.
    #[error("the index is damaged")]
    Broken,
    /// It is being rebuilt, and cannot be written to until that is finished or given up.
    #[error("the index is being rebuilt")]
    Rebuilding,
    /// It was closed, and cannot be written to any more.
    #[error("the index is closed")]
    Closed,
    /// The disk failed or is full. What was to be written is not, and can be tried again.
    #[error("the index cannot be read or written")]
    Io(#[source] std::io::Error),
    /// The engine refused: a fault of ours.
    #[error("the search engine failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Runs something that reads or writes the index, whose files anything may have happened to.
///
/// Flipped bytes make tantivy panic where truncated files make it return errors. Either way the index is of no
/// more use: `broken` is set, and nothing is asked of it from then on.
pub(crate) fn guarded<T>(broken: &AtomicBool, work: impl FnOnce() -> tantivy::Result<T>) -> Result<T, Error> {
    if broken.load(Ordering::Acquire) {
        return Err(Error::Broken);
    }
    // Unwind safety: after a panic nothing behind `broken` is looked at again.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            let error = Error::from(error);
            if matches!(error, Error::Broken) {
                broken.store(true, Ordering::Release);
            }
            Err(error)
        }
        Err(_panic) => {
            broken.store(true, Ordering::Release);
            tracing::error!("the search engine panicked: the index is damaged");
            Err(Error::Broken)
        }
    }
}

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        if let Some(io) = io_error(&error) {
            return io;
        }
        match error {
            TantivyError::DataCorruption(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::DeserializeError(_)
            | TantivyError::OpenReadError(_)
            | TantivyError::Poisoned
            | TantivyError::ErrorInThread(_) => {
                tracing::error!(%error, "the index is damaged");
                Self::Broken
            }
            error => Self::Engine(Box::new(error)),
        }
    }
}

/// An error of the disk, unless it only says that a file's contents make no sense.
fn io_error(error: &TantivyError) -> Option<Error> {
    use std::io::ErrorKind;
    let io = match error {
        TantivyError::IoError(io)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: io, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: io, .. })
        | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: io, .. })
        | TantivyError::LockFailure(LockError::IoError(io), _) => io,
        _ => return None,
    };
    // What the system refuses can be tried again. Everything else is a file that says nonsense: the engine's readers
    // report overwritten bytes as errors of any other kind.
    Some(match io.kind() {
        kind @ (ErrorKind::StorageFull
        | ErrorKind::QuotaExceeded
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::PermissionDenied
        | ErrorKind::Interrupted
        | ErrorKind::WouldBlock
        | ErrorKind::TimedOut
        | ErrorKind::ResourceBusy
        | ErrorKind::OutOfMemory) => Error::Io(std::io::Error::new(kind, io.to_string())),
        _ => {
            tracing::error!(error = %io, "the index is damaged");
            Error::Broken
        }
    })
}

impl From<TantivyError> for OpenError {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::Locked,
            error => match io_error(&error) {
                Some(Error::Io(io)) => Self::Io(io),
                _ => Self::Unusable(error.to_string()),
            },
        }
    }
}
