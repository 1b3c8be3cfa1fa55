//! The span and the log line of each request, and its deadline.

use std::{
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use http_body_util::BodyExt;
use inkstand_graphql::code;
use tracing::{Instrument, Span, debug, error, error_span, field, info};

use crate::{
    HttpOptions, JoinTrace,
    client_address::{ClientAddress, Peer, network},
    problem::problem,
    request_ids::{REQUEST_ID, RequestIds, request_id_value},
};

/// W3C Trace Context.
const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// A request that takes longer is in the log even where single requests are not.
const SLOW: Duration = Duration::from_secs(1);

pub(crate) async fn layer(
    State((options, request_ids)): State<(Arc<HttpOptions>, Arc<RequestIds>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_ids.of(request.headers());
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
        // For collectors of traces, in their words; the log has them otherwise.
        http.response.status_code = field::Empty,
        otel.status_code = field::Empty,
        otel.kind = "server",
    );
    join_trace(&span, &request, options.join_trace);
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
        Span::current().record("http.response.status_code", status);
        if response.status().is_server_error() {
            Span::current().record("otel.status_code", "ERROR");
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

/// Has the span of a request go on the trace of whoever sent it, and say which that is.
fn join_trace(span: &Span, request: &Request, join: JoinTrace) {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(trace) = join(span, header(TRACEPARENT), header(TRACESTATE)) {
        span.record("trace_id", trace);
    }
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
