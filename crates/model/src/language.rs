//! Languages of entries.

use std::fmt;

use thiserror::Error;

/// A language tag of BCP 47 in its usual spelling: `en`, `pt-BR`, `zh-Hant`.
///
/// Only the form is checked (letters and digits in groups of two to eight), not the registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

/// The text has not the form of a language tag.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a language tag (examples: en, pt-BR, zh-Hant)")]
pub struct InvalidLanguage;

impl Language {
    /// Reads a tag, also in the spellings `pt_BR` and `PT-br`.
    ///
    /// # Errors
    /// Where the text has not that form.
    pub fn parse(text: &str) -> Result<Self, InvalidLanguage> {
        let text = text.trim();
        if text.len() > 35 {
            return Err(InvalidLanguage);
        }
        let mut tag = String::with_capacity(text.len());
        for (i, part) in text.split(['-', '_']).enumerate() {
            let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
            let fits = if i == 0 {
                letters && (2..=3).contains(&part.len())
            } else {
                part.bytes().all(|b| b.is_ascii_alphanumeric()) && (1..=8).contains(&part.len())
            };
            if !fits {
                return Err(InvalidLanguage);
            }
            // RFC 5646 §2.1.1: region upper case, script title case, all else lower case.
            match (i, part.len(), letters) {
                (1.., 2, true) => tag.push_str(&format!("-{}", part.to_ascii_uppercase())),
                (1.., 4, true) => {
                    tag.push_str(&format!(
                        "-{}{}",
                        part[..1].to_ascii_uppercase(),
                        part[1..].to_ascii_lowercase()
                    ));
                }
                (0, ..) => tag.push_str(&part.to_ascii_lowercase()),
                _ => tag.push_str(&format!("-{}", part.to_ascii_lowercase())),
            }
        }
        Ok(Self(tag))
    }

    /// English, where neither entry nor site says anything.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script or region: `pt` of `pt-BR`. It chooses the analyzer of the search.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_one() {
        for (text, tag) in
            [("EN", "en"), ("pt_br", "pt-BR"), ("zh-HANT-tw", "zh-Hant-TW"), ("de-1996", "de-1996")]
        {
            assert_eq!(Language::parse(text).unwrap().as_str(), tag);
        }
        for bad in ["", "e", "english please", "en--US", "12", "en-", &"a-".repeat(40)] {
            assert!(Language::parse(bad).is_err(), "{bad}");
        }
    }
}
