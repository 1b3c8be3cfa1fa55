//! Where a front end shows what is not published yet.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

use crate::Path;

/// Everything but RFC 3986's unreserved characters and `/`, so that an address fits into a path and into a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The address at which the front end shows a draft, such as
/// `https://blog.example/preview?token={token}&path={path}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewPattern(String);

/// The text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a pattern of preview addresses: {0} (example: https://blog.example/preview?token={{token}})")]
pub struct InvalidPreviewPattern(&'static str);

impl PreviewPattern {
    /// Characters of a pattern.
    pub const MAX_CHARS: usize = 500;

    /// Reads a pattern: an `http` or `https` address in which `{token}` stands for what proves that the preview is
    /// allowed, and, where the front end needs them, `{path}` for the entry's address and `{id}` for its global id.
    ///
    /// # Errors
    /// Where it is no such address, has no `{token}`, or other placeholders.
    pub fn parse(text: &str) -> Result<Self, InvalidPreviewPattern> {
        if text.chars().count() > Self::MAX_CHARS {
            return Err(InvalidPreviewPattern("it is too long"));
        }
        let rest = ["{token}", "{path}", "{id}"]
            .iter()
            .fold(text.to_owned(), |rest, placeholder| rest.replace(placeholder, "x"));
        let after_scheme = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let host = after_scheme.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        if host.is_none_or(|host| host.is_empty() || host.contains(['{', '@'])) {
            return Err(InvalidPreviewPattern("it begins with http:// or https:// and a host"));
        }
        if !text.contains("{token}") {
            return Err(InvalidPreviewPattern("{token} must be in it"));
        }
        if rest.contains(['{', '}']) {
            return Err(InvalidPreviewPattern("only {token}, {path} and {id} stand for something"));
        }
        if rest.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`|".contains(c)) {
            return Err(InvalidPreviewPattern("it has characters that no address has"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The address of a preview. What is put in is percent-encoded, so that it may stand anywhere behind the host.
    #[must_use]
    pub fn url_for(&self, token: &str, path: &Path, id: &str) -> String {
        let encoded = |text| utf8_percent_encode(text, ESCAPED).to_string();
        // The token comes last: it is the only one whose text could look like a placeholder.
        self.0
            .replace("{path}", &encoded(path.as_str()))
            .replace("{id}", id)
            .replace("{token}", &encoded(token))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_checked() {
        let pattern =
            PreviewPattern::parse("https://blog.example/p?t={token}&to={path}#{id}").expect("a pattern");
        let path = Path::parse("/2024/über uns").expect("a path");
        assert_eq!(
            pattern.url_for("a+b", &path, "post_1"),
            "https://blog.example/p?t=a%2Bb&to=/2024/%C3%BCber%20uns#post_1"
        );
        for bad in [
            "",
            "https://blog.example/",
            "/preview?token={token}",
            "javascript:alert({token})",
            "https://{token}/",
            "https://user@blog.example/{token}",
            "https:///{token}",
            "https://blog.example/{token}/{slug}",
            "https://blog.example/{token}}",
            "https://blog.example/ {token}",
            "https://blog.example/\u{0}{token}",
            &format!("https://blog.example/{{token}}{}", "a".repeat(500)),
        ] {
            assert!(PreviewPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
