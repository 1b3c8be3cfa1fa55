//! Feeds.

use inkstand_model::{Role, Scope};
use quick_xml::{Reader, events::Event};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{blog, get, page};
use crate::cache::{done, followed, header};

/// The texts of all elements of a name; the whole must be well formed.
fn texts(xml: &str, wanted: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut within, mut open) = (Vec::new(), false, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                open += 1;
                within = tag.name().as_ref() == wanted;
                if within {
                    found.push(String::new());
                }
            }
            Event::End(_) => (within, open) = (false, open - 1),
            Event::Text(text) if within => found.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(entity) if within => {
                let text = match entity.resolve_char_ref().unwrap() {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&entity).unwrap().to_owned(),
                };
                found.last_mut().unwrap().push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0, "{xml}");
    found
}

#[tokio::test]
async fn everything_that_lists_posts_has_feeds() {
    let blog = blog().await;
    let client = blog.client();
    for (list, titles) in [
        ("", &["Iron", "Eisen", "Oak gall ink", "Soot", "Letters & paper"][..]),
        ("/tag/ink", &["Iron", "Oak gall ink", "Soot"]),
        ("/category/craft", &["Oak gall ink"]),
        ("/author/ada-lovelace", &["Oak gall ink", "Soot"]),
        ("/series/inks", &["Iron", "Oak gall ink", "Soot"]),
    ] {
        let mut expected = titles.to_vec();
        expected.sort_unstable();
        let atom = get(&client, &format!("{list}/atom.xml")).await;
        assert_eq!(header(&atom, "content-type"), "application/atom+xml; charset=utf-8");
        let atom = atom.text().await.unwrap();
        let mut found = texts(&atom, "title").split_off(1);
        found.sort_unstable();
        assert_eq!(found, expected, "{list}");
        assert_eq!(texts(&atom, "id").len(), titles.len() + 1);
        let rss = get(&client, &format!("{list}/rss.xml")).await;
        assert_eq!(header(&rss, "content-type"), "application/rss+xml; charset=utf-8");
        assert_eq!(texts(&rss.text().await.unwrap(), "guid").len(), titles.len());
        let feed = get(&client, &format!("{list}/feed.json")).await;
        assert_eq!(header(&feed, "content-type"), "application/feed+json; charset=utf-8");
        let feed: Value = feed.json().await.unwrap();
        assert_eq!(feed["items"].as_array().unwrap().len(), titles.len());
        assert_eq!(feed["feed_url"], format!("https://blog.example{list}/feed.json"));
    }
    for nothing in ["/tag/nothing/atom.xml", "/2024/atom.xml", "/search/atom.xml", "/about/atom.xml"] {
        assert_eq!(get(&client, nothing).await.status(), StatusCode::NOT_FOUND, "{nothing}");
    }
}

#[tokio::test]
async fn an_item_is_whole_wherever_it_is_read() {
    let blog = blog().await;
    let feed: Value = get(&blog.client(), "/category/craft/feed.json").await.json().await.unwrap();
    let item = &feed["items"][0];
    assert_eq!(item["url"], "https://blog.example/2024/05/oak-gall-ink");
    assert!(item["id"].as_str().unwrap().starts_with("urn:uuid:"));
    assert_eq!(item["image"], "https://blog.example/gall.png");
    assert_eq!(
        item["authors"],
        json!([{ "name": "Ada Lovelace", "url": "https://blog.example/author/ada-lovelace" }])
    );
    assert_eq!(item["tags"], json!(["Craft", "Recipes", "Ink"]));
    let html = item["content_html"].as_str().unwrap();
    assert!(html.contains("href=\"https://blog.example/2024/06/iron\""), "{html}");
    assert!(html.contains("href=\"https://blog.example/search?q=%23ink\""), "{html}");
}

#[tokio::test]
async fn a_search_can_be_followed() {
    let blog = blog().await;
    let client = blog.client();
    let found = page(&client, "/search?q=ink&tag=recipes").await;
    assert!(found.contains("href=\"/search/atom.xml?q=ink&#38;tag=recipes\""), "{found}");
    let atom = get(&client, "/search/atom.xml?q=ink&tag=recipes").await;
    let etag = header(&atom, "etag").to_owned();
    assert_eq!(header(&atom, "cache-control"), "no-cache");
    let atom = atom.text().await.unwrap();
    assert_eq!(texts(&atom, "title"), ["ink: A blog on Inkstand", "Oak gall ink"]);
    let unchanged =
        get(&client.with_header("if-none-match", &etag), "/search/atom.xml?q=ink&tag=recipes").await;
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&unchanged, "etag"), etag);
}

#[tokio::test]
async fn an_unchanged_feed_is_304() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    followed(&blog).await;
    let client = blog.client();
    let etag = header(&get(&client, "/atom.xml").await, "etag").to_owned();
    // The date is told once the second in which the feed was made is over.
    let dated = || async {
        let feed = get(&client, "/atom.xml").await;
        Some(header(&feed, "last-modified").to_owned()).filter(|modified| !modified.is_empty())
    };
    let (modified, _) = inkstand_tests::eventually("a date", std::time::Duration::from_secs(10), dated).await;
    assert!(modified.ends_with(" GMT"), "{modified}");
    for (name, value) in [("if-none-match", &etag), ("if-modified-since", &modified)] {
        let unchanged = get(&client.with_header(name, value), "/atom.xml").await;
        assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED, "{name}");
        assert_eq!(unchanged.text().await.unwrap(), "");
    }
    // What is taken away changes a feed as well, though what is left is as old as before.
    let soot = blog.query("{ post(by: { slug: \"soot\" }) { id } }").await["post"]["id"].clone();
    let version = owner
        .query_with("query($id: ID!) { post(by: { id: $id }) { version } }", json!({ "id": soot }))
        .await;
    let step = json!({ "id": soot, "version": version["post"]["version"] });
    done(&owner, "trashPost", "post { id }", step).await;
    for (name, value) in [("if-none-match", &etag), ("if-modified-since", &modified)] {
        let changed = get(&client.with_header(name, value), "/atom.xml").await;
        assert_eq!(changed.status(), StatusCode::OK, "{name}");
        assert!(!changed.text().await.unwrap().contains("Soot"));
    }
}
