//! Tokens that show an unpublished entry to whoever has one, for a while.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use inkstand_model::{EntryId, Instant};
use thiserror::Error;
use uuid::Uuid;

use crate::ServerKeys;

/// Shows one entry until a time. It is kept nowhere: what it says is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviewToken {
    /// What it shows.
    pub entry: EntryId,
    /// The first moment at which it does not.
    pub expires: Instant,
}

/// Why a text shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidPreviewToken {
    /// Not made here, or not with one of the keys that are taken now, or changed since.
    #[error("this is no preview token of this blog; ask for a new one")]
    NotOurs,
    /// It was one.
    #[error("this preview token has expired; ask for a new one")]
    Expired,
}

/// What the printed form begins with.
const PREFIX: &str = "ink_preview_";

/// What is signed is signed for this, in this form.
const PURPOSE: &str = "preview/1";

/// The entry, and the milliseconds at which it expires.
const MESSAGE: usize = 16 + 8;

impl PreviewToken {
    /// The printed form.
    #[must_use]
    pub fn sign(&self, keys: &ServerKeys) -> String {
        let mut bytes = Vec::with_capacity(MESSAGE + 32);
        bytes.extend_from_slice(self.entry.uuid().as_bytes());
        bytes.extend_from_slice(&self.expires.millis().to_be_bytes());
        let signature = keys.current.sign(PURPOSE, &bytes);
        bytes.extend_from_slice(&signature);
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a printed form at the time `now`.
    ///
    /// # Errors
    /// Where it is none that one of the keys signed, or it has expired.
    pub fn verify(text: &str, keys: &ServerKeys, now: Instant) -> Result<Self, InvalidPreviewToken> {
        let token = Self::read(text, keys).ok_or(InvalidPreviewToken::NotOurs)?;
        if now < token.expires { Ok(token) } else { Err(InvalidPreviewToken::Expired) }
    }

    fn read(text: &str, keys: &ServerKeys) -> Option<Self> {
        // Longer than ours: not worth decoding.
        let encoded = text.strip_prefix(PREFIX).filter(|encoded| encoded.len() <= 2 * (MESSAGE + 32))?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let (message, signature) = bytes.split_at_checked(MESSAGE)?;
        let signed = [Some(&keys.current), keys.previous.as_ref()]
            .into_iter()
            .flatten()
            .any(|key| key.signed(PURPOSE, message, signature));
        if !signed {
            return None;
        }
        let (entry, expires) = message.split_at_checked(16)?;
        Some(Self {
            entry: EntryId::from_uuid(Uuid::from_slice(entry).ok()?),
            expires: Instant::from_millis(i64::from_be_bytes(expires.try_into().ok()?)).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ServerKey;

    fn key(text: &str) -> ServerKey {
        ServerKey::parse(&text.repeat(32)).unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).unwrap()
    }

    fn token() -> PreviewToken {
        PreviewToken { entry: EntryId::from_uuid(Uuid::max()), expires: at("2026-01-01T00:00:00Z") }
    }

    #[test]
    fn a_token_shows_its_entry_until_it_expires() {
        let keys = ServerKeys { current: key("a"), previous: None };
        let text = token().sign(&keys);
        for (now, expected) in [
            ("2025-12-31T23:59:59.999Z", Ok(token())),
            ("2026-01-01T00:00:00Z", Err(InvalidPreviewToken::Expired)),
            ("2030-01-01T00:00:00Z", Err(InvalidPreviewToken::Expired)),
        ] {
            assert_eq!(PreviewToken::verify(&text, &keys, at(now)), expected, "{now}");
        }
    }

    #[test]
    fn keys_are_changed_without_breaking_what_was_signed() {
        let old = ServerKeys { current: key("a"), previous: None };
        let both = ServerKeys { current: key("b"), previous: Some(key("a")) };
        let new = ServerKeys { current: key("b"), previous: None };
        let now = at("2025-01-01T00:00:00Z");
        let (before, after) = (token().sign(&old), token().sign(&both));
        for (text, keys, good) in [
            (&before, &old, true),
            (&before, &both, true),
            (&before, &new, false),
            (&after, &old, false),
            (&after, &both, true),
            (&after, &new, true),
        ] {
            let expected = if good { Ok(token()) } else { Err(InvalidPreviewToken::NotOurs) };
            assert_eq!(PreviewToken::verify(text, keys, now), expected);
        }
    }

    proptest! {
        #[test]
        fn a_changed_token_is_none(place in 0..200_usize, character in "[A-Za-z0-9_-]", text in "\\PC{0,120}") {
            let keys = ServerKeys { current: key("a"), previous: Some(key("b")) };
            let good = token().sign(&keys);
            let place = place % good.len();
            let changed = format!("{}{character}{}", &good[..place], &good[place + 1..]);
            let longer = format!("{good}{character}");
            let now = at("2025-01-01T00:00:00Z");
            if changed != good {
                prop_assert_eq!(PreviewToken::verify(&changed, &keys, now), Err(InvalidPreviewToken::NotOurs));
            }
            prop_assert!(PreviewToken::verify(&good[..place], &keys, now).is_err());
            prop_assert!(PreviewToken::verify(&longer, &keys, now).is_err());
            prop_assert!(PreviewToken::verify(&text, &keys, now).is_err());
        }
    }
}
