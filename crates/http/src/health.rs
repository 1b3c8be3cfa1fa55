//! Whether the process lives, and whether it is ready.

use std::{error::Error, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::HttpOptions;

/// Whoever asks shall not wait until somebody else has given up on the database.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// The process lives: it answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers. A search that is still being built does not make a server unready: it answers from what
/// there is, and says so.
pub(crate) async fn readyz(State(options): State<Arc<HttpOptions>>) -> Response {
    if options.leaving.has_begun() {
        return not_ready("the server was told to stop");
    }
    match tokio::time::timeout(READY_WITHIN, options.blog.readiness()).await {
        Ok(Ok(readiness)) => Json(json!({
            "ready": true,
            "search": { "complete": readiness.search_complete, "seq": readiness.indexed.to_string() },
        }))
        .into_response(),
        Ok(Err(fault)) => {
            tracing::warn!(fault = &fault as &dyn Error, "not ready");
            not_ready("the database does not answer")
        }
        Err(_) => {
            tracing::warn!("not ready: the database takes longer than a second");
            not_ready("the database takes too long to answer")
        }
    }
}

fn not_ready(reason: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "reason": reason }))).into_response()
}
