//! What others see of an account.

use inkstand_model::acts_on_its_surroundings;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// A name for people: one line of 1 to 100 characters, NFC, in any script, without what would change how the text
/// around it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a text is no display name, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidDisplayName {
    /// Nothing but spaces.
    #[error("a display name has at least one visible character")]
    Empty,
    /// Too long.
    #[error("a display name has at most {max} characters, not {0}", max = DisplayName::MAX_CHARS)]
    Length(usize),
    /// A control character, or one that turns the direction of writing around.
    #[error("a display name is one line of plain text: take out the character U+{code:04X}", code = u32::from(*.0))]
    Character(char),
}

impl DisplayName {
    /// At most so many characters.
    pub const MAX_CHARS: usize = 100;

    /// Takes a name, without the spaces around it.
    ///
    /// # Errors
    /// Where the text breaks a rule.
    pub fn parse(text: &str) -> Result<Self, InvalidDisplayName> {
        let name: String = text.trim().nfc().collect();
        if let Some(foreign) = name.chars().find(|c| acts_on_its_surroundings(*c)) {
            return Err(InvalidDisplayName::Character(foreign));
        }
        let length = name.chars().count();
        if length > Self::MAX_CHARS {
            return Err(InvalidDisplayName::Length(length));
        }
        if name.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(InvalidDisplayName::Empty);
        }
        Ok(Self(name))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Marks and joiners that are no character by themselves, though names of some scripts need them.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_are_checked() {
        for (text, name) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("  Ada  ", "Ada"),
            ("עדה לאבלייס", "עדה לאבלייס"),
            ("Jose\u{301}", "José"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            (&"é".repeat(100), &"é".repeat(100)),
        ] {
            assert_eq!(DisplayName::parse(text).unwrap().as_str(), name, "{text:?}");
        }
        for (text, why) in [
            ("", InvalidDisplayName::Empty),
            (" \u{200b}\u{a0}", InvalidDisplayName::Empty),
            (&"é".repeat(101), InvalidDisplayName::Length(101)),
            ("Ada\nLovelace", InvalidDisplayName::Character('\n')),
            ("Ada\0", InvalidDisplayName::Character('\0')),
            ("\u{202e}adA", InvalidDisplayName::Character('\u{202e}')),
            ("Ada\u{2028}Lovelace", InvalidDisplayName::Character('\u{2028}')),
        ] {
            assert_eq!(DisplayName::parse(text), Err(why), "{text:?}");
        }
        let message = DisplayName::parse("a\u{7}b").unwrap_err().to_string();
        assert_eq!(message, "a display name is one line of plain text: take out the character U+0007");
    }
}
