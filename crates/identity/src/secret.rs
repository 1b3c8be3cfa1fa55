//! Secrets that are given to somebody once.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// 32 random bytes that stand for somebody. Whoever has its printed form is taken for them.
#[derive(Clone)]
pub struct Secret {
    kind: SecretKind,
    bytes: [u8; 32],
}

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A program's access to the API: `ink_pat_…`.
    ApiToken,
    /// The right to become the first owner: `ink_setup_…`.
    Setup,
    /// The value of a session's cookie.
    Session,
}

/// What is kept of a secret: its SHA-256. Enough for 256 random bits, which nobody guesses however fast a hash is.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretKind {
    /// What the printed form begins with, so that it is recognised wherever it turns up (secret scanners look for it).
    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiToken => "ink_pat_",
            Self::Setup => "ink_setup_",
            Self::Session => "",
        }
    }
}

impl Secret {
    /// A new one, by the system's randomness.
    #[must_use]
    pub fn generate(kind: SecretKind) -> Self {
        let mut bytes = [0; 32];
        #[expect(
            clippy::expect_used,
            reason = "a system without randomness can make no secrets, and a guessable one would be worse"
        )]
        getrandom::fill(&mut bytes).expect("the system gives randomness");
        Self { kind, bytes }
    }

    /// Reads a printed form; `None` where it is none of that kind.
    #[must_use]
    pub fn parse(kind: SecretKind, text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(kind.prefix())?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
        Some(Self { kind, bytes })
    }

    /// The printed form, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}{}", self.kind.prefix(), BASE64_URL_SAFE_NO_PAD.encode(self.bytes))
    }

    /// What is to be kept.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest(Sha256::digest(self.reveal().as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?}, …)", self.kind)
    }
}

impl SecretDigest {
    /// The 32 bytes, as they are kept.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretDigest {}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [SecretKind; 3] = [SecretKind::ApiToken, SecretKind::Setup, SecretKind::Session];

    #[test]
    fn a_secret_is_read_back_as_what_it_is_and_as_nothing_else() {
        for kind in KINDS {
            let secret = Secret::generate(kind);
            let printed = secret.reveal();
            assert_eq!(printed.len(), kind.prefix().len() + 43);
            assert!(
                printed.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')),
                "{printed}"
            );
            for other in KINDS {
                let read = Secret::parse(other, &printed).map(|read| read.digest());
                assert_eq!(read.is_some_and(|read| read == secret.digest()), other == kind, "{other:?}");
            }
            assert_ne!(Secret::generate(kind).digest(), secret.digest());
            assert!(!format!("{secret:?} {:?}", secret.digest()).contains(&printed));
        }
    }

    #[test]
    fn the_same_bytes_are_not_the_same_secret_in_another_place() {
        let bytes = [7; 32];
        let [token, setup, session] = KINDS.map(|kind| Secret { kind, bytes }.digest());
        assert!(token != setup && token != session && setup != session);
    }

    #[test]
    fn what_is_no_secret_is_none() {
        let good = Secret { kind: SecretKind::ApiToken, bytes: [1; 32] }.reveal();
        for bad in [
            "",
            "ink_pat_",
            "ink_pat_%%%",
            &good[..good.len() - 1],
            &format!("{good}="),
            &format!("{good}A"),
            &format!(" {good}"),
            &good.to_uppercase(),
            // The last character has two bits that mean nothing: only one spelling is taken.
            &format!("{}B", &good[..good.len() - 1]),
        ] {
            assert!(Secret::parse(SecretKind::ApiToken, bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_form_is_the_only_one(bytes: [u8; 32], text in "\\PC{0,60}") {
            for kind in KINDS {
                let printed = Secret { kind, bytes }.reveal();
                prop_assert_eq!(Secret::parse(kind, &printed).unwrap().reveal(), printed);
                if let Some(read) = Secret::parse(kind, &text) {
                    prop_assert_eq!(read.reveal(), text.clone());
                }
            }
        }
    }
}
