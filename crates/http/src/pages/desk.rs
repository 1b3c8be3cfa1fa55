//! What everything that makes a page has at hand.

use std::sync::Arc;

use inkstand_blog::{BlogError, Reader};
use inkstand_model::{Instant, Site, Slug};
use inkstand_web::{Date, Href};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::pages::{address::TermKind, query::href};

/// What cannot stand in the path of a URL.
const PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'%').add(b'`');

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The blog as its reader sees it, and where it stands.
pub(crate) struct Desk<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) site: Arc<Site>,
    /// The site's address without a slash at its end.
    public_url: &'a str,
    /// The path in it: addresses on this site begin with that.
    base: &'a str,
}

impl<'a> Desk<'a> {
    pub(crate) async fn open(reader: &'a Reader, public_url: &'a str) -> Result<Self, BlogError> {
        let site = reader.site().await?;
        let host = public_url.find("://").map_or(0, |at| at + 3);
        let base = public_url[host..].find('/').map_or("", |at| &public_url[host + at..]);
        Ok(Self { reader, site, public_url, base })
    }

    /// What addresses on this site begin with.
    pub(crate) fn base(&self) -> &str {
        self.base
    }

    /// The site's address.
    pub(crate) fn public_url(&self) -> &str {
        self.public_url
    }

    /// A path of ours as it stands in a link.
    pub(crate) fn here(&self, path: &str) -> Href {
        href(&format!("{}{}", self.base, utf8_percent_encode(path, PATH)))
    }

    /// A path of ours as a whole address.
    pub(crate) fn whole(&self, path: &str) -> String {
        format!("{}{}", self.public_url, utf8_percent_encode(path, PATH))
    }

    /// Where a post or a page stands, as it stands in a link.
    pub(crate) fn at(&self, path: &inkstand_model::Path) -> Href {
        href(&format!("{}{}", self.base, path.encoded()))
    }

    /// The same as a whole address.
    pub(crate) fn url(&self, path: &inkstand_model::Path) -> String {
        format!("{}{}", self.public_url, path.encoded())
    }

    /// The page of a term.
    pub(crate) fn term(&self, kind: TermKind, slug: &Slug) -> Href {
        self.here(&kind.path(slug))
    }

    /// What somebody has written as an address, as seen from elsewhere.
    pub(crate) fn whole_of(&self, written: &Href) -> Href {
        if written.as_str().starts_with('/') && !written.as_str().starts_with("//") {
            href(&format!("{}{written}", self.public_url))
        } else {
            written.clone()
        }
    }

    /// A moment as readers see it: a day in the site's zone.
    pub(crate) fn date(&self, at: Instant) -> Date {
        let day = at.local(&self.site.zone);
        let shown = format!("{} {} {}", day.day(), month_name(day.month()), day.year());
        Date { shown, exact: at.to_rfc3339() }
    }

    /// A language, where it is another one than the site's.
    pub(crate) fn foreign(&self, language: &inkstand_model::Language) -> Option<String> {
        (*language != self.site.language).then(|| language.as_str().to_owned())
    }
}

/// The name of a month, from 1.
pub(crate) fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default()
}
