//! Tags, categories, authors and series, their lists and counts.

use inkstand_tests::Database;
use rstest::rstest;
use serde_json::{Value, json};

use crate::graphql::small_blog::{each, small_blog};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn lists_of_terms(#[case] database: Database) {
    let blog = small_blog(database).await;
    for (list, order, expected) in [
        ("tags", "SLUG", &["rust", "space", "sqlite", "unused", "日本"] as &[&str]),
        ("tags", "POST_COUNT", &["rust", "space", "sqlite", "日本", "unused"]),
        ("categories", "SLUG", &["databases", "engines"]),
        ("categories", "POST_COUNT", &["databases", "engines"]),
        ("authors", "SLUG", &["ada", "grace"]),
        ("authors", "POST_COUNT", &["grace", "ada"]),
    ] {
        let query = format!(
            "query($after: String) {{ {list}(orderBy: {order}, first: 2, after: $after) {{
                nodes {{ slug }} pageInfo {{ hasNextPage endCursor }} totalCount
            }} }}"
        );
        let mut after = Value::Null;
        let mut slugs = Vec::new();
        loop {
            let mut found = blog.query_with(&query, json!({ "after": after })).await;
            assert_eq!(found[list]["totalCount"], expected.len(), "{list}");
            slugs.extend(each(&found[list], "slug").into_iter().map(str::to_owned));
            if found[list]["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = found[list]["pageInfo"]["endCursor"].take();
        }
        assert_eq!(slugs, expected, "{list} by {order}");
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn posts_of_terms(#[case] database: Database) {
    let blog = small_blog(database).await;
    let found = blog
        .query(
            "{
                tags { nodes { slug name postCount posts(first: 1, orderBy: OLDEST) { nodes { slug } totalCount pageInfo { hasNextPage } } } }
                categories { nodes { slug postCount parent { slug } children { slug } posts { nodes { slug } } } }
                authors { nodes { handle postCount posts(last: 1) { nodes { slug } pageInfo { hasPreviousPage } } } }
            }",
        )
        .await;
    let tag = |slug: &str, name: &str, count: i32, first: &[&str]| {
        let nodes: Vec<Value> = first.iter().map(|slug| json!({ "slug": slug })).collect();
        let posts = json!({ "nodes": nodes, "totalCount": count, "pageInfo": { "hasNextPage": count > 1 } });
        json!({ "slug": slug, "name": name, "postCount": count, "posts": posts })
    };
    // Of the two oldest with the tag, which bear one date, the id decides.
    let oldest = found["tags"]["nodes"][0]["posts"]["nodes"][0]["slug"].as_str().unwrap();
    assert!(["hello", "ola"].contains(&oldest), "{oldest}");
    assert_eq!(
        found["tags"]["nodes"],
        json!([
            tag("rust", "Rust", 4, &[oldest]),
            tag("space", "Space", 2, &["moon"]),
            tag("sqlite", "SQLite", 1, &["hello"]),
            tag("unused", "Unused", 0, &[]),
            tag("日本", "日本", 1, &["墨と紙"]),
        ])
    );
    assert_eq!(
        found["categories"]["nodes"],
        json!([
            { "slug": "databases", "postCount": 1, "parent": null, "children": [{ "slug": "engines" }], "posts": { "nodes": [{ "slug": "hello" }] } },
            { "slug": "engines", "postCount": 1, "parent": { "slug": "databases" }, "children": [], "posts": { "nodes": [{ "slug": "second" }] } },
        ])
    );
    assert_eq!(
        found["authors"]["nodes"],
        json!([
            { "handle": "ada", "postCount": 2, "posts": { "nodes": [{ "slug": "hello" }], "pageInfo": { "hasPreviousPage": true } } },
            { "handle": "grace", "postCount": 4, "posts": { "nodes": [{ "slug": "moon" }], "pageInfo": { "hasPreviousPage": true } } },
        ])
    );
}
