//! Sending one request.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header,
    rt::{Read, Write},
};
use hyper_util::{
    client::legacy::connect::{HttpConnector, dns::Name},
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use tower_service::Service;
use url::Url;

use crate::{NoClient, OutgoingUrl, Reach, SendError};

/// A connection stands within this time.
const CONNECT: Duration = Duration::from_secs(5);

/// The whole request and its answer take no longer.
const WHOLE: Duration = Duration::from_secs(15);

/// Bytes of an answer's body that are read; of the rest nothing is known.
const MOST_BODY: usize = 64 * 1024;

/// What the other side sees of us.
const USER_AGENT: &str = concat!("Inkstand/", env!("CARGO_PKG_VERSION"));

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    connector: HttpConnector<Allowed>,
    tls: TlsConnector,
    reach: Reach,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The beginning of the body, at most 64 KiB, as far as it came in time.
    pub body: Vec<u8>,
    /// How long the other side wants to be left alone (`Retry-After` in seconds).
    pub retry_after: Option<Duration>,
}

impl Client {
    /// A client that connects as far as `reach` allows.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(reach: Reach) -> Result<Self, NoClient> {
        Self::trusting(RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()), reach)
    }

    fn trusting(roots: RootCertStore, reach: Reach) -> Result<Self, NoClient> {
        let mut connector = HttpConnector::new_with_resolver(Allowed(reach));
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        // The provider by name: nothing here depends on what else of this process set as its default.
        let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { connector, tls: TlsConnector::from(Arc::new(tls)), reach })
    }

    /// Posts `body`, and gives the answer whatever its status; a redirect is an answer like any other.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn post(
        &self,
        url: &OutgoingUrl,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Reply, SendError> {
        // A URL that was stored while more was allowed.
        let url = OutgoingUrl::parse(url.as_str(), self.reach)?;
        let request = request(url.url(), headers, body)?;
        let began = tokio::time::Instant::now();
        let late = || SendError::Timeout(WHOLE.as_secs());
        let answering = self.send(url.url(), request);
        let response = tokio::time::timeout(WHOLE, answering).await.map_err(|_| late())??;
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let status = response.status().as_u16();
        let mut read = Vec::new();
        // The status is what counts: a body that breaks off or never ends takes nothing from it.
        let _ = tokio::time::timeout_at(began + WHOLE, read_body(response.into_body(), &mut read)).await;
        Ok(Reply { status, body: read, retry_after: retry_after.map(Duration::from_secs) })
    }

    async fn send(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, SendError> {
        let stream = self.connect(url).await?;
        if url.scheme() == "http" {
            return exchange(stream, request).await;
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host)
            .map_err(|invalid| SendError::Tls(io::Error::new(io::ErrorKind::InvalidInput, invalid)))?;
        let secured = self.tls.connect(name, stream.into_inner());
        let secured = tokio::time::timeout(CONNECT, secured)
            .await
            .map_err(|_| SendError::ConnectTimeout(CONNECT.as_secs()))?
            .map_err(SendError::Tls)?;
        exchange(TokioIo::new(secured), request).await
    }

    async fn connect(&self, url: &Url) -> Result<TokioIo<TcpStream>, SendError> {
        let uri = url
            .as_str()
            .parse()
            .map_err(|invalid: hyper::http::uri::InvalidUri| SendError::Request(invalid.into()))?;
        let connecting = self.connector.clone().call(uri);
        // The connector's own limit is one for each family of addresses, and does not count the resolver's time.
        match tokio::time::timeout(CONNECT, connecting).await {
            Err(_) => Err(SendError::ConnectTimeout(CONNECT.as_secs())),
            Ok(Err(error)) => Err(connect_error(error)),
            Ok(Ok(stream)) => Ok(stream),
        }
    }
}

fn request(url: &Url, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Request<Full<Bytes>>, SendError> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut request = Request::post(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(Bytes::from(body))).map_err(SendError::Request)
}

async fn exchange(
    stream: impl Read + Write + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, SendError> {
    let (mut sender, connection) = http1::handshake(stream).await.map_err(SendError::BrokenOff)?;
    // It ends with the sender and the body, which its owner drops at the latest when the time is over; what goes
    // wrong on it is told to them.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    sender.send_request(request).await.map_err(SendError::BrokenOff)
}

async fn read_body(mut body: Incoming, read: &mut Vec<u8>) {
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        let room = MOST_BODY - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if read.len() == MOST_BODY {
            break;
        }
    }
}

/// What the connector says, taken apart again where the resolver said it.
fn connect_error(error: impl std::error::Error + Send + Sync + 'static) -> SendError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(at) = cause {
        if let Some(failed) = at.downcast_ref::<NotResolved>() {
            return match failed {
                NotResolved::Unknown(host, error) => SendError::Unresolved {
                    host: host.clone(),
                    source: io::Error::new(error.kind(), error.to_string()),
                },
                NotResolved::NotPublic(host, address) => {
                    SendError::NotPublic { host: host.clone(), address: *address }
                }
            };
        }
        if at.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return SendError::ConnectTimeout(CONNECT.as_secs());
        }
        cause = at.source();
    }
    SendError::Connect(Box::new(error))
}

/// A resolver that keeps to itself what may not be connected to.
#[derive(Clone, Copy)]
struct Allowed(Reach);

#[derive(Debug, thiserror::Error)]
enum NotResolved {
    #[error("unknown name {0}")]
    Unknown(String, #[source] io::Error),
    #[error("{0} is at {1}")]
    NotPublic(String, IpAddr),
}

impl Service<Name> for Allowed {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = NotResolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, NotResolved>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NotResolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0;
        Box::pin(async move {
            let host = name.as_str();
            // The connector sets the port.
            let found = tokio::net::lookup_host((host, 0)).await;
            let found: Vec<SocketAddr> =
                found.map_err(|error| NotResolved::Unknown(host.to_owned(), error))?.collect();
            let allowed: Vec<SocketAddr> =
                found.iter().copied().filter(|address| reach.allows(address.ip())).collect();
            match (allowed.is_empty(), found.first()) {
                (true, Some(first)) => Err(NotResolved::NotPublic(host.to_owned(), first.ip())),
                (true, None) => {
                    let nothing = io::Error::new(io::ErrorKind::NotFound, "it has no address");
                    Err(NotResolved::Unknown(host.to_owned(), nothing))
                }
                (false, _) => Ok(allowed.into_iter()),
            }
        })
    }
}

#[cfg(test)]
mod tests;
