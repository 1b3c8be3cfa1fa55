//! Passwords: what may become one, and how they are hashed and checked.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash,
};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::AccountName;

/// A password that may be set: at least [`NewPassword::MIN_CHARS`] characters, at most [`NewPassword::MAX_BYTES`]
/// bytes, normalised to NFC, on one line, and not the account's name.
///
/// No rules about digits or capitals: NIST SP 800-63B §3.1.1.2 found that they make passwords worse.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

/// A password that somebody claims to be theirs, in the same normal form.
#[derive(Clone)]
pub struct GivenPassword(Option<String>);

/// Why a text may not become a password, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidPassword {
    /// Too short.
    #[error(
        "a password has at least {} characters; a few words that nobody would guess do well",
        NewPassword::MIN_CHARS
    )]
    TooShort,
    /// Too long.
    #[error("a password has at most {} bytes", NewPassword::MAX_BYTES)]
    TooLong,
    /// A character that can be typed nowhere.
    #[error(
        "a password is one line of text: it has a control character in it, such as a tab or the end of a line"
    )]
    Control,
    /// The account's own name, perhaps several times.
    #[error("a password is not the account's name: take words that nobody would guess")]
    Name,
    /// One character over and over.
    #[error("a password is more than one character over and over: take words that nobody would guess")]
    OneCharacter,
}

/// A password could not be hashed: the machine has no randomness or no memory to give.
#[derive(Debug, Error)]
#[error("a password could not be hashed: {0}")]
pub struct PasswordFault(String);

impl NewPassword {
    /// At least so many characters, which NIST and OWASP think enough where attempts are limited.
    pub const MIN_CHARS: usize = 12;
    /// At most so many bytes, so that nobody has us hash a novel.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a password for the account of that name.
    ///
    /// # Errors
    /// Where the text breaks a rule.
    pub fn parse(text: &str, name: &AccountName) -> Result<Self, InvalidPassword> {
        let password = normal(text).ok_or(InvalidPassword::TooLong)?;
        if password.chars().any(char::is_control) {
            return Err(InvalidPassword::Control);
        }
        if password.chars().count() < Self::MIN_CHARS {
            return Err(InvalidPassword::TooShort);
        }
        let folded = password.to_lowercase();
        if folded.replace(name.as_str(), "").trim().is_empty() {
            return Err(InvalidPassword::Name);
        }
        let mut chars = folded.chars();
        let first = chars.next();
        if chars.all(|c| Some(c) == first) {
            return Err(InvalidPassword::OneCharacter);
        }
        Ok(Self(password))
    }
}

impl GivenPassword {
    /// Takes any text. What is too long to be a password is none, and costs as much as any other.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(normal(text))
    }
}

/// A keyboard may give é as one character or as two; `None` for what is too long either way.
fn normal(text: &str) -> Option<String> {
    // NFC makes a text longer by no more than three times, and rarely that.
    if text.len() > 3 * NewPassword::MAX_BYTES {
        return None;
    }
    Some(text.nfc().collect::<String>()).filter(|password| password.len() <= NewPassword::MAX_BYTES)
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

impl fmt::Debug for GivenPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenPassword(…)")
    }
}

/// Hashes passwords by Argon2id with the parameters of OWASP's first choice that fits a small machine: 19 MiB, two
/// passes, one lane.
#[derive(Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    computed: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        // The crate's default parameters are OWASP's; a test says so.
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
        Self { argon2, computed: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// What is to be stored of a password: a PHC string, with a salt of its own and the parameters in it.
    ///
    /// # Errors
    /// Where the machine has no randomness or memory to give.
    pub fn hash(&self, password: &NewPassword) -> Result<String, PasswordFault> {
        let mut salt = [0; argon2::RECOMMENDED_SALT_LEN];
        getrandom::fill(&mut salt).map_err(|error| PasswordFault(error.to_string()))?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        let hash = self.argon2.hash_password_with_salt(password.0.as_bytes(), &salt);
        Ok(hash.map_err(|error| PasswordFault(error.to_string()))?.to_string())
    }

    /// Whether `given` is the password of which `stored` was kept. Without one (nobody has that name, or the account
    /// has no password) it takes the same work to say no.
    #[must_use]
    pub fn verify(&self, stored: Option<&str>, given: &GivenPassword) -> bool {
        self.computed.fetch_add(1, Ordering::Relaxed);
        let stored = stored.and_then(|stored| PasswordHash::new(stored).ok());
        match (stored, &given.0) {
            (Some(stored), Some(given)) => self.argon2.verify_password(given.as_bytes(), &stored).is_ok(),
            (_, given) => {
                let given = given.as_deref().unwrap_or_default();
                let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
                let done =
                    self.argon2.hash_password_into(given.as_bytes(), b"nobody has this salt", &mut hash);
                // So that no compiler finds the work useless.
                std::hint::black_box((done.is_ok(), hash));
                false
            }
        }
    }

    /// How many hashes were computed so far: what a test of "an unknown name costs as much" counts.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ada() -> AccountName {
        AccountName::parse("ada.lovelace").unwrap()
    }

    #[test]
    fn passwords_are_checked() {
        for good in
            ["a notebook is a log", "пароль из слов", "אבגדהוזחטיכלמ", "ada.lovelace!", "        x   "]
        {
            assert!(NewPassword::parse(good, &ada()).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", InvalidPassword::TooShort),
            ("elevenchars", InvalidPassword::TooShort),
            // Eleven characters, twelve before they are normalised.
            ("elevenchare\u{301}", InvalidPassword::TooShort),
            (&"ab".repeat(513), InvalidPassword::TooLong),
            (&"ab".repeat(1_000_000), InvalidPassword::TooLong),
            ("two lines\nof text", InvalidPassword::Control),
            ("with a \0 in it", InvalidPassword::Control),
            ("Ada.Lovelace", InvalidPassword::Name),
            ("ada.lovelaceada.lovelace", InvalidPassword::Name),
            ("aaaaaaaaaaaaAAAA", InvalidPassword::OneCharacter),
            ("                ", InvalidPassword::Name),
        ] {
            assert_eq!(NewPassword::parse(bad, &ada()), Err(why), "{:?}", &bad[..bad.len().min(40)]);
        }
        assert!(NewPassword::parse(&"ab".repeat(512), &ada()).is_ok());
    }

    #[test]
    fn a_password_is_found_again_in_either_normal_form() {
        let passwords = Passwords::default();
        let stored = passwords.hash(&NewPassword::parse("ein schönes Café", &ada()).unwrap()).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(Some(&stored), &GivenPassword::new("ein schönes Café")));
        assert!(passwords.verify(Some(&stored), &GivenPassword::new("ein scho\u{308}nes Cafe\u{301}")));
        assert!(!passwords.verify(Some(&stored), &GivenPassword::new("ein schönes cafe")));
        let again = passwords.hash(&NewPassword::parse("ein schönes Café", &ada()).unwrap()).unwrap();
        assert_ne!(stored, again, "each has a salt of its own");
    }

    #[test]
    fn whatever_is_asked_costs_one_hash() {
        let passwords = Passwords::default();
        let stored = passwords.hash(&NewPassword::parse("a notebook is a log", &ada()).unwrap()).unwrap();
        let huge = "ab".repeat(1_000_000);
        for (stored, given) in [
            (Some(stored.as_str()), "a notebook is a bog"),
            (Some(stored.as_str()), ""),
            (Some(stored.as_str()), huge.as_str()),
            (None, "a notebook is a log"),
            (None, ""),
            (None, huge.as_str()),
            (Some("no hash"), "a notebook is a log"),
            (Some(""), ""),
        ] {
            let before = passwords.computed();
            assert!(!passwords.verify(stored, &GivenPassword::new(given)));
            assert_eq!(passwords.computed(), before + 1);
        }
    }

    #[test]
    fn nothing_is_printed() {
        let secret = "a notebook is a log";
        let (new, given) = (NewPassword::parse(secret, &ada()).unwrap(), GivenPassword::new(secret));
        assert_eq!(format!("{new:?} {given:?}"), "NewPassword(…) GivenPassword(…)");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            if let Ok(password) = NewPassword::parse(&text, &ada()) {
                prop_assert!(password.0.chars().count() >= NewPassword::MIN_CHARS);
                prop_assert_eq!(GivenPassword::new(&text).0, Some(password.0));
            }
        }
    }
}
