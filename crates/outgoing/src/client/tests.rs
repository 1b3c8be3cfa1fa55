//! Requests to servers of the tests' own, over real sockets.

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use super::*;

/// Made once with openssl, for `localhost`; the authority's key is thrown away.
const AUTHORITY: &[u8] = include_bytes!("tls/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const KEY: &[u8] = include_bytes!("tls/server.key");

/// Answers one connection with `answer`, and gives what was asked.
async fn server(answer: Vec<u8>) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, &answer).await
    });
    (port, asked)
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8]) -> String {
    let mut asked = Vec::new();
    let mut chunk = [0; 1024];
    while !asked.ends_with(b"{\"a\":1}") {
        let read = stream.read(&mut chunk).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&asked));
        asked.extend_from_slice(&chunk[..read]);
    }
    // The client may have read enough before all is written.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
    String::from_utf8(asked).unwrap()
}

async fn post(client: &Client, url: &str) -> Result<Reply, SendError> {
    let url = OutgoingUrl::parse(url, Reach::Anywhere).unwrap();
    client.post(&url, &[("content-type", "application/json")], br#"{"a":1}"#.to_vec()).await
}

fn client() -> Client {
    Client::new(Reach::Anywhere).unwrap()
}

#[tokio::test]
async fn a_request_and_its_answer() {
    let (port, asked) =
        server(b"HTTP/1.1 503 Busy\r\nretry-after: 17\r\ncontent-length: 5\r\n\r\nlater".into()).await;
    let reply = post(&client(), &format!("http://127.0.0.1:{port}/blog/hook?a=b")).await.unwrap();
    let expected = Reply { status: 503, body: b"later".to_vec(), retry_after: Some(Duration::from_secs(17)) };
    assert_eq!(reply, expected);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        asked.await.unwrap(),
        format!(
            "POST /blog/hook?a=b HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: Inkstand/{version}\r\n\
             connection: close\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{{\"a\":1}}"
        )
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (elsewhere, asked) = server(Vec::new()).await;
    let (port, _) =
        server(format!("HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:{elsewhere}/\r\n\r\n").into()).await;
    assert_eq!(post(&client(), &format!("http://127.0.0.1:{port}/")).await.unwrap().status, 307);
    assert!(!asked.is_finished(), "nobody went there");
}

#[tokio::test]
async fn no_more_than_64_kib_of_a_body_are_read() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(1_000_000, b'x');
    let (port, _) = server(answer).await;
    let reply = post(&client(), &format!("http://127.0.0.1:{port}/")).await.unwrap();
    assert_eq!((reply.status, reply.body.len()), (200, 64 * 1024));
}

#[tokio::test]
async fn a_body_that_breaks_off_takes_nothing_from_the_status() {
    let (port, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nthe begin".into()).await;
    let reply = post(&client(), &format!("http://127.0.0.1:{port}/")).await.unwrap();
    assert_eq!((reply.status, reply.body), (200, b"the begin".to_vec()));
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let public = Client::new(Reach::Public).unwrap();
    let (port, asked) = server(Vec::new()).await;
    // The check of URLs would refuse this name already, so it is taken out of the way.
    let url: Url = format!("http://localhost:{port}/").parse().unwrap();
    let error = public.connect(&url).await.unwrap_err();
    assert!(matches!(&error, SendError::NotPublic { host, .. } if host == "localhost"), "{error:?}");
    assert!(error.in_words().ends_with("which is not of the public internet"), "{}", error.in_words());
    assert!(!asked.is_finished());
    assert!(client().connect(&url).await.is_ok(), "where it is allowed");
}

#[tokio::test]
async fn an_address_that_was_allowed_once_is_refused_now() {
    let public = Client::new(Reach::Public).unwrap();
    for url in ["http://127.0.0.1:1/", "http://[::ffff:127.0.0.1]:1/", "http://localhost:1/"] {
        assert!(matches!(post(&public, url).await, Err(SendError::Url(_))), "{url}");
    }
}

#[tokio::test]
async fn what_fails_is_told_in_words() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let words = async |url: String| post(&client(), &url).await.unwrap_err().in_words();
    let refused = words(format!("http://127.0.0.1:{port}/")).await;
    assert!(refused.starts_with("cannot connect: ") && refused.contains("refused"), "{refused}");
    let unknown = words("http://no-such-host.invalid/".to_owned()).await;
    assert!(unknown.starts_with("the name no-such-host.invalid cannot be resolved: "), "{unknown}");
    let (port, _) = server(Vec::new()).await;
    let ended = words(format!("http://127.0.0.1:{port}/")).await;
    assert!(ended.starts_with("the connection broke off before there was an answer"), "{ended}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_longer_than_15_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let began = tokio::time::Instant::now();
    let error = post(&client(), &format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(matches!(error, SendError::Timeout(15)), "{error:?}");
    assert_eq!(began.elapsed().as_secs(), 15);
}

#[tokio::test]
async fn https_reaches_whom_the_roots_know_and_nobody_else() {
    let certificates = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                break converse(stream, b"HTTP/1.1 204 Fine\r\n\r\n").await;
            }
        }
    });

    let unknown = post(&client(), &format!("https://localhost:{port}/")).await.unwrap_err();
    assert!(unknown.in_words().starts_with("no secure connection: invalid peer certificate"), "{unknown:?}");

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
    let trusting = Client::trusting(roots, Reach::Anywhere).unwrap();
    let misnamed = post(&trusting, &format!("https://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(matches!(misnamed, SendError::Tls(_)), "{misnamed:?}");
    assert_eq!(post(&trusting, &format!("https://localhost:{port}/")).await.unwrap().status, 204);
    assert!(serving.await.unwrap().contains(&format!("host: localhost:{port}\r\n")));
}
