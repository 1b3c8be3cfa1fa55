//! What a writing use case says no to.

use inkstand_model::{Action, Entry, Menu};
use inkstand_storage::StorageError;
use thiserror::Error;

use crate::BlogError;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// What was asked for cannot be done so; each refusal says what to do about it.
    #[error("refused: {}", .0.first().map_or("", |refusal| refusal.message.as_str()))]
    Refused(Vec<Refusal>),
    /// It has changed since the version that the edit began from; this is how it is now.
    #[error("it has changed meanwhile")]
    Conflict(Box<Entry>),
    /// The same of a menu.
    #[error("it has changed meanwhile")]
    MenuConflict(Box<Menu>),
    /// Too many attempts: the next one may come after so many seconds.
    #[error("too many attempts; try again in {0} seconds")]
    TooManyAttempts(u64),
    /// The viewer may not, or something failed.
    #[error(transparent)]
    Blog(#[from] BlogError),
}

/// One thing that is wrong with what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// Which part of the input it is about, from the outside in: `["tags", "2"]`; empty for all of it.
    pub field: Vec<String>,
    /// For people: what is wrong, and what to do.
    pub message: String,
}

/// The kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// A value that means nothing here: empty, malformed, with control characters.
    Invalid,
    /// A value is larger than it may be.
    TooLong,
    /// What is named is not there, or the viewer may not know of it.
    NotFound,
    /// Something else has that name, slug or address.
    Taken,
    /// It cannot be done in the state that the thing is in.
    NotPossible,
    /// The idempotency key was used for something else.
    KeyReused,
    /// Name or password is wrong, or the account cannot sign in.
    WrongCredentials,
}

impl Refusal {
    /// A refusal about one field.
    pub fn new(code: RefusalCode, field: &str, message: impl Into<String>) -> Self {
        let field = if field.is_empty() { Vec::new() } else { vec![field.to_owned()] };
        Self { code, field, message: message.into() }
    }
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<StorageError> for WriteError {
    fn from(error: StorageError) -> Self {
        Self::Blog(error.into())
    }
}

impl WriteError {
    /// The viewer may not.
    #[must_use]
    pub(crate) fn not_allowed(action: Action) -> Self {
        Self::Blog(BlogError::NotAllowed(action))
    }
}
