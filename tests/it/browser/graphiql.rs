//! GraphiQL at `/graphql`.

use std::time::Duration;

use fantoccini::{Client, Locator, key::Key};
use inkstand_tests::{Database, TestBlog, eventually};
use serde_json::json;

use super::session::Session;

/// A browser is slow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn graphiql_opens_with_the_front_page_and_runs_it_without_another_host() {
    let blog = TestBlog::start(Database::Sqlite).await;
    blog.import(&[("2024-05-01-hello.md", "---\ntitle: Hello from a <post>\n---\nWorld")]).await;
    let browser = Session::start().await;
    let client = &browser.client;
    client.goto(&blog.url("/graphql")).await.unwrap();

    let editor = wait_for(client, ".graphiql-query-editor .CodeMirror").await;
    let query = client
        .execute(
            "return document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue()",
            vec![],
        )
        .await
        .unwrap();
    let front_page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../schema/operations/front-page.graphql"
    ));
    assert_eq!(query.as_str().unwrap().trim(), front_page.unwrap().trim());

    editor.click().await.unwrap();
    run(client).await;
    wait_for_result(client, "Hello from a <post>").await;

    let loaded = client
        .execute("return performance.getEntriesByType('resource').map(entry => entry.name)", vec![])
        .await
        .unwrap();
    let loaded: Vec<String> = serde_json::from_value(loaded).unwrap();
    assert!(loaded.len() >= 6, "scripts, styles and the query: {loaded:?}");
    let origin = blog.url("/");
    assert!(loaded.iter().all(|url| url.starts_with(&origin) || url.starts_with("data:")), "{loaded:?}");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test]
async fn graphiql_shows_events_as_they_come() {
    let blog = TestBlog::start(Database::Sqlite).await;
    blog.import(&[("2024-05-01-before.md", "---\ntitle: Before\n---\nWorld")]).await;
    let browser = Session::start().await;
    let client = &browser.client;
    client.goto(&blog.url("/graphql")).await.unwrap();
    wait_for(client, ".graphiql-query-editor .CodeMirror").await.click().await.unwrap();
    let subscription = "subscription { postPublished(after: \"0\") { title } }";
    let write =
        "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(arguments[0])";
    client.execute(write, vec![json!(subscription)]).await.unwrap();
    // The editor reads what it holds a moment later.
    let is_read = "return document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.documentAST\
                   ?.definitions[0].operation === 'subscription'";
    eventually("a subscription that was read", PATIENCE, || async {
        client.execute(is_read, vec![]).await.unwrap().as_bool().filter(|is_read| *is_read)
    })
    .await;
    run(client).await;
    wait_for_result(client, "Before").await;
    blog.import(&[("2024-05-02-meanwhile.md", "---\ntitle: Meanwhile\n---\nWorld")]).await;
    wait_for_result(client, "Meanwhile").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

/// Presses Ctrl-Enter in the editor, as a person would.
async fn run(client: &Client) {
    let keys = format!("{}{}{}", char::from(Key::Control), char::from(Key::Enter), char::from(Key::Null));
    let editor = client.find(Locator::Css(".graphiql-query-editor textarea")).await.unwrap();
    editor.send_keys(&keys).await.unwrap();
}

async fn wait_for_result(client: &Client, text: &str) {
    let result = format!("//section[contains(@class,'result-window')][contains(., '{text}')]");
    let result = client.wait().at_most(PATIENCE).for_element(Locator::XPath(&result)).await;
    result.unwrap_or_else(|error| panic!("{text} in the result pane: {error}"));
}

async fn wait_for(client: &Client, css: &str) -> fantoccini::elements::Element {
    client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.expect(css)
}
