//! RSS 2.0, with the modules that readers know: whole texts (`content`), several authors (`dc`), the feed's own address
//! (`atom`).

use inkstand_model::{Instant, Zone};

use crate::{Feed, FeedFormat, FeedItem, xml::Xml};

pub(crate) fn write(feed: &Feed) -> String {
    let mut xml = Xml::document();
    let attributes = [
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ];
    xml.element("rss", &attributes, |xml| {
        xml.element("channel", &[], |xml| {
            // A description has to be there.
            let description = if feed.subtitle.is_empty() { &feed.title } else { &feed.subtitle };
            xml.text("title", &[], &feed.title).text("link", &[], &feed.page);
            xml.text("description", &[], description).text("language", &[], &feed.language);
            xml.text("lastBuildDate", &[], &date(feed.updated)).text("generator", &[], "Inkstand");
            let own = [("rel", "self"), ("type", FeedFormat::Rss.media_type()), ("href", &*feed.address)];
            xml.empty("atom:link", &own);
            for item in &feed.items {
                entry(xml, item);
            }
        });
    });
    xml.end()
}

fn entry(xml: &mut Xml, item: &FeedItem) {
    xml.element("item", &[], |xml| {
        xml.text("title", &[], &item.title).text("link", &[], &item.url);
        xml.text("guid", &[("isPermaLink", "false")], &item.id);
        xml.text("pubDate", &[], &date(item.published));
        for author in &item.authors {
            xml.text("dc:creator", &[], &author.name);
        }
        for label in &item.labels {
            xml.text("category", &[], &label.name);
        }
        xml.text("description", &[], &item.summary);
        xml.text("content:encoded", &[], &item.html);
    });
}

/// RFC 822, as RSS wants dates.
fn date(at: Instant) -> String {
    at.local(&Zone::utc()).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
