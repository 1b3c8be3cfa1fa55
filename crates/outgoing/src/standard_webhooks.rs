//! Secrets and signatures after Standard Webhooks 1.0.0.
//!
//! A delivery carries three headers: `webhook-id`, the same however often it is sent; `webhook-timestamp`, seconds
//! since 1970 when it is sent; `webhook-signature`, a list of signatures with spaces between. Each is `v1,` and the
//! Base64 of HMAC-SHA256 over `id.timestamp.body` under one of the live secrets.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// The header with the delivery's id.
pub const ID: &str = "webhook-id";
/// The header with the time of sending.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// What a secret begins with, so that people and scanners know it for one.
const PREFIX: &str = "whsec_";

/// A key that both sides know.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// A text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a secret: {PREFIX} and 24 to 64 bytes in Base64")]
pub struct InvalidSecret;

impl Secret {
    /// Makes a secret of random bytes: 32 of them are as many as the signature has.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(random.to_vec())
    }

    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// Where the text is something else.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidSecret)?;
        let key = BASE64_STANDARD.decode(encoded).map_err(|_| InvalidSecret)?;
        if (24..=64).contains(&key.len()) { Ok(Self(key)) } else { Err(InvalidSecret) }
    }

    /// The text that receivers are given: `whsec_…`.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }

    fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The value of `webhook-signature`: one signature for each live secret, the newest first.
#[must_use]
pub fn signatures<'a>(
    secrets: impl IntoIterator<Item = &'a Secret>,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let each: Vec<String> = secrets.into_iter().map(|secret| secret.signature(id, timestamp, body)).collect();
    each.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    /// The vector that the specification's own libraries are tested with.
    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signatures([&secret], ID, 1_614_265_330, BODY);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_live_secrets_sign_both() {
        let new = Secret::new([7; 32]);
        let old = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let both = signatures([&new, &old], ID, 1_614_265_330, BODY);
        let alone = |secret| signatures([secret], ID, 1_614_265_330, BODY);
        assert_eq!(both, format!("{} {}", alone(&new), alone(&old)));
        assert_ne!(alone(&new), alone(&old));
    }

    #[test]
    fn secrets_are_read_as_they_are_written() {
        let secret = Secret::new([250; 32]);
        assert_eq!(secret.to_text().len(), "whsec_".len() + 44);
        assert_eq!(Secret::parse(&secret.to_text()), Ok(secret));
        for bad in ["", "whsec_", "whsec_????", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ="] {
            assert_eq!(Secret::parse(bad), Err(InvalidSecret), "{bad}");
        }
        assert_eq!(format!("{:?}", Secret::new([0; 32])), "Secret(…)");
    }
}
