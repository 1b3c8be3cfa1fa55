//! Errors of the transport, in the form of GraphQL's request errors, so that a client reads one form only.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::negotiation::MediaType;

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
    let vary = HeaderValue::from_static("accept");
    (status, [(header::CONTENT_TYPE, content_type), (header::VARY, vary)], body).into_response()
}
