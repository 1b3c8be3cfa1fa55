//! The schema as a file, and the documents that our own tests, docs and benchmarks send.

use std::{collections::BTreeMap, fs, path::Path};

use inkstand_blog::MenuEdit;
use inkstand_model::{MenuItem, MenuTarget, Viewer};
use inkstand_tests::{Database, TestBlog};
use insta::assert_json_snapshot;
use rstest::rstest;
use serde_json::{Value, json};

use super::small_blog::small_blog;

#[tokio::test]
async fn the_committed_schema_is_the_served_one() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let response = blog.http.get(blog.url("/graphql/schema.graphql")).send().await.unwrap();
    let served = response.text().await.unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/inkstand.graphql");
    let committed = fs::read_to_string(file).unwrap();
    let differs = served.trim_end().lines().zip(committed.trim_end().lines()).find(|(s, c)| s != c);
    assert!(
        served.trim_end() == committed.trim_end(),
        "schema/inkstand.graphql is not what the code says: run `just schema`. First difference: {differs:?}"
    );
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn every_operation_is_answered(#[case] database: Database) {
    let blog = small_blog(database).await;
    let home =
        MenuItem { label: "Home".to_owned(), target: MenuTarget::Url("/".to_owned()), children: Vec::new() };
    let menu = MenuEdit { location: "main".to_owned(), items: vec![home], version: None };
    blog.blog().reader(Viewer::Operator).set_menu(menu).await.unwrap();
    // Each with its variables, and places in its answer that must not be empty.
    let mut table: BTreeMap<&str, (Value, &[&str])> = BTreeMap::from([
        ("archive", (json!({}), &["/archive/0/postCount", "/posts/nodes/0/title"] as &[&str])),
        (
            "changes",
            (json!({}), &["/changes/nodes/1/paths/0", "/changes/nodes/0/cacheKeys/0", "/changes/next"]),
        ),
        (
            "front-page",
            (
                json!({ "first": 3 }),
                &["/site/title", "/posts/nodes/2/excerptText", "/posts/pageInfo/endCursor"],
            ),
        ),
        (
            "post",
            (json!({ "slug": "hello" }), &["/post/html", "/post/authors/0/name", "/post/categories/0/slug"]),
        ),
        (
            "search-hits",
            (
                json!({ "text": "ink" }),
                &["/search/nodes/0/node/path", "/search/nodes/0/body/0/html", "/search/totalCount"],
            ),
        ),
        (
            "post-by-path",
            (
                json!({ "path": "/2024/05/hello" }),
                &[
                    "/post/html",
                    "/post/headings/0/anchor",
                    "/post/translations/0/path",
                    "/post/cover/src",
                    "/post/series/position",
                    "/post/newer/path",
                    "/post/older/path",
                ],
            ),
        ),
        (
            "post-by-slug",
            (json!({ "slug": "hello" }), &["/post/markdown", "/post/html", "/post/tags/1/slug"]),
        ),
        ("menu", (json!({ "location": "main" }), &["/site/menu/0/label", "/site/menu/0/url"])),
        ("posts-by-tag", (json!({ "tags": ["rust"] }), &["/posts/nodes/0/title", "/posts/totalCount"])),
        (
            "related",
            (json!({ "path": "/2024/05/hello" }), &["/post/related/0/path", "/post/tags/0/related/0/slug"]),
        ),
        ("route", (json!({ "path": "/old/hello.html" }), &["/route/location", "/route/node/html"])),
        (
            "search",
            (
                json!({ "text": "ink" }),
                &[
                    "/search/nodes/0/title/html",
                    "/search/nodes/0/body/0/parts/0/text",
                    "/search/tags/0/label",
                    "/search/categories/0/value",
                    "/search/authors/0/value",
                    "/search/years/0/value",
                ],
            ),
        ),
        ("suggest", (json!({ "prefix": "hel" }), &["/suggest/0/text", "/suggest/0/path"])),
    ]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
    for file in fs::read_dir(folder).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        let (variables, places) =
            table.remove(name.as_str()).unwrap_or_else(|| panic!("no row for the operation {name}"));
        let data = blog.operation(&name, variables).await;
        for place in places {
            let found = data.pointer(place).unwrap_or(&Value::Null);
            assert!(!found.is_null() && found != "" && found != 0, "{name} has no {place}: {data:#}");
        }
    }
    assert!(table.is_empty(), "rows without an operation: {table:?}");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_a_client_sees(#[case] database: Database) {
    let blog = small_blog(database).await;
    let mut front_page = blog.operation("front-page", json!({ "first": 2 })).await;
    forget(&mut front_page, &["id", "endCursor"]);
    assert_json_snapshot!(front_page, @r#"
    {
      "posts": {
        "nodes": [
          {
            "authors": [],
            "categories": [],
            "excerptText": "墨は紙に残る。",
            "path": "/2024/08/墨と紙",
            "publishedAt": "2024-08-01T00:00:00Z",
            "tags": [
              {
                "name": "日本",
                "slug": "日本"
              },
              {
                "name": "Rust",
                "slug": "rust"
              }
            ],
            "title": "墨と紙"
          },
          {
            "authors": [
              {
                "name": "grace"
              }
            ],
            "categories": [],
            "excerptText": "In Tokyo it is July.",
            "path": "/2024/06/late",
            "publishedAt": "2024-06-30T20:00:00Z",
            "tags": [
              {
                "name": "Space",
                "slug": "space"
              }
            ],
            "title": "Late in June"
          }
        ],
        "pageInfo": {
          "hasNextPage": true
        },
        "totalCount": 6
      },
      "site": {
        "tagline": "",
        "title": "A blog on Inkstand"
      }
    }
    "#);
    let mut post =
        blog.operation("post-by-path", json!({ "path": "https://blog.example/greetings#top" })).await;
    forget(&mut post, &["id"]);
    assert_json_snapshot!(post, @r#"
    {
      "post": {
        "authors": [
          {
            "handle": "ada",
            "name": "ada"
          },
          {
            "handle": "grace",
            "name": "grace"
          }
        ],
        "categories": [
          {
            "name": "Databases",
            "slug": "databases"
          }
        ],
        "cover": {
          "alt": "A bottle of ink",
          "caption": null,
          "src": "/pictures/ink.png"
        },
        "excerptText": "The first post says hello.",
        "featured": true,
        "hashtags": [
          "ink"
        ],
        "headings": [
          {
            "anchor": "why-ink",
            "level": 2,
            "text": "Why ink"
          }
        ],
        "html": "<p>The <strong>first</strong> post says hello.</p>\n\n<h2 id=\"why-ink\">Why ink</h2>\n<p>Because <a class=\"hashtag\" href=\"/search?q=%23ink\">#ink</a> stays on paper.</p>\n<pre><code class=\"language-rust\"><span class=\"hl-keyword\">fn</span> <span class=\"hl-function\">main</span>() {}\n</code></pre>\n",
        "language": "en",
        "newer": {
          "path": "/2024/05/ola",
          "title": "Olá, Inkstand"
        },
        "number": 2,
        "older": {
          "path": "/1969/07/moon",
          "title": "On the moon"
        },
        "path": "/2024/05/hello",
        "publishedAt": "2024-05-01T10:00:00Z",
        "readingMinutes": 1,
        "seo": {
          "canonicalUrl": "https://blog.example/2024/05/hello",
          "description": "The first post says hello.",
          "noindex": false,
          "title": "Hello, Inkstand"
        },
        "series": {
          "position": 1,
          "series": {
            "name": "First steps",
            "slug": "first-steps"
          }
        },
        "slug": "hello",
        "tags": [
          {
            "name": "Rust",
            "slug": "rust"
          },
          {
            "name": "SQLite",
            "slug": "sqlite"
          }
        ],
        "title": "Hello, Inkstand",
        "translations": [
          {
            "language": "pt-BR",
            "path": "/2024/05/ola",
            "title": "Olá, Inkstand"
          }
        ],
        "updatedAt": "2024-09-01T08:00:00Z",
        "url": "https://blog.example/2024/05/hello",
        "wordCount": 14
      }
    }
    "#);
    let mut route = blog.operation("route", json!({ "path": "/about/index.html" })).await;
    forget(&mut route, &["id"]);
    assert_json_snapshot!(route, @r#"
    {
      "route": {
        "location": null,
        "node": {
          "__typename": "Page",
          "html": "<p>Who we are.</p>\n",
          "path": "/about",
          "title": "About this blog"
        },
        "status": 200
      }
    }
    "#);
}

/// Takes out what is new in every run.
fn forget(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, keys)),
        Value::Object(members) => {
            members.retain(|key, _| !keys.contains(&key.as_str()));
            members.values_mut().for_each(|member| forget(member, keys));
        }
        _ => {}
    }
}
