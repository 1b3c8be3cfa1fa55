//! Errors of the transport, in the form of GraphQL's request errors, so that a client reads one form only.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use inkstand_blog::BlogError;
use inkstand_graphql::{RequestId, code, hindered};
use serde_json::json;

use crate::{
    kept_answer::{NOT_KEPT, VARY},
    negotiation::MediaType,
};

/// An answer that says what was wrong and what to do.
pub(crate) fn problem(status: StatusCode, code: &'static str, message: &str) -> Response {
    problem_as(MediaType::Json, status, code, message)
}

/// The same in the media type that the client asked for.
pub(crate) fn problem_as(
    media_type: MediaType,
    status: StatusCode,
    code: &'static str,
    message: &str,
) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] }).to_string();
    let content_type = HeaderValue::from_static(media_type.content_type());
    let headers =
        [(header::CONTENT_TYPE, content_type), (header::VARY, VARY), (header::CACHE_CONTROL, NOT_KEPT)];
    (status, headers, body).into_response()
}

/// When to come again, in seconds, where something cannot be done just now. Maintenance takes longer than a restart of the
/// database.
pub(crate) fn retry_after(code: &str) -> HeaderValue {
    HeaderValue::from_static(if code == code::READ_ONLY { "60" } else { "5" })
}

/// A fault of ours: the log gets what failed, the client the name under which it stands there. Where the database is
/// away, there is nothing to look for in the log, and the client asks again.
pub(crate) fn fault(what: &str, error: &BlogError, id: &RequestId, media_type: MediaType) -> Response {
    if let Some(hindrance) = error.hindrance() {
        tracing::warn!(request_id = %id, error = error as &dyn std::error::Error, "{what}");
        let (code, message) = hindered(hindrance);
        let mut response = problem_as(media_type, StatusCode::SERVICE_UNAVAILABLE, code, message);
        response.headers_mut().insert(header::RETRY_AFTER, retry_after(code));
        return response;
    }
    tracing::error!(request_id = %id, error = error as &dyn std::error::Error, "{what}");
    let message = format!("something failed here; the log has more under request {id}");
    problem_as(media_type, StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, &message)
}
