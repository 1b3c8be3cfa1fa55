//! GraphiQL at `/graphql`.

use std::time::Duration;

use fantoccini::{Locator, key::Key};
use inkstand_tests::{Database, TestBlog};

use super::session::Session;

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

    // Ctrl-Enter, as a person would.
    editor.click().await.unwrap();
    let keys = format!("{}{}{}", char::from(Key::Control), char::from(Key::Enter), char::from(Key::Null));
    client
        .find(Locator::Css(".graphiql-query-editor textarea"))
        .await
        .unwrap()
        .send_keys(&keys)
        .await
        .unwrap();
    client
        .wait()
        .at_most(Duration::from_secs(20))
        .for_element(Locator::XPath(
            "//section[contains(@class,'result-window')][contains(., 'Hello from a <post>')]",
        ))
        .await
        .expect("the answer in the result pane");

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

async fn wait_for(client: &fantoccini::Client, css: &str) -> fantoccini::elements::Element {
    client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await.expect(css)
}
