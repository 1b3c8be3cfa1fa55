//! Addresses that may not be called.

use std::sync::Arc;

use inkstand_server::SystemClock;
use inkstand_tests::{Answering, Database, Receiver, TestBlog, TestDatabase};
use serde_json::json;

use super::{change, hook, latest, publish};

/// A blog as it is by default: it calls the public internet alone.
async fn blog_on(database: TestDatabase) -> TestBlog {
    TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.webhooks_allow_private = false)
        .await
}

#[tokio::test]
async fn private_addresses_are_refused_where_they_are_written() {
    let blog = blog_on(TestDatabase::new(Database::Sqlite).await).await;
    for url in [
        "http://127.0.0.1:9000/hook",
        "http://127.1/hook",
        "http://0x7f000001/hook",
        "http://[::1]/hook",
        "http://[::ffff:10.0.0.1]/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/hook",
        "http://shop.localhost/hook",
    ] {
        let input = json!({ "url": url, "events": ["POST_PUBLISHED"] });
        let refused = change(&blog, "createWebhook", input, "webhook { id } secret").await;
        let error = &refused["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID"), &json!(["url"])), "{url}");
        assert!(error["message"].as_str().unwrap().contains("not of the public internet"), "{error}");
        assert_eq!(refused["secret"], json!(null));
    }
}

#[tokio::test]
async fn private_addresses_are_refused_where_they_are_called() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let receiver = Receiver::start().await;
    // Made while it was allowed, at a name; then the server is set otherwise.
    let blog = TestBlog::serve(database, Arc::new(SystemClock)).await;
    let hook = hook(&blog, &receiver.url_by_name(), &["POST_PUBLISHED"]).await;
    publish(&blog, [1]).await;
    receiver.wait_for(1).await;
    let blog = blog_on(blog.stop().await).await;
    publish(&blog, [2]).await;
    let seen = latest(&blog, &hook, "it failed", |message| message["attempts"] == 1).await;
    let error = seen["deliveries"]["nodes"][0]["error"].as_str().unwrap();
    assert!(error.contains("localhost is not of the public internet"), "{error}");
    let test =
        change(&blog, "testWebhook", json!({ "id": hook.id }), "test { delivered status error }").await;
    assert_eq!((&test["test"]["delivered"], &test["test"]["status"]), (&json!(false), &json!(null)));
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let (elsewhere, receiver) = (Receiver::start().await, Receiver::start().await);
    receiver.answer(Answering::Elsewhere(elsewhere.url()));
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    publish(&blog, [1]).await;
    let seen = latest(&blog, &hook, "it failed", |message| message["attempts"] == 1).await;
    let message = &seen["deliveries"]["nodes"][0];
    assert_eq!(message["status"], 307);
    assert_eq!(message["error"], "the answer was 307, which leads elsewhere; set the URL to that place");
    assert!(elsewhere.received().is_empty());
}
