//! Arguments that fit the schema and mean nothing.

use inkstand_graphql::code;
use inkstand_tests::{Database, TestBlog};
use rstest::rstest;
use serde_json::json;

use super::{Answer, Checks, Expected, Field, Request};

const PAGE: Expected = Field(code::BAD_PAGE);
const CURSOR: Expected = Field(code::BAD_CURSOR);
const INPUT: Expected = Field(code::BAD_INPUT);
/// A variable whose text is no value of its scalar: nothing runs.
const SCALAR: Expected = Request(code::BAD_INPUT);

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn numbers_of_items(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    for (query, expected) in [
        ("posts(first: -1)", PAGE),
        ("posts(first: 101)", PAGE),
        ("posts(first: 1000000)", PAGE),
        ("posts(first: 2147483647)", PAGE),
        ("posts(first: 3, last: 3)", PAGE),
        ("posts(last: -1)", PAGE),
        ("posts(last: 1000000)", PAGE),
        ("posts(skip: -1)", PAGE),
        ("posts(skip: 10001)", PAGE),
        ("posts(skip: -2147483648)", PAGE),
        ("posts(first: 99999999999999999999)", Request(code::VALIDATION_FAILED)),
        ("posts(first: 1.0)", Request(code::VALIDATION_FAILED)),
        ("posts(first: \"1\")", Request(code::VALIDATION_FAILED)),
        ("posts(first: 0)", Answer),
        ("posts(skip: 10000, last: 100)", Answer),
        ("pages(first: -1)", PAGE),
        ("tags(first: 1000000)", PAGE),
        ("categories(last: 1000000)", PAGE),
        ("authors(first: 1, last: 1)", PAGE),
        ("search(first: -1)", PAGE),
        ("search(first: 1000000)", PAGE),
    ] {
        checks.query(query, &format!("{{ {query} {{ nodes {{ __typename }} }} }}"), expected).await;
    }
    for (query, expected) in [
        ("{ changes(first: -1) { next } }", PAGE),
        ("{ changes(first: 1001) { next } }", PAGE),
        ("{ suggest(prefix: \"a\", first: -1) { text } }", PAGE),
        ("{ suggest(prefix: \"a\", first: 1000000) { text } }", PAGE),
        ("{ search { facets(of: TAG, first: -1) { value } } }", PAGE),
        ("{ search { facets(of: TAG, first: 1000000) { value } } }", PAGE),
    ] {
        checks.query(query, query, expected).await;
    }
    checks.end();
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn cursors(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    blog.import(&[("2024-05-01-a.md", "---\ntitle: A\ntags: [b]\ncategories: [c]\nauthor: d\n---\nWords.")])
        .await;
    let cursors = blog
        .query("{ posts { edges { cursor } } oldest: posts(orderBy: OLDEST) { edges { cursor } } tags { edges { cursor } } search { edges { cursor } } byCount: tags(orderBy: POST_COUNT) { edges { cursor } } }")
        .await;
    let cursor = |list: &str| cursors[list]["edges"][0]["cursor"].as_str().unwrap().to_owned();
    let posts = "query($c: String!) { posts(after: $c) { nodes { id } } }";
    let newest_before = "query($c: String!) { posts(before: $c) { nodes { id } } }";
    let tags = "query($c: String!) { tags(after: $c) { nodes { id } } }";
    let by_count = "query($c: String!) { tags(orderBy: POST_COUNT, after: $c) { nodes { id } } }";
    let nested = "query($c: String!) { tags { nodes { posts(after: $c) { nodes { id } } } } }";
    let search = "query($c: String!) { search(after: $c) { nodes { score } } }";
    // Of our form, and no number that we would write: `newest:9…9:…`, `count:-9223372036854775808:a` …
    let forged_date = "bmV3ZXN0Ojk5OTk5OTk5OTk5OTk5OTk5OTk6MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA";
    let forged_count = "Y291bnQ6LTkyMjMzNzIwMzY4NTQ3NzU4MDg6YQ";
    let last_hit = "aGl0OjQyOTQ5NjcyOTU";
    let hit_9_995 = "aGl0Ojk5OTU";
    for (name, query, cursor, expected) in [
        ("nothing", posts, String::new(), CURSOR),
        ("of another server", posts, "YXJyYXljb25uZWN0aW9uOjk".to_owned(), CURSOR),
        ("not base64", posts, "%%%".to_owned(), CURSOR),
        ("a megabyte", posts, "A".repeat(1024 * 1024), CURSOR),
        ("a forged date", posts, forged_date.to_owned(), CURSOR),
        ("of tags, for posts", posts, cursor("tags"), CURSOR),
        ("of hits, for posts", posts, cursor("search"), CURSOR),
        ("of another order", posts, cursor("oldest"), CURSOR),
        ("of another order, before", newest_before, cursor("oldest"), CURSOR),
        ("of another order, nested", nested, cursor("oldest"), CURSOR),
        ("of posts, for tags", tags, cursor("posts"), CURSOR),
        ("of another order of tags", tags, cursor("byCount"), CURSOR),
        ("a forged count", by_count, forged_count.to_owned(), CURSOR),
        ("of posts, for hits", search, cursor("posts"), CURSOR),
        ("the last hit that a cursor can name", search, last_hit.to_owned(), PAGE),
        ("a hit further on than anyone reads", search, hit_9_995.to_owned(), PAGE),
        ("ours", posts, cursor("posts"), Answer),
        ("ours, of tags", by_count, cursor("byCount"), Answer),
        ("ours, of hits", search, cursor("search"), Answer),
    ] {
        checks.query_with(&format!("cursor {name}"), query, json!({ "c": cursor }), expected).await;
    }
    checks.end();
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn ids_slugs_dates_and_filters(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    let zeros = "0".repeat(32);
    let ids = |count: usize| (0..count).map(|n| format!("post_{n:032x}")).collect::<Vec<_>>();
    let words = |count: usize| (0..count).map(|n| format!("w{n}")).collect::<Vec<_>>();
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let post = "query($by: PostBy!) { post(by: $by) { id } }";
    let posts = "query($filter: PostFilter!) { posts(filter: $filter) { totalCount nodes { id } } }";
    let search = "query($filter: PostFilter!) { search(filter: $filter) { totalCount nodes { score } } }";
    let tag = "query($slug: Slug!) { tag(slug: $slug) { name } }";
    let changes = "query($after: Seq!) { changes(after: $after) { reset } }";
    for (name, query, variables, expected) in [
        ("an empty id", node, json!({ "id": "" }), INPUT),
        ("a number as id", node, json!({ "id": 7 }), INPUT),
        ("an id of another server", node, json!({ "id": "UG9zdDox" }), INPUT),
        ("an id of an unknown kind", node, json!({ "id": format!("car_{zeros}") }), INPUT),
        (
            "an id of 32 bytes that are no digits",
            node,
            json!({ "id": format!("post_{}", "é".repeat(16)) }),
            INPUT,
        ),
        ("a megabyte of id", node, json!({ "id": "a".repeat(1024 * 1024) }), INPUT),
        ("an id of nothing", node, json!({ "id": format!("post_{zeros}") }), Answer),
        ("1 000 ids", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids(1_000) }), PAGE),
        ("a tag's id for a post", post, json!({ "by": { "id": format!("tag_{zeros}") } }), INPUT),
        ("a page's id for a post", post, json!({ "by": { "id": format!("page_{zeros}") } }), INPUT),
        ("no way to name a post", post, json!({ "by": {} }), Request(code::VALIDATION_FAILED)),
        (
            "two ways to name a post",
            post,
            json!({ "by": { "number": 1, "slug": "a" } }),
            Request(code::VALIDATION_FAILED),
        ),
        ("a negative number", post, json!({ "by": { "number": -1 } }), Answer),
        ("an address that cannot be", post, json!({ "by": { "path": "/../\0" } }), Answer),
        ("an empty address", post, json!({ "by": { "path": "" } }), Answer),
        ("a slug of a post that is none", post, json!({ "by": { "slug": "!" } }), SCALAR),
        ("an empty slug", tag, json!({ "slug": "" }), SCALAR),
        ("a slug of punctuation", tag, json!({ "slug": "?!" }), SCALAR),
        ("a slug with NUL", tag, json!({ "slug": "a\0b" }), Answer),
        (
            "an author of punctuation",
            "query($slug: String!) { author(handle: $slug) { name } }",
            json!({ "slug": "?!" }),
            Answer,
        ),
        ("1 000 ids in a filter", posts, json!({ "filter": { "ids": ids(1_000) } }), INPUT),
        ("a tag's id in a filter", posts, json!({ "filter": { "ids": [format!("tag_{zeros}")] } }), INPUT),
        ("1 000 tags in a filter", posts, json!({ "filter": { "tags": { "any": words(1_000) } } }), INPUT),
        (
            "1 000 categories in a filter",
            posts,
            json!({ "filter": { "categories": { "none": words(1_000) } } }),
            INPUT,
        ),
        (
            "1 000 languages in a filter",
            posts,
            json!({ "filter": { "languages": vec!["en"; 1_000] } }),
            INPUT,
        ),
        (
            "1 000 stages in a filter",
            posts,
            json!({ "filter": { "status": vec!["PUBLISHED"; 1_000] } }),
            INPUT,
        ),
        (
            "100 of each in a filter",
            posts,
            json!({ "filter": { "tags": { "all": words(100), "any": words(100), "none": words(100) }, "ids": ids(100) } }),
            Answer,
        ),
        (
            "empty lists in a filter",
            posts,
            json!({ "filter": { "ids": [], "tags": { "any": [] }, "languages": [], "status": [] } }),
            Answer,
        ),
        ("a slug in a filter that is none", posts, json!({ "filter": { "tags": { "any": ["-"] } } }), SCALAR),
        ("a language that is none", posts, json!({ "filter": { "languages": ["english please"] } }), SCALAR),
        ("a date that is none", posts, json!({ "filter": { "published": { "from": "tomorrow" } } }), SCALAR),
        (
            "a date without a zone",
            posts,
            json!({ "filter": { "published": { "from": "2024-05-01T10:00:00" } } }),
            SCALAR,
        ),
        (
            "a date past all calendars",
            posts,
            json!({ "filter": { "updated": { "before": "+99999-01-01T00:00:00Z" } } }),
            SCALAR,
        ),
        (
            "a range that ends before it begins",
            posts,
            json!({ "filter": { "published": { "from": "2024-01-02T00:00:00Z", "before": "2024-01-01T00:00:00Z" } } }),
            Answer,
        ),
        ("drafts", posts, json!({ "filter": { "status": ["DRAFT"] } }), Field(code::UNAUTHENTICATED)),
        (
            "trash beside what is published",
            posts,
            json!({ "filter": { "status": ["PUBLISHED", "TRASHED"] } }),
            Field(code::UNAUTHENTICATED),
        ),
        (
            "1 000 tags in the filter of a search",
            search,
            json!({ "filter": { "tags": { "any": words(1_000) } } }),
            INPUT,
        ),
        (
            "100 of each in the filter of a search",
            search,
            json!({ "filter": { "tags": { "all": words(100), "any": words(100), "none": words(100) }, "ids": ids(100) } }),
            Answer,
        ),
        ("a position that is none", changes, json!({ "after": "yesterday" }), SCALAR),
        ("a negative position", changes, json!({ "after": "-1" }), SCALAR),
        ("a position past all numbers", changes, json!({ "after": "99999999999999999999" }), SCALAR),
        ("the last position there can be", changes, json!({ "after": "9223372036854775807" }), Answer),
        ("a negative length", "{ post(by: { number: 1 }) { text(maxLength: -1) } }", json!({}), Answer),
    ] {
        checks.query_with(name, query, variables, expected).await;
    }
    blog.import(&[("2024-05-01-a.md", "---\ntitle: A\n---\nSome words.")]).await;
    let text = |length: &str| format!("{{ posts {{ nodes {{ text(maxLength: {length}) }} }} }}");
    checks.query("a negative length", &text("-1"), PAGE).await;
    checks.query("a length past all", &text("2147483647"), PAGE).await;
    checks.query("no length", &text("0"), Answer).await;
    checks.end();
}
