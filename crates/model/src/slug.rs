//! Slugs: the readable part of an address.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// A name as it stands in an address: NFC, lower case, Unicode letters and digits kept, every run of anything
/// else one `-`, none at the ends, at most [`Slug::MAX_CHARS`] characters.
///
/// A slug made of a slug is the same slug, and a slug never is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is not a slug; the suggestion, if there is one, is what it would be as a slug.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a slug: lower-case letters and digits with single hyphens between them are{}",
    suggestion.as_ref().map(|s| format!(" (perhaps {:?})", s.as_str())).unwrap_or_default())]
pub struct InvalidSlug {
    /// The nearest text that is a slug.
    pub suggestion: Option<Slug>,
}

impl Slug {
    /// Characters, not bytes: an index entry of PostgreSQL holds about 2 700 bytes, a character has up to four.
    pub const MAX_CHARS: usize = 200;

    /// Takes a text that already is a slug.
    ///
    /// # Errors
    /// Where [`Slug::from_title`] would make another text of it, or nothing.
    pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
        match Self::from_title(text) {
            Some(slug) if slug.0 == text => Ok(slug),
            suggestion => Err(InvalidSlug { suggestion }),
        }
    }

    /// Makes a slug of any text, `None` where it has neither letter nor digit.
    #[must_use]
    pub fn from_title(text: &str) -> Option<Self> {
        // Lower-casing can denormalise (İ becomes i and a combining dot), so normalise last; and NFC can in turn
        // bring forth a character with a lower case of its own, so go on until nothing changes.
        let mut normal: String = text.chars().flat_map(char::to_lowercase).nfc().collect();
        for _ in 0..3 {
            let again: String = normal.chars().flat_map(char::to_lowercase).nfc().collect();
            if again == normal {
                break;
            }
            normal = again;
        }
        let mut slug = String::with_capacity(normal.len());
        let mut chars = 0;
        let mut gap = false;
        for c in normal.chars() {
            // Marks belong to the letter before them: without them, Hindi and Thai fall apart.
            let belongs = is_mark(c) && !slug.is_empty() && !gap;
            if !c.is_alphanumeric() && !belongs {
                gap = true;
                continue;
            }
            let hyphen = usize::from(gap && !slug.is_empty());
            if chars + hyphen + 1 > Self::MAX_CHARS {
                break;
            }
            if hyphen == 1 {
                slug.push('-');
            }
            slug.push(c);
            chars += hyphen + 1;
            gap = false;
        }
        (!slug.is_empty()).then_some(Self(slug))
    }

    /// This slug with `-suffix` behind it, cut so that both fit: how a taken slug is made free.
    #[must_use]
    pub fn with_suffix(&self, suffix: impl fmt::Display) -> Self {
        let suffix = suffix.to_string();
        let room = Self::MAX_CHARS.saturating_sub(suffix.chars().count() + 1);
        let stem: String = self.0.chars().take(room).collect();
        Self::from_title(&format!("{stem}-{suffix}")).unwrap_or_else(|| self.clone())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Trusts a text that this type wrote out earlier, such as a column of the database.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Combining marks of the scripts that need them; the standard library has no general category.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_become_slugs() {
        for (title, slug) in [
            ("Hello, World!", "hello-world"),
            ("  --Über  Rust & SQLite--  ", "über-rust-sqlite"),
            ("C++ / node.js", "c-node-js"),
            ("日本語のタイトル", "日本語のタイトル"),
            ("हिन्दी में", "हिन्दी-में"),
            ("İstanbul", "i\u{307}stanbul"),
            ("e\u{301}te\u{301}", "été"),
            ("2024", "2024"),
        ] {
            assert_eq!(Slug::from_title(title).unwrap().as_str(), slug, "{title}");
        }
        for nothing in ["", "  ", "!?", "\u{301}", "---"] {
            assert_eq!(Slug::from_title(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_suffix_fits() {
        let long = Slug::from_title(&"a".repeat(500)).unwrap();
        assert_eq!(long.as_str().len(), Slug::MAX_CHARS);
        let suffixed = long.with_suffix("2024-05-01");
        assert_eq!(suffixed.as_str().len(), Slug::MAX_CHARS);
        assert!(suffixed.as_str().ends_with("-2024-05-01"));
    }

    proptest! {
        #[test]
        fn a_slug_of_a_slug_is_itself(title in "\\PC{0,300}") {
            if let Some(slug) = Slug::from_title(&title) {
                prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
                prop_assert!(slug.as_str().chars().count() <= Slug::MAX_CHARS);
                prop_assert!(!slug.as_str().starts_with('-') && !slug.as_str().ends_with('-'));
                prop_assert!(!slug.as_str().contains("--"));
            }
        }
    }
}
