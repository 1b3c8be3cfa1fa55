//! GraphQL over WebSockets: what is told while it happens, to whom, and what a socket may.

mod events;
mod limits;
mod peer;
mod protocol;
mod socket;
mod who;

use std::sync::Arc;

use inkstand_http::SocketLimits;
use inkstand_server::SystemClock;
use inkstand_tests::{Client, Database, TestBlog, TestDatabase};
use serde_json::{Value, json};

pub(crate) use socket::Socket;

/// A blog with other limits than usual.
async fn limited(database: Database, change: impl FnOnce(&mut SocketLimits)) -> TestBlog {
    let database = TestDatabase::new(database).await;
    TestBlog::serve_with(database, Arc::new(SystemClock), |settings| change(&mut settings.sockets)).await
}

/// Writes a post and publishes it; more input than its title where there is some. Gives its id.
async fn publish(writer: &Client, title: &str, more: Value) -> Value {
    let mut input = json!({ "title": title, "markdown": "Some *ink*.", "publish": true });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    mutate(writer, "createPost", "CreatePostInput", "post { id }", input).await["post"]["id"].take()
}

/// Sends a mutation that finds nothing wrong with its input, and gives its payload.
async fn mutate(client: &Client, name: &str, input_type: &str, selection: &str, input: Value) -> Value {
    let query = format!(
        "mutation($input: {input_type}!) {{ {name}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
    );
    let mut payload = client.query_with(&query, json!({ "input": input })).await[name].take();
    assert_eq!(payload["userErrors"], json!([]), "{name}");
    payload.as_object_mut().unwrap().remove("userErrors");
    payload
}
