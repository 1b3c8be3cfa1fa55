//! `/graphql/ws`: GraphQL over WebSockets.
//!
//! What is said, and in which order, is decided by the machine of [`inkstand_graphql::socket`]; here are the frames, who
//! sends them, and the bounds. A socket takes on nothing new while something waits to be sent, so that nothing piles up for
//! a client that does not read: its operations stand still after an event each, and what they miss they read from the
//! change log later. After [`SocketLimits::send_wait`] such a client is dropped.

mod places;
mod sender;
mod talk;

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Extension, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use inkstand_graphql::{RequestId, code, socket::PROTOCOL};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tracing::{Instrument, debug, error_span};

pub use places::{SocketFigures, Sockets};

use crate::{
    HttpOptions, LimitSettings,
    client_address::{ClientAddress, host},
    identity::caller,
    problem::problem,
};
use sender::Sender;
use talk::Talk;

/// What sockets may, together and each.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// Sockets at one time.
    pub most: usize,
    /// Sockets of one address at one time.
    pub most_per_address: usize,
    /// Operations of one socket at one time.
    pub most_operations: usize,
    /// Bytes of a message; what is longer is sent by POST.
    pub largest_message: usize,
    /// How long `connection_init` is waited for.
    pub init_wait: Duration,
    /// How long a client may leave what is sent to it unread.
    pub send_wait: Duration,
    /// A client that has been silent for so long is pinged.
    pub ping_every: Duration,
    /// One that is still silent so long after it was pinged is dropped.
    pub pong_wait: Duration,
    /// How often it is looked whether a token or session is still good, besides before each event.
    pub check_every: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self::beside(LimitSettings::USUAL_CONNECTIONS)
    }
}

impl SocketLimits {
    /// As many as leave room for requests among so many connections: four sevenths.
    #[must_use]
    pub fn beside(connections: usize) -> Self {
        Self::of(connections.saturating_mul(4).div_ceil(7).min(connections))
    }

    /// So many at one time, of which one address may have a sixteenth, and 4 in any case: a person's tabs.
    #[must_use]
    pub fn of(most: usize) -> Self {
        Self {
            most,
            most_per_address: (most / 16).max(4).min(most),
            most_operations: 16,
            largest_message: 256 * 1024,
            init_wait: Duration::from_secs(10),
            send_wait: Duration::from_secs(10),
            // Shorter than the minute after which the usual proxies close what is silent.
            ping_every: Duration::from_secs(25),
            pong_wait: Duration::from_secs(25),
            check_every: Duration::from_secs(2),
        }
    }
}

/// A client that does not take the answer to its handshake in this time must not keep a place.
const UPGRADE: Duration = Duration::from_secs(10);

/// When to come again where there are too many sockets, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// `GET /graphql/ws`.
pub(crate) async fn open(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    Extension(client): Extension<ClientAddress>,
    mut request: Request,
) -> Response {
    let Some(accept) = accept_key(&request) else { return no_handshake() };
    let headers = request.headers();
    let caller = caller(client, headers);
    let Some(place) = options.sockets.admit(host(caller.address)) else {
        options.limits.load().no_socket.add(1);
        return too_many();
    };
    let sender = Sender::of(&options, headers);
    let offered: Vec<String> = tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).collect();
    let chosen = offered.iter().any(|protocol| protocol == PROTOCOL);
    let upgrade = hyper::upgrade::on(&mut request);
    let span = error_span!(parent: None, "http.socket", socket_id = %id);
    let talking = async move {
        let _place = place;
        match tokio::time::timeout(UPGRADE, upgrade).await {
            Ok(Ok(upgraded)) => {
                Talk::begin(options, id, caller, sender, TokioIo::new(upgraded), &offered).await;
            }
            Ok(Err(fault)) => debug!(%fault, "a socket was not opened"),
            Err(_) => debug!("a socket was not opened in time"),
        }
    };
    tokio::spawn(talking.instrument(span));

    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    *response.body_mut() = Body::empty();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if chosen {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    response
}

/// The answer to the key of a handshake (RFC 6455 §4.2.1); `None` where the request is none.
fn accept_key(request: &Request) -> Option<HeaderValue> {
    let headers = request.headers();
    let has = |name, token: &str| tokens(headers, name).any(|found| found.eq_ignore_ascii_case(token));
    let is_handshake = request.method() == Method::GET
        && has(&header::CONNECTION, "upgrade")
        && has(&header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13")
        && request.extensions().get::<OnUpgrade>().is_some();
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_handshake)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

/// The values of a header that is a list.
fn tokens<'a>(headers: &'a HeaderMap, name: &'a header::HeaderName) -> impl Iterator<Item = String> + 'a {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|token| token.trim().to_owned())
        .filter(|token| !token.is_empty())
}

fn no_handshake() -> Response {
    let message =
        "this address is for WebSockets of the protocol graphql-transport-ws; single requests go to /graphql";
    let mut response = problem(StatusCode::UPGRADE_REQUIRED, code::BAD_REQUEST, message);
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    response
}

fn too_many() -> Response {
    let message =
        "too many sockets are open, of this address or of all together; close one, or come again later";
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, code::TOO_MANY_SOCKETS, message);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}
