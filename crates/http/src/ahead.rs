//! Kept answers are given ahead of everything else: no span, no deadline, no routes.
//!
//! What is here never waits. A request whose body has not arrived as a whole goes the usual way, on which the cache is
//! asked as well.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, Method, header},
    response::Response,
};
use futures::{StreamExt, future::Either, stream};
use tower_layer::Layer;
use tower_service::Service;
use tracing::debug;

use crate::{
    HttpOptions,
    graphql::{self, is_for_everybody, is_json},
    negotiation::MediaType,
    request_log::{REQUEST_ID, request_id, request_id_value},
    response_cache::{LONGEST_REQUEST, RequestRef, Way},
};

/// Puts [`Ahead`] before a service.
#[derive(Clone)]
pub(crate) struct AheadLayer(pub(crate) Arc<HttpOptions>);

/// Gives kept answers, and leaves the rest to the service behind it.
#[derive(Clone)]
pub(crate) struct Ahead<S> {
    options: Arc<HttpOptions>,
    behind: S,
}

impl<S> Layer<S> for AheadLayer {
    type Service = Ahead<S>;

    fn layer(&self, behind: S) -> Ahead<S> {
        Ahead { options: Arc::clone(&self.0), behind }
    }
}

impl<S: Service<Request, Response = Response, Error = Infallible>> Service<Request> for Ahead<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.behind.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match kept(&self.options, request) {
            Ok(response) => Either::Left(ready(Ok(response))),
            Err(request) => Either::Right(self.behind.call(request)),
        }
    }
}

/// The kept answer to a request, or the request as it was.
#[expect(clippy::result_large_err, reason = "the error is the request, which goes on at once")]
fn kept(options: &HttpOptions, request: Request) -> Result<Response, Request> {
    let headers = request.headers();
    // Where there is a quota, each answer says what is left of it.
    let may_be_kept = options.response_cache.is_on()
        && !options.limits.quotas().bind_everybody()
        && request.uri().path() == graphql::ADDRESS
        && !headers.contains_key(graphql::AFTER_SEQ)
        && is_for_everybody(options, headers);
    if !may_be_kept {
        return Err(request);
    }
    match *request.method() {
        Method::GET => {
            let text = request.uri().query().unwrap_or_default().as_bytes();
            match MediaType::accepted_by_get(headers) {
                Some(media_type) => {
                    let asked = RequestRef { way: Way::Address, media_type, text };
                    answer(options, request.method(), headers, asked).ok_or(request)
                }
                None => Err(request),
            }
        }
        Method::POST if is_short(headers) => {
            let Some(media_type) = MediaType::accepted(headers).filter(|_| is_json(headers)) else {
                return Err(request);
            };
            let (head, body) = request.into_parts();
            match what_is_there(body) {
                Ok(text) => {
                    let asked = RequestRef { way: Way::Body, media_type, text: &text };
                    answer(options, &head.method, &head.headers, asked)
                        .ok_or_else(|| Request::from_parts(head, Body::from(text)))
                }
                Err(body) => Err(Request::from_parts(head, body)),
            }
        }
        _ => Err(request),
    }
}

fn answer(
    options: &HttpOptions,
    method: &Method,
    headers: &HeaderMap,
    asked: RequestRef<'_>,
) -> Option<Response> {
    let (kept, seq) = options.response_cache.look(&options.blog, asked)?;
    let id = request_id(options, headers);
    debug!(request_id = %id, %method, status = "kept", "request");
    let mut response = kept.response(method, headers, Some(seq));
    if let Some(id) = request_id_value(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Some(response)
}

fn is_short(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.is_some_and(|length: usize| length <= LONGEST_REQUEST)
}

/// The whole of a body, where it has arrived; else the body as it was.
fn what_is_there(mut body: Body) -> Result<Bytes, Body> {
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) else { return Err(body) };
    let Ok(first) = frame.into_data() else { return Err(body) };
    if body.is_end_stream() {
        return Ok(first);
    }
    let first = stream::iter([Ok(first)]);
    Err(Body::from_stream(first.chain(body.into_data_stream())))
}
