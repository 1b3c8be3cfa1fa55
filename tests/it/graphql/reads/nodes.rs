//! Global ids.

use inkstand_tests::Database;
use rstest::rstest;
use serde_json::{Value, json};

use crate::graphql::small_blog::small_blog;

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn everything_is_found_by_its_id(#[case] database: Database) {
    let blog = small_blog(database).await;
    let things = blog
        .query(
            r#"{
                Post: post(by: { slug: "hello" }) { id }
                Page: page(by: { slug: "about" }) { id }
                Author: author(handle: "ada") { id }
                Tag: tag(slug: "rust") { id }
                Category: category(slug: "engines") { id }
                Series: series(slug: "first-steps") { id }
            }"#,
        )
        .await;
    let mut ids = Vec::new();
    for (kind, thing) in things.as_object().unwrap() {
        let id = thing["id"].as_str().unwrap_or_else(|| panic!("{things}"));
        let node = "query($id: ID!) { node(id: $id) { __typename id } }";
        let found = blog.query_with(node, json!({ "id": id })).await;
        assert_eq!(found["node"], json!({ "__typename": kind, "id": id }));
        ids.push(id.to_owned());
    }

    // In the order of the ids, twice where asked for twice, null for what is not there.
    let nobody = format!("post_{}", "0".repeat(32));
    let page_for_post =
        ids[ids.iter().position(|id| id.starts_with("page_")).unwrap()].replace("page_", "post_");
    ids.reverse();
    ids.insert(1, nobody);
    ids.insert(3, page_for_post);
    ids.push(ids[0].clone());
    let found =
        blog.query_with("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    let expected: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    let mut expected = expected;
    expected[1] = Value::Null;
    expected[3] = Value::Null;
    assert_eq!(found["nodes"], json!(expected));
    let none = blog.query("{ nodes(ids: []) { id } }").await;
    assert_eq!(none["nodes"], json!([]));
}
