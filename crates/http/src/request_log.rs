//! The id, the span and the log line of each request, and its deadline.

use std::{
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use http_body_util::BodyExt;
use inkstand_graphql::{RequestId, code};
use tracing::{Instrument, Span, debug, error, error_span, field, info};

use crate::{
    HttpOptions,
    client_address::{ClientAddress, Peer, network},
    kept_answer::push_hex,
    problem::problem,
};

/// Given by a proxy or made here, sent back, and in every log line of the request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// W3C Trace Context.
const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// A request that takes longer is in the log even where single requests are not.
const SLOW: Duration = Duration::from_secs(1);

/// Characters of an id that a proxy gives.
const LONGEST_ID: usize = 64;

pub(crate) async fn layer(
    State(options): State<Arc<HttpOptions>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(&options, request.headers());
    let client =
        options.limits.proxies().client(request.extensions().get::<Peer>().copied(), request.headers());
    // Of the highest level, so that it is there whenever anything is logged.
    let span = error_span!(
        "http.request",
        request_id = %id,
        method = %request.method(),
        path = request.uri().path(),
        client = %network(client),
        operation = field::Empty,
        trace_id = field::Empty,
        status = field::Empty,
        otel.kind = "server",
    );
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(trace) = (options.join_trace)(&span, header(TRACEPARENT), header(TRACESTATE)) {
        span.record("trace_id", trace);
    }
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(ClientAddress(client));
    let (request, reading) = watched(request);
    let counting = options.figures.begin(request.uri().path());
    async move {
        let mut running = pin!(next.run(request));
        let mut response = match tokio::time::timeout(options.deadline, &mut running).await {
            Ok(response) => response,
            Err(_) if reading.upgrade().is_some() => problem(
                StatusCode::REQUEST_TIMEOUT,
                code::TIMEOUT,
                "the body of the request did not arrive in time",
            ),
            Err(_) => problem(
                StatusCode::GATEWAY_TIMEOUT,
                code::TIMEOUT,
                "the answer took too long and was broken off; ask for less at once",
            ),
        };
        let duration = counting.took();
        let status = response.status().as_u16();
        let duration_ms = duration.as_secs_f64() * 1000.0;
        Span::current().record("status", status);
        if response.status().is_server_error() {
            error!(status, duration_ms, "request failed");
        } else if duration >= SLOW {
            info!(status, duration_ms, "slow request");
        } else {
            debug!(status, duration_ms, "request");
        }
        if let Some(value) = request_id_value(id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        counting.end(&response);
        response
    }
    .instrument(span)
    .await
}

/// The request, and what lives as long as its body is not read to the end.
fn watched(request: Request) -> (Request, Weak<()>) {
    let alive = Arc::new(());
    let reading = Arc::downgrade(&alive);
    let request = request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _alive = &alive;
            frame
        }))
    });
    (request, reading)
}

/// The id that a proxy gave, else a new one.
pub(crate) fn request_id(options: &HttpOptions, headers: &HeaderMap) -> RequestId {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        !id.is_empty()
            && id.len() <= LONGEST_ID
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    RequestId(match given.filter(harmless) {
        Some(given) => given.to_owned(),
        None => {
            let mut id = String::with_capacity(16);
            options.clock.random().iter().take(8).for_each(|byte| push_hex(&mut id, *byte));
            id
        }
    })
}

/// An id as it is sent back.
pub(crate) fn request_id_value(id: RequestId) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from(id.0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_watched_until_it_is_read() {
        let (request, reading) = watched(Request::new(Body::from("{}")));
        assert!(reading.upgrade().is_some());
        assert_eq!(request.into_body().collect().await.unwrap().to_bytes(), "{}");
        assert!(reading.upgrade().is_none());
    }
}
