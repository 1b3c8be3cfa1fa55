//! Feeds and sitemaps: what programs read of a blog, as functions of values.
//!
//! A [`Feed`] is written in any [`FeedFormat`] by [`Feed::write`]: Atom (RFC 4287), RSS 2.0 with the usual modules, JSON
//! Feed 1.1. [`sitemap`] and [`sitemap_index`] write what search engines read. Whatever stands in them is whole: addresses
//! begin with a scheme, and [`absolute`] makes them so in HTML that was written for a page of the site.
//!
//! ```
//! use inkstand_feeds::absolute;
//!
//! let html = absolute("<a href=\"/about\">me</a>", "https://blog.example/2024/05/hello");
//! assert_eq!(html, "<a href=\"https://blog.example/about\">me</a>");
//! ```
//!
//! XML is written by a few lines of our own (`xml`): it takes no more than names that stand in this crate and texts that
//! are escaped, and what XML cannot hold at all is left out. Tests read it with a parser of others.
//!
//! What this crate does not know: HTTP, the database, whose blog it is.

mod absolute;
mod atom;
mod feed;
mod json_feed;
mod rss;
mod sitemap;
mod xml;

pub use absolute::absolute;
pub use feed::{Contributor, Feed, FeedFormat, FeedItem, Label};
pub use sitemap::{MOST_URLS, Place, sitemap, sitemap_index};
