//! A request that is refused before it runs.

use async_graphql::{Pos, ServerError};

use crate::code;

/// Why, in one sentence that also says what to do; and where in the query, if at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) at: Vec<Pos>,
}

impl Refusal {
    /// It asks for more than one request may.
    pub(crate) fn too_much(message: impl Into<String>) -> Self {
        Self { code: code::TOO_EXPENSIVE, message: message.into(), at: Vec::new() }
    }

    /// It does not fit the schema, or the rules of the language.
    pub(crate) fn invalid(message: impl Into<String>, at: Vec<Pos>) -> Self {
        Self { code: code::VALIDATION_FAILED, message: message.into(), at }
    }

    /// The text of a scalar, at that path within a variable or an argument, does not mean one.
    pub(crate) fn unreadable(path: &str, scalar: &str, reason: &str) -> Self {
        let message = format!("`{path}` is no `{scalar}`: {reason}");
        Self { code: code::BAD_INPUT, message, at: Vec::new() }
    }
}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let mut error = Self::new(refusal.message, None);
        error.locations = refusal.at;
        error
    }
}
