//! What programs ask for.

use reqwest::StatusCode;
use serde_json::Value;

use super::{blog, get, has, page};
use crate::cache::header;

#[tokio::test]
async fn search_engines_find_everything() {
    let blog = blog().await;
    let client = blog.client();
    let robots = page(&client, "/robots.txt").await;
    assert_eq!(
        robots,
        "User-agent: *\nDisallow: /search\nDisallow: /graphql\n\nSitemap: https://blog.example/sitemap.xml\n"
    );
    let map = page(&client, "/sitemap.xml").await;
    has(
        &map,
        &[
            "<loc>https://blog.example/</loc>",
            "<loc>https://blog.example/about</loc>",
            "<loc>https://blog.example/2023/01/letters</loc>",
            "<lastmod>",
            "<loc>https://blog.example/2024/05/oak-gall-ink</loc>",
        ],
    );
    assert_eq!(map.matches("<loc>").count(), 7);
    assert_eq!(get(&client, "/sitemap/0.xml").await.status(), StatusCode::NOT_FOUND);
    let llms = get(&client, "/llms.txt").await;
    assert_eq!(header(&llms, "content-type"), "text/markdown; charset=utf-8");
    has(
        &llms.text().await.unwrap(),
        &[
            "# A blog on Inkstand",
            "text/markdown",
            "## Pages",
            "[About us](https://blog.example/about): Who we are.",
            "## Latest posts",
            "[Iron]",
        ],
    );
}

#[tokio::test]
async fn other_sites_learn_what_a_post_is() {
    let blog = blog().await;
    let client = blog.client();
    let ask = async |url: &str| get(&client, &format!("/oembed?url={url}")).await;
    let said: Value = ask("https://blog.example/2024/05/oak-gall-ink").await.json().await.unwrap();
    assert_eq!(
        (&said["type"], &said["version"], &said["title"]),
        (&"link".into(), &"1.0".into(), &"Oak gall ink".into())
    );
    assert_eq!(said["author_name"], "Ada Lovelace");
    for nothing in [
        "https://other.example/2024/05/oak-gall-ink",
        "https://blog.example.evil/",
        "/2024/05/oak-gall-ink",
        "https://blog.example/nothing",
        "",
    ] {
        assert_eq!(ask(nothing).await.status(), StatusCode::NOT_FOUND, "{nothing}");
    }
    assert_eq!(ask("https://blog.example/about&format=xml").await.status(), StatusCode::NOT_IMPLEMENTED);
}
