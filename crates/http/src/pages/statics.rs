//! Styles, script and icon.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use inkstand_graphql::code;
use inkstand_web::assets;

use crate::problem::problem;

/// The file at an address. Another content has another address, so nobody needs to ask twice.
pub(crate) fn file(address: &str) -> Response {
    let Some(asset) = assets::at(address) else {
        return problem(StatusCode::NOT_FOUND, code::BAD_REQUEST, "there is no such file");
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, asset.content.as_str()).into_response()
}
