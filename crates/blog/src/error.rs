//! What can go wrong with a use case.

use inkstand_model::Action;
use inkstand_storage::StorageError;
use thiserror::Error;

/// Why a use case could not be carried out.
#[derive(Debug, Error)]
pub enum BlogError {
    /// The viewer may not do that.
    #[error("not allowed: {0:?}")]
    NotAllowed(Action),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The index.
    #[error(transparent)]
    Search(#[from] inkstand_search::Error),
    /// The index's folder.
    #[error(transparent)]
    IndexFolder(#[from] inkstand_search::OpenError),
    /// Requests to other hosts cannot be made.
    #[error(transparent)]
    Outgoing(#[from] inkstand_outgoing::NoClient),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] inkstand_identity::PasswordFault),
    /// The key that the blog keeps in its database is none.
    #[error("the server key in the database cannot be used")]
    ServerKey(#[source] inkstand_identity::InvalidServerKey),
    /// Work on another thread did not come to its end, because the process stops or the work panicked.
    #[error("the work was broken off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

impl BlogError {
    /// What the database's state keeps from being done, rather than a fault of ours.
    #[must_use]
    pub fn hindrance(&self) -> Option<Hindrance> {
        match self {
            Self::Storage(StorageError::ReadOnly) => Some(Hindrance::ReadOnly),
            Self::Storage(StorageError::CommitUnknown(_)) => Some(Hindrance::Unknown),
            Self::Storage(fault) if fault.may_pass() => Some(Hindrance::Away),
            _ => None,
        }
    }
}

/// Why something cannot be done just now, and may be later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// This server only reads.
    ReadOnly,
    /// The database is away, too busy or full. Nothing was written.
    Away,
    /// The database went away before it said whether what was written is lasting.
    Unknown,
}
