//! Errors as clients see them.

use std::sync::Arc;

use async_graphql::{Context, Error, ErrorExtensions};
use inkstand_blog::{BlogError, Hindrance};
use inkstand_model::Viewer;

use crate::{
    code,
    request::{RequestState, state},
};

/// A refusal that the client can act on.
pub(crate) fn refusal(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// Anything that a use case says no to: what the client did, as a refusal; what we did, as one opaque error
/// under which the log tells more.
pub(crate) fn fault(ctx: &Context<'_>, error: impl Into<Arc<BlogError>>) -> Error {
    fault_in(state(ctx), error)
}

/// The same, of a request whose context is not at hand.
pub(crate) fn fault_in(state: &RequestState, error: impl Into<Arc<BlogError>>) -> Error {
    let error = error.into();
    if let Some(hindrance) = error.hindrance() {
        let (code, message) = hindered(hindrance);
        tracing::warn!(request_id = %state.id, error = error.as_ref() as &dyn std::error::Error, "not done just now");
        return refusal(code, message);
    }
    match error.as_ref() {
        BlogError::NotAllowed(_) => match state.reader.viewer() {
            Viewer::Anonymous => {
                refusal(code::UNAUTHENTICATED, "only for those who have signed in, or with a token")
            }
            Viewer::Operator | Viewer::Account(_) => {
                refusal(code::FORBIDDEN, "your role, or the scope of your token, does not allow that")
            }
        },
        _ => {
            let request = &state.id;
            tracing::error!(request_id = %request, error = error.as_ref() as &dyn std::error::Error, "a resolver failed");
            refusal(
                code::INTERNAL,
                format!("something failed here; the log has more under request {request}"),
            )
        }
    }
}

/// What is said of what cannot be done just now.
#[must_use]
pub fn hindered(hindrance: Hindrance) -> (&'static str, &'static str) {
    match hindrance {
        Hindrance::ReadOnly => (
            code::READ_ONLY,
            "this server only reads for now, for maintenance; nothing was written, write again later",
        ),
        Hindrance::Away => (
            code::UNAVAILABLE,
            "the database does not answer just now, or has too much to do; nothing was written, ask again in a moment",
        ),
        Hindrance::Unknown => (
            code::UNAVAILABLE,
            "the database went away before it said whether this was written; look before you write it again",
        ),
    }
}
