//! How many, how much and how long.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase, eventually};
use serde_json::{Value, json};

use super::{Socket, limited, publish};

/// More than any of the limits that these tests set.
const PATIENCE: Duration = Duration::from_secs(60);

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

/// Waits until there is room for a socket again.
async fn room(server: std::net::SocketAddr) -> Socket {
    let (socket, _) =
        eventually("room for a socket", PATIENCE, || async { Socket::open(server, &[PROTOCOL]).await.ok() })
            .await;
    socket
}

#[tokio::test]
async fn too_many_sockets_are_told_when_to_come_again() {
    let blog = limited(Database::Sqlite, |limits| limits.most_per_address = 2).await;
    let first = Socket::of(blog.address, None).await;
    let mut second = Socket::of(blog.address, None).await;
    let handshake = blog
        .http
        .get(blog.url("/graphql/ws"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let refused = handshake.send().await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "TOO_MANY_SOCKETS");
    assert_eq!(blog.query("{ __typename }").await["__typename"], "Query", "requests go on");
    second.round_trip().await;
    drop(first);
    room(blog.address).await;
}

#[tokio::test]
async fn too_many_operations_of_a_socket_are_refused() {
    let blog = limited(Database::Sqlite, |limits| limits.most_operations = 2).await;
    let mut socket = Socket::of(blog.address, None).await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, "subscription { changes { kind } }", json!({})).await;
    }
    assert_eq!(socket.error().await, "TOO_MANY_OPERATIONS");
    socket.send(json!({ "id": "1", "type": "complete" })).await;
    socket.round_trip().await;
}

#[tokio::test]
async fn an_event_that_takes_too_long_ends_its_subscription_alone() {
    let database = TestDatabase::new(Database::Postgres).await;
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), |settings| {
        settings.deadline = Duration::from_millis(300);
        settings.entity_cache = 0;
    })
    .await;
    blog.import(&[("2024-05-01-one.md", "---\ntitle: One\n---\nWorld")]).await;
    let mut socket = Socket::of(blog.address, None).await;
    let all = "subscription { postPublished(after: \"0\") { title } }";
    let locked = blog.database.lock("entry").await;
    socket.subscribe("late", all, json!({})).await;
    assert_eq!(socket.error().await, "TIMEOUT");
    // Waiting for something to happen is not working, however long it takes: this one looks at no entry.
    socket.subscribe("changes", "subscription { changes { kind } }", json!({})).await;
    socket.round_trip().await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    socket.round_trip().await;
    locked.release().await;
    socket.send(json!({ "id": "changes", "type": "complete" })).await;
    let (title, _) = eventually("an event in time", PATIENCE, || async {
        let mut socket = Socket::of(blog.address, None).await;
        socket.subscribe("again", all, json!({})).await;
        let message = socket.next().await;
        (message["type"] == "next").then(|| message["payload"]["data"]["postPublished"]["title"].clone())
    })
    .await;
    assert_eq!(title, "One");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped() {
    let blog = limited(Database::Sqlite, |limits| {
        limits.most_per_address = 1;
        limits.send_wait = Duration::from_millis(200);
    })
    .await;
    let editor = blog.member("eve", Role::Editor, Scope::Write).await;
    publish(&editor, "Long", json!({ "markdown": "ink ".repeat(50_000) })).await;
    let mut socket = Socket::of(blog.address, None).await;
    let posts: String = (0..20).map(|n| format!("p{n}: posts {{ nodes {{ html }} }} ")).collect();
    // Far more than the system keeps for a connection; and none of it is read.
    for n in 0..16 {
        socket.subscribe(&n.to_string(), &format!("{{ {posts} }}"), json!({})).await;
    }
    let mut next = room(blog.address).await;
    next.send(json!({ "type": "connection_init" })).await;
    assert_eq!(next.next().await["type"], "connection_ack");
    drop(socket);
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_a_dead_one_dropped() {
    let blog = limited(Database::Sqlite, |limits| {
        limits.ping_every = Duration::from_millis(50);
        limits.pong_wait = PATIENCE;
    })
    .await;
    let mut alive = Socket::of(blog.address, None).await;
    for _ in 0..5 {
        assert!(alive.is_pinged().await);
    }
    alive.round_trip().await;

    let blog = limited(Database::Sqlite, |limits| {
        limits.most_per_address = 1;
        limits.ping_every = Duration::from_millis(50);
        limits.pong_wait = Duration::from_millis(50);
    })
    .await;
    // Nobody reads, and so nobody answers.
    let dead = Socket::by_protocol(blog.address, &[]).await;
    room(blog.address).await;
    drop(dead);
}

#[tokio::test]
async fn a_server_that_stops_tells_its_sockets() {
    let blog = limited(Database::Sqlite, |_| {}).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::of(blog.address, None).await;
        socket.subscribe("s", "subscription { changes { kind } }", json!({})).await;
        socket.round_trip().await;
        sockets.push(socket);
    }
    // One that does not answer the close frame must not keep the server.
    let dead = Socket::of(blog.address, None).await;
    let began = Instant::now();
    let stopping = tokio::spawn(blog.stop());
    for socket in sockets {
        assert_eq!(socket.closed().await.0, 1001);
    }
    stopping.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    drop(dead);
}
