//! What an account signs in with.

use std::fmt;

use thiserror::Error;

/// The name that an account signs in with: 2 to 40 of `a-z`, `0-9`, `.`, `-` and `_`, with a letter or a digit at
/// both ends.
///
/// Plain letters only, so that no two names look alike (`аdа` with Cyrillic letters is not `ada`), and nothing has to
/// be normalised before it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(String);

/// Why a text is no account name, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidAccountName {
    /// Too short or too long.
    #[error("an account name has {min} to {max} characters, not {0}", min = AccountName::MIN_CHARS, max = AccountName::MAX_CHARS)]
    Length(usize),
    /// A character that no name has.
    #[error(
        "an account name has no {0:?}: use lower-case letters from a to z, digits, and . - _ between them"
    )]
    Character(char),
    /// `.`, `-` or `_` at an end.
    #[error("an account name begins and ends with a letter or a digit, not with {0:?}")]
    End(char),
}

impl AccountName {
    /// At least so many characters.
    pub const MIN_CHARS: usize = 2;
    /// At most so many characters.
    pub const MAX_CHARS: usize = 40;

    /// Takes a name for a new account.
    ///
    /// # Errors
    /// Where the text breaks a rule: the first one that it breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountName> {
        let length = text.chars().count();
        if !(Self::MIN_CHARS..=Self::MAX_CHARS).contains(&length) {
            return Err(InvalidAccountName::Length(length));
        }
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        if let Some(other) = text.chars().find(|c| !inner(*c)) {
            return Err(InvalidAccountName::Character(other));
        }
        let ends = [text.chars().next(), text.chars().next_back()];
        match ends.into_iter().flatten().find(|c| !c.is_ascii_alphanumeric()) {
            Some(end) => Err(InvalidAccountName::End(end)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// Reads a name that somebody typed to sign in or to name an account: spaces around it and capitals do not matter.
    ///
    /// # Errors
    /// As [`AccountName::parse`]: no account has such a name.
    pub fn typed(text: &str) -> Result<Self, InvalidAccountName> {
        Self::parse(&text.trim().to_ascii_lowercase())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["ada", "a1", "grace.hopper", "x-y_z", "0x", &"a".repeat(40)] {
            assert_eq!(AccountName::parse(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("", InvalidAccountName::Length(0)),
            ("a", InvalidAccountName::Length(1)),
            (&"a".repeat(41), InvalidAccountName::Length(41)),
            (&"é".repeat(40), InvalidAccountName::Character('é')),
            ("Ada", InvalidAccountName::Character('A')),
            ("ada lovelace", InvalidAccountName::Character(' ')),
            ("ada\n", InvalidAccountName::Character('\n')),
            ("ad\0a", InvalidAccountName::Character('\0')),
            ("\u{202e}ada", InvalidAccountName::Character('\u{202e}')),
            ("аdа", InvalidAccountName::Character('а')),
            ("עדה", InvalidAccountName::Character('ע')),
            ("-ada", InvalidAccountName::End('-')),
            ("ada.", InvalidAccountName::End('.')),
        ] {
            assert_eq!(AccountName::parse(bad), Err(why), "{bad:?}");
        }
        assert_eq!(
            AccountName::parse("Ada").unwrap_err().to_string(),
            "an account name has no 'A': use lower-case letters from a to z, digits, and . - _ between them"
        );
        assert_eq!(AccountName::typed(" Ada ").unwrap().as_str(), "ada");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_name_is_what_was_given(text in "\\PC{0,60}") {
            if let Ok(name) = AccountName::parse(&text) {
                prop_assert_eq!(name.as_str(), text.as_str());
                prop_assert_eq!(AccountName::typed(&text), Ok(name));
            }
        }
    }
}
