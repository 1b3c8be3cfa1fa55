//! All routes and layers.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use inkstand_blog::Blog;
use inkstand_graphql::{Gateway, code};
use inkstand_model::Clock;
use tower_http::{catch_panic::CatchPanicLayer, cors, cors::CorsLayer};
use tracing::Span;

use crate::{
    Leaving, Limits, RequestFigures, ResponseCache, admission,
    ahead::Routes,
    cache_tags::CACHE_TAG,
    graphiql, graphql, health,
    kept_answer::{SEQ, STALE},
    pages,
    problem::problem,
    quota,
    request_ids::{REQUEST_ID, RequestIds},
    request_log,
    session_cookie::SessionCookie,
    socket::{self, Sockets},
};

/// What the routes need.
#[derive(Clone)]
pub struct HttpOptions {
    /// The blog that is served.
    pub blog: Blog,
    /// The schema.
    pub gateway: Gateway,
    /// The site's address, without a slash at its end: it decides how cookies are called, and which pages are ours.
    pub public_url: String,
    /// For the ids of requests.
    pub clock: Arc<dyn Clock>,
    /// No answer takes longer; then the client is told so.
    pub deadline: Duration,
    /// The WebSockets of this server.
    pub sockets: Sockets,
    /// What is bounded besides.
    pub limits: Limits,
    /// Answers that are kept for everybody.
    pub response_cache: ResponseCache,
    /// Has the span of a request go on the trace of whoever sent it, by the headers `traceparent` and `tracestate`; gives
    /// the id of that trace.
    pub join_trace: JoinTrace,
    /// Whether this server is about to go.
    pub leaving: Leaving,
    /// What is counted of requests.
    pub figures: RequestFigures,
    /// Whether pages and feeds are served, or GraphQL alone.
    pub pages: bool,
}

impl HttpOptions {
    pub(crate) fn session_cookie(&self) -> SessionCookie {
        SessionCookie::at(&self.public_url)
    }
}

/// See [`HttpOptions::join_trace`].
pub type JoinTrace = fn(&Span, Option<&str>, Option<&str>) -> Option<String>;

/// Bytes of a request's body. A post of a hundred thousand words is half a megabyte.
pub(crate) const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// The routes of a blog.
#[must_use]
pub fn routes(options: HttpOptions) -> Routes {
    let options = Arc::new(options);
    let request_ids = Arc::new(RequestIds::new(options.clock.as_ref()));
    let cross_origin = cors();
    let router = Router::new()
        .route(graphql::ADDRESS, get(graphql::get).post(graphql::post).fallback(graphql::wrong_method))
        .route("/graphql/schema.graphql", get(graphql::schema))
        .route("/graphql/ws", get(socket::open))
        .route("/graphql/assets/{name}", get(graphiql::asset))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz));
    let router = if options.pages {
        router.fallback(pages::answer)
    } else {
        let to_graphql = get(|| async { Redirect::temporary(graphql::ADDRESS) });
        router.route("/", to_graphql).fallback(nothing_here)
    };
    let router = router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(&options), Arc::clone(&request_ids)),
            request_log::layer,
        ))
        // Outermost: a page of another origin shall also read what the layers within it say.
        .layer(cross_origin.clone())
        .with_state(Arc::clone(&options));
    Routes::new(options, request_ids, router, &cross_origin)
}

/// Anonymous reads from any origin, never with credentials: what a page of another origin may send and read.
///
/// `Authorization` is not among it. A token in a page is a token of everybody who reads the page, and one that a page
/// has kept from its reader is within reach of every script there; a front end with a token of its own asks from its
/// server. `Inkstand-Csrf` is missing because its absence is what it proves.
fn cors() -> CorsLayer {
    let named =
        |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
    CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers(
            [
                header::CONTENT_TYPE,
                header::ACCEPT,
                header::IF_NONE_MATCH,
                admission::PREVIEW,
                admission::AFTER_SEQ,
            ]
            .into_iter()
            // What Apollo's clients send by themselves; none of it means anything here.
            .chain(named(&[
                "apollo-require-preflight",
                "x-apollo-operation-name",
                "x-apollo-operation-id",
                "x-apollo-operation-type",
                "apollographql-client-name",
                "apollographql-client-version",
            ]))
            .collect::<Vec<_>>(),
        )
        .expose_headers(
            [header::ETAG, header::RETRY_AFTER, quota::RATE_LIMIT, quota::RATE_LIMIT_POLICY, REQUEST_ID]
                .into_iter()
                .chain([CACHE_TAG, SEQ, STALE])
                .collect::<Vec<_>>(),
        )
        .max_age(Duration::from_secs(24 * 60 * 60))
}

pub(crate) async fn nothing_here() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        code::BAD_REQUEST,
        "nothing is served here; the GraphQL API is at /graphql",
    )
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("of unknown kind");
    tracing::error!(panic = message, "a handler panicked");
    problem(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, "something failed here; the log has more")
        .into_response()
}
