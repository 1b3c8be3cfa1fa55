//! What is said on a socket, and with which codes it is closed.

use std::time::Duration;

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{Socket, limited};

#[tokio::test]
async fn each_fault_has_its_code() {
    let blog = limited(Database::Sqlite, |limits| limits.largest_message = 1_000).await;
    let server = blog.address;

    let socket = Socket::open(server, &[]).await.unwrap();
    assert_eq!(socket.closed().await.0, 4406);

    let texts = ["no JSON", "[]", r#"{"type":"start"}"#, r#"{"type":"subscribe","id":"1"}"#];
    for text in texts {
        let mut socket = Socket::of(server, None).await;
        socket.send_raw(Message::text(text)).await;
        assert_eq!(socket.closed().await.0, 4400, "{text}");
    }
    let mut socket = Socket::of(server, None).await;
    socket.send_raw(Message::binary(b"{\"type\":\"ping\"}".to_vec())).await;
    assert_eq!(socket.closed().await.0, 4400);
    let mut socket = Socket::of(server, None).await;
    socket.send_raw(Message::text("x".repeat(100_000))).await;
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 4400);
    assert!(reason.contains("1000 bytes"), "{reason}");

    let mut socket = Socket::by_protocol(server, &[]).await;
    socket.subscribe("1", "{ __typename }", json!({})).await;
    assert_eq!(socket.closed().await.0, 4401);

    let mut socket = Socket::by_protocol(server, &[]).await;
    socket
        .send(json!({ "type": "connection_init", "payload": { "authorization": "Bearer ink_pat_x" } }))
        .await;
    assert_eq!(socket.closed().await.0, 4403);

    let mut socket = Socket::of(server, None).await;
    socket.subscribe("1", "subscription { changes { kind } }", json!({})).await;
    socket.subscribe("1", "subscription { changes { kind } }", json!({})).await;
    assert_eq!(socket.closed().await.0, 4409);

    let mut socket = Socket::of(server, None).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await.0, 4429);
}

#[tokio::test]
async fn a_client_that_does_not_begin_is_closed() {
    let blog = limited(Database::Sqlite, |limits| limits.init_wait = Duration::from_millis(100)).await;
    let silent = Socket::by_protocol(blog.address, &[]).await;
    assert_eq!(silent.closed().await.0, 4408);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn queries_and_mutations_have_one_answer(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let account = blog.account("ada", Role::Author).await;
    let token = blog.token_secret(&account, Scope::Write).await;
    let mut socket = Socket::of(blog.address, Some(&token)).await;
    socket.send(json!({ "type": "ping", "payload": { "a": [1] } })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong", "payload": { "a": [1] } }));

    socket
        .subscribe(
            "q",
            "query($first: Int) { viewer { name } posts(first: $first) { totalCount } }",
            json!({ "first": 1 }),
        )
        .await;
    assert_eq!(
        socket.event().await,
        json!({ "data": { "viewer": { "name": "ada" }, "posts": { "totalCount": 0 } } })
    );
    assert_eq!(socket.next().await, json!({ "id": "q", "type": "complete" }));

    let write = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { title } userErrors { code } } }";
    socket
        .subscribe(
            "m",
            write,
            json!({ "input": { "title": "By socket", "markdown": "Ink.", "publish": true } }),
        )
        .await;
    assert_eq!(
        socket.event().await["data"]["createPost"],
        json!({ "post": { "title": "By socket" }, "userErrors": [] })
    );
    assert_eq!(socket.next().await, json!({ "id": "m", "type": "complete" }));
    assert_eq!(blog.query("{ posts { totalCount } }").await["posts"]["totalCount"], 1);

    // What cannot be executed is an error, and the socket goes on.
    for (query, code) in [
        ("", "PARSE_FAILED"),
        ("{", "PARSE_FAILED"),
        ("{ nonsense }", "VALIDATION_FAILED"),
        ("subscription { nonsense }", "VALIDATION_FAILED"),
        ("subscription { __typename }", "VALIDATION_FAILED"),
        ("subscription { a: changes { kind } b: changes { kind } }", "VALIDATION_FAILED"),
        ("subscription { changes(after: \"x\") { kind } }", "BAD_INPUT"),
        (
            "subscription { postPublished { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { older { title } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } }",
            "TOO_EXPENSIVE",
        ),
        ("mutation { signIn(input: { name: \"ada\", password: \"x\" }) { userErrors { code } } }", ""),
    ] {
        socket.subscribe("e", query, json!({})).await;
        if code.is_empty() {
            let answer = socket.event().await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
            socket.next().await;
        } else {
            assert_eq!(socket.error().await, code, "{query}");
        }
    }
    // A field that fails is a null in an answer.
    socket.subscribe("f", "{ accounts { nodes { name } } }", json!({})).await;
    let answer = socket.event().await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    assert_eq!(socket.next().await["type"], "complete");
    // Nothing more comes of one that the client ended, and its id is free again.
    socket.subscribe("c", "subscription { changes { kind } }", json!({})).await;
    socket.send(json!({ "id": "c", "type": "complete" })).await;
    socket.subscribe("c", "{ __typename }", json!({})).await;
    assert_eq!(socket.event().await, json!({ "data": { "__typename": "Query" } }));
    assert_eq!(socket.next().await, json!({ "id": "c", "type": "complete" }));
}

#[tokio::test]
async fn a_subscription_by_http_is_told_where_to_go() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let query = "subscription { changes { kind } }";
    let url = blog.url("/graphql");
    for (accept, status) in [("application/graphql-response+json", 400), ("application/json", 200)] {
        let body = json!({ "query": query });
        for request in [
            blog.http.post(&url).json(&body),
            blog.http.get(format!("{url}?query=subscription%7Bchanges%7Bkind%7D%7D")),
        ] {
            let response = request.header("accept", accept).send().await.unwrap();
            assert_eq!(response.status(), status, "{accept}");
            let answer: Value = response.json().await.unwrap();
            assert!(answer.get("data").is_none(), "{answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("/graphql/ws"), "{answer}");
        }
    }
    let response = blog.http.get(blog.url("/graphql/ws")).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["upgrade"]),
        (426, &"websocket".parse().unwrap())
    );
}
