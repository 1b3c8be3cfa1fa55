//! One post, one page, one address; and what stands beside a post.

use inkstand_model::{Site, Viewer, Zone};
use inkstand_tests::Database;
use rstest::rstest;
use serde_json::{Value, json};

use crate::graphql::small_blog::{each, small_blog};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_post_is_found_by_whatever_names_it(#[case] database: Database) {
    let blog = small_blog(database).await;
    let post = "query($by: PostBy!) { post(by: $by) { slug } }";
    let hello = blog.query(r#"{ post(by: { slug: "hello" }) { id number } }"#).await["post"].take();
    let page = blog.query(r#"{ page(by: { slug: "about" }) { number } }"#).await["page"].take();
    for (by, slug) in [
        (json!({ "id": hello["id"] }), Some("hello")),
        (json!({ "number": hello["number"] }), Some("hello")),
        (json!({ "number": page["number"] }), None),
        (json!({ "number": 999_999 }), None),
        (json!({ "slug": "hello" }), Some("hello")),
        (json!({ "slug": "HELLO" }), Some("hello")),
        (json!({ "slug": "墨と紙" }), Some("墨と紙")),
        (json!({ "slug": "about" }), None),
        (json!({ "slug": "nobody" }), None),
        (json!({ "path": "/2024/05/hello" }), Some("hello")),
        (json!({ "path": "2024/05/hello" }), Some("hello")),
        (json!({ "path": "/2024/05/hello/" }), Some("hello")),
        (json!({ "path": "/2024/05/hello/index.html" }), Some("hello")),
        (json!({ "path": "/2024/05/hello#why-ink" }), Some("hello")),
        (json!({ "path": "https://blog.example/2024/05/hello" }), Some("hello")),
        (json!({ "path": "/2024/05/%68ello" }), Some("hello")),
        (json!({ "path": "/2024/08/%E5%A2%A8%E3%81%A8%E7%B4%99" }), Some("墨と紙")),
        (json!({ "path": "/2024/08/墨と紙/" }), Some("墨と紙")),
        (json!({ "path": "/old/hello.html" }), Some("hello")),
        (json!({ "path": "/greetings" }), Some("hello")),
        // Addresses differ by the case of their letters, as on most servers.
        (json!({ "path": "/2024/05/Hello" }), None),
        (json!({ "path": "/2024/05" }), None),
        (json!({ "path": "/" }), None),
        (json!({ "path": "/about" }), None),
    ] {
        let found = blog.query_with(post, json!({ "by": by })).await;
        assert_eq!(found["post"]["slug"].as_str(), slug, "{by}");
    }
    for (by, title) in [
        (json!({ "slug": "about" }), Some("About this blog")),
        (json!({ "path": "/about/" }), Some("About this blog")),
        (json!({ "number": page["number"] }), Some("About this blog")),
        (json!({ "path": "/2024/05/hello" }), None),
    ] {
        let found =
            blog.query_with("query($by: PostBy!) { page(by: $by) { title } }", json!({ "by": by })).await;
        assert_eq!(found["page"]["title"].as_str(), title, "{by}");
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn an_address_leads_somewhere_or_nowhere(#[case] database: Database) {
    let blog = small_blog(database).await;
    let route = "query($path: String!) { route(path: $path) { status location node { __typename } } }";
    let hello = "https://blog.example/2024/05/hello";
    for (path, status, location, kind) in [
        ("/2024/05/hello", 200, None, Some("Post")),
        ("/2024/05/hello/", 200, None, Some("Post")),
        ("/about", 200, None, Some("Page")),
        ("/2024/08/%e5%a2%a8%e3%81%a8%e7%b4%99", 200, None, Some("Post")),
        ("/old/hello.html", 301, Some(hello), Some("Post")),
        ("/greetings", 301, Some(hello), Some("Post")),
        ("/nowhere", 404, None, None),
        ("/../etc/passwd", 404, None, None),
        ("", 404, None, None),
        ("/graphql", 404, None, None),
    ] {
        let found = blog.query_with(route, json!({ "path": path })).await["route"].take();
        assert_eq!(
            (found["status"].as_i64(), found["location"].as_str(), found["node"]["__typename"].as_str()),
            (Some(status), location, kind),
            "{path}"
        );
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_stands_beside_a_post(#[case] database: Database) {
    let blog = small_blog(database).await;
    let posts = blog
        .query(
            "{ posts { nodes {
                slug
                authors { handle }
                newer { slug } older { slug }
                translations { language title }
                series { position series { name } post { slug } }
            } } }",
        )
        .await["posts"]
        .take();
    // Two posts of one moment stand in the order of their ids, whichever that is.
    assert_eq!(each(&posts, "slug")[..3], ["墨と紙", "late", "second"]);
    assert_eq!(each(&posts, "slug")[5..], ["moon"]);
    let nodes = posts["nodes"].as_array().unwrap();
    for (at, node) in nodes.iter().enumerate() {
        let slug = |at: Option<usize>| {
            at.and_then(|at| nodes.get(at)).map_or(Value::Null, |node| node["slug"].clone())
        };
        assert_eq!(node["newer"]["slug"], slug(at.checked_sub(1)), "{node:#}");
        assert_eq!(node["older"]["slug"], slug(Some(at + 1)), "{node:#}");
    }
    let post = |slug: &str| nodes.iter().find(|node| node["slug"] == slug).unwrap();
    assert_eq!(post("hello")["authors"], json!([{ "handle": "ada" }, { "handle": "grace" }]));
    assert_eq!(post("hello")["translations"], json!([{ "language": "pt-BR", "title": "Olá, Inkstand" }]));
    assert_eq!(post("ola")["translations"], json!([{ "language": "en", "title": "Hello, Inkstand" }]));
    assert_eq!(post("moon")["translations"], json!([]));
    let part = |position: i32, slug: &str| json!({ "position": position, "series": { "name": "First steps" }, "post": { "slug": slug } });
    assert_eq!(post("hello")["series"], part(1, "hello"));
    assert_eq!(post("second")["series"], part(2, "second"));
    assert_eq!(post("moon")["series"], Value::Null);
    let series = blog.query(r#"{ series(slug: "first-steps") { postCount parts { position post { slug } } posts { nodes { slug } } } }"#).await["series"].take();
    assert_eq!(series["postCount"], 2);
    assert_eq!(
        series["parts"],
        json!([{ "position": 1, "post": { "slug": "hello" } }, { "position": 2, "post": { "slug": "second" } }])
    );
    assert_eq!(each(&series["posts"], "slug"), ["second", "hello"]);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn months_are_those_of_the_sites_zone(#[case] database: Database) {
    let blog = small_blog(database).await;
    let archive = "{ site { timeZone } archive { year month postCount } }";
    let month =
        |year: i32, month: i32, posts: i32| json!({ "year": year, "month": month, "postCount": posts });
    let utc = blog.query(archive).await;
    assert_eq!(utc["site"]["timeZone"], "UTC");
    assert_eq!(
        utc["archive"],
        json!([month(2024, 8, 1), month(2024, 6, 2), month(2024, 5, 2), month(1969, 7, 1)])
    );
    let site = Site { zone: Zone::parse("Asia/Tokyo").unwrap(), ..Site::default() };
    blog.blog().change_site(&Viewer::Operator, |now| *now = site).await.unwrap();
    let tokyo = blog.query(archive).await;
    assert_eq!(tokyo["site"]["timeZone"], "Asia/Tokyo");
    assert_eq!(
        tokyo["archive"],
        json!([
            month(2024, 8, 1),
            month(2024, 7, 1),
            month(2024, 6, 1),
            month(2024, 5, 2),
            month(1969, 7, 1)
        ])
    );
}
