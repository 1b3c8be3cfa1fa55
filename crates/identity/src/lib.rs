//! Who somebody is: names, passwords, and secrets that stand for them.
//!
//! [`AccountName`] and [`DisplayName`] say what an account may be called, [`NewPassword`] what may become a password;
//! [`Passwords`] hashes and checks them. A [`Secret`] is 32 random bytes in a printed form, given to somebody once
//! (an API token, a session's cookie, the first owner's setup token), of which only the [`SecretDigest`] is kept. A
//! [`PreviewToken`] is kept nowhere: it names an entry and a time, and is signed with the [`ServerKeys`].
//!
//! ```
//! use inkstand_identity::{AccountName, GivenPassword, NewPassword, Passwords, Secret, SecretKind};
//!
//! let name = AccountName::parse("ada").unwrap();
//! let password = NewPassword::parse("a notebook is a log", &name).unwrap();
//! let passwords = Passwords::default();
//! let stored = passwords.hash(&password).unwrap();
//! assert!(passwords.verify(Some(&stored), &GivenPassword::new("a notebook is a log")));
//! assert!(!passwords.verify(None, &GivenPassword::new("a notebook is a log")), "nobody has that name");
//!
//! let token = Secret::generate(SecretKind::ApiToken);
//! let shown_once = token.reveal();
//! let given = Secret::parse(SecretKind::ApiToken, &shown_once).unwrap();
//! assert_eq!(given.digest(), token.digest());
//! ```
//!
//! What an attacker learns here is nothing: an unknown name costs the same work as a wrong password, secrets and
//! signatures are compared in constant time, and no type that holds one prints it with `{:?}`.
//!
//! What this crate does not know: the database, HTTP, cookies, limits of attempts, and what an account may do. It
//! takes and returns values; `blog` keeps them. Hashing takes some 30 ms and 19 MiB: never on the executor.

mod account_name;
mod display_name;
mod password;
mod preview_token;
mod secret;
mod server_key;

pub use account_name::{AccountName, InvalidAccountName};
pub use display_name::{DisplayName, InvalidDisplayName};
pub use password::{GivenPassword, InvalidPassword, NewPassword, PasswordFault, Passwords};
pub use preview_token::{InvalidPreviewToken, PreviewToken};
pub use secret::{Secret, SecretDigest, SecretKind};
pub use server_key::{InvalidServerKey, ServerKey, ServerKeys};
