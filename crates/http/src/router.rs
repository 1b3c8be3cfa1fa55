//! All routes and layers.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use inkstand_blog::Blog;
use inkstand_graphql::{Gateway, code};
use inkstand_model::Clock;
use tower_http::{catch_panic::CatchPanicLayer, cors, cors::CorsLayer};

use crate::{
    ResponseCache, ahead::AheadLayer, cache_tags::CACHE_TAG, graphiql, graphql, health, kept_answer::SEQ,
    problem::problem, request_log, session_cookie::SessionCookie,
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
    /// Answers that are kept for everybody.
    pub response_cache: ResponseCache,
}

impl HttpOptions {
    pub(crate) fn session_cookie(&self) -> SessionCookie {
        SessionCookie::at(&self.public_url)
    }
}

/// Bytes of a request's body. A post of a hundred thousand words is half a megabyte.
pub(crate) const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// The routes of a blog.
pub fn router(options: HttpOptions) -> Router {
    let options = Arc::new(options);
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphql") }))
        .route(graphql::ADDRESS, get(graphql::get).post(graphql::post).fallback(graphql::wrong_method))
        .route("/graphql/schema.graphql", get(graphql::schema))
        .route("/graphql/assets/{name}", get(graphiql::asset))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(nothing_here)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&options), request_log::layer))
        .layer(AheadLayer(Arc::clone(&options)))
        // Outermost: a page of another origin shall also read what the layers within it say.
        .layer(cors())
        .with_state(options)
}

/// Anonymous reads from any origin, never with credentials.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::ACCEPT, graphql::PREVIEW, graphql::AFTER_SEQ])
        .expose_headers([request_log::REQUEST_ID, header::ETAG, CACHE_TAG, SEQ])
        .max_age(Duration::from_secs(24 * 60 * 60))
}

async fn nothing_here() -> Response {
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
