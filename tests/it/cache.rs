//! Answers that are kept for everybody: that none is older than what was told to somebody, and what is said about them.

mod headers;
mod own_writes;
mod random_writes;
mod related;
mod what_is_kept;

use std::time::Duration;

use inkstand_model::Viewer;
use inkstand_tests::{Client, TestBlog};
use reqwest::{Response, Url};
use serde_json::{Value, json};

/// Sends a query by POST.
async fn post(client: &Client, query: &str, variables: &Value) -> Response {
    let body = json!({ "query": query, "variables": variables });
    client.http.post(client.url("/graphql")).json(&body).send().await.unwrap()
}

/// Sends a query by GET.
async fn get(client: &Client, query: &str) -> Response {
    client.http.get(address(client, query)).send().await.unwrap()
}

/// A query in an address.
fn address(client: &Client, query: &str) -> Url {
    Url::parse_with_params(&client.url("/graphql"), [("query", query)]).unwrap()
}

/// A client whose answers never come out of the cache: whoever is let in by a proxy is nobody that we know, and not
/// everybody either.
fn past_the_cache(client: &Client) -> Client {
    client.with_header("authorization", "Basic bm9ib2R5Og==")
}

/// Waits until the log was followed to its end: what was touched a moment ago is not kept before.
pub(crate) async fn followed(blog: &TestBlog) {
    let end = blog.blog().reader(Viewer::Operator).last_seq().await.unwrap();
    assert!(blog.blog().catch_up(end, Duration::from_secs(30)).await);
}

/// The value of a header of an answer.
pub(crate) fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Does a mutation with an input, and gives its payload.
pub(crate) async fn write(client: &Client, mutation: &str, selection: &str, input: Value) -> Value {
    let mut capital = mutation.to_owned();
    capital[..1].make_ascii_uppercase();
    let capital = match mutation {
        "trashPost" | "restorePost" | "deletePost" => "EntryStep",
        _ => capital.as_str(),
    };
    let query = format!(
        "mutation($input: {capital}Input!) {{ it: {mutation}(input: $input) {{ seq {selection} userErrors {{ code message }} }} }}"
    );
    client.query_with(&query, json!({ "input": input })).await["it"].take()
}

/// The same, which must succeed.
pub(crate) async fn done(client: &Client, mutation: &str, selection: &str, input: Value) -> Value {
    let payload = write(client, mutation, selection, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation}");
    payload
}
