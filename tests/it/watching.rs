//! What a server tells those who watch it.

mod files;
#[cfg(target_os = "linux")]
mod limits;
mod metrics;
mod prometheus;
mod secrets;
mod traces;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

use inkstand_model::{Role, Scope};
use inkstand_server::{Settings, SystemClock};
use inkstand_tests::{Client, Database, Receiver, TestBlog, TestDatabase};
use serde_json::json;

/// The folder of what others watch by.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy/watching")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// Has a server tell its metrics, on any free port.
fn watched(settings: &mut Settings) {
    settings.watch.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    settings.watch.metrics_operations = vec!["HomePage".to_owned()];
}

async fn watched_blog(kind: Database) -> TestBlog {
    TestBlog::serve_with(TestDatabase::new(kind).await, Arc::new(SystemClock), watched).await
}

/// A page of metrics.
#[derive(Debug)]
struct Page {
    text: String,
    /// Each metric with its kind.
    kinds: BTreeMap<String, String>,
    /// Each number under its name and labels, as they are written.
    numbers: BTreeMap<String, f64>,
}

impl Page {
    async fn of(at: SocketAddr) -> Self {
        let response = reqwest::get(format!("http://{at}/metrics")).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let text = response.text().await.unwrap();
        let mut page = Self { text: text.clone(), kinds: BTreeMap::new(), numbers: BTreeMap::new() };
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(page.kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {name}");
            } else if !line.starts_with('#') {
                let (name, number) = line.rsplit_once(' ').unwrap();
                let before = page.numbers.insert(name.to_owned(), number.parse().unwrap());
                assert!(before.is_none(), "twice: {name}");
            }
        }
        page
    }

    fn number(&self, name: &str) -> f64 {
        *self.numbers.get(name).unwrap_or_else(|| panic!("no {name} in\n{}", self.text))
    }

    /// The requests of an operation that came to that end.
    fn requests(&self, operation: &str, outcome: &str) -> f64 {
        self.number(&format!("inkstand_requests_total{{operation=\"{operation}\",outcome=\"{outcome}\"}}"))
    }
}

/// Has a little of everything happen: two posts, a webhook that is told of them, queries of all kinds.
async fn make_things_happen(blog: &TestBlog, receiver: &Receiver) -> Client {
    blog.import(&[
        ("2024-05-01-hello.md", "---\ntitle: Hello\ntags: [ink]\n---\nOak galls."),
        ("draft.md", "---\ntitle: Later\ndraft: true\n---\nNot yet."),
    ])
    .await;
    let ada = blog.member("ada", Role::Owner, Scope::Admin).await;
    let hook = json!({ "url": receiver.url(), "events": ["POST_PUBLISHED"] });
    ada.query_with(
        "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { message } } }",
        json!({ "input": hook }),
    )
    .await;
    let post = json!({ "title": "Again", "markdown": "More.", "publish": true });
    ada.query_with(
        "mutation Publish($input: CreatePostInput!) { createPost(input: $input) { seq userErrors { message } } }",
        json!({ "input": post }),
    )
    .await;
    receiver.wait_for(1).await;
    blog.wait_for_search().await;
    ada
}

/// The names of metrics in a text.
fn names_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    words
        .filter(|word| word.starts_with("inkstand_") || word.starts_with("process_"))
        .map(ToOwned::to_owned)
        .collect()
}
