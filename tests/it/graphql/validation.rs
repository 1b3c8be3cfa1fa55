//! What is looked at before a request runs: the rules of the specification, the values of variables, what it costs, and
//! whether the schema may be asked for.

use std::sync::Arc;

use inkstand_graphql::code;
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase};
use reqwest::header;
use serde_json::{Value, json};

/// Sends a request that must be refused before it runs, and gives the first error.
async fn refused(blog: &TestBlog, body: &Value) -> Result<Value, String> {
    let request = blog
        .http
        .post(blog.url("/graphql"))
        .header(header::ACCEPT, "application/graphql-response+json")
        .json(body);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let mut answer: Value = response.json().await.unwrap();
    if status == 400 && answer.get("data").is_none() {
        Ok(answer["errors"][0].take())
    } else {
        Err(format!("{status} {answer}"))
    }
}

/// One document for each rule of the specification's chapter 5 that breaks it.
#[tokio::test]
async fn each_rule_of_the_specification_holds() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let mut wrong = Vec::new();
    for (rule, query) in [
        ("5.1.1 executable definitions", "{ __typename } type A { b: Int }"),
        ("5.2.2.1 operation name uniqueness", "query A { __typename } query A { __typename }"),
        ("5.2.3.1 lone anonymous operation", "{ __typename } query A { __typename }"),
        ("5.3.1 field selections", "{ site { nothing } }"),
        ("5.3.1 field selections, of an interface", "{ node(id: \"a\") { title } }"),
        ("5.3.2 field selection merging", "{ site { title: tagline title } }"),
        ("5.3.2 field selection merging, below", "{ a: site { title } a: site { title: tagline } }"),
        ("5.3.3 leaf field selections, too deep", "{ site { title { length } } }"),
        ("5.3.3 leaf field selections, too shallow", "{ site }"),
        ("5.4.1 argument names", "{ site(nothing: 1) { title } }"),
        ("5.4.1 argument names, of a directive", "{ site @include(if: true, nothing: 1) { title } }"),
        ("5.4.2 argument uniqueness", "{ tag(slug: \"a\", slug: \"a\") { name } }"),
        ("5.4.3 required arguments", "{ tag { name } }"),
        ("5.4.3 required arguments, null", "{ tag(slug: null) { name } }"),
        ("5.4.3 required arguments, of a directive", "{ site @include { title } }"),
        (
            "5.5.1.1 fragment name uniqueness",
            "{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }",
        ),
        ("5.5.1.2 fragment spread type existence", "{ ...F } fragment F on Nothing { __typename }"),
        ("5.5.1.2 fragment spread type existence, inline", "{ ... on Nothing { __typename } }"),
        ("5.5.1.3 fragments on object types", "{ ...F } fragment F on String { length }"),
        ("5.5.1.3 fragments on object types, inline", "{ ... on PostFilter { tags } }"),
        ("5.5.1.4 fragments must be used", "{ __typename } fragment F on Query { __typename }"),
        ("5.5.2.1 fragment spread target defined", "{ ...Nobody }"),
        (
            "5.5.2.2 fragment spreads must not form cycles",
            "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
        ),
        ("5.5.2.3 fragment spread is possible, objects", "{ site { ... on Post { title } } }"),
        ("5.5.2.3 fragment spread is possible, by name", "{ site { ...F } } fragment F on Post { title }"),
        ("5.5.2.3 fragment spread is possible, interfaces", "{ node(id: \"a\") { ... on Site { title } } }"),
        ("5.6.1 values of correct type, Int", "{ posts(first: \"1\") { totalCount } }"),
        ("5.6.1 values of correct type, Int of 33 bits", "{ posts(first: 4294967296) { totalCount } }"),
        ("5.6.1 values of correct type, an enum", "{ posts(orderBy: SOMEHOW) { totalCount } }"),
        ("5.6.1 values of correct type, an enum as text", "{ posts(orderBy: \"NEWEST\") { totalCount } }"),
        ("5.6.1 values of correct type, an input", "{ posts(filter: 1) { totalCount } }"),
        ("5.6.1 values of correct type, null in a list", "{ nodes(ids: [null]) { id } }"),
        (
            "5.6.1 values of correct type, a default",
            "query($n: Int = \"a\") { posts(first: $n) { totalCount } }",
        ),
        ("5.6.2 input object field names", "{ posts(filter: {nothing: 1}) { totalCount } }"),
        (
            "5.6.3 input object field uniqueness",
            "{ posts(filter: {tags: {any: []}, tags: {any: []}}) { totalCount } }",
        ),
        ("5.6.4 input object required fields", "mutation { createTag(input: {}) { seq } }"),
        ("5.6.4 one of an input object", "{ post(by: {slug: \"a\", path: \"/b\"}) { id } }"),
        ("5.6.4 one of an input object, none", "{ post(by: {}) { id } }"),
        ("5.6.4 one of an input object, null", "{ post(by: {slug: null}) { id } }"),
        ("5.7.1 directives are defined", "{ site @nothing { title } }"),
        ("5.7.2 directives are in valid locations", "query @include(if: true) { __typename }"),
        (
            "5.7.3 directives are unique per location",
            "{ site @include(if: true) @include(if: true) { title } }",
        ),
        ("5.8.1 variable uniqueness", "query($a: Int, $a: Int) { posts(first: $a) { totalCount } }"),
        ("5.8.2 variables are input types", "query($a: Post) { posts(filter: $a) { totalCount } }"),
        (
            "5.8.2 variables are input types, unknown",
            "query($a: Nothing) { posts(filter: $a) { totalCount } }",
        ),
        ("5.8.3 all variable uses defined", "{ posts(first: $a) { totalCount } }"),
        (
            "5.8.3 all variable uses defined, in a fragment",
            "{ ...F } fragment F on Query { posts(first: $a) { totalCount } }",
        ),
        ("5.8.4 all variables used", "query($a: Int) { __typename }"),
        ("5.8.5 all variable usages are allowed", "query($a: String) { posts(first: $a) { totalCount } }"),
        (
            "5.8.5 all variable usages are allowed, one of an input object",
            "query($a: Slug) { post(by: {slug: $a}) { id } }",
        ),
        (
            "5.8.5 all variable usages are allowed, a directive",
            "query($a: Boolean) { __typename @include(if: $a) }",
        ),
        ("5.8.5 all variable usages are allowed, null", "query($a: Slug) { tag(slug: $a) { name } }"),
        ("5.8.5 all variable usages are allowed, a list", "query($a: [ID]!) { nodes(ids: $a) { id } }"),
        (
            "5.8.5 all variable usages are allowed, within",
            "query($a: Int) { posts(filter: {tags: {any: [$a]}}) { totalCount } }",
        ),
    ] {
        match refused(&blog, &json!({ "query": query })).await {
            Ok(error) => {
                let code = error["extensions"]["code"].as_str().unwrap_or_default();
                if ![code::VALIDATION_FAILED, code::PARSE_FAILED].contains(&code) {
                    wrong.push(format!("{rule}: {error}"));
                }
            }
            Err(answer) => wrong.push(format!("{rule}: {answer}")),
        }
    }
    // Of objects that exclude each other, fields of one name need not be one (5.3.2).
    let merged =
        "{ node(id: \"a\") { ... on Post { ... { a: title } } ... on Page { ... { a: excerptText } } } }";
    let answer = blog.ask(merged, json!({})).await;
    if answer.get("data").is_none() {
        wrong.push(format!("merged: {answer}"));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn values_of_variables_are_read_before_anything_runs() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let page = "query($v: Int) { posts(first: $v) { totalCount } }";
    let ids = "query($v: [ID!]!) { nodes(ids: $v) { id } }";
    let tag = "query($v: Slug!) { tag(slug: $v) { name } }";
    let by = "query($v: PostBy!) { post(by: $v) { id } }";
    let filter = "query($v: PostFilter) { posts(filter: $v) { totalCount } }";
    let order = "query($v: PostOrder) { posts(orderBy: $v) { totalCount } }";
    let create = "mutation($v: CreateTagInput!) { createTag(input: $v) { seq } }";
    let mut wrong = Vec::new();
    for (query, value, place) in [
        (page, json!("1"), "`$v`"),
        (page, json!(1.5), "`$v`"),
        (page, json!(2_147_483_648_u64), "`$v`"),
        (page, json!([1, 2]), "`$v`"),
        (ids, json!(null), "`$v`"),
        (ids, json!(["a", null]), "`$v[1]`"),
        (ids, json!(["a", {}]), "`$v[1]`"),
        (tag, json!(1), "`$v`"),
        (tag, json!("!!!"), "`$v`"),
        (by, json!({}), "`$v`"),
        (by, json!({ "slug": "a", "path": "/a" }), "`$v`"),
        (by, json!({ "slug": null }), "`$v`"),
        (filter, json!({ "tags": { "any": ["a", 1] } }), "`$v.tags.any[1]`"),
        (filter, json!({ "nothing": 1 }), "`$v`"),
        (order, json!("SOMEHOW"), "`$v`"),
        (create, json!({}), "`$v.name`"),
        (create, json!({ "name": null }), "`$v.name`"),
    ] {
        match refused(&blog, &json!({ "query": query, "variables": { "v": value } })).await {
            Ok(error) => {
                let message = error["message"].as_str().unwrap_or_default();
                let code = error["extensions"]["code"].as_str().unwrap_or_default();
                if !message.starts_with(place) || ![code::VALIDATION_FAILED, code::BAD_INPUT].contains(&code)
                {
                    wrong.push(format!("{query} {value}: {error}"));
                }
            }
            Err(answer) => wrong.push(format!("{query} {value}: {answer}")),
        }
    }
    // A list of one may be sent as that one, and what no variable takes is nobody's business.
    let answer = blog.ask(ids, json!({ "v": "post_0", "more": 1 })).await;
    if answer.get("data").is_none() {
        wrong.push(format!("one for a list: {answer}"));
    }
    // A default makes of a type that may be null one that may not (§5.8.5).
    let default =
        "query($v: Slug = \"a\", $f: Int! = 3) { tag(slug: $v) { name } posts(first: $f) { totalCount } }";
    let answer = blog.ask(default, json!({})).await;
    if answer.get("errors").is_some() {
        wrong.push(format!("defaults: {answer}"));
    }
    for (body, expected) in [
        (json!({ "query": "query A { __typename } query B { __typename }" }), "several operations"),
        (json!({ "query": "query A { __typename }", "operationName": "C" }), "\"C\""),
        (json!({ "query": "{ __typename }", "operationName": "C" }), "\"C\""),
    ] {
        match refused(&blog, &body).await {
            Ok(error) if error["message"].as_str().is_some_and(|message| message.contains(expected)) => {}
            other => wrong.push(format!("{body}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn literals_of_our_scalars_are_read_before_anything_runs() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let tag = "mutation { createTag(input: {name: \"Ink\"}) { seq } ";
    let mut wrong = Vec::new();
    for (query, code, message) in [
        ("{ tag(slug: \"!!!\") { name } }", code::BAD_INPUT, "`slug` is no `Slug`: a slug has at least one"),
        (
            "{ tag(slug: 7) { name } }",
            code::VALIDATION_FAILED,
            "`slug` is no `Slug`: that is a text in quotes",
        ),
        (
            "{ tag(slug: ink) { name } }",
            code::VALIDATION_FAILED,
            "`slug` is no `Slug`: that is a text in quotes",
        ),
        ("{ changes(after: \"x\") { reset } }", code::BAD_INPUT, "`after` is no `Seq`: not a position"),
        (
            "{ posts(filter: {tags: {any: [\"a\", \"!\"]}}) { totalCount } }",
            code::BAD_INPUT,
            "`filter.tags.any[1]` is no `Slug`: ",
        ),
        ("{ post(by: {slug: \"?\"}) { id } }", code::BAD_INPUT, "`by.slug` is no `Slug`: "),
        (
            "query($v: Slug! = \"!\") { tag(slug: $v) { name } }",
            code::BAD_INPUT,
            "`$v` is no `Slug`: a slug has at least one",
        ),
        (
            "{ ...F } fragment F on Query { site { title } tag(slug: \"!\") { name } }",
            code::BAD_INPUT,
            "`slug` is no `Slug`: ",
        ),
        (
            &format!("{tag} schedulePost(input: {{id: \"post_0\", publishedAt: \"tomorrow\"}}) {{ seq }} }}"),
            code::BAD_INPUT,
            "`input.publishedAt` is no `DateTime`: ",
        ),
    ] {
        match refused(&blog, &json!({ "query": query })).await {
            Ok(error) => {
                let told = error["message"].as_str().unwrap_or_default();
                let placed =
                    error["locations"][0]["line"] == 1 && error["locations"][0]["column"].as_u64() > Some(1);
                if !told.starts_with(message) || error["extensions"]["code"] != code || !placed {
                    wrong.push(format!("{query}: {error}"));
                }
            }
            Err(answer) => wrong.push(format!("{query}: {answer}")),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn what_a_request_costs_is_told_to_who_asks() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let ask = async |body: Value| -> Value {
        let response = blog.http.post(blog.url("/graphql")).json(&body).send().await.unwrap();
        response.json().await.unwrap()
    };
    let query = "{ posts(first: 3) { nodes { title } } }";
    let told = ask(json!({ "query": query, "extensions": { "cost": true } })).await;
    // The field 10 and its list 1; each of three posts 2, and its title 1.
    assert_eq!(told["extensions"], json!({ "cost": { "requested": 20, "maximum": 100_000 } }), "{told}");
    for extensions in [json!({}), json!({ "cost": false }), json!(null)] {
        let answer = ask(json!({ "query": query, "extensions": extensions })).await;
        assert!(answer.get("extensions").is_none(), "{answer}");
    }
    let dear =
        "{ tags(first: 100) { nodes { posts(first: 100) { nodes { tags { name } authors { name } } } } } }";
    let refused = ask(json!({ "query": dear, "extensions": { "cost": true } })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], code::TOO_EXPENSIVE);
    assert!(refused["extensions"]["cost"]["requested"].as_u64() > Some(100_000), "{refused}");
    assert!(refused.get("data").is_none());
    let address = "/graphql?query={__typename}&extensions={%22cost%22:true}";
    let by_get: Value = blog.http.get(blog.url(address)).send().await.unwrap().json().await.unwrap();
    assert_eq!(by_get["extensions"]["cost"]["requested"], 1, "{by_get}");
}

#[tokio::test]
async fn a_document_that_is_sent_again_is_weighed_and_run_anew() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let document =
        "query Posts($first: Int!, $no: Boolean!) { posts(first: $first) { nodes { title @skip(if: $no) } } }
        query Site { site { title } }";
    let ask = async |operation: &str, variables: Value| -> Value {
        let body = json!({
            "query": document, "operationName": operation, "variables": variables, "extensions": { "cost": true },
        });
        let response = blog.http.post(blog.url("/graphql")).json(&body).send().await.unwrap();
        response.json().await.unwrap()
    };
    blog.import(&[("2024-05-01-one.md", "---\ntitle: One\n---\nWorld")]).await;
    for (first, no, cost, node) in
        [(3, false, 20, json!({ "title": "One" })), (5, true, 26, json!({})), (3, true, 20, json!({}))]
    {
        let answer = ask("Posts", json!({ "first": first, "no": no })).await;
        assert_eq!(answer["data"], json!({ "posts": { "nodes": [node] } }), "{answer}");
        assert_eq!(answer["extensions"]["cost"]["requested"], cost, "{answer}");
        let site = ask("Site", json!({ "first": first, "no": no })).await;
        assert_eq!(site["data"], json!({ "site": { "title": "A blog on Inkstand" } }), "{site}");
    }
    for first in [101, 1] {
        let answer = ask("Posts", json!({ "first": first, "no": "maybe" })).await;
        assert!(answer.get("data").is_none() && !answer["errors"].is_null(), "{answer}");
    }
}

#[tokio::test]
async fn a_blog_that_does_not_show_its_schema() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), |settings| {
        settings.introspection = false;
        settings.suggestions = false;
    })
    .await;
    for query in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Post\") { name } }",
        "{ site { title } ...F } fragment F on Query { a: __type(name: \"Post\") { name } }",
    ] {
        let error = refused(&blog, &json!({ "query": query })).await.unwrap();
        assert_eq!(error["extensions"]["code"], code::INTROSPECTION_OFF, "{query}");
    }
    assert_eq!(blog.query("{ __typename site { __typename } }").await["site"]["__typename"], "Site");
    let schema = blog.http.get(blog.url("/graphql/schema.graphql")).send().await.unwrap();
    assert_eq!(schema.status(), 404);
    assert_eq!(
        schema.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"],
        code::INTROSPECTION_OFF
    );
    for query in [
        "{ posts { nodes { titl } } }",
        "{ posts(frist: 1) { totalCount } }",
        "query($v: PostFiltr) { posts(filter: $v) { totalCount } }",
        "{ posts(filter: {tag: 1}) { totalCount } }",
        "{ posts(orderBy: NEWST) { totalCount } }",
    ] {
        let error = refused(&blog, &json!({ "query": query })).await.unwrap();
        assert!(!error.to_string().to_lowercase().contains("did you mean"), "{error}");
    }
    let order = "query($v: PostOrder) { posts(orderBy: $v) { totalCount } }";
    let error = refused(&blog, &json!({ "query": order, "variables": { "v": "NEWST" } })).await.unwrap();
    let message = error["message"].to_string();
    assert!(!message.contains("NEWEST"), "{message}");
}

#[tokio::test]
async fn a_default_decides_what_is_included() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let query = "query ($a: Boolean = true, $b: Boolean! = false) {
        site { language title @include(if: $a) tagline @skip(if: $a) zone: timeZone @include(if: $b) } }";
    for (variables, keys) in [
        (json!({}), &["language", "title"][..]),
        (json!({ "a": false }), &["language", "tagline"]),
        (json!({ "b": true }), &["language", "title", "zone"]),
    ] {
        let site = blog.query_with(query, variables.clone()).await["site"].take();
        assert_eq!(site.as_object().unwrap().keys().collect::<Vec<_>>(), keys, "{variables}");
    }
}
