//! The change log as a front end follows it.

use inkstand_tests::{Database, item};
use rstest::rstest;
use serde_json::{Value, json};

use crate::graphql::small_blog::small_blog;

const CHANGES: &str = "query($after: Seq, $first: Int! = 1000) {
    changes(after: $after, first: $first) { nodes { id kind action at paths cacheKeys } next reset }
}";

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_front_end_follows(#[case] database: Database) {
    let blog = small_blog(database).await;
    let all = blog.query_with(CHANGES, json!({})).await["changes"].take();
    assert_eq!(all["reset"], false);

    // By parts one comes to the same end as at once.
    let (mut after, mut nodes) = (json!("0"), Vec::new());
    while after != all["next"] {
        let mut part =
            blog.query_with(CHANGES, json!({ "after": after, "first": 3 })).await["changes"].take();
        assert_eq!(part["reset"], false);
        assert_ne!(part["next"], after, "it goes on");
        nodes.append(part["nodes"].as_array_mut().unwrap());
        after = part["next"].take();
    }
    assert_eq!(json!(nodes), all["nodes"]);

    let at_end = blog.query_with(CHANGES, json!({ "after": after })).await["changes"].take();
    assert_eq!(at_end, json!({ "nodes": [], "next": after, "reset": false }));

    // What changes names every address and key that answers otherwise now.
    let changed = "---\ntitle: Late in July\nslug: later\ndate: 2024-07-02T20:00:00Z\ntags: [Moonlight]\nauthor: ada\n---\nNew.\n";
    blog.import(&[("2024-06-30-late.md", changed)]).await;
    let news = blog.query_with(CHANGES, json!({ "after": after })).await["changes"].take();
    let post = news["nodes"].as_array().unwrap().iter().find(|node| node["kind"] == "POST").unwrap();
    assert_eq!(post["action"], "UPDATED");
    let paths = texts(&post["paths"]);
    assert!(paths.contains(&"/2024/06/late") && paths.contains(&"/2024/07/later"), "{paths:?}");
    let keys = texts(&post["cacheKeys"]);
    let terms = blog.query(r#"{ a: tag(slug: "space") { id } b: tag(slug: "moonlight") { id } c: author(handle: "ada") { id } d: author(handle: "grace") { id } }"#).await;
    for (_, term) in terms.as_object().unwrap() {
        let key = term["id"].as_str().unwrap().replacen('_', ":", 1);
        assert!(keys.contains(&key.as_str()), "{key} in {keys:?}");
    }
    for key in ["slug:post:late", "slug:post:later", "list:posts", "path:/2024/06/late"] {
        assert!(keys.contains(&key), "{key} in {keys:?}");
    }
    let moved = blog.query(r#"{ route(path: "/2024/06/late") { status location } }"#).await;
    assert_eq!(moved["route"], json!({ "status": 301, "location": "https://blog.example/2024/07/later" }));

    // A position past the end belongs to another log.
    let lost = blog.query_with(CHANGES, json!({ "after": "9000000000000000000" })).await["changes"].take();
    assert_eq!(lost, json!({ "nodes": [], "next": news["next"], "reset": true }));
    // And one whose successors were trimmed away.
    blog.database.sql("DELETE FROM change WHERE seq <= 5").await;
    let trimmed = blog.query_with(CHANGES, json!({ "after": "2" })).await["changes"].take();
    assert_eq!((&trimmed["reset"], &trimmed["next"]), (&json!(true), &news["next"]));
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_draft_that_stays_one_is_no_news(#[case] database: Database) {
    let blog = small_blog(database).await;
    let all = blog.query_with(CHANGES, json!({})).await["changes"].take();
    let after = all["next"].clone();
    let draft = "---\ntitle: The secret plan, again\nslug: secret-again\ndraft: true\nauthor: ada\ntags: [Rust]\n---\nMore secrets.\n";
    blog.import_items("test", vec![item("2024-07-01-plan.md", draft)]).await;
    let news = blog.query_with(CHANGES, json!({ "after": after })).await["changes"].take();
    assert_eq!(news["nodes"], json!([]), "nobody sees it");
    assert_ne!(news["next"], after, "and yet the log goes on");

    let published = "---\ntitle: The plan\nslug: plan\nauthor: ada\ntags: [Rust]\n---\nNo secrets.\n";
    blog.import_items("test", vec![item("2024-07-01-plan.md", published)]).await;
    let news = blog.query_with(CHANGES, json!({ "after": news["next"] })).await["changes"].take();
    let post = news["nodes"].as_array().unwrap().iter().find(|node| node["kind"] == "POST").unwrap();
    // The old address that it was given leads to it now.
    assert_eq!(post["paths"], json!(["/2024/07/plan", "/secret/old"]));
    let told = news.to_string().replace("/secret/old", "");
    assert!(!told.contains("secret"), "what it was called before stays untold: {news:#}");

    // Back in the drawer: everybody is told that the address answers otherwise, and then nothing more.
    blog.import_items("test", vec![item("2024-07-01-plan.md", draft)]).await;
    let news = blog.query_with(CHANGES, json!({ "after": news["next"] })).await["changes"].take();
    let post = news["nodes"].as_array().unwrap().iter().find(|node| node["kind"] == "POST").unwrap();
    assert_eq!(post["paths"], json!(["/2024/07/plan", "/secret/old"]));
    assert!(!news.to_string().replace("/secret/old", "").contains("secret"), "{news:#}");
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}
