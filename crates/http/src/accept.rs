//! Connections: how many, how long a request's head may take, and how they end.

use std::{future::Future, io::ErrorKind, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tracing::{debug, warn};

use crate::identity::Peer;

/// Connections at one time. Others wait in the system's queue until one ends.
const MOST_CONNECTIONS: usize = 1024;

/// How long the head of a request may take, from the connection or the answer before it. So it is also how long an
/// idle connection is kept: longer than the usual proxies keep theirs (nginx 60 s), or one of them might send a request
/// into a connection that is just being closed.
const HEAD: Duration = Duration::from_secs(75);

/// Until a lack of file descriptors and the like may have passed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Answers on `listener` until `stop` is ready, and then until running requests have ended. Dropped before that, it
/// breaks them off.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    accept(listener, router, stop, HEAD).await;
}

async fn accept(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, head: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    // Told when running requests shall be the last ones of their connections.
    let ending = watch::Sender::new(false);
    // Aborts its tasks when dropped.
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let next = async {
            // Nobody closes the semaphore.
            let permit = Arc::clone(&free).acquire_owned().await.ok();
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
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
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Answers are written whole, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let routes = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            routes.call(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let mut ending = ending.subscribe();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => ended,
                _ = ending.wait_for(|ending| *ending) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(fault) = ended {
                debug!(%fault, "a connection broke off");
            }
            drop(permit);
        });
    }
    drop(listener);
    ending.send_replace(true);
    while connections.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
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

    #[tokio::test]
    async fn a_half_sent_header_holds_no_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(accept(
            listener,
            router,
            async { stopped.await.unwrap_or_default() },
            Duration::from_millis(200),
        ));

        assert!(!answer(server, "GET / HTTP/1.1\r\nhost: x\r\nx-half").await.contains("hello"));
        assert!(!answer(server, "").await.contains("hello"));
        // An idle one is closed in the same time, after its answer.
        assert!(answer(server, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.ends_with("hello"));

        drop(stop);
        timeout(SOON, serving).await.expect("an end of the server").unwrap();
    }

    #[tokio::test]
    async fn a_running_request_ends_before_the_server_does() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let (began, begun) = oneshot::channel::<()>();
        let began = std::sync::Mutex::new(Some(began));
        let began = Arc::new(began);
        let slow = move || async move {
            drop(began.lock().unwrap().take());
            tokio::time::sleep(Duration::from_millis(200)).await;
            "hello"
        };
        let router = Router::new().route("/", get(slow));
        let stop = async { begun.await.unwrap_or_default() };
        let serving = tokio::spawn(accept(listener, router, stop, SOON));
        assert!(answer(server, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.ends_with("hello"));
        timeout(SOON, serving).await.expect("an end of the server").unwrap();
    }
}
