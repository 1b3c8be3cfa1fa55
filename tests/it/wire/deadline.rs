//! What takes too long: here, to read a table that somebody has locked.

use std::{sync::Arc, time::Duration};

use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase};
use reqwest::header;
use serde_json::{Value, json};

#[tokio::test]
async fn an_answer_that_takes_too_long_is_broken_off() {
    let database = TestDatabase::new(Database::Postgres).await;
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), |settings| {
        settings.deadline = Duration::from_millis(300);
        settings.entity_cache = 0;
        settings.response_cache = 0;
    })
    .await;
    let query = json!({ "query": "{ posts { nodes { title } } }" });
    let ask = || blog.http.post(blog.url("/graphql")).header(header::ACCEPT, "application/json").json(&query);
    let locked = blog.database.lock("entry").await;
    for _ in 0..3 {
        let late = ask().send().await.unwrap();
        assert_eq!(late.status(), 504);
        assert!(late.headers().contains_key("x-request-id"));
        let body: Value = late.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "TIMEOUT", "{body}");
        assert!(body.get("data").is_none(), "{body}");
    }
    assert_eq!(blog.http.get(blog.url("/healthz")).send().await.unwrap().status(), 200);
    locked.release().await;
    inkstand_tests::eventually("an answer in time", Duration::from_secs(60), || async {
        (ask().send().await.unwrap().status() == 200).then_some(())
    })
    .await;
}
