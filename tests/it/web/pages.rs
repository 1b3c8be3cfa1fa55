//! Each kind of page.

use std::sync::Arc;

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase};
use reqwest::StatusCode;
use serde_json::json;

use super::{blog, get, has, page};
use crate::cache::{done, header};

#[tokio::test]
async fn the_first_page_has_the_latest_posts() {
    let blog = blog().await;
    let home = page(&blog.client(), "/").await;
    has(
        &home,
        &[
            "<html lang=\"en\">",
            "<title>A blog on Inkstand</title>",
            "rel=\"canonical\" href=\"https://blog.example/\"",
            "type=\"application/atom+xml\"",
            "href=\"/atom.xml\"",
            "property=\"og:type\" content=\"website\"",
            "Skip to the content",
            "<h1>",
            ">About us</a>",
            "action=\"/search\"",
            "<main id=\"content\"",
            "<a href=\"/2024/06/iron\">Iron</a>",
            "<time datetime=\"2024-06-02T00:00:00Z\">2 June 2024</time>",
            "<em>galls</em>",
            ">Oak gall ink</a>",
            "min read",
            "Letters &#38; paper",
            "<footer",
        ],
    );
    assert!(!home.contains("style=") && !home.contains("http-equiv"), "{home}");
    assert!(home.find("</head>").unwrap() < 30 * 1024);
}

#[tokio::test]
async fn a_post_says_where_it_is_filed_and_where_to_go_on() {
    let blog = blog().await;
    let post = page(&blog.client(), "/2024/05/oak-gall-ink").await;
    has(
        &post,
        &[
            "<title>Oak gall ink · A blog on Inkstand</title>",
            "name=\"description\" content=\"Ink is made of galls.",
            "rel=\"canonical\" href=\"https://blog.example/2024/05/oak-gall-ink\"",
            "application/json+oembed",
            "property=\"og:type\" content=\"article\"",
            "article:published_time",
            "property=\"og:image\" content=\"https://blog.example/gall.png\"",
            "summary_large_image",
            "application/ld+json",
            "\"BlogPosting\"",
            "<article class=\"entry\">",
            "<h1>Oak gall ink</h1>",
            "by <a rel=\"author\" href=\"/author/ada-lovelace\">Ada Lovelace</a>",
            "<a href=\"/series/inks\">Inks</a> 2 of 3",
            "Previous: <a href=\"/2024/04/soot\">Soot</a>",
            "Next: <a href=\"/2024/06/iron\">Iron</a>",
            "<img src=\"/gall.png\"",
            "Contents</summary>",
            "href=\"#what-you-need\"",
            "<li class=\"depth-2\"><a href=\"#slowly\">",
            "class=\"hl-keyword\"",
            "href=\"/search?q=%23ink\"",
            "Posted on <time",
            "in <a rel=\"category tag\" href=\"/category/craft\">Craft</a> and tagged",
            "<a rel=\"tag\" href=\"/tag/recipes\">Recipes</a> and <a rel=\"tag\" href=\"/tag/ink\">Ink</a>.",
            "Bookmark the <a rel=\"bookmark\" href=\"https://blog.example/2024/05/oak-gall-ink\">permalink</a>.",
            "mailto:?subject=Oak%20gall%20ink",
            "<span>Older</span> Soot",
            "<span>Newer</span>",
        ],
    );
    let structured = post.split("application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let structured: serde_json::Value = serde_json::from_str(structured).unwrap();
    assert_eq!(structured["author"][0]["url"], "https://blog.example/author/ada-lovelace");
    assert_eq!(structured["keywords"], json!(["Recipes", "Ink"]));
}

#[tokio::test]
async fn translations_know_each_other() {
    let blog = blog().await;
    let iron = page(&blog.client(), "/2024/06/iron").await;
    let query = "{ post(by: { path: \"/2024/06/iron\" }) { translations { path } } }";
    let eisen = blog.query(query).await["post"]["translations"][0]["path"].as_str().unwrap().to_owned();
    has(
        &iron,
        &[
            "hreflang=\"de\" href=\"https://blog.example",
            "hreflang=\"en\" href=\"https://blog.example/2024/06/iron\"",
            "Also in",
            "lang=\"de\" title=\"Eisen\"",
        ],
    );
    has(
        &page(&blog.client(), &eisen).await,
        &["<html lang=\"en\">", "<article class=\"entry\" lang=\"de\">"],
    );
}

#[tokio::test]
async fn what_is_filed_is_listed() {
    let blog = blog().await;
    let client = blog.client();
    has(
        &page(&client, "/tag/ink").await,
        &[
            "href=\"/tag/ink/atom.xml\"",
            "<span class=\"kind\">Tag</span> Ink</h1>",
            "3 posts",
            ">Iron</a>",
            ">Soot</a>",
        ],
    );
    has(&page(&client, "/category/craft").await, &["Category</span> Craft", "1 post<", "Oak gall ink"]);
    has(&page(&client, "/author/ada-lovelace").await, &["Author</span> Ada Lovelace", "2 posts"]);
    // A series is read from its beginning.
    has(
        &page(&client, "/series/inks").await,
        &["<ol class=\"cards\" start=\"1\">", ">Soot</a>", ">Oak gall ink</a>", ">Iron</a>"],
    );
    has(
        &page(&client, "/2024").await,
        &["<h1>2024</h1>", "4 posts", "April (1)", "May (1)", "June (2)", "Iron"],
    );
    has(&page(&client, "/2024/05").await, &["href=\"/2024\"", "<h1>May 2024</h1>", "Oak gall ink"]);
    has(&page(&client, "/archive").await, &["<h2><a href=\"/2024\">2024</a>", "June", "2023", "January"]);
    has(
        &page(&client, "/tags").await,
        &["<h1>Tags</h1>", "href=\"/tag/ink\">Ink</a> <span class=\"count\">3"],
    );
    has(&page(&client, "/categories").await, &["Craft", "Life"]);
    has(&page(&client, "/authors").await, &["Ada Lovelace"]);
    has(&page(&client, "/series").await, &["Inks"]);
    has(
        &page(&client, "/feeds").await,
        &["All posts", "href=\"/rss.xml\"", "Tag: Ink", "/tag/ink/feed.json"],
    );
    for empty in ["/tag/nothing", "/2022", "/2024/07", "/tag/ink?page=2", "/?page=2", "/?page=0", "/?page=x"]
    {
        assert_eq!(get(&client, empty).await.status(), StatusCode::NOT_FOUND, "{empty}");
    }
    let about = page(&client, "/about").await;
    has(&about, &["\"WebPage\"", "aria-current=\"page\">About us</a>", "<h1>About us</h1>", "Who we are."]);
    assert!(!about.contains("Bookmark the"));
}

#[tokio::test]
async fn long_lists_have_pages() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let files: Vec<(String, String)> = (1..=25)
        .map(|n| (format!("2024-01-{n:02}-p{n}.md"), format!("---\ntitle: Post {n:02}\nseries: S\n---\nInk")))
        .collect();
    blog.import(&files.iter().map(|(path, text)| (&path[..], &text[..])).collect::<Vec<_>>()).await;
    let client = blog.client();
    has(&page(&client, "/").await, &["Post 25", "Post 16", "Page 1 of 3", "rel=\"next\" href=\"/?page=2\""]);
    let second = page(&client, "/?page=2").await;
    has(
        &second,
        &["https://blog.example/?page=2", "Post 15", "rel=\"prev\" href=\"/\"", "href=\"/?page=3\""],
    );
    has(&page(&client, "/series/s?page=3").await, &["start=\"21\"", "Post 21", "Post 25", "Page 3 of 3"]);
}

#[tokio::test]
async fn menus_lead_where_they_were_arranged_to() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let about = blog.query("{ page(by: { slug: \"about\" }) { id } }").await["page"]["id"].clone();
    let items = json!([
        { "label": "Home", "target": { "url": "/" }, "children": [
            { "label": "Us", "target": { "id": about } },
        ] },
        { "label": "Elsewhere", "target": { "url": "https://example.org/?a=1&b=2" } },
    ]);
    let menu = |location: &str| json!({ "location": location, "items": items });
    done(&owner, "setMenu", "menu { location }", menu("main")).await;
    done(&owner, "setMenu", "menu { location }", menu("footer")).await;
    let home = page(&blog.client(), "/").await;
    let nav = "href=\"https://example.org/?a=1&#38;b=2\">Elsewhere</a>";
    has(
        &home,
        &[
            "aria-label=\"Main\"",
            "aria-current=\"page\">Home</a>",
            "<a href=\"/about\">Us</a>",
            nav,
            "aria-label=\"Footer\"",
            nav,
        ],
    );
}

/// A draft is for those who may edit it, and kept by nobody.
#[tokio::test]
async fn drafts_are_shown_to_their_authors_alone() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let draft = json!({ "title": "Secret", "markdown": "Hidden.", "path": "/secret" });
    let draft = done(&owner, "createPost", "post { path id }", draft).await["post"].clone();
    for _ in 0..2 {
        assert_eq!(get(&blog.client(), "/secret").await.status(), StatusCode::NOT_FOUND);
        let shown = get(&owner, "/secret").await;
        assert_eq!(header(&shown, "cache-control"), "private, no-store");
        has(
            &shown.text().await.unwrap(),
            &["name=\"robots\" content=\"noindex\"", "Not published: draft", "Hidden."],
        );
    }
    let preview = owner
        .query_with(
            "mutation($id: ID!) { createPreview(input: { id: $id }) { preview { token } } }",
            json!({ "id": draft["id"] }),
        )
        .await;
    let token = &preview["createPreview"]["preview"]["token"];
    let shown = get(&blog.client().with_header("inkstand-preview", token.as_str().unwrap()), "/secret").await;
    assert_eq!((shown.status(), header(&shown, "cache-control")), (StatusCode::OK, "private, no-store"));
    assert_eq!(get(&blog.client(), "/secret").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_pages_there_is_graphql_alone() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.pages = false).await;
    let home = get(&blog.client(), "/").await;
    assert_eq!((home.status(), header(&home, "location")), (StatusCode::TEMPORARY_REDIRECT, "/graphql"));
    for path in ["/atom.xml", "/search?q=ink", "/robots.txt", "/static/"] {
        let nothing = get(&blog.client(), path).await;
        assert_eq!(nothing.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(header(&nothing, "content-type").starts_with("application/json"), "{path}");
    }
}
