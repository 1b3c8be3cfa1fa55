//! How many statements an answer costs where nothing is remembered: as many for a page of a hundred as for a page of ten.

use std::sync::Arc;

use inkstand_graphql::code;
use inkstand_server::{Settings, SystemClock};
use inkstand_tests::{Database, TestBlog, TestDatabase, item};
use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};

const FRONT_PAGE: &str = include_str!("../../../schema/operations/front-page.graphql");

const POST_PAGE: &str = include_str!("../../../schema/operations/post-by-path.graphql");

/// Whatever a post has.
const EVERYTHING: &str = "query($first: Int!) { posts(first: $first) { totalCount nodes {
    id number slug path url title status html markdown text excerptHtml excerptText headings { anchor } publishedAt
    updatedAt language translations { title } cover { src } seo { description } authors { name } version hashtags
    featured readingMinutes wordCount categories { name parent { name } children { name } } tags { name }
    series { position series { name } } newer { title } older { title }
} } }";

const TABLE: [(&str, &str); 12] = [
    ("front page", FRONT_PAGE),
    ("everything of posts", EVERYTHING),
    (
        "tags with posts",
        "query($first: Int!) { tags(first: $first) { nodes { name posts(first: 3) { totalCount nodes { title authors { name } } } } } }",
    ),
    (
        "authors, categories",
        "query($first: Int!) { authors(first: $first) { totalCount nodes { posts(first: 2) { nodes { tags { name } } } } }
            categories(first: $first) { nodes { parent { name } children { name } posts(last: 2) { nodes { title } } } } }",
    ),
    (
        "neighbours of neighbours",
        "query($first: Int!) { posts(first: $first) { nodes { older { older { older { title authors { name } } } } } } }",
    ),
    (
        "series of posts",
        "query($first: Int!) { posts(first: $first) { nodes { series { series { parts { position post { title tags { name } } } } } } } }",
    ),
    (
        "search",
        "query($first: Int!) { search(text: \"ink\", first: $first) { totalCount nodes { score title { html } body { html }
            node { title path authors { name } ... on Post { tags { name } } } } facets(of: TAG) { label } } }",
    ),
    ("search counted alone", "query($first: Int!) { search(text: \"ink\") { totalCount facets(of: TAG, first: $first) { value } } }"),
    ("related posts", "query($first: Int!) { posts(first: $first) { nodes { related(first: 2) { title authors { name } } } } }"),
    ("related tags", "query($first: Int!) { tags(first: $first) { nodes { related(first: 2) { name } } } }"),
    ("suggestions", "query($first: Int!) { suggest(prefix: \"u\", first: $first) { text path node { id } } }"),
    ("filter", "query($first: Int!) { posts(first: $first, filter: { tags: { all: [\"t1\", \"ink\"] }, categories: { any: [\"c1\"] } }) { totalCount nodes { title } } }"),
];

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_long_page_costs_as_many_as_a_short_one(#[case] database: Database) {
    let blog = blog_of_120(database).await;
    let mut measured = String::new();
    for (name, query) in TABLE {
        let few = statements(&blog, query, json!({ "first": 10 })).await;
        let many =
            statements(&blog, query, json!({ "first": if name == "suggestions" { 50 } else { 100 } })).await;
        assert_eq!(few, many, "{name}");
        measured.push_str(&format!("{name}: {few}, {many}\n"));
    }
    let ids = blog.query("{ posts(first: 90) { nodes { id } } tags(first: 5) { nodes { id } } authors(first: 5) { nodes { id } } }").await;
    let ids: Vec<&Value> = ["tags", "authors", "posts"]
        .iter()
        .flat_map(|list| ids[list]["nodes"].as_array().unwrap())
        .map(|node| &node["id"])
        .collect();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Post { authors { name } } ... on Author { name } } }";
    let few = statements(&blog, nodes, json!({ "ids": &ids[..12] })).await;
    let many = statements(&blog, nodes, json!({ "ids": &ids })).await;
    measured.push_str(&format!("nodes: {few}, {many}\n"));
    let found = blog
        .query("{ posts(first: 100) { nodes { path series { position } translations { path } } } }")
        .await;
    let posts = found["posts"]["nodes"].as_array().unwrap();
    let plain = |post: &&Value| post["series"].is_null() && post["translations"] == json!([]);
    let whole = |post: &&Value| !post["series"].is_null() && post["translations"] != json!([]);
    for (name, post) in [
        ("a post", posts.iter().find(plain)),
        ("a part of a series with a translation", posts.iter().find(whole)),
    ] {
        let path = json!({ "path": post.unwrap()["path"] });
        measured.push_str(&format!("page of {name}: {}\n", statements(&blog, POST_PAGE, path).await));
    }
    assert_snapshot!(measured, @r"
    front page: 3, 3
    everything of posts: 7, 7
    tags with posts: 3, 3
    authors, categories: 7, 7
    neighbours of neighbours: 7, 7
    series of posts: 5, 5
    search: 2, 2
    search counted alone: 0, 0
    related posts: 3, 3
    related tags: 2, 2
    suggestions: 1, 1
    filter: 3, 3
    nodes: 4, 4
    page of a post: 5
    page of a part of a series with a translation: 6
    ");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn bodies_are_read_only_when_asked_for(#[case] database: Database) {
    let blog = blog_of_120(database).await;
    let with = |field: &str| {
        format!("query($first: Int!) {{ posts(first: $first) {{ nodes {{ title {field} }} }} }}")
    };
    let first = json!({ "first": 100 });
    let without = statements(&blog, &with(""), first.clone()).await;
    for (field, more) in [
        ("excerptText excerptHtml seo { description } hashtags wordCount readingMinutes", 0),
        ("html", 1),
        ("markdown", 1),
        ("text(maxLength: 80)", 1),
        ("headings { text }", 1),
        ("html markdown text headings { text }", 1),
    ] {
        assert_eq!(statements(&blog, &with(field), first.clone()).await, without + more, "{field}");
    }

    // Without the table, everything but bodies is there all the same, and nothing is told of how it is kept.
    blog.database.sql("ALTER TABLE entry_body RENAME TO entry_body_away").await;
    let front_page = blog.query_with(FRONT_PAGE, first.clone()).await;
    assert_eq!(front_page["posts"]["nodes"].as_array().unwrap().len(), 100);
    let request = json!({ "query": with("html"), "variables": first });
    let response =
        blog.http.post(blog.url("/graphql")).header("x-request-id", "missing-bodies").json(&request);
    let response = response.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], code::INTERNAL);
    assert_eq!(error["message"], "something failed here; the log has more under request missing-bodies");
    let told = answer.to_string().to_lowercase();
    assert!(!told.contains("entry_body") && !told.contains("select"), "{told}");
    blog.database.sql("ALTER TABLE entry_body_away RENAME TO entry_body").await;
    let healed = blog.query_with(&with("html"), json!({ "first": 1 })).await;
    assert!(healed["posts"]["nodes"][0]["html"].as_str().unwrap().contains("ink"));
}

/// How many statements an answer takes. The server looks at the log now and then meanwhile, so the least of some
/// tries is what the answer itself takes.
async fn statements(blog: &TestBlog, query: &str, variables: Value) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..5 {
        let before = blog.blog().statements();
        blog.query_with(query, variables.clone()).await;
        least = least.min(blog.blog().statements() - before);
    }
    least
}

async fn blog_of_120(database: Database) -> TestBlog {
    let database = TestDatabase::new(database).await;
    let cold = |settings: &mut Settings| {
        settings.entity_cache = 0;
        settings.response_cache = 0;
    };
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), cold).await;
    let posts = (0..120).map(|n| {
        let series = if n % 3 == 0 { format!("series: {{name: S{}, order: {n}}}\n", n % 12) } else { String::new() };
        let (of, language) = if n % 10 == 1 { (n - 1, ".fr") } else { (n, "") };
        let file = format!(
            "---\ntitle: Title {n}\ndate: 2024-{:02}-{:02}\nauthors: [a{}, b{}]\ntags: [Ink, T{}, U{n}]\ncategories: [C{}]\n{series}---\n## Heading\n\nText {n} on ink.\n",
            n / 10 + 1,
            n % 10 + 1,
            n % 7,
            n % 40,
            n % 30,
            n % 20,
        );
        item(&format!("post-{of}{language}.md"), &file)
    });
    let report = blog.import_items("test", posts.collect()).await;
    assert_eq!(report.tally.created, 120, "{report:?}");
    blog
}
