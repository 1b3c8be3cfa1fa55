//! Pages that are kept: for everybody, and never older than what somebody was told.

use std::time::Duration;

use inkstand_model::{Role, Scope};
use inkstand_tests::{Client, Database, TestBlog};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;

use super::{blog, get, page};
use crate::{
    cache::{done, followed, header},
    replicas::beside,
};

/// Path, and whether it is kept.
const PAGES: [(&str, bool); 17] = [
    ("/", true),
    ("/2024/05/oak-gall-ink", true),
    ("/about", true),
    ("/tag/ink", true),
    ("/category/craft", true),
    ("/author/ada-lovelace", true),
    ("/series/inks", true),
    ("/2024/05", true),
    ("/archive", true),
    ("/tags", true),
    ("/feeds", true),
    ("/atom.xml", true),
    ("/tag/ink/feed.json", true),
    ("/sitemap.xml", true),
    ("/llms.txt", true),
    ("/search?q=ink", false),
    ("/search/suggest?q=ink", false),
];

#[tokio::test]
async fn each_page_is_kept_or_not() {
    let blog = blog().await;
    followed(&blog).await;
    let client = blog.client();
    for (path, is_kept) in PAGES {
        let before = blog.response_cache().figures().hits;
        let first = get(&client, path).await;
        let second = get(&client, path).await;
        assert_eq!(blog.response_cache().figures().hits - before, u64::from(is_kept), "{path}");
        let expected = if is_kept { "public, max-age=0, stale-if-error=86400" } else { "no-cache" };
        assert_eq!(header(&first, "cache-control"), expected, "{path}");
        for name in ["content-type", "content-security-policy", "etag", "vary", "cache-tag", "cache-control"]
        {
            assert_eq!(header(&first, name), header(&second, name), "{path}: {name}");
        }
        assert!(header(&first, "vary").contains("cookie"), "{path}");
        assert_eq!(header(&first, "cache-tag").is_empty(), !is_kept, "{path}");
        assert_eq!(first.text().await.unwrap(), second.text().await.unwrap(), "{path}");
    }
    let head = client.http.head(client.url("/")).send().await.unwrap();
    assert_eq!((head.status(), head.content_length().unwrap_or_default()), (StatusCode::OK, 0));
}

/// Nobody gets what another one may see, and the other way round.
#[tokio::test]
async fn nobody_gets_what_is_anothers() {
    let blog = blog().await;
    let session = blog.signed_in("olga", Role::Owner).await;
    followed(&blog).await;
    let anybody = blog.client();
    for (client, cache_control) in [
        (&session, "private, no-store"),
        (&anybody, "public, max-age=0, stale-if-error=86400"),
        (&session, "private, no-store"),
        (&anybody.with_header("authorization", "Basic bm9ib2R5Og=="), "no-cache"),
        (&anybody.with_header("cookie", "theme=dark"), "public, max-age=0, stale-if-error=86400"),
    ] {
        let answer = get(client, "/about").await;
        assert_eq!(header(&answer, "cache-control"), cache_control);
    }
    let refused = get(&anybody.with_token("ink_pat_nothing"), "/about").await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

/// Each change is seen by whoever asks behind it, on every page that shows what has changed.
#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn whoever_was_told_of_a_change_sees_it(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let (client, owner) = (blog.client(), blog.member("olga", Role::Owner, Scope::Admin).await);
    blog.import(&[
        ("2024-05-01-a.md", "---\ntitle: First\ntags: [Ink]\nauthor: Ada\nseries: S\n---\nOne."),
        ("2024-05-02-b.md", "---\ntitle: Second\ntags: [Ink]\ncategories: [Craft]\nseries: S\n---\nTwo."),
        ("about.md", "---\ntitle: About\ntype: page\n---\nUs."),
    ])
    .await;
    followed(&blog).await;
    let shows = async |paths: &[&str], text: &str, shown: bool| {
        for path in paths {
            assert_eq!(page(&client, path).await.contains(text), shown, "{path} {text}");
        }
    };
    let (of_tag, of_post) =
        (["/tag/ink", "/tag/ink/rss.xml", "/tags", "/feeds", "/2024/05/a"], ["/", "/2024/05/a", "/atom.xml"]);
    let everywhere: Vec<&str> = of_tag
        .into_iter()
        .chain(of_post)
        .chain(["/2024/05/b", "/series/s", "/2024", "/archive", "/llms.txt", "/sitemap.xml"])
        .collect();
    // Everything is kept before anything changes.
    for round in 0..2 {
        for path in &everywhere {
            assert!(!page(&client, path).await.contains("CHANGED"), "{path} {round}");
        }
    }
    let id = async |query: &str| blog.query(query).await["it"]["id"].clone();
    let tag = id("{ it: tag(slug: \"ink\") { id } }").await;
    done(&owner, "updateTag", "tag { name }", json!({ "id": tag, "name": "CHANGED ink" })).await;
    shows(&of_tag, "CHANGED ink", true).await;
    let author = id("{ it: author(handle: \"Ada\") { id } }").await;
    done(&owner, "updateAuthor", "author { name }", json!({ "id": author, "name": "CHANGED ada" })).await;
    shows(&["/", "/2024/05/a", "/authors", "/author/ada", "/atom.xml"], "CHANGED ada", true).await;
    let first = owner.query("{ it: post(by: { slug: \"a\" }) { id version } }").await["it"].clone();
    let edit =
        json!({ "id": first["id"], "version": first["version"], "title": "CHANGED title", "slug": "a" });
    let first = done(&owner, "updatePost", "post { id version }", edit).await["post"].clone();
    shows(
        &["/", "/2024/05/a", "/2024/05/b", "/series/s", "/tag/ink", "/2024", "/feed.json", "/llms.txt"],
        "CHANGED title",
        true,
    )
    .await;
    done(&owner, "updateSite", "site { title }", json!({ "title": "CHANGED site" })).await;
    shows(&everywhere[..8], "CHANGED site", true).await;
    let items = json!([{ "label": "CHANGED menu", "target": { "id": tag } }]);
    done(&owner, "setMenu", "menu { location }", json!({ "location": "main", "items": items })).await;
    shows(&["/", "/2024/05/a", "/tags"], "CHANGED menu", true).await;
    let new = json!({ "title": "New one", "markdown": "x", "publishedAt": "2024-05-03T00:00:00Z", "publish": true });
    done(&owner, "createPost", "post { id }", new).await;
    shows(&["/", "/2024/05", "/atom.xml", "/llms.txt"], "New one", true).await;
    shows(&["/2024/05/b"], "New one", true).await;
    done(&owner, "trashPost", "post { id }", json!({ "id": first["id"], "version": first["version"] })).await;
    shows(
        &["/", "/2024/05/b", "/series/s", "/tag/ink", "/2024", "/feed.json", "/sitemap.xml"],
        "CHANGED title",
        false,
    )
    .await;
    assert_eq!(get(&client, "/2024/05/a").await.status(), StatusCode::NOT_FOUND);
}

/// What another server writes is seen here a moment later, and never both the old and the new.
#[tokio::test]
async fn another_server_is_heard_of() {
    let one = TestBlog::start(Database::Postgres).await;
    let owner = one.member("olga", Role::Owner, Scope::Admin).await;
    let other = beside(&one.database, |_| {}).await;
    followed(&other).await;
    let there: Client = other.client();
    assert!(!page(&there, "/").await.contains("CHANGED"));
    done(&owner, "updateSite", "site { title }", json!({ "title": "CHANGED" })).await;
    let seen = || async { page(&there, "/").await.contains("CHANGED").then_some(()) };
    inkstand_tests::eventually("the change", Duration::from_secs(10), seen).await;
}
