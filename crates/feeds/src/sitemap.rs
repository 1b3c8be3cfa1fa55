//! Sitemaps, as sitemaps.org says.

use inkstand_model::Instant;

use crate::xml::Xml;

/// Addresses in one sitemap. Where there are more, an index names several.
pub const MOST_URLS: usize = 50_000;

const NAMESPACE: [(&str, &str); 1] = [("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")];

/// A page of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its whole address.
    pub url: String,
    /// When it last changed, where that is known.
    pub updated: Option<Instant>,
}

/// A sitemap of at most [`MOST_URLS`] pages.
#[must_use]
pub fn sitemap(places: &[Place]) -> String {
    let mut xml = Xml::document();
    xml.element("urlset", &NAMESPACE, |xml| {
        for place in places {
            xml.element("url", &[], |xml| {
                xml.text("loc", &[], &place.url);
                if let Some(updated) = place.updated {
                    xml.text("lastmod", &[], &updated.to_rfc3339());
                }
            });
        }
    });
    xml.end()
}

/// The sitemaps of a site that needs several, by their addresses.
#[must_use]
pub fn sitemap_index<'a>(sitemaps: impl IntoIterator<Item = &'a str>) -> String {
    let mut xml = Xml::document();
    xml.element("sitemapindex", &NAMESPACE, |xml| {
        for sitemap in sitemaps {
            xml.element("sitemap", &[], |xml| {
                xml.text("loc", &[], sitemap);
            });
        }
    });
    xml.end()
}
