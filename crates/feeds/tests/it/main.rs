//! Feeds and sitemaps, read by a parser of others.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends there")]

use inkstand_feeds::{Contributor, Feed, FeedFormat, FeedItem, Label, Place, sitemap, sitemap_index};
use inkstand_model::Instant;
use quick_xml::{Reader, events::Event};

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

fn feed() -> Feed {
    Feed {
        title: "Ink & <paper>".to_owned(),
        subtitle: String::new(),
        language: "en".to_owned(),
        page: "https://blog.example/".to_owned(),
        address: "https://blog.example/atom.xml".to_owned(),
        updated: at("2024-05-02T10:00:00Z"),
        items: vec![FeedItem {
            id: "urn:uuid:0190".to_owned(),
            url: "https://blog.example/2024/05/hello?a=1&b=2".to_owned(),
            title: "]]> \u{1}\"Hello\" </title>".to_owned(),
            published: at("2024-05-01T10:00:00Z"),
            updated: at("2024-05-02T10:00:00Z"),
            authors: vec![Contributor {
                name: "Ada <script>".to_owned(),
                url: "https://blog.example/author/ada".to_owned(),
            }],
            labels: vec![Label { term: "ink".to_owned(), name: "Ink \"black\"".to_owned() }],
            summary: "Once & again".to_owned(),
            html: "<p>Once &amp; again\r</p>".to_owned(),
            language: "de".to_owned(),
            picture: Some("https://blog.example/a.png".to_owned()),
        }],
    }
}

/// The texts and attributes of an element, wherever it stands.
fn read(xml: &str, wanted: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut found, mut within) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == wanted => {
                within = true;
                found.push(String::new());
                for attribute in tag.attributes() {
                    attribute.unwrap();
                }
            }
            Event::End(_) => within = false,
            Event::Text(text) if within => {
                found.last_mut().unwrap().push_str(&text);
            }
            Event::GeneralRef(entity) if within => {
                let text = match entity.resolve_char_ref().unwrap() {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&entity).unwrap().to_owned(),
                };
                found.last_mut().unwrap().push_str(&text);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn texts_come_through_whole() {
    for (format, title, html) in
        [(FeedFormat::Atom, "title", "content"), (FeedFormat::Rss, "title", "content:encoded")]
    {
        let xml = feed().write(format);
        assert_eq!(read(&xml, title), ["Ink & <paper>", "]]> \"Hello\" </title>"], "{xml}");
        assert_eq!(read(&xml, html), ["<p>Once &amp; again\r</p>"], "{xml}");
    }
    let json: serde_json::Value = serde_json::from_str(&feed().write(FeedFormat::Json)).unwrap();
    assert_eq!(json["items"][0]["authors"][0]["name"], "Ada <script>");
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
}

#[test]
fn atom_looks_like_this() {
    insta::assert_snapshot!(feed().write(FeedFormat::Atom));
}

#[test]
fn rss_looks_like_this() {
    insta::assert_snapshot!(feed().write(FeedFormat::Rss));
}

#[test]
fn what_a_format_wants_is_there_in_an_empty_feed() {
    let empty = Feed { items: Vec::new(), ..feed() };
    let atom = empty.write(FeedFormat::Atom);
    for wanted in ["id", "title", "updated"] {
        assert_eq!(read(&atom, wanted).len(), 1, "{atom}");
    }
    let rss = empty.write(FeedFormat::Rss);
    for wanted in ["title", "link", "description"] {
        assert!(!read(&rss, wanted)[0].is_empty(), "{rss}");
    }
}

#[test]
fn sitemaps_name_pages_and_each_other() {
    let places = [
        Place { url: "https://blog.example/a?b&c".to_owned(), updated: Some(at("2024-05-01T10:00:00Z")) },
        Place { url: "https://blog.example/".to_owned(), updated: None },
    ];
    let xml = sitemap(&places);
    assert_eq!(read(&xml, "loc"), ["https://blog.example/a?b&c", "https://blog.example/"]);
    assert_eq!(read(&xml, "lastmod"), ["2024-05-01T10:00:00Z"]);
    assert_eq!(read(&sitemap_index(["https://blog.example/sitemap/1.xml"]), "loc").len(), 1);
}
