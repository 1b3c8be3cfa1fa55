//! Documents that are wrong, or made to cost.

use inkstand_graphql::code;
use inkstand_tests::{Database, TestBlog};
use rstest::rstest;
use serde_json::json;

use super::{Answer, Checks, Request};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn documents_that_mean_nothing(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    for (name, query, expected) in [
        ("prose", "give me all posts", Request(code::PARSE_FAILED)),
        ("an open brace", "{ posts { nodes { title }", Request(code::PARSE_FAILED)),
        ("an empty selection", "{ posts { } }", Request(code::PARSE_FAILED)),
        ("a comment alone", "# nothing", Request(code::PARSE_FAILED)),
        ("NUL", "{ site\0 }", Request(code::PARSE_FAILED)),
        ("a fragment alone", "fragment F on Query { __typename }", Request(code::PARSE_FAILED)),
        ("an unknown field", "{ post { titel } }", Request(code::VALIDATION_FAILED)),
        ("an unknown argument", "{ posts(limit: 3) { totalCount } }", Request(code::VALIDATION_FAILED)),
        ("no selection", "{ posts }", Request(code::VALIDATION_FAILED)),
        ("a selection of a text", "{ site { title { length } } }", Request(code::VALIDATION_FAILED)),
        ("a missing argument", "{ tag { name } }", Request(code::VALIDATION_FAILED)),
        ("an unknown fragment", "{ ...Nobody }", Request(code::VALIDATION_FAILED)),
        ("an unknown directive", "{ site @cached { title } }", Request(code::VALIDATION_FAILED)),
        ("an undefined variable", "{ tag(slug: $slug) { name } }", Request(code::VALIDATION_FAILED)),
        (
            "two fields of one name",
            "{ a: site { title } a: archive { year } }",
            Request(code::VALIDATION_FAILED),
        ),
        ("a mutation", "mutation { deleteEverything }", Request(code::VALIDATION_FAILED)),
        ("a subscription", "subscription { changed }", Request(code::BAD_REQUEST)),
        (
            "a fragment that spreads itself",
            "{ ...F } fragment F on Query { ...F }",
            Request(code::VALIDATION_FAILED),
        ),
        (
            "fragments in a circle",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { site { title } ...A }",
            Request(code::VALIDATION_FAILED),
        ),
        (
            "a circle that nothing spreads",
            "{ __typename } fragment F on Query { ...F }",
            Request(code::VALIDATION_FAILED),
        ),
    ] {
        checks.query(name, query, expected).await;
    }

    let answer = blog.ask("{ posts { nodes { titl } } }", json!({})).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("titl") && message.contains("Did you mean \"title\"?"), "{message}");
    assert_eq!(answer["errors"][0]["locations"][0], json!({ "line": 1, "column": 19 }));
    checks.end();
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn documents_made_to_cost(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    let nested =
        |open: &str, levels: usize, close: &str| format!("{}{}", open.repeat(levels), close.repeat(levels));
    let fan_out = |levels: usize, last: &str| {
        let mut query = "{ ...F0 }".to_owned();
        for level in 0..levels {
            let next = level + 1;
            query.push_str(&format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}"));
        }
        format!("{query} fragment F{levels} on Query {{ {last} }}")
    };
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let too_expensive = Request(code::TOO_EXPENSIVE);
    for (name, query, expected) in [
        ("40 levels of fields", nested("{ a ", 40, "}"), too_expensive),
        ("1 000 levels of fields", nested("{ a ", 1_000, "}"), too_expensive),
        ("100 000 levels of fields", nested("{a", 100_000, "}"), too_expensive),
        (
            "1 000 levels of inline fragments",
            format!("{{{}__typename{}}}", "...{".repeat(1_000), "}".repeat(1_000)),
            too_expensive,
        ),
        (
            "1 000 levels of lists",
            format!("{{ nodes(ids: {}) {{ id }} }}", nested("[", 1_000, "]")),
            too_expensive,
        ),
        (
            "500 000 levels of lists",
            format!("{{ nodes(ids: {}) {{ id }} }}", nested("[", 500_000, "]")),
            too_expensive,
        ),
        (
            "500 000 levels of lists, left open",
            format!("{{ nodes(ids: {}", "[".repeat(500_000)),
            too_expensive,
        ),
        (
            "1 000 levels of objects",
            format!("{{ posts(filter: {}1{}) {{ totalCount }} }}", "{a:".repeat(1_000), "}".repeat(1_000)),
            too_expensive,
        ),
        (
            "300 000 levels of objects",
            format!(
                "{{ posts(filter: {}1{}) {{ totalCount }} }}",
                "{a:".repeat(300_000),
                "}".repeat(300_000)
            ),
            too_expensive,
        ),
        (
            "100 000 levels of a type",
            format!("query($x: {}Int{}) {{ __typename }}", "[".repeat(100_000), "]".repeat(100_000)),
            too_expensive,
        ),
        ("30 levels of fan-out", fan_out(30, "__typename"), too_expensive),
        ("1 000 levels of fan-out", fan_out(1_000, "__typename"), too_expensive),
        (
            "30 levels of fan-out beside a circle",
            format!("{} fragment C on Query {{ ...C }}", fan_out(30, "__typename")),
            Request(code::VALIDATION_FAILED),
        ),
        (
            "30 levels of fan-out behind a circle",
            format!(
                "{} fragment C on Query {{ ...C ...F0 }}",
                fan_out(30, "__typename").replacen("...F0", "...C", 1)
            ),
            Request(code::VALIDATION_FAILED),
        ),
        (
            "100 000 aliases",
            format!("{{ {} }}", many(100_000, &|n| format!("a{n}:__typename "))),
            too_expensive,
        ),
        ("100 000 fields of one name", format!("{{ {} }}", "__typename ".repeat(100_000)), too_expensive),
        (
            "20 000 directives",
            format!("{{ __typename {} }}", "@include(if: true)".repeat(20_000)),
            too_expensive,
        ),
        ("5 000 operations", many(5_000, &|n| format!("query Q{n} {{ __typename }} ")), too_expensive),
        (
            "5 000 unused fragments",
            format!(
                "{{ __typename }} {}",
                many(5_000, &|n| format!("fragment F{n} on Query {{ __typename }} "))
            ),
            too_expensive,
        ),
        (
            "brackets in a text",
            format!("{{ author(handle: \"{}\") {{ name }} }}", "[{(".repeat(1_000)),
            Answer,
        ),
        (
            "brackets in a block text",
            format!("{{ author(handle: \"\"\"\\\"\"\" {} \" \"\"\") {{ name }} }}", "[{(".repeat(1_000)),
            Answer,
        ),
        ("brackets in a comment", format!("{{ __typename }} # {}", "[{(".repeat(1_000)), Answer),
    ] {
        checks.query(name, &query, expected).await;
    }
    checks.end();
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn variables(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    let tag = "query($slug: Slug!) { tag(slug: $slug) { name } }";
    let posts =
        "query($first: Int, $filter: PostFilter) { posts(first: $first, filter: $filter) { totalCount } }";
    let unfit = Request(code::VALIDATION_FAILED);
    for (name, query, variables, expected) in [
        ("a missing one", tag, json!({}), unfit),
        ("null for what cannot be", tag, json!({ "slug": null }), unfit),
        ("a text for a number", posts, json!({ "first": "ten" }), unfit),
        ("a fraction for a number", posts, json!({ "first": 1.5 }), unfit),
        ("a number past 32 bits", posts, json!({ "first": 3_000_000_000_u64 }), unfit),
        ("an unknown member", posts, json!({ "filter": { "colour": "red" } }), unfit),
        ("a list for an object", posts, json!({ "filter": [] }), unfit),
        ("a word that is no member", posts, json!({ "filter": { "status": ["LOST"] } }), unfit),
        ("an object for a slug", tag, json!({ "slug": {} }), unfit),
        ("a megabyte", tag, json!({ "slug": "a".repeat(1024 * 1024) }), Answer),
        (
            "100 000 that nobody asked for",
            tag,
            json!({ "slug": "a", "more": vec!["b"; 100_000] }),
            Request(code::TOO_EXPENSIVE),
        ),
    ] {
        checks.query_with(name, query, variables, expected).await;
    }
    checks.end();
}
