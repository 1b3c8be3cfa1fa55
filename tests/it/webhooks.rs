//! Other servers are told of changes: what, in which order, and through what goes wrong.

mod addresses;
mod crash;
mod owners;
mod retries;
mod told;

pub(crate) use crash::Desk;

use std::{path::Path, sync::Arc, time::Duration};

use inkstand_model::{FixedClock, Instant};
use inkstand_tests::{Database, Received, TestBlog, TestDatabase, eventually};
use serde_json::{Value, json};

/// The entry events, and the one for caches.
const EVERYTHING: [&str; 9] = [
    "POST_PUBLISHED",
    "POST_UPDATED",
    "POST_UNPUBLISHED",
    "POST_DELETED",
    "PAGE_PUBLISHED",
    "PAGE_UPDATED",
    "PAGE_UNPUBLISHED",
    "PAGE_DELETED",
    "CACHE_INVALIDATED",
];

/// A webhook as its owner knows it.
struct Hook {
    id: String,
    secret: String,
}

/// Makes a webhook at `url`.
async fn hook(blog: &TestBlog, url: &str, events: &[&str]) -> Hook {
    let created = blog
        .query_as_operator(
            "mutation ($input: CreateWebhookInput!) {
               createWebhook(input: $input) { webhook { id } secret userErrors { message } }
             }",
            json!({ "input": { "url": url, "events": events } }),
        )
        .await;
    let created = &created["createWebhook"];
    assert_eq!(created["userErrors"], json!([]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Hook { id: text(&created["webhook"]["id"]), secret: text(&created["secret"]) }
}

/// The webhook with its messages, the latest first.
async fn look_at(blog: &TestBlog, hook: &Hook) -> Value {
    let query = "query ($id: ID!) { webhook(id: $id) {
        active disabledReason failingSince previousSecretUntil
        deliveries(first: 100) {
          nodes { id event state attempts status error nextAttemptAt finishedAt payload }
          pageInfo { hasNextPage }
        }
      } }";
    blog.query_as_operator(query, json!({ "id": hook.id })).await["webhook"].take()
}

/// Waits until the latest message of the webhook has come to what `wanted` says, and gives the webhook.
async fn latest(blog: &TestBlog, hook: &Hook, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let look = async || {
        let seen = look_at(blog, hook).await;
        wanted(&seen["deliveries"]["nodes"][0]).then_some(())
    };
    eventually(what, Duration::from_secs(30), look).await;
    // A query reads the webhook before its messages, and an outcome may be written between the two: only
    // a second look has a webhook that is as new as the message.
    look_at(blog, hook).await
}

/// Sends a mutation of one webhook, which must succeed, and gives its payload.
async fn change(blog: &TestBlog, mutation: &str, input: Value, selection: &str) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
    );
    blog.query_as_operator(&query, json!({ "input": input })).await[mutation].take()
}

/// A blog at a moment that the test moves.
async fn blog_at(kind: Database, now: &str) -> (TestBlog, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(moment(now)));
    let database = TestDatabase::new(kind).await;
    (TestBlog::serve(database, Arc::clone(&clock) as _).await, clock)
}

fn moment(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

/// Moves the clock, and has everything look at it.
fn pass(blog: &TestBlog, clock: &FixedClock, seconds: i64) {
    use inkstand_model::Clock;

    clock.set(Instant::from_millis(clock.now().millis() + seconds * 1000).unwrap());
    blog.blog().wake();
}

/// A post of a number, as a file.
fn post(number: usize) -> (String, String) {
    let path = format!("2024-05-01-post-{number:03}.md");
    (path, format!("---\ntitle: Post {number:03}\n---\nThe text.\n"))
}

/// Imports posts of these numbers, one after the other.
async fn publish(blog: &TestBlog, numbers: impl IntoIterator<Item = usize>) {
    for number in numbers {
        let (path, text) = post(number);
        blog.import(&[(&path, &text)]).await;
    }
}

/// The titles of messages in the order in which they came.
fn titles(received: &[Received]) -> Vec<String> {
    received.iter().map(|message| message.data("title").as_str().unwrap_or("-").to_owned()).collect()
}

/// Asserts that a message has the form of its example in `schema/webhooks.md`.
fn assert_documented(message: &Received) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/webhooks.md");
    let text = std::fs::read_to_string(file).unwrap();
    let examples = text.split("```json").skip(1).filter_map(|rest| rest.split("```").next());
    let example = examples
        .map(|example| serde_json::from_str::<Value>(example).unwrap())
        .find(|example| example["type"] == message.event().as_str())
        .unwrap_or_else(|| panic!("no example of {}", message.event()));
    assert_eq!(form(&message.json()), form(&example), "{}", message.body);
}

/// A value without what it says: its kinds and names.
fn form(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), form(value))).collect(),
        Value::Array(items) => items.iter().take(1).map(form).collect(),
        Value::String(_) => json!("text"),
        other => other.clone(),
    }
}
