//! Who can sign in.

use crate::{AccountId, Instant, TokenId};

/// Somebody who can sign in. What readers see of who writes is an [`crate::Author`], which may belong to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its key.
    pub id: AccountId,
    /// A small number, unique among accounts.
    pub number: i64,
    /// What it signs in with: short, lower case, unique.
    pub name: String,
    /// What others see.
    pub display_name: String,
    /// Where it can be reached.
    pub email: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Since when it cannot sign in, if it cannot.
    pub disabled_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

impl Account {
    /// Whether it can sign in, and its tokens are good for something.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// With what a program acts for an account. The secret itself is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its key.
    pub id: TokenId,
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// What it is good for, narrowest first.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last used, to the minute.
    pub used_at: Option<Instant>,
    /// From when on it is good for nothing, if ever.
    pub expires_at: Option<Instant>,
    /// Since when it is good for nothing, because somebody took it back.
    pub revoked_at: Option<Instant>,
}

impl ApiToken {
    /// Whether it is good for something at `now`.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires| now < expires)
    }
}

/// What an account may do, each role all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Comment.
    Subscriber,
    /// Write posts of their own.
    Author,
    /// Write everybody's, and pages; order tags, categories, series, authors and menus.
    Editor,
    /// Everything: settings, accounts, webhooks.
    Owner,
}

impl Role {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::Subscriber, Self::Author, Self::Editor, Self::Owner];

    /// `subscriber`, `author`, `editor` or `owner`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscriber => "subscriber",
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// What a token is good for, each scope also for what the ones before it are; never for more than its account may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read what the account may read, drafts too.
    Read,
    /// Write posts, pages and what they are filed under.
    Write,
    /// Change settings, accounts and webhooks.
    Admin,
}

impl Scope {
    /// All, narrowest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// `read`, `write` or `admin`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}
