//! The client library that front ends use: `graphql-ws` from npm, in a process of its own.

use std::{path::Path, process::Stdio, time::Duration};

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{ChildStdout, Command},
    time::timeout,
};

use super::publish;

const PATIENCE: Duration = Duration::from_secs(60);

const POSTS: usize = 40;

async fn said(lines: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let line = timeout(PATIENCE, lines.next_line()).await.expect("a line in time").unwrap();
    serde_json::from_str(&line.expect("a line before the end")).unwrap()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn it_loses_nothing_and_doubles_nothing(#[case] database: Database) {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    assert!(
        peers.join("node_modules/graphql-ws").is_dir(),
        "the peers are not installed: run the tests by `just ci test`, or `npm ci` in tests/peers"
    );
    let blog = TestBlog::start(database).await;
    let ada = blog.account("ada", Role::Author).await;
    let token = blog.token_secret(&ada, Scope::Write).await;
    let writer = blog.client().with_token(&token);

    let mut child = Command::new("node")
        .arg(peers.join("graphql-ws.mjs"))
        .args([format!("ws://{}/graphql/ws", blog.address), token, format!("Post {}", POSTS - 1)])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(said(&mut lines).await, json!({ "query": { "viewer": { "name": "ada" } } }));
    assert_eq!(said(&mut lines).await, json!({ "refused": "VALIDATION_FAILED" }));
    assert_eq!(said(&mut lines).await, json!({ "pong": true }));
    assert_eq!(said(&mut lines).await, json!({ "connected": true }));
    // While these go out, it breaks its connection off again and again.
    let expected: Vec<String> = (0..POSTS).map(|n| format!("Post {n}")).collect();
    let publishing = async {
        for title in &expected {
            publish(&writer, title, json!({})).await;
        }
    };
    let listening = async {
        let (mut told, mut connections) = (Vec::new(), 1);
        loop {
            let line = said(&mut lines).await;
            if let Some(title) = line["told"].as_str() {
                told.push(title.to_owned());
            } else if line["connected"] == true {
                connections += 1;
            } else {
                assert_eq!(line, json!({ "done": true }));
                return (told, connections);
            }
        }
    };
    let ((), (told, connections)) = tokio::join!(publishing, listening);
    assert_eq!(told, expected);
    assert!(connections > 4, "it connected only {connections} times");
    assert!(timeout(PATIENCE, child.wait()).await.expect("an end").unwrap().success());
}
