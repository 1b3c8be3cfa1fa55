//! Kept answers are given ahead of everything else: no span, no deadline, no routes.
//!
//! What is here never waits. A request whose body has not arrived as a whole goes the usual way, on which the cache is
//! asked as well.

use std::{
    convert::Infallible,
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header},
    response::Response,
};
use futures::{FutureExt, StreamExt, stream};
use tower::{Layer, Service};
use tower_http::cors::CorsLayer;
use tracing::debug;

use crate::{
    HttpOptions,
    admission::{AFTER_SEQ, is_for_everybody},
    arriving::Arriving,
    client_address::Peer,
    graphql::{self, is_json},
    kept_answer::Of,
    negotiation::{MediaType, Wanted},
    pages,
    request_ids::{REQUEST_ID, RequestIds, request_id_value},
    response_cache::{LONGEST_REQUEST, RequestRef, Way},
};

/// The routes of a blog, and what is kept ahead of them. Cheap to clone.
#[derive(Clone)]
pub struct Routes {
    inner: Arc<Inner>,
}

struct Inner {
    options: Arc<HttpOptions>,
    request_ids: Arc<RequestIds>,
    behind: Router,
    /// What the layer behind which the routes are says to pages of other origins.
    cross_origin: HeaderMap,
}

/// A request whose body may still be on its way.
type Incoming = axum::http::Request<Arriving>;

/// Answers requests.
pub(crate) trait Answers: Clone + Send + 'static {
    /// The answer to a request that `peer` sent. Nothing is done before the future is polled: then what has come of the
    /// body can be read.
    fn answer(self, request: Incoming, peer: Peer) -> impl Future<Output = Response> + Send;
}

impl Routes {
    /// `behind` has that layer.
    pub(crate) fn new(
        options: Arc<HttpOptions>,
        request_ids: Arc<RequestIds>,
        behind: Router,
        cross_origin: &CorsLayer,
    ) -> Self {
        let inner = Inner { options, request_ids, behind, cross_origin: said_to_all(cross_origin) };
        Self { inner: Arc::new(inner) }
    }
}

impl Answers for Routes {
    async fn answer(self, request: Incoming, peer: Peer) -> Response {
        let version = request.version();
        let mut response = match kept(&self.inner, request) {
            Ok(response) => response,
            Err(request) => routed(self.inner.behind.clone(), request, peer).await,
        };
        // HTTP/2 has a frame for that, which the server sends when it stops.
        let is_last = self.inner.options.leaving.has_begun()
            && version == Version::HTTP_11
            && response.status() != StatusCode::SWITCHING_PROTOCOLS;
        if is_last {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl Answers for Router {
    async fn answer(self, request: Incoming, peer: Peer) -> Response {
        routed(self, request.map(Body::new), peer).await
    }
}

async fn routed(mut routes: Router, mut request: Request, peer: Peer) -> Response {
    request.extensions_mut().insert(peer);
    match routes.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The headers that a layer adds to the answer to a request that is no preflight.
fn said_to_all(layer: &CorsLayer) -> HeaderMap {
    let empty = tower::service_fn(|_: Request| async { Ok::<_, Infallible>(Response::new(Body::empty())) });
    let answer = layer.layer(empty).call(Request::default()).now_or_never();
    answer.and_then(Result::ok).map(|response| response.into_parts().0.headers).unwrap_or_default()
}

/// The kept answer to a request, or the request as it was.
#[expect(clippy::result_large_err, reason = "the error is the request, which goes on at once")]
fn kept(inner: &Inner, request: Incoming) -> Result<Response, Request> {
    let options = &*inner.options;
    let headers = request.headers();
    let is_query = request.uri().path() == graphql::ADDRESS;
    // Where there is a quota, each answer says what is left of it.
    let may_be_kept = options.response_cache.is_on()
        && !options.limits.quotas().bind_everybody()
        && (is_query || options.pages && pages::is_address(request.uri().path()))
        && !headers.contains_key(AFTER_SEQ)
        && is_for_everybody(options, headers);
    if !may_be_kept {
        return Err(request.map(Body::new));
    }
    if !is_query {
        if *request.method() != Method::GET {
            return Err(request.map(Body::new));
        }
        let text = pages::text_of(request.uri());
        let asked = RequestRef { way: Way::Page(Wanted::by(headers)), text: text.as_bytes() };
        return answer(inner, request.method(), headers, asked).ok_or_else(|| request.map(Body::new));
    }
    match *request.method() {
        Method::GET => {
            let text = request.uri().query().unwrap_or_default().as_bytes();
            match MediaType::accepted_by_get(headers) {
                Some(media_type) => {
                    let asked = RequestRef { way: Way::Address(media_type), text };
                    answer(inner, request.method(), headers, asked).ok_or_else(|| request.map(Body::new))
                }
                None => Err(request.map(Body::new)),
            }
        }
        Method::POST if is_short(headers) => {
            let Some(media_type) = MediaType::accepted(headers).filter(|_| is_json(headers)) else {
                return Err(request.map(Body::new));
            };
            let (head, body) = request.into_parts();
            match what_is_there(body) {
                Ok(text) => {
                    let asked = RequestRef { way: Way::Body(media_type), text: &text };
                    answer(inner, &head.method, &head.headers, asked)
                        .ok_or_else(|| Request::from_parts(head, Body::from(text)))
                }
                Err(body) => Err(Request::from_parts(head, body)),
            }
        }
        _ => Err(request.map(Body::new)),
    }
}

fn answer(inner: &Inner, method: &Method, headers: &HeaderMap, asked: RequestRef<'_>) -> Option<Response> {
    let options = &*inner.options;
    let (kept, seq) = options.response_cache.look(&options.blog, asked)?;
    let id = inner.request_ids.of(headers);
    debug!(request_id = %id, %method, status = "kept", "request");
    let away = options.blog.database_away_for();
    let mut response = kept.response(method, headers, Some(seq), away, options.clock.as_ref());
    match kept.of() {
        Of::Operation(operation) => options.figures.count_kept(operation, response.status()),
        Of::Page(_) => options.figures.count_kept_page(response.status()),
    }
    let headers = response.headers_mut();
    for (name, value) in &inner.cross_origin {
        headers.append(name, value.clone());
    }
    if let Some(id) = request_id_value(id) {
        headers.insert(REQUEST_ID, id);
    }
    Some(response)
}

fn is_short(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.is_some_and(|length: usize| length <= LONGEST_REQUEST)
}

/// The whole of a body, where it has arrived; else the body as it was.
fn what_is_there(mut body: Arriving) -> Result<Bytes, Body> {
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(frame))) = pin!(&mut body).poll_frame(&mut cx) else {
        return Err(Body::new(body));
    };
    let Ok(first) = frame.into_data() else { return Err(Body::new(body)) };
    if body.is_end_stream() {
        return Ok(first);
    }
    let first = stream::iter([Ok(first)]);
    Err(Body::from_stream(first.chain(Body::new(body).into_data_stream())))
}
