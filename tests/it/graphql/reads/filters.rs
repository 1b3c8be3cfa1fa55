//! Filters and orders of posts.

use inkstand_tests::Database;
use rstest::rstest;
use serde_json::json;

use crate::graphql::small_blog::{each, small_blog};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn filters_of_posts_and_of_searches(#[case] database: Database) {
    let blog = small_blog(database).await;
    let ids =
        blog.query(r#"{ a: post(by: { slug: "moon" }) { id } b: post(by: { slug: "hello" }) { id } }"#).await;
    let query = "query($filter: PostFilter!) {
        posts(filter: $filter, first: 100) { nodes { slug } totalCount }
        search(filter: $filter, in: [POSTS], orderBy: NEWEST, first: 100) { nodes { node { slug } } totalCount }
    }";
    for (filter, expected) in [
        (json!({}), "hello late moon ola second 墨と紙"),
        (json!({ "tags": { "any": ["rust"] } }), "hello ola second 墨と紙"),
        (json!({ "tags": { "any": ["SQLite", "Space"] } }), "hello late moon"),
        (json!({ "tags": { "all": ["rust", "sqlite"] } }), "hello"),
        (json!({ "tags": { "all": ["rust", "rust"] } }), "hello ola second 墨と紙"),
        (json!({ "tags": { "all": ["rust", "nobody"] } }), ""),
        (json!({ "tags": { "all": ["rust", "sqlite", "space"] } }), ""),
        (json!({ "tags": { "none": ["rust"] } }), "late moon"),
        (json!({ "tags": { "any": ["rust"], "none": ["sqlite", "日本"] } }), "ola second"),
        (json!({ "tags": { "any": ["nobody"] } }), ""),
        (json!({ "tags": { "none": ["nobody"] } }), "hello late moon ola second 墨と紙"),
        (json!({ "categories": { "any": ["databases"] } }), "hello second"),
        (json!({ "categories": { "any": ["databases"], "descendants": false } }), "hello"),
        (json!({ "categories": { "any": ["engines"] } }), "second"),
        (json!({ "categories": { "all": ["databases", "engines"] } }), "second"),
        (json!({ "categories": { "all": ["databases", "engines"], "descendants": false } }), ""),
        (json!({ "categories": { "all": ["databases", "nobody"] } }), ""),
        (json!({ "categories": { "none": ["databases"] } }), "late moon ola 墨と紙"),
        (
            json!({ "categories": { "none": ["databases"], "descendants": false } }),
            "late moon ola second 墨と紙",
        ),
        (json!({ "authors": { "any": ["Ada"] } }), "hello second"),
        (json!({ "authors": { "all": ["ada", "grace"] } }), "hello"),
        (json!({ "authors": { "none": ["ada"] } }), "late moon ola 墨と紙"),
        (json!({ "series": { "any": ["first-steps"] } }), "hello second"),
        (json!({ "series": { "all": ["first-steps", "nobody"] } }), ""),
        (json!({ "series": { "none": ["First steps"] } }), "late moon ola 墨と紙"),
        (json!({ "languages": ["pt"] }), "ola"),
        (json!({ "languages": ["pt-BR"] }), "ola"),
        (json!({ "languages": ["pt-PT"] }), ""),
        (json!({ "languages": ["PT_br", "ja"] }), "ola 墨と紙"),
        (json!({ "published": { "from": "2024-06-15T00:00:00Z" } }), "late second 墨と紙"),
        (json!({ "published": { "before": "2024-06-15T00:00:00Z" } }), "hello moon ola"),
        (
            json!({ "published": { "from": "2024-05-01T12:00:00+02:00", "before": "2024-05-01T10:00:00.001Z" } }),
            "hello ola",
        ),
        (
            json!({ "published": { "from": "2024-05-01T10:00:00.001Z", "before": "2024-05-02T00:00:00Z" } }),
            "",
        ),
        (json!({ "published": { "before": "1970-01-01T00:00:00Z" } }), "moon"),
        (json!({ "updated": { "from": "2024-09-01T00:00:00Z" } }), "hello"),
        (json!({ "featured": true }), "hello"),
        (json!({ "featured": false }), "late moon ola second 墨と紙"),
        (
            json!({ "ids": [ids["a"]["id"], ids["b"]["id"], format!("post_{}", "0".repeat(32))] }),
            "hello moon",
        ),
        (json!({ "ids": [] }), ""),
        (json!({ "status": ["PUBLISHED"] }), "hello late moon ola second 墨と紙"),
        (json!({ "tags": { "any": ["rust"] }, "authors": { "any": ["ada"] }, "featured": false }), "second"),
    ] {
        let found = blog.query_with(query, json!({ "filter": filter })).await;
        let mut slugs = each(&found["posts"], "slug");
        slugs.sort_unstable();
        assert_eq!(slugs.join(" "), expected, "{filter}");
        assert_eq!(found["posts"]["totalCount"], slugs.len(), "{filter}");
        let hits = found["search"]["nodes"].as_array().unwrap();
        let mut hits: Vec<_> = hits.iter().map(|hit| hit["node"]["slug"].as_str().unwrap()).collect();
        hits.sort_unstable();
        assert_eq!(hits.join(" "), expected, "the search, {filter}");
        assert_eq!(found["search"]["totalCount"], hits.len(), "the search, {filter}");
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn orders_of_posts(#[case] database: Database) {
    let blog = small_blog(database).await;
    let query = r#"query($order: PostOrder) {
        posts(orderBy: $order, filter: { languages: ["en"] }) { nodes { slug } }
        author(handle: "grace") { posts(orderBy: $order) { nodes { slug } } }
    }"#;
    for (order, expected, by_grace) in [
        (json!(null), ["late", "second", "hello", "moon"], ["late", "moon"]),
        (json!("NEWEST"), ["late", "second", "hello", "moon"], ["late", "moon"]),
        (json!("OLDEST"), ["moon", "hello", "second", "late"], ["moon", "late"]),
        (json!("RECENTLY_UPDATED"), ["hello", "late", "second", "moon"], ["hello", "moon"]),
    ] {
        let found = blog.query_with(query, json!({ "order": order })).await;
        assert_eq!(each(&found["posts"], "slug"), expected, "{order}");
        let hers = each(&found["author"]["posts"], "slug");
        assert_eq!(hers.len(), 4, "two of them are of one moment");
        assert_eq!([hers[0], hers[3]], by_grace, "{order}");
    }
}
