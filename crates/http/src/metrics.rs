//! A port for those who watch a server, apart from the one for its readers: one page, made anew for each who asks.

use std::{future::Future, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use inkstand_figures::Gauge;
use tokio::net::TcpListener;

use crate::{
    accept::accept,
    client_address::TrustedProxies,
    connections::{Bounds, Connections},
};

/// Where the page is.
pub const METRICS: &str = "/metrics";

/// Connections at one time: a few who watch, and whoever looks by hand.
const MOST_CONNECTIONS: usize = 16;

/// No page takes longer to make. Prometheus waits for ten seconds, where nobody says otherwise.
const DEADLINE: Duration = Duration::from_secs(5);

/// Prometheus' text format.
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Answers `GET /metrics` on `listener` with what `page` makes, until `stop` is ready.
pub async fn serve_metrics<Page>(
    listener: TcpListener,
    page: impl Fn() -> Page + Send + Sync + 'static,
    stop: impl Future<Output = ()>,
) where
    Page: Future<Output = String> + Send + 'static,
{
    let page = Arc::new(page);
    let metrics = move || {
        let page = Arc::clone(&page);
        async move { answer(page()).await }
    };
    let router = Router::new().route(METRICS, get(metrics)).fallback(nothing_here);
    let all = Connections::new(Bounds::of_few(MOST_CONNECTIONS), Gauge::default());
    accept(listener, router, TrustedProxies::default(), stop, all, || {}).await;
}

async fn answer(page: impl Future<Output = String>) -> Response {
    match tokio::time::timeout(DEADLINE, page).await {
        Ok(page) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], page).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the numbers were not there in time\n").into_response(),
    }
}

async fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, "nothing is served here but /metrics; the blog has a port of its own\n")
        .into_response()
}
