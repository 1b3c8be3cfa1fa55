//! Whether the process lives, and whether it is ready.

use std::{error::Error, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::HttpOptions;

/// The process lives: it answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers. A search that is still being built does not make a server unready: it answers from what
/// there is, and says so.
pub(crate) async fn readyz(State(options): State<Arc<HttpOptions>>) -> Response {
    match options.blog.readiness().await {
        Ok(readiness) => Json(json!({
            "ready": true,
            "search": { "complete": readiness.search_complete, "seq": readiness.indexed.to_string() },
        }))
        .into_response(),
        Err(fault) => {
            tracing::warn!(fault = &fault as &dyn Error, "not ready");
            let body = json!({ "ready": false, "reason": "the database does not answer" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
