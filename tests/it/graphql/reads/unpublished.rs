//! What is not published is nowhere: neither in lists nor in counts, neither by id nor by address.

use std::sync::Arc;

use inkstand_server::{Settings, SystemClock};
use inkstand_tests::{Database, TestBlog, TestDatabase};
use rstest::rstest;
use serde_json::{Value, json};

use crate::graphql::small_blog::{filled, small_blog};

/// Everything that lists, counts or stands beside posts.
const EVERYTHING: &str = r#"{
    posts(first: 100) { nodes { ...Post } totalCount }
    pages(first: 100) { nodes { title path } totalCount }
    tags(first: 100) { nodes { slug postCount posts { nodes { title } totalCount } } }
    categories(first: 100) { nodes { slug postCount posts { nodes { title } totalCount } } }
    authors(first: 100) { nodes { slug postCount posts { nodes { title } totalCount } } }
    series(slug: "first-steps") { postCount parts { position post { title } } posts { nodes { title } totalCount } }
    archive { year month postCount }
    changes { nodes { paths cacheKeys } }
    everything: search(first: 100) { ...Found }
    plan: search(text: "plan") { ...Found }
    hidden: search(text: "secret future hallo #secrethashtag") { ...Found }
    sec: suggest(prefix: "sec") { text path }
    the: suggest(prefix: "the") { text path }
}
fragment Post on Post {
    title slug path series { position } newer { title } older { title } translations { title }
}
fragment Found on SearchConnection {
    nodes { node { title path } }
    totalCount
    tags: facets(of: TAG) { value count }
    authors: facets(of: AUTHOR) { value count }
    years: facets(of: YEAR) { value count }
}"#;

/// The addresses of the drafts and of what is scheduled, present and old ones.
const ADDRESSES: [&str; 6] = [
    "/secret/plan",
    "/secret/old",
    "/2024/05/secret-hallo",
    "/2024/07/secret-plan",
    "/2999/01/secret-future",
    "/secret/future",
];

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn nothing_tells_of_it(#[case] database: Database) {
    let blog = small_blog(database).await;
    let known = blog.query(EVERYTHING).await;
    assert!(!known.to_string().to_lowercase().contains("secret"), "{known:#}");
    assert_eq!(known["posts"]["totalCount"], 6);
    assert_eq!(
        known["tags"]["nodes"][0],
        json!({ "slug": "rust", "postCount": 4, "posts": known["tags"]["nodes"][0]["posts"] })
    );
    assert_eq!(known["series"]["postCount"], 2);
    assert_eq!(known["series"]["parts"][0]["position"], 1, "counted among what is published");
    assert_eq!(known["everything"]["totalCount"], 8, "six posts and two pages");
    nothing_there(&blog).await;
}

#[rstest]
#[case::draft("draft")]
#[case::scheduled("scheduled")]
#[case::private("private")]
#[case::trashed("trashed")]
#[tokio::test]
async fn nor_of_what_was_published_once(
    #[case] status: &str,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    // What is changed behind its back must not be remembered.
    let forgetful = |settings: &mut Settings| (settings.entity_cache, settings.response_cache) = (0, 0);
    let database = TestDatabase::new(database).await;
    let blog = filled(TestBlog::serve_with(database, Arc::new(SystemClock), forgetful).await).await;
    let ids = blog.query(r#"{ post(by: { slug: "moon" }) { id number } }"#).await["post"].take();
    // What has no door yet, and what the index has not heard of: a hit is no permission.
    // Far in the future, or the schedule would have its turn.
    let at = if status == "scheduled" { ", published_at = 4102444800000" } else { "" };
    blog.database.sql(&format!("UPDATE entry SET status = '{status}'{at} WHERE slug = 'moon'")).await;
    let query = r#"query($id: ID!, $number: Int!) {
        node(id: $id) { id }
        nodes(ids: [$id]) { id }
        byId: post(by: { id: $id }) { id }
        byNumber: post(by: { number: $number }) { id }
        bySlug: post(by: { slug: "moon" }) { id }
        byPath: post(by: { path: "/1969/07/moon" }) { id }
        posts(filter: { ids: [$id] }) { nodes { id } totalCount }
        search(text: "moon") { nodes { node { id } } }
        suggest(prefix: "moon") { path }
        route(path: "/1969/07/moon") { status node { id } }
        tag(slug: "space") { posts { nodes { slug } } }
        post(by: { slug: "hello" }) { older { slug } }
        archive { year }
    }"#;
    let found = blog.query_with(query, json!({ "id": ids["id"], "number": ids["number"] })).await;
    assert!(
        !found.to_string().contains("moon") && !found.to_string().contains(ids["id"].as_str().unwrap()),
        "{found:#}"
    );
    assert_eq!(found["route"], json!({ "status": 404, "node": null }));
    assert_eq!(found["posts"], json!({ "nodes": [], "totalCount": 0 }));
    assert_eq!(found["nodes"], json!([null]));
    assert!(!found["archive"].to_string().contains("1969"));
}

async fn nothing_there(blog: &TestBlog) {
    for path in ADDRESSES {
        let query = "query($path: String!) { route(path: $path) { status location node { id } } post(by: { path: $path }) { id } }";
        let found = blog.query_with(query, json!({ "path": path })).await;
        assert_eq!(found["route"], json!({ "status": 404, "location": null, "node": null }), "{path}");
        assert_eq!(found["post"], Value::Null, "{path}");
    }
    for slug in ["secret-plan", "secret-hallo", "secret-future"] {
        let found = blog
            .query_with("query($slug: Slug!) { post(by: { slug: $slug }) { id } }", json!({ "slug": slug }))
            .await;
        assert_eq!(found["post"], Value::Null, "{slug}");
    }
    // Numbers are given in the order of arrival, so some of these are theirs.
    let by_number: String =
        (1..=12).map(|n| format!("n{n}: post(by: {{ number: {n} }}) {{ slug }} ")).collect();
    let found = blog.query(&format!("{{ {by_number} }}")).await;
    let there = found.as_object().unwrap().values().filter(|post| !post.is_null()).count();
    assert_eq!(there, 6, "{found:#}");
}
