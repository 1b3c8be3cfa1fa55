//! Atom, RFC 4287.

use crate::{Feed, FeedFormat, FeedItem, xml::Xml};

pub(crate) fn write(feed: &Feed) -> String {
    let mut xml = Xml::document();
    let attributes = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", feed.language.as_str())];
    xml.element("feed", &attributes, |xml| {
        xml.text("id", &[], &feed.page).text("title", &[], &feed.title);
        if !feed.subtitle.is_empty() {
            xml.text("subtitle", &[], &feed.subtitle);
        }
        xml.text("updated", &[], &feed.updated.to_rfc3339());
        xml.empty(
            "link",
            &[("rel", "self"), ("type", FeedFormat::Atom.media_type()), ("href", &feed.address)],
        );
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &feed.page)]);
        xml.text("generator", &[], "Inkstand");
        // Each entry needs an author, its own or the feed's (§4.1.1).
        if feed.items.iter().any(|item| item.authors.is_empty()) {
            xml.element("author", &[], |xml| {
                xml.text("name", &[], &feed.title);
            });
        }
        for item in &feed.items {
            entry(xml, item);
        }
    });
    xml.end()
}

fn entry(xml: &mut Xml, item: &FeedItem) {
    xml.element("entry", &[("xml:lang", &item.language)], |xml| {
        xml.text("id", &[], &item.id).text("title", &[], &item.title);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &item.url)]);
        xml.text("published", &[], &item.published.to_rfc3339());
        xml.text("updated", &[], &item.updated.to_rfc3339());
        for author in &item.authors {
            xml.element("author", &[], |xml| {
                xml.text("name", &[], &author.name).text("uri", &[], &author.url);
            });
        }
        for label in &item.labels {
            xml.empty("category", &[("term", &label.term), ("label", &label.name)]);
        }
        if !item.summary.is_empty() {
            xml.text("summary", &[], &item.summary);
        }
        xml.text("content", &[("type", "html")], &item.html);
    });
}
