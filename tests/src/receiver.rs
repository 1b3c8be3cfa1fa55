//! A receiver of webhooks, as somebody else would write one.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// No message of a test is waited for longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that takes messages at `/hook`, and keeps them.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    inner: Arc<Inner>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Inner {
    answer: Mutex<Answering>,
    received: watch::Sender<Vec<Received>>,
}

/// How a receiver answers.
#[derive(Clone, Debug)]
pub enum Answering {
    /// With a status.
    Status(u16),
    /// With a status and when to come again, in seconds.
    Later(u16, u32),
    /// With another place.
    Elsewhere(String),
    /// Never.
    Never,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signatures: Vec<String>,
    /// `traceparent`; empty where there is none.
    pub traceparent: String,
    /// `content-type`.
    pub content_type: String,
    /// The body, byte by byte.
    pub body: String,
}

impl Receiver {
    /// Listens on a free port, and answers 204.
    ///
    /// # Panics
    /// Where the system has no sockets.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (received, _) = watch::channel(Vec::new());
        let inner = Arc::new(Inner { answer: Mutex::new(Answering::Status(204)), received });
        let router = Router::new().route("/hook", post(take)).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a server");
        });
        Self { address, inner, serving }
    }

    /// Where it takes messages.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The same by a name that leads to this machine.
    #[must_use]
    pub fn url_by_name(&self) -> String {
        format!("http://localhost:{}/hook", self.address.port())
    }

    /// Answers otherwise from now on.
    pub fn answer(&self, answering: Answering) {
        *self.inner.answer.lock().unwrap_or_else(PoisonError::into_inner) = answering;
    }

    /// What came so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.borrow().clone()
    }

    /// Waits until so many messages came, and gives all.
    ///
    /// # Panics
    /// Where they do not come.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        self.wait_until(|received| received.len() >= count).await
    }

    /// Waits until what came is enough, and gives all.
    ///
    /// # Panics
    /// Where it never is.
    pub async fn wait_until(&self, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let mut receiver = self.inner.received.subscribe();
        let waiting = receiver.wait_for(|received| enough(received));
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(received) => received.expect("a receiver").clone(),
            Err(_) => panic!("only these came: {:#?}", self.received()),
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Received {
    /// What it says.
    ///
    /// # Panics
    /// Where it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The type of the event.
    ///
    /// # Panics
    /// Where it has none.
    #[must_use]
    pub fn event(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    /// The titles and other texts of `data`, by name.
    #[must_use]
    pub fn data(&self, name: &str) -> Value {
        self.json()["data"][name].clone()
    }

    /// Whether one of its signatures is that of `secret`, by the algorithm of `schema/webhooks.md`.
    ///
    /// # Panics
    /// Where the secret is none.
    #[must_use]
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = secret.strip_prefix("whsec_").expect("the mark of a secret");
        let key = BASE64_STANDARD.decode(key).expect("a secret in base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.contains(&expected)
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().expect("ASCII")).to_owned();
    let message = Received {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp").parse().expect("seconds"),
        signatures: text("webhook-signature").split(' ').map(str::to_owned).collect(),
        traceparent: text("traceparent"),
        content_type: text("content-type"),
        body: String::from_utf8(body.to_vec()).expect("UTF-8"),
    };
    let answering = inner.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    inner.received.send_modify(|received| received.push(message));
    let status = |code: u16| StatusCode::from_u16(code).expect("a status");
    match answering {
        Answering::Status(code) => status(code).into_response(),
        Answering::Later(code, seconds) => {
            (status(code), [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Answering::Elsewhere(place) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response()
        }
        Answering::Never => std::future::pending().await,
    }
}
