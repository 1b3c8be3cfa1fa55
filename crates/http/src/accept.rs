//! The accept loop: HTTP/1.1 and HTTP/2 on one port, within the bounds of [`connections`](crate::connections).

use std::{future::Future, io::ErrorKind, sync::Arc, time::Duration};

use axum::http::StatusCode;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tracing::{debug, warn};

use crate::{
    Limits,
    ahead::{Answers, Routes},
    arriving::Arriving,
    client_address::{Peer, TrustedProxies, host},
    connections::{Answering, Bounds, Connections},
};

/// Bytes of a request's head, over HTTP/1: an address of the longest kind with all the headers that browsers send.
/// More gets 431.
const LARGEST_HEAD: usize = 64 * 1024;

/// Bytes of the headers of a request, over HTTP/2: as many as hyper takes by itself.
const LARGEST_HEADERS: u32 = 16 * 1024;

/// Requests at one time in one HTTP/2 connection. RFC 9113 §6.5.2 wants no fewer than 100.
const MOST_STREAMS: u32 = 100;

/// Bytes of a body that a client may send before they are read, for one request and for all of a connection; what is
/// not read yet lies in memory.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// Streams that a client may reset before they were looked at (CVE-2023-44487), and that we may reset for faults of
/// the client (CVE-2025-8671), until it is told to calm down and the connection ends. h2 has 20 and 1 024.
const MOST_RESETS: usize = 20;
const MOST_FAULTS: usize = 64;

/// Until a lack of file descriptors and the like may have passed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// What a connection gets for which there is no room, and for whose request nobody waits.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json; charset=utf-8\r\n\
    retry-after: 1\r\ncontent-length: 101\r\nconnection: close\r\n\r\n\
    {\"errors\":[{\"message\":\"too many connections at once; try again\",\
    \"extensions\":{\"code\":\"OVERLOADED\"}}]}";

/// Answers on `listener` until `stop` is ready, and then until running requests have ended. Dropped before that, it
/// breaks them off.
pub async fn serve(listener: TcpListener, routes: Routes, limits: Limits, stop: impl Future<Output = ()>) {
    let all = Connections::new(Bounds::of(limits.connections()), limits.load().connections.clone());
    let turned_away = || limits.load().no_connection.add(1);
    accept(listener, routes, limits.proxies().clone(), stop, all, turned_away).await;
}

/// The same with bounds of its own, and what is done for each connection for which there is no room.
pub(crate) async fn accept(
    listener: TcpListener,
    routes: impl Answers,
    proxies: TrustedProxies,
    stop: impl Future<Output = ()>,
    all: Arc<Connections>,
    turned_away: impl Fn(),
) {
    let http = Arc::new(protocols(all.bounds()));
    let graceful = GracefulShutdown::new();
    // Aborts its tasks when dropped.
    let mut connections = JoinSet::new();
    let serving = async {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // Forgets tasks that have ended.
                Some(_) = connections.join_next() => continue,
            };
            let (stream, peer) = match accepted {
                Ok((stream, address)) => (stream, Peer(address)),
                // The other side was quicker to go than we to come.
                Err(fault)
                    if matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) =>
                {
                    continue;
                }
                Err(fault) => {
                    warn!(%fault, "a connection cannot be accepted");
                    // There may be no more sockets to have.
                    all.shed_one();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Answers are written whole, so there is nothing to wait for.
            let _ = stream.set_nodelay(true);
            let address = peer.0.ip().to_canonical();
            let (watched, connection) = match all.admit(stream, host(address), proxies.has(address)) {
                Ok(admitted) => admitted,
                Err(full) => {
                    turned_away();
                    turn_away(&full.0);
                    continue;
                }
            };
            let routes = routes.clone();
            let requests = Arc::clone(&connection);
            let service = service_fn(move |request: Request<Incoming>| {
                let running = requests.begin_request();
                let requests = Arc::clone(&requests);
                let routes = routes.clone();
                async move {
                    let request = request.map(|body| Arriving::on(&requests, body));
                    let response = routes.answer(request, peer).await;
                    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                        requests.upgraded();
                    }
                    Ok::<_, std::convert::Infallible>(
                        response.map(|body| Answering { body, _running: running }),
                    )
                }
            });
            let watcher = graceful.watcher();
            let http = Arc::clone(&http);
            connections.spawn(async move {
                let served = http.serve_connection_with_upgrades(TokioIo::new(watched), service);
                tokio::select! {
                    served = watcher.watch(served) => {
                        if let Err(fault) = served {
                            debug!(fault = fault.as_ref(), "a connection broke off");
                        }
                    }
                    () = connection.ended() => debug!("a connection took too long, or made room for another"),
                }
            });
        }
    };
    tokio::select! {
        () = stop => {}
        () = serving => {}
        _ = all.watch() => {}
    }
    drop(listener);
    // Those that are stuck go also now.
    tokio::select! {
        () = graceful.shutdown() => {}
        _ = all.watch() => {}
    }
}

fn protocols(bounds: &Bounds) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    // No timers of its own: see `connections`.
    http.http1().header_read_timeout(None).max_buf_size(LARGEST_HEAD);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(LARGEST_HEADERS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_pending_accept_reset_streams(MOST_RESETS)
        .max_local_error_reset_streams(MOST_FAULTS)
        .keep_alive_interval(bounds.ping)
        .keep_alive_timeout(bounds.pong);
    http
}

/// Says so without waiting for anything; the bytes fit into the system's buffer or are lost.
fn turn_away(stream: &TcpStream) {
    let _ = stream.try_write(FULL);
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use inkstand_figures::Gauge;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
        time::timeout,
    };

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    /// What comes back for `sent` until the server closes the connection.
    async fn answer(server: std::net::SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(server).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(SOON, stream.read_to_string(&mut answer)).await.expect("an end of the connection").unwrap();
        answer
    }

    /// A server on a port of its own, which ends with what comes second.
    async fn served(
        router: Router,
        bounds: Bounds,
    ) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or_default() };
        let serving = tokio::spawn(accept(
            listener,
            router,
            TrustedProxies::default(),
            stopped,
            Connections::new(bounds, Gauge::default()),
            || {},
        ));
        (server, stop, serving)
    }

    fn hello() -> Router {
        Router::new().route("/", get(|| async { "hello" }))
    }

    const ASKED: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    #[tokio::test]
    async fn a_half_sent_head_holds_no_connection() {
        let bounds = Bounds { head: Duration::from_millis(200), ..Bounds::default() };
        let (server, stop, serving) = served(hello(), bounds).await;
        assert!(!answer(server, "GET / HTTP/1.1\r\nhost: x\r\nx-half").await.contains("hello"));
        assert!(!answer(server, "").await.contains("hello"));
        assert!(!answer(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.contains("hello"));
        // A connection is kept after its answer, past the time for a head; the next head has that time again.
        let mut kept = TcpStream::connect(server).await.unwrap();
        kept.write_all(ASKED.as_bytes()).await.unwrap();
        let mut told = [0; 1024];
        assert!(kept.read(&mut told).await.unwrap() > 0);
        let ended = timeout(Duration::from_millis(800), kept.read(&mut told)).await;
        assert!(ended.is_err(), "{ended:?}");
        kept.write_all(b"GET / HTTP/1.1\r\nx-half").await.unwrap();
        assert_eq!(timeout(SOON, kept.read(&mut told)).await.expect("an end").unwrap_or(0), 0);
        drop(stop);
        timeout(SOON, serving).await.expect("an end of the server").unwrap();
    }

    #[tokio::test]
    async fn a_half_sent_head_behind_a_request_is_one() {
        let routes = hello().route("/", axum::routing::post(async |body: String| body));
        let posted = |more: &str| format!("POST / HTTP/1.1\r\nhost: x\r\n{more}");
        let chunked = posted("transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        let whole = [
            ASKED.to_owned(),
            posted("content-length: 5\r\n\r\nhello"),
            posted("content-length: 0\r\n\r\n"),
            chunked,
            format!("{ASKED}{ASKED}"),
        ];
        // Kept for long where it is idle, for a moment where a head is on its way.
        let bounds =
            Bounds { head: Duration::from_millis(200), idle: Duration::from_secs(3600), ..Bounds::default() };
        let (server, _stop, _serving) = served(routes, bounds).await;
        for sent in &whole {
            for half in ["G", "GET / HTTP/1.1\r\nhost: x\r\nx-half"] {
                // The end comes within `SOON`, or the test fails.
                let told = answer(server, &format!("{sent}{half}")).await;
                assert!(told.starts_with("HTTP/1.1 200 OK"), "{sent}{half}: {told}");
            }
            let mut stream = TcpStream::connect(server).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            let mut told = [0; 1024];
            // Until nothing more comes for longer than a head may take.
            while let Ok(read) = timeout(Duration::from_millis(800), stream.read(&mut told)).await {
                assert_ne!(read.unwrap(), 0, "the connection after {sent} is kept");
            }
        }
    }

    #[tokio::test]
    async fn an_idle_connection_is_kept_for_its_time() {
        let bounds = Bounds { idle: Duration::from_millis(200), head: SOON, ..Bounds::default() };
        let (server, _stop, _serving) = served(hello(), bounds).await;
        assert!(answer(server, ASKED).await.ends_with("hello"));
    }

    #[tokio::test]
    async fn whoever_does_nothing_makes_room() {
        let bounds = Bounds { most: 8, most_of_one_host: 4, ..Bounds::default() };
        let (server, _stop, _serving) = served(hello(), bounds).await;
        let mut idle = Vec::new();
        for _ in 0..4 {
            idle.push(TcpStream::connect(server).await.unwrap());
        }
        for _ in 0..8 {
            let mut stream = TcpStream::connect(server).await.unwrap();
            stream.write_all(ASKED.as_bytes()).await.unwrap();
            let mut first = [0; 15];
            timeout(SOON, stream.read_exact(&mut first)).await.expect("an answer").unwrap();
            assert_eq!(&first, b"HTTP/1.1 200 OK");
            idle.push(stream);
        }
        // The first of them are gone, the last is there.
        let mut byte = [0; 1];
        assert_eq!(timeout(SOON, idle[0].read(&mut byte)).await.expect("an end").unwrap_or(0), 0);
        let last = idle.last_mut().unwrap();
        last.write_all(ASKED.as_bytes()).await.unwrap();
        let mut rest = vec![0; 64];
        assert_ne!(timeout(SOON, last.read(&mut rest)).await.expect("an answer").unwrap(), 0);
    }

    #[tokio::test]
    async fn where_all_are_at_work_one_more_is_told_so() {
        let bounds = Bounds { most: 2, ..Bounds::default() };
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
        let never = move || {
            begun.send(()).unwrap();
            std::future::pending::<&str>()
        };
        let (server, _stop, _serving) = served(Router::new().route("/", get(never)), bounds).await;
        let mut working = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(server).await.unwrap();
            stream.write_all(ASKED.as_bytes()).await.unwrap();
            begins.recv().await.unwrap();
            working.push(stream);
        }
        let told = answer(server, "").await;
        let (head, body) = told.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: 1"), "{told}");
        assert!(head.ends_with(&format!("content-length: {}\r\nconnection: close", body.len())), "{told}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "OVERLOADED");
    }

    #[tokio::test]
    async fn who_goes_away_has_no_work_done() {
        struct Dropped(Option<oneshot::Sender<()>>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                let _ = self.0.take().map(|sender| sender.send(()));
            }
        }
        let (begun, begins) = oneshot::channel();
        let (dropped, drops) = oneshot::channel();
        let once = Arc::new(std::sync::Mutex::new(Some((begun, Dropped(Some(dropped))))));
        let never = move || {
            let taken = once.lock().unwrap().take();
            async move {
                let (begun, _dropped) = taken.unwrap();
                begun.send(()).unwrap();
                std::future::pending::<&str>().await
            }
        };
        let (server, _stop, _serving) = served(Router::new().route("/", get(never)), Bounds::default()).await;
        let mut stream = TcpStream::connect(server).await.unwrap();
        stream.write_all(ASKED.as_bytes()).await.unwrap();
        begins.await.unwrap();
        drop(stream);
        timeout(SOON, drops).await.expect("an end of the work").unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_nobody_takes_is_given_up() {
        let bounds = Bounds { stuck: Duration::from_millis(300), ..Bounds::default() };
        let large = || async { "x".repeat(32 * 1024 * 1024) };
        let (server, stop, serving) = served(Router::new().route("/", get(large)), bounds).await;
        let mut stream = TcpStream::connect(server).await.unwrap();
        stream.write_all(ASKED.as_bytes()).await.unwrap();
        stream.readable().await.unwrap();
        drop(stop);
        // It would wait for the answer to go out.
        timeout(SOON, serving).await.expect("an end of the server").unwrap();
    }

    #[tokio::test]
    async fn a_running_request_ends_before_the_server_does() {
        let (began, begun) = oneshot::channel::<()>();
        let began = Arc::new(std::sync::Mutex::new(Some(began)));
        let slow = move || async move {
            drop(began.lock().unwrap().take());
            tokio::time::sleep(Duration::from_millis(200)).await;
            "hello"
        };
        let (server, stop, serving) = served(Router::new().route("/", get(slow)), Bounds::default()).await;
        let stopping = async {
            let _ = begun.await;
            drop(stop);
        };
        let (told, ()) = tokio::join!(answer(server, ASKED), stopping);
        assert!(told.ends_with("hello"));
        timeout(SOON, serving).await.expect("an end of the server").unwrap();
    }

    /// The types of frames, and whether a PING was an answer (RFC 9113 §4.1, §6.7).
    const PING: u8 = 6;
    const ACK: u8 = 1;

    /// An HTTP/2 client that has sent its preface, and no request.
    async fn idle_h2(server: std::net::SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(server).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        stream
    }

    /// The next PING, its frame whole; `None` at the end of the connection.
    async fn ping(stream: &mut TcpStream) -> Option<Vec<u8>> {
        loop {
            let mut frame = vec![0; 9];
            stream.read_exact(&mut frame).await.ok()?;
            let length = u32::from_be_bytes([0, frame[0], frame[1], frame[2]]) as usize;
            frame.resize(9 + length, 0);
            stream.read_exact(&mut frame[9..]).await.ok()?;
            if frame[3] == PING && frame[4] != ACK {
                return Some(frame);
            }
        }
    }

    #[tokio::test]
    async fn an_http2_client_that_is_gone_is_let_go() {
        let short = Duration::from_millis(50);
        let long = Duration::from_secs(3600);
        // Nothing else ends them.
        let bounds = Bounds { ping: short, head: long, idle: long, stuck: long, ..Bounds::default() };
        let (server, _stop, _serving) = served(hello(), Bounds { pong: short, ..bounds }).await;
        let mut gone = idle_h2(server).await;
        let end = async { while ping(&mut gone).await.is_some() {} };
        timeout(SOON, end).await.expect("an end of what answers no ping");

        let (server, _stop, _serving) = served(hello(), Bounds { pong: long, ..bounds }).await;
        let mut there = idle_h2(server).await;
        for _ in 0..5 {
            let mut asked = timeout(SOON, ping(&mut there)).await.expect("a ping").expect("a connection");
            asked[4] = ACK;
            there.write_all(&asked).await.unwrap();
        }
    }
}
