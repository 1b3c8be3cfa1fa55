//! Of each field of a query it is written down here whether everybody's answer to it is kept.

use inkstand_tests::{Database, TestBlog};
use serde_json::{Value, json};

use super::{followed, header, post};

/// Field, what is asked, and whether the answer is kept.
const FIELDS: [(&str, &str, bool); 27] = [
    ("account", "{ account(name: \"ada\") { name } }", false),
    ("accounts", "{ accounts { nodes { name } } }", false),
    (
        "allSeries",
        "{ allSeries { totalCount nodes { name posts { totalCount } parts { post { title } } } } }",
        true,
    ),
    ("apiTokens", "{ apiTokens { nodes { name } } }", false),
    ("archive", "{ archive { year month postCount } }", true),
    ("audit", "{ audit { nodes { action } } }", false),
    ("author", "{ author(handle: \"ada\") { name posts { nodes { title } } } }", true),
    ("authors", "{ authors(orderBy: POST_COUNT) { totalCount nodes { name } } }", true),
    ("categories", "{ categories { nodes { name parent { name } children { name } } } }", true),
    ("category", "{ category(slug: \"langs\") { name posts { totalCount } } }", true),
    ("changes", "{ changes { next } }", false),
    ("node", "{ node(id: \"post_00000000000000000000000000000000\") { id } }", true),
    ("nodes", "{ nodes(ids: [\"tag_00000000000000000000000000000000\"]) { id } }", true),
    ("page", "{ page(by: { slug: \"about\" }) { title html parent { title } children { title } } }", true),
    ("pages", "{ pages { totalCount nodes { title translations { title } } } }", true),
    (
        "post",
        "{ post(by: { slug: \"one\" }) { html headings { text } version source { markdown } revisions { totalCount } \
           authors { name } tags { name } categories { name } series { position } newer { title } older { title } \
           related { title } } }",
        true,
    ),
    ("posts", "{ posts(filter: { tags: { any: [\"x\"] } }) { totalCount nodes { title } } }", true),
    ("previewMarkdown", "{ previewMarkdown(markdown: \"x\") }", false),
    ("route", "{ route(path: \"/nothing\") { status } }", true),
    ("search", "{ search(text: \"x\") { totalCount nodes { __typename } complete } }", false),
    ("series", "{ series(slug: \"steps\") { name } }", true),
    (
        "site",
        "{ site { title url timeZone permalinks menus { items { label } } menu(location: \"main\") { label } } }",
        true,
    ),
    ("suggest", "{ suggest(prefix: \"x\") { text } }", false),
    ("tag", "{ tag(slug: \"x\") { name related { name } } }", true),
    ("tags", "{ tags { totalCount nodes { name } } }", true),
    ("viewer", "{ viewer { name } }", true),
    (
        "webhooks",
        "{ webhooks { url } webhook(id: \"webhook_00000000000000000000000000000000\") { url } }",
        false,
    ),
];

#[tokio::test]
async fn each_field_is_kept_or_not() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let one = "---\ntitle: One\ndate: 2024-01-01\ntags: [X]\ncategories: [Langs]\nauthor: ada\nseries: Steps\n---\n# Ink\n";
    blog.import(&[("one.md", one), ("about.md", "---\ntitle: About\ntype: page\n---\nUs\n")]).await;
    followed(&blog).await;
    for (field, query, kept) in FIELDS {
        for _ in 0..2 {
            let answer = post(&blog.client(), query, &json!({})).await;
            let cache_control = header(&answer, "cache-control").to_owned();
            let answer: Value = answer.json().await.unwrap();
            assert!(answer.get("errors").is_none() || !kept, "{field}: {answer}");
            assert_eq!(
                cache_control,
                if kept { "public, max-age=0, stale-if-error=86400" } else { "no-store" },
                "{field}"
            );
        }
    }
    let introspection = blog.query("{ __type(name: \"Query\") { fields { name } } }").await;
    let in_schema = introspection["__type"]["fields"].as_array().unwrap().iter();
    let mut in_schema: Vec<&str> = in_schema.map(|field| field["name"].as_str().unwrap()).collect();
    in_schema.sort_unstable();
    let mut here: Vec<&str> = FIELDS.iter().map(|(field, ..)| *field).chain(["webhook"]).collect();
    here.sort_unstable();
    assert_eq!(in_schema, here, "a new field: say here whether it is kept, and look at its keys");
}
