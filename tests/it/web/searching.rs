//! The search page.

use serde_json::Value;

use super::{blog, get, has, page};
use crate::cache::header;

#[tokio::test]
async fn a_search_shows_what_it_found_and_how_to_narrow_it() {
    let blog = blog().await;
    let client = blog.client();
    has(&page(&client, "/search").await, &["<h1>Search</h1>", "name=\"q\""]);
    let found = page(&client, "/search?q=ink").await;
    has(
        &found,
        &[
            "noindex",
            "value=\"ink\"",
            "3 results for “ink”",
            "<mark>",
            "Follow this search as a feed",
            "<h2>Tags</h2>",
            "href=\"/search?q=ink&#38;tag=ink\">Ink</a> <span class=\"count\">3</span>",
        ],
    );
    let narrowed = page(&client, "/search?q=ink&tag=recipes").await;
    has(
        &narrowed,
        &[
            "type=\"hidden\" name=\"tag\" value=\"recipes\"",
            "1 result for",
            "Oak gall",
            "href=\"/search?q=ink\" aria-current=\"true\">Recipes<span",
        ],
    );
    has(&page(&client, "/search?tag=ink").await, &["3 results</h2>"]);
    has(&page(&client, "/search?q=galss").await, &["Searched for <em>gal"]);
    has(&page(&client, "/search?q=nothinglikethis").await, &["0 results", "Nothing was found."]);
    // No text is an error.
    for odd in ["%22", "%28%29", "tag%3A", "%00", "-", "a%20AND%20%28", "%FF"] {
        page(&client, &format!("/search?q={odd}")).await;
    }
    page(&client, &format!("/search?q={}", "x%20".repeat(1_500))).await;
}

#[tokio::test]
async fn what_is_typed_is_completed() {
    let blog = blog().await;
    let found = get(&blog.client(), "/search/suggest?q=in").await;
    assert_eq!(header(&found, "content-type"), "application/json; charset=utf-8");
    let found: Vec<Value> = found.json().await.unwrap();
    let urls: Vec<&str> = found.iter().map(|one| one["url"].as_str().unwrap()).collect();
    assert!(urls.contains(&"/tag/ink") && urls.contains(&"/2024/05/oak-gall-ink"), "{found:?}");
    let nothing: Vec<Value> = get(&blog.client(), "/search/suggest").await.json().await.unwrap();
    assert!(nothing.is_empty());
}
