//! No text is an error of a search.

use inkstand_tests::{Database, TestBlog};
use rstest::rstest;
use serde_json::json;

use super::{Answer, Checks};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn every_text_is_answered(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    blog.import(&[(
        "2024-05-01-a.md",
        "---\ntitle: The inkwell\ntags: [b]\n---\nSome *words* on ink 😀 and #pens.",
    )])
    .await;
    let search = "query($text: String!) {
        search(text: $text) {
            nodes { node { title } title { html } body { html } score }
            totalCount corrected complete
            facets(of: TAG) { value }
        }
        suggest(prefix: $text) { text }
    }";
    for text in [
        "".to_owned(),
        "   \n\t ".to_owned(),
        "a".repeat(10_000),
        "ink ".repeat(2_500),
        (0..2_000).map(|n| format!("w{n} ")).collect(),
        "\"".repeat(10_000),
        "\"a\"".repeat(3_333),
        "„ ".repeat(5_000),
        "title:„ ".repeat(1_250),
        "#a ".repeat(3_333),
        "(".repeat(10_000),
        "-".repeat(10_000),
        "日本".repeat(5_000),
        "?!.,;:…—".to_owned(),
        "\"ink".to_owned(),
        "ink\" \"words".to_owned(),
        "\"\"".to_owned(),
        "in\0k".to_owned(),
        "\0".to_owned(),
        "😀".to_owned(),
        "👩‍👩‍👧‍👦 🏳️‍🌈".to_owned(),
        "\u{202e}kni\u{200b}".to_owned(),
        "AND OR NOT".to_owned(),
        "AND".to_owned(),
        "- + ~ ^ * ?".to_owned(),
        "-ink".to_owned(),
        "--ink".to_owned(),
        "tag:".to_owned(),
        "tag:b".to_owned(),
        "-tag:b".to_owned(),
        "tag:!".to_owned(),
        "tag:tag:tag:".to_owned(),
        "#".to_owned(),
        "#pens".to_owned(),
        "##".to_owned(),
        "the and of to".to_owned(),
        "title:[a TO z] AND body:/.*/".to_owned(),
        "ink* ?nk ink~2 ink^99999999999".to_owned(),
        "'; DROP TABLE entry; --".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "\\".to_owned(),
        "%00%ff".to_owned(),
    ] {
        let name: String = format!("search for {text:?}").chars().take(60).collect();
        checks.query_with(&name, search, json!({ "text": text }), Answer).await;
    }
    let found = blog.query(r#"{ search(text: "\"inkwell") { nodes { node { title } } } }"#).await;
    assert_eq!(found["search"]["nodes"][0]["node"]["title"], "The inkwell", "an open quote is no obstacle");
    checks.end();
}
