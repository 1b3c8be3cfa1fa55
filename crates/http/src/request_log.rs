//! The id, the span and the log line of each request, and its deadline.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use inkstand_graphql::{RequestId, code};
use tracing::{Instrument, debug, error, error_span, field, info};

use crate::{HttpOptions, problem::problem};

/// Given by a proxy or made here, sent back, and in every log line of the request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request that takes longer is in the log even where single requests are not.
const SLOW: Duration = Duration::from_secs(1);

/// Characters of an id that a proxy gives.
const LONGEST_ID: usize = 64;

pub(crate) async fn layer(
    State(options): State<Arc<HttpOptions>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(&options, &request);
    // Of the highest level, so that it is there whenever anything is logged.
    let span = error_span!(
        "http.request",
        request_id = %id,
        method = %request.method(),
        path = request.uri().path(),
        operation = field::Empty,
    );
    request.extensions_mut().insert(id.clone());
    let began = Instant::now();
    async {
        let mut response = match tokio::time::timeout(options.deadline, next.run(request)).await {
            Ok(response) => response,
            Err(_) => problem(
                StatusCode::GATEWAY_TIMEOUT,
                code::TIMEOUT,
                "the answer took too long and was broken off; ask for less at once",
            ),
        };
        let duration = began.elapsed();
        let status = response.status().as_u16();
        let duration_ms = duration.as_secs_f64() * 1000.0;
        if response.status().is_server_error() {
            error!(status, duration_ms, "request failed");
        } else if duration >= SLOW {
            info!(status, duration_ms, "slow request");
        } else {
            debug!(status, duration_ms, "request");
        }
        if let Ok(value) = HeaderValue::from_str(&id.0) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

fn request_id(options: &HttpOptions, request: &Request) -> RequestId {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        !id.is_empty()
            && id.len() <= LONGEST_ID
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    RequestId(match given.filter(harmless) {
        Some(given) => given.to_owned(),
        None => options.clock.random().iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
    })
}
