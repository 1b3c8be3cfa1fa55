//! Several servers on one database, and a database that goes away.

mod away;
mod cut;
mod hearing;
mod lease;
mod order;
mod pooled;
mod read_only;

use std::sync::Arc;

use inkstand_server::{Settings, SystemClock};
use inkstand_tests::{Client, TestBlog, TestDatabase, database_at};
use serde_json::{Value, json};

/// One more server on the same PostgreSQL.
pub(crate) async fn beside(database: &TestDatabase, change: impl FnOnce(&mut Settings)) -> TestBlog {
    TestBlog::serve_with(database_at(&database.url_text), Arc::new(SystemClock), change).await
}

/// Does a mutation with an input that nothing is wrong with, and gives its payload.
async fn write(client: &Client, mutation: &str, selection: &str, input: Value) -> Value {
    let mut capital = mutation.to_owned();
    capital[..1].make_ascii_uppercase();
    let query = format!(
        "mutation($input: {capital}Input!) {{ it: {mutation}(input: $input) {{ seq {selection} userErrors {{ code message }} }} }}"
    );
    let payload = client.query_with(&query, json!({ "input": input })).await["it"].take();
    assert_eq!(payload["userErrors"], json!([]), "{mutation}");
    payload
}
