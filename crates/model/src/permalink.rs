//! Addresses on this site, and how new ones are made.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::{Instant, Slug, Zone};

/// Everything but RFC 3986's unreserved characters, `/`, and what old addresses use in their query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'?')
    .remove(b'=')
    .remove(b'&');

/// The address of something on this site: decoded, NFC, beginning with `/`, as its owner wrote it.
///
/// Two spellings of one address (`/about`, `/about/`, `/about/index.html`, `/%61bout`) have one
/// [`key`](Path::key), and that is what look-ups go by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

/// The text cannot be an address on this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidPath {
    /// Nothing there.
    #[error("an address cannot be empty")]
    Empty,
    /// Longer than [`Path::MAX_CHARS`].
    #[error("an address has at most {} characters", Path::MAX_CHARS)]
    TooLong,
    /// Control characters, backslashes or bytes that are not UTF-8.
    #[error("an address holds no control characters, backslashes or bytes outside UTF-8")]
    Character,
    /// `.` or `..`.
    #[error("an address has no `.` or `..` segments")]
    Dots,
    /// An address that Inkstand itself answers.
    #[error("the address belongs to Inkstand itself")]
    Reserved,
}

impl Path {
    /// Characters, not bytes; see [`Slug::MAX_CHARS`].
    pub const MAX_CHARS: usize = 500;

    /// First segments under which Inkstand itself answers.
    pub const RESERVED: [&str; 10] =
        ["graphql", "healthz", "readyz", "livez", "metrics", "media", "static", "api", "admin", "-"];

    /// Reads an address: percent-encoded or not, with or without the first `/`, also as part of a whole `http`
    /// or `https` URL, whose host is dropped. A fragment is dropped, a query (`/?p=123`) is kept.
    ///
    /// # Errors
    /// [`InvalidPath`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        let text = text.trim();
        let local = match text.split_once("://") {
            Some(("http" | "https", rest)) => rest.find(['/', '?']).map_or("/", |at| &rest[at..]),
            _ => text,
        };
        let local = local.split('#').next().unwrap_or_default();
        if local.is_empty() {
            return Err(InvalidPath::Empty);
        }
        let decoded = percent_decode_str(local).decode_utf8().map_err(|_| InvalidPath::Character)?;
        if decoded.chars().any(|c| c.is_control() || c == '\\') {
            return Err(InvalidPath::Character);
        }
        let normal: String = decoded.nfc().collect();
        let (path, query) = match normal.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (normal.as_str(), None),
        };
        let mut clean = String::with_capacity(normal.len() + 1);
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            if segment == "." || segment == ".." {
                return Err(InvalidPath::Dots);
            }
            clean.push('/');
            clean.push_str(segment);
        }
        if path.ends_with('/') || clean.is_empty() {
            clean.push('/');
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            clean.push('?');
            clean.push_str(query);
        }
        if clean.chars().count() > Self::MAX_CHARS {
            return Err(InvalidPath::TooLong);
        }
        Ok(Self(clean))
    }

    /// Like [`Path::parse`], for an address that an entry is to have.
    ///
    /// # Errors
    /// Also where Inkstand answers there itself.
    pub fn parse_permalink(text: &str) -> Result<Self, InvalidPath> {
        let path = Self::parse(text)?;
        let first = path.0[1..].split(['/', '?']).next().unwrap_or_default();
        if path.0 == "/" || Self::RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(first)) {
            return Err(InvalidPath::Reserved);
        }
        Ok(path)
    }

    /// The spelling that look-ups go by: without a last `/` or `/index.html`.
    #[must_use]
    pub fn key(&self) -> &str {
        let path = self.0.as_str();
        let path =
            path.strip_suffix("/index.html").or_else(|| path.strip_suffix("/index.htm")).unwrap_or(path);
        let path = path.trim_end_matches('/');
        if path.is_empty() { "/" } else { path }
    }

    /// As written, decoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Percent-encoded, ready to stand in a URL.
    #[must_use]
    pub fn encoded(&self) -> String {
        utf8_percent_encode(&self.0, ESCAPED).to_string()
    }

    /// The same address with `-suffix` at its end: how a taken one is made free.
    #[must_use]
    pub fn with_suffix(&self, suffix: impl fmt::Display) -> Self {
        let key = self.key();
        let suffix = format!("-{suffix}");
        let room = Self::MAX_CHARS.saturating_sub(suffix.chars().count());
        let stem: String = key.chars().take(room).collect();
        let slash = if self.0.ends_with('/') { "/" } else { "" };
        Self(format!("{stem}{suffix}{slash}"))
    }

    /// Trusts a text that this type wrote out earlier.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the addresses of new posts are made: `/{yyyy}/{mm}/{slug}` by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermalinkPattern(String);

/// The text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a permalink pattern: {0} (example: /{{yyyy}}/{{mm}}/{{slug}})")]
pub struct InvalidPattern(String);

impl PermalinkPattern {
    /// Reads a pattern. It knows `{yyyy}`, `{mm}`, `{dd}`, `{slug}` and `{number}`, and one of the last two must
    /// be there, or posts of one day would share an address.
    ///
    /// # Errors
    /// Where a placeholder is unknown or the rest is no address.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if !text.contains("{slug}") && !text.contains("{number}") {
            return Err(InvalidPattern("{slug} or {number} must be in it".to_owned()));
        }
        let rest = ["{yyyy}", "{mm}", "{dd}", "{slug}", "{number}"]
            .iter()
            .fold(text.to_owned(), |rest, placeholder| rest.replace(placeholder, "x"));
        if rest.contains(['{', '}', '?', '#', '%']) {
            return Err(InvalidPattern(
                "only {yyyy}, {mm}, {dd}, {slug} and {number} stand for something".to_owned(),
            ));
        }
        let path = Path::parse_permalink(&rest).map_err(|error| InvalidPattern(error.to_string()))?;
        if path.as_str() != rest {
            return Err(InvalidPattern("it begins with one / and has no empty parts".to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The address of a post by this pattern, dated in `zone`.
    #[must_use]
    pub fn path_for(&self, slug: &Slug, number: i64, at: Instant, zone: &Zone) -> Path {
        let date = at.local(zone).date();
        Path(
            self.0
                .replace("{yyyy}", &format!("{:04}", date.year()))
                .replace("{mm}", &format!("{:02}", date.month()))
                .replace("{dd}", &format!("{:02}", date.day()))
                .replace("{number}", &number.to_string())
                .replace("{slug}", slug.as_str()),
        )
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for PermalinkPattern {
    fn default() -> Self {
        Self("/{yyyy}/{mm}/{slug}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_address_share_a_key() {
        for (text, written, key) in [
            ("/about/", "/about/", "/about"),
            ("about", "/about", "/about"),
            ("//a//b", "/a/b", "/a/b"),
            ("/2014/03/x/index.html", "/2014/03/x/index.html", "/2014/03/x"),
            ("/old.html", "/old.html", "/old.html"),
            ("/%C3%BCber", "/über", "/über"),
            ("https://blog.example/a/b?x=1#top", "/a/b?x=1", "/a/b?x=1"),
            ("https://blog.example", "/", "/"),
            ("/?p=123", "/?p=123", "/?p=123"),
        ] {
            let path = Path::parse(text).unwrap();
            assert_eq!((path.as_str(), path.key()), (written, key), "{text}");
        }
        for (text, error) in [
            ("", InvalidPath::Empty),
            ("#top", InvalidPath::Empty),
            ("/a/../b", InvalidPath::Dots),
            ("/a/%2e%2e/b", InvalidPath::Dots),
            ("/a\u{0}b", InvalidPath::Character),
            ("/%ff", InvalidPath::Character),
            (&"/a".repeat(300), InvalidPath::TooLong),
        ] {
            assert_eq!(Path::parse(text), Err(error), "{text}");
        }
        assert_eq!(Path::parse_permalink("/graphql/x"), Err(InvalidPath::Reserved));
        assert_eq!(Path::parse_permalink("/"), Err(InvalidPath::Reserved));
    }

    #[test]
    fn patterns_are_checked() {
        let slug = Slug::from_title("x").unwrap();
        let at = Instant::parse_rfc3339("2024-05-01T23:00:00Z").unwrap();
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let pattern = PermalinkPattern::parse("/blog/{yyyy}/{mm}/{dd}/{number}-{slug}/").unwrap();
        assert_eq!(pattern.path_for(&slug, 7, at, &berlin).as_str(), "/blog/2024/05/02/7-x/");
        for bad in ["", "/{yyyy}", "/{slug}/{hour}", "{slug}", "/graphql/{slug}", "/a?b={slug}"] {
            assert!(PermalinkPattern::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_what_was_written_changes_nothing(text in "\\PC{0,80}") {
            if let Ok(path) = Path::parse(&text) {
                prop_assert_eq!(Path::parse(&path.encoded()).map(|p| p.key().to_owned()), Ok(path.key().to_owned()));
            }
        }
    }
}
