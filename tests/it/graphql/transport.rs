//! HTTP around GraphQL: media types, headers, health, and GraphiQL.

use std::sync::Arc;

use inkstand_graphql::code;
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase};
use reqwest::{Method, Response, StatusCode, header};
use rstest::rstest;
use serde_json::{Value, json};

const JSON: &str = "application/json; charset=utf-8";
const NEWER: &str = "application/graphql-response+json; charset=utf-8";

fn text<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn the_client_chooses_the_media_type(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    for (accept, good, bad) in [
        (None, (200, JSON), (200, JSON)),
        (Some("*/*"), (200, JSON), (200, JSON)),
        (Some("application/json"), (200, JSON), (200, JSON)),
        (Some("application/graphql-response+json"), (200, NEWER), (400, NEWER)),
        (Some("application/graphql-response+json, application/json;q=0.9"), (200, NEWER), (400, NEWER)),
        (Some("application/json, application/graphql-response+json;q=0.9"), (200, JSON), (200, JSON)),
        (Some("Application/GraphQL-Response+JSON"), (200, NEWER), (400, NEWER)),
        (Some("text/plain"), (406, JSON), (406, JSON)),
        (Some("text/html"), (406, JSON), (406, JSON)),
        (Some("application/json;q=0, */*;q=0.1"), (200, NEWER), (400, NEWER)),
    ] {
        for (query, (status, content_type)) in [("{ __typename }", good), ("{ nothing }", bad)] {
            let mut request = blog.http.post(blog.url("/graphql")).json(&json!({ "query": query }));
            if let Some(accept) = accept {
                request = request.header(header::ACCEPT, accept);
            }
            let response = request.send().await.unwrap();
            assert_eq!(
                (response.status().as_u16(), text(&response, "content-type")),
                (status, content_type),
                "{accept:?}, {query}"
            );
            if status != 406 {
                assert!(text(&response, "vary").to_lowercase().contains("accept"), "{accept:?}");
            }
        }
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn queries_by_get(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    for (address, expected) in [
        ("?query={site{title}}", json!({ "data": { "site": { "title": "A blog on Inkstand" } } })),
        ("?query=%7B+__typename+%7D", json!({ "data": { "__typename": "Query" } })),
        (
            "?query=query($n:Int!){posts(first:$n){totalCount}}&variables={%22n%22:3}",
            json!({ "data": { "posts": { "totalCount": 0 } } }),
        ),
        (
            "?query=query%20A{a:__typename}query%20B{b:__typename}&operationName=B",
            json!({ "data": { "b": "Query" } }),
        ),
        ("?unknown=1&query={__typename}&extensions={}", json!({ "data": { "__typename": "Query" } })),
    ] {
        let response = blog.http.get(blog.url(&format!("/graphql{address}"))).send().await.unwrap();
        assert_eq!((response.status().as_u16(), text(&response, "content-type")), (200, JSON), "{address}");
        assert_eq!(response.json::<Value>().await.unwrap(), expected, "{address}");
    }
    // A browser's address line is a query, too.
    let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let request = blog.http.get(blog.url("/graphql?query={__typename}")).header(header::ACCEPT, html);
    assert_eq!(text(&request.send().await.unwrap(), "content-type"), JSON);
    let refused = blog.http.get(blog.url("/graphql?query=mutation{m}")).send().await.unwrap();
    assert_eq!((refused.status(), text(&refused, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    let refused = blog.http.delete(blog.url("/graphql")).send().await.unwrap();
    assert_eq!(
        (refused.status(), text(&refused, "allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST")
    );
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn any_origin_may_read_without_credentials(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let origin = "https://front.example";
    let preflight = blog
        .http
        .request(Method::OPTIONS, blog.url("/graphql"))
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.status(), 200);
    assert_eq!(text(&preflight, "access-control-allow-origin"), "*");
    assert_eq!(text(&preflight, "access-control-allow-methods"), "GET,HEAD,POST");
    let allowed: Vec<_> = text(&preflight, "access-control-allow-headers").split(',').collect();
    for header in ["content-type", "if-none-match", "inkstand-preview", "apollo-require-preflight"] {
        assert!(allowed.contains(&header), "{allowed:?}");
    }
    // What would speak for somebody, or prove that nobody else speaks.
    for header in ["authorization", "inkstand-csrf", "cookie", "*"] {
        assert!(!allowed.contains(&header), "{allowed:?}");
    }
    assert_eq!(text(&preflight, "access-control-max-age"), "86400");

    let good = blog.http.post(blog.url("/graphql")).json(&json!({ "query": "{ __typename }" }));
    let bad = blog.http.post(blog.url("/graphql")).body("{");
    let by_get = blog.http.get(blog.url("/graphql?query={__typename}"));
    let schema = blog.http.get(blog.url("/graphql/schema.graphql"));
    let nothing = blog.http.get(blog.url("/nothing"));
    for request in [good, bad, by_get, schema, nothing] {
        let response = request.header(header::ORIGIN, origin).send().await.unwrap();
        assert_eq!(text(&response, "access-control-allow-origin"), "*", "{}", response.url());
        assert_eq!(
            text(&response, "access-control-expose-headers"),
            "etag,retry-after,ratelimit,ratelimit-policy,x-request-id,cache-tag,inkstand-seq,inkstand-stale",
            "{}",
            response.url()
        );
        assert!(!response.headers().contains_key("access-control-allow-credentials"));
        assert!(!response.headers().contains_key("set-cookie"));
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn every_answer_has_an_id(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    for path in ["/graphql?query={__typename}", "/graphql", "/healthz", "/readyz", "/nothing", "/"] {
        let given =
            blog.http.get(blog.url(path)).header("x-request-id", "given-by.a_proxy-1").send().await.unwrap();
        assert_eq!(text(&given, "x-request-id"), "given-by.a_proxy-1", "{path}");
        let [one, other] = [
            blog.http.get(blog.url(path)).send().await.unwrap(),
            blog.http.get(blog.url(path)).send().await.unwrap(),
        ];
        assert_eq!(text(&one, "x-request-id").len(), 16, "{path}");
        assert_ne!(text(&one, "x-request-id"), text(&other, "x-request-id"), "{path}");
    }
    // What could not stand in a log line is replaced.
    for harmful in ["", "a b", "<script>", "\"", &"a".repeat(65)] {
        let response =
            blog.http.get(blog.url("/healthz")).header("x-request-id", harmful).send().await.unwrap();
        assert_eq!(text(&response, "x-request-id").len(), 16, "{harmful}");
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn health_and_what_is_not_there(#[case] database: Database) {
    let database = TestDatabase::new(database).await;
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.pages = false).await;
    blog.import(&[("2024-05-01-a.md", "---\ntitle: A\n---\nB.")]).await;
    let get = |path: &str| blog.http.get(blog.url(path)).send();
    let alive = get("/healthz").await.unwrap();
    assert_eq!((alive.status().as_u16(), alive.text().await.unwrap().as_str()), (200, "ok\n"));
    let ready = get("/readyz").await.unwrap();
    assert_eq!(ready.status(), 200);
    let seq = blog.query("{ changes { next } }").await["changes"]["next"].take();
    let expected = json!({ "ready": true, "search": { "complete": true, "seq": seq } });
    assert_eq!(ready.json::<Value>().await.unwrap(), expected);
    let front = get("/").await.unwrap();
    assert_eq!((front.status().as_u16(), text(&front, "location")), (307, "/graphql"));
    for path in [
        "/nothing",
        "/graphql/",
        "/graphql/more",
        "/graphql/assets/",
        "/graphql/assets/..%2fstart.js",
        "/api",
    ] {
        let response = get(path).await.unwrap();
        assert_eq!((response.status().as_u16(), text(&response, "content-type")), (404, JSON), "{path}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], code::BAD_REQUEST, "{path}");
    }
    for path in ["/healthz", "/readyz", "/graphql/schema.graphql"] {
        assert_eq!(blog.http.head(blog.url(path)).send().await.unwrap().status(), 200, "{path}");
    }
}

#[tokio::test]
async fn graphiql_comes_whole_from_the_binary() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = blog.http.get(blog.url("/graphql")).header(header::ACCEPT, html).send().await.unwrap();
    assert_eq!((page.status().as_u16(), text(&page, "content-type")), (200, "text/html; charset=utf-8"));
    let policy = text(&page, "content-security-policy").to_owned();
    for rule in [
        "default-src 'none'",
        "script-src 'self';",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert_eq!(text(&page, "referrer-policy"), "no-referrer");
    assert_eq!(text(&page, "x-content-type-options"), "nosniff");
    let page = page.text().await.unwrap();
    assert!(page.contains("query FrontPage("), "the editor opens with the front page");
    assert!(!page.contains("{{FRONT_PAGE}}"));

    let mut assets = 0;
    for reference in page.split(['"', '\'']).filter(|part| part.starts_with("graphql/")) {
        let asset = blog.http.get(blog.url(&format!("/{reference}"))).send().await.unwrap();
        assert_eq!(asset.status(), 200, "{reference}");
        let media_type = match reference.rsplit_once('.').unwrap().1 {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        assert_eq!(text(&asset, "content-type"), media_type, "{reference}");
        if reference.contains("/assets/") {
            assert_eq!(text(&asset, "x-content-type-options"), "nosniff", "{reference}");
            assert_eq!(text(&asset, "cache-control"), "public, max-age=86400", "{reference}");
            assets += 1;
        }
        assert!(!asset.bytes().await.unwrap().is_empty(), "{reference}");
    }
    assert_eq!(assets, 7, "{page}");
    let elsewhere =
        page.match_indices("http").filter(|(at, _)| !page[*at..].starts_with("http://127.0.0.1:8080"));
    assert_eq!(elsewhere.count(), 0, "no other host is asked for anything");
}
