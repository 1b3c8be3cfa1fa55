//! What is skipped, and what a fragment is not about: an object of which nothing is left is empty, and no null.

use inkstand_tests::{Database, TestBlog};
use serde_json::{Value, json};

#[tokio::test]
async fn an_object_of_which_nothing_is_left_is_empty() {
    let blog = TestBlog::start(Database::Sqlite).await;
    blog.import(&[
        ("2024-05-01-one.md", "---\ntitle: One\ntags: [ink]\n---\nWorld"),
        ("2024-05-02-two.md", "---\ntitle: Two\n---\nWorld"),
    ])
    .await;
    let mut wrong = Vec::new();
    for (query, expected) in [
        ("{ site { title @skip(if: true) } }", json!({ "site": {} })),
        ("{ site { title @include(if: false) } }", json!({ "site": {} })),
        ("{ site @skip(if: true) { title } }", json!({})),
        ("{ site { ... @skip(if: true) { title } } }", json!({ "site": {} })),
        ("{ site { ...F @include(if: false) } } fragment F on Site { title }", json!({ "site": {} })),
        ("{ site { ...F } } fragment F on Site { title @skip(if: true) }", json!({ "site": {} })),
        ("{ ...F } fragment F on Query { site { title @skip(if: true) } }", json!({ "site": {} })),
        ("{ ...F @skip(if: true) } fragment F on Query { __typename }", json!({})),
        (
            "query($no: Boolean!, $yes: Boolean = true) { site { title @include(if: $no) url @skip(if: $yes) } }",
            json!({ "site": {} }),
        ),
        ("{ posts { nodes { title @skip(if: true) } } }", json!({ "posts": { "nodes": [{}, {}] } })),
        (
            "{ posts { nodes { author: title @skip(if: true) tags { name @skip(if: true) } } } }",
            json!({ "posts": { "nodes": [{ "tags": [] }, { "tags": [{}] }] } }),
        ),
        // What is there is told apart from what is not.
        ("{ tag(slug: \"ink\") { name @skip(if: true) } }", json!({ "tag": {} })),
        ("{ tag(slug: \"none\") { name @skip(if: true) } }", json!({ "tag": null })),
        // The same field twice: what one selection leaves is not lost with the other.
        (
            "{ site { url @skip(if: true) } site { title } }",
            json!({ "site": { "title": "A blog on Inkstand" } }),
        ),
        (
            "{ posts { nodes { url @skip(if: true) } } posts { nodes { title } } }",
            json!({ "posts": { "nodes": [{ "title": "Two" }, { "title": "One" }] } }),
        ),
        // Types that do not apply leave as little.
        ("{ route(path: \"/2024/05/one/\") { __typename @skip(if: true) } }", json!({ "route": {} })),
        ("{ __schema { queryType { name @skip(if: true) } } }", json!({ "__schema": { "queryType": {} } })),
        ("{ site { __typename @skip(if: true) } }", json!({ "site": {} })),
        // A name of the client's is left alone, whatever it is.
        ("{ site { is_there: __typename @skip(if: false) } }", json!({ "site": { "is_there": "Site" } })),
    ] {
        // The second time the document is remembered, and the request is another one.
        for time in 1..=2 {
            let answer = blog.ask(query, json!({ "no": false, "time": time })).await;
            if answer != json!({ "data": expected }) {
                wrong.push(format!("{query}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn of_an_object_of_another_type_nothing_is_left() {
    let blog = TestBlog::start(Database::Sqlite).await;
    blog.import(&[("2024-05-01-one.md", "---\ntitle: One\n---\nWorld")]).await;
    let id = blog.query("{ posts { nodes { id } } }").await["posts"]["nodes"][0]["id"].take();
    let ask = async |selection: &str| -> Value {
        let query = format!(
            "query($id: ID!) {{ node(id: $id) {{ {selection} }} nodes(ids: [$id]) {{ {selection} }} }}"
        );
        blog.query_with(&query, json!({ "id": id })).await
    };
    for selection in ["... on Page { title }", "... on Page { title } ... on Post { title @skip(if: true) }"]
    {
        assert_eq!(ask(selection).await, json!({ "node": {}, "nodes": [{}] }), "{selection}");
    }
    let both = "... on Page { title } ... on Post { title }";
    assert_eq!(ask(both).await, json!({ "node": { "title": "One" }, "nodes": [{ "title": "One" }] }));
}

#[tokio::test]
async fn a_mutation_of_which_nothing_is_left_does_nothing() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let answer =
        blog.ask("mutation { createTag(input: {name: \"Ink\"}) @skip(if: true) { seq } }", json!({})).await;
    assert_eq!(answer, json!({ "data": {} }));
}
