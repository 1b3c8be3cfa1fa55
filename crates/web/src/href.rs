//! Addresses that run nothing.

use std::fmt;

/// An address that may stand in a page: of the web, of a mailbox, or on this site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Href(String);

/// The only schemes that lead somewhere and run nothing.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

impl Href {
    /// Takes an address; `None` where it has another scheme than those of a web page or a mailbox, or characters that
    /// browsers leave out before they look at the scheme (`java\tscript:`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.chars().any(char::is_control) {
            return None;
        }
        let head = text.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let harmless = match head.split_once(':') {
            Some((scheme, _)) => SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)),
            None => true,
        };
        harmless.then(|| Self(text.to_owned()))
    }

    /// As it stands in an attribute, before it is escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Href;

    #[test]
    fn only_what_leads_somewhere_is_an_address() {
        for good in [
            "/2024/05/a",
            "#part",
            "?page=2",
            "picture.png",
            "https://example.org/?q=a:b",
            "HTTP://example.org",
            "//example.org/a",
            "mailto:ada@example.org",
            " /a ",
            "/a:b",
        ] {
            assert_eq!(Href::parse(good).map(|href| href.to_string()), Some(good.trim().to_owned()));
        }
        for bad in [
            "",
            " ",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " \u{1}javascript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "javascript\u{0}:alert(1)",
            "vbscript:x",
            "data:text/html,<script>alert(1)</script>",
            "blob:https://example.org/x",
            "file:///etc/passwd",
            "view-source:javascript:alert(1)",
            "feed:javascript:alert(1)",
        ] {
            assert_eq!(Href::parse(bad), None, "{bad:?}");
        }
    }
}
