//! The key that the replicas of a server share.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// A key that only this blog's servers know.
#[derive(Clone)]
pub struct ServerKey(Vec<u8>);

/// The key that signs, and the one before it, which is still taken while what it signed runs out.
#[derive(Clone, Debug)]
pub struct ServerKeys {
    /// Signs, and is taken.
    pub current: ServerKey,
    /// Is taken.
    pub previous: Option<ServerKey>,
}

/// The text is too short for a key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "a server key has at least {min} characters, not {0}; make one with `openssl rand -base64 32`",
    min = ServerKey::MIN_CHARS
)]
pub struct InvalidServerKey(pub usize);

impl ServerKey {
    /// At least so many characters: 32 random bytes in hexadecimal or base64 have more.
    pub const MIN_CHARS: usize = 32;

    /// Takes a key in any spelling; spaces around it do not matter.
    ///
    /// # Errors
    /// Where the text is too short.
    pub fn parse(text: &str) -> Result<Self, InvalidServerKey> {
        let text = text.trim();
        let length = text.chars().count();
        if length < Self::MIN_CHARS {
            Err(InvalidServerKey(length))
        } else {
            Ok(Self(text.as_bytes().to_vec()))
        }
    }

    /// A new one, by the system's randomness, as text: for a blog that keeps its own.
    #[must_use]
    pub fn generate() -> String {
        crate::Secret::generate(crate::SecretKind::Session).reveal()
    }

    /// The signature of `message`, for that `purpose` alone: what is signed for one thing is no signature for another.
    pub(crate) fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        self.mac(purpose, message).finalize().into_bytes().into()
    }

    /// Whether `signature` is that; takes as long for any wrong one.
    pub(crate) fn signed(&self, purpose: &str, message: &[u8], signature: &[u8]) -> bool {
        self.mac(purpose, message).verify_slice(signature).is_ok()
    }

    fn mac(&self, purpose: &str, message: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "RFC 2104 §2: HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(message);
        mac
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_refused_and_a_long_one_never_shown() {
        assert_eq!(ServerKey::parse(" secret ").unwrap_err(), InvalidServerKey(6));
        let text = ServerKey::generate();
        let key = ServerKey::parse(&format!("{text}\n")).unwrap();
        assert_eq!(format!("{key:?}"), "ServerKey(…)");
        assert_eq!(key.sign("a", b"b"), ServerKey::parse(&text).unwrap().sign("a", b"b"));
    }

    #[test]
    fn a_signature_is_good_for_its_purpose_and_message_alone() {
        let key = ServerKey::parse("0123456789abcdef0123456789abcdef").unwrap();
        let signature = key.sign("preview", b"post");
        assert!(key.signed("preview", b"post", &signature));
        for (purpose, message) in [("preview", "page"), ("session", "post"), ("previewp", "ost"), ("", "")] {
            assert!(!key.signed(purpose, message.as_bytes(), &signature), "{purpose} {message}");
        }
        assert!(!key.signed("preview", b"post", &signature[..31]));
        assert!(!key.signed("preview", b"post", b""));
    }

    #[test]
    fn it_is_the_hmac_that_others_compute() {
        // printf 'preview\0post' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let key = ServerKey::parse("0123456789abcdef0123456789abcdef").unwrap();
        let hex: String = key.sign("preview", b"post").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "4692d3cf594d5c698bae7b158c576975ffee1b97e2334df2926956e617f97571");
    }
}
