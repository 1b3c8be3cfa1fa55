//! Who asks, and what they may do.

use crate::{AccountId, Author, EntryKind, Role, Scope, SessionId, TokenId};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// A reader nobody knows.
    Anonymous,
    /// Whoever holds the machine: the command line and the server's own work.
    Operator,
    /// Somebody who has signed in, or a program with a token of theirs.
    Account(SignedIn),
}

/// An account at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// The name that it signs in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// How it proved itself.
    pub via: Via,
}

/// How an account proved itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// By a password, once; since then by a session.
    Session(SessionId),
    /// By a token, which may do no more than its scopes say.
    Token {
        /// The token.
        id: TokenId,
        /// What it is good for.
        scopes: Vec<Scope>,
    },
}

/// Whose entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The viewer's own: it bears one of their bylines.
    Own,
    /// Anybody's.
    Anybodys,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See drafts, scheduled, private and trashed entries.
    ReadUnpublished(Whose),
    /// Make, change, publish, throw away and restore entries, and show drafts of them to others.
    Write(EntryKind, Whose),
    /// Make, rename, merge, move and remove tags, categories, series and authors, and arrange menus.
    ManageTerms,
    /// Bring in or take out whole blogs.
    Import,
    /// Change what belongs to the whole blog: its settings, its index.
    ChangeSite,
    /// Make, change and disable accounts, and revoke anybody's tokens.
    ManageAccounts,
    /// Tell other servers of changes.
    ManageWebhooks,
    /// See who did what.
    ReadAudit,
    /// Change one's own password and tokens.
    ManageOwnAccount,
}

/// Whether `viewer` may do `action`. Every rule stands here, and only `blog` asks.
#[must_use]
pub fn may(viewer: &Viewer, action: Action) -> bool {
    let signed_in = match viewer {
        Viewer::Anonymous => return false,
        Viewer::Operator => return true,
        Viewer::Account(signed_in) => signed_in,
    };
    let (least, scope) = match action {
        Action::ManageOwnAccount => (Role::Subscriber, Scope::Admin),
        Action::ReadUnpublished(Whose::Own) => (Role::Author, Scope::Read),
        Action::ReadUnpublished(Whose::Anybodys) => (Role::Editor, Scope::Read),
        Action::Write(EntryKind::Post, Whose::Own) => (Role::Author, Scope::Write),
        Action::Write(EntryKind::Post, Whose::Anybodys)
        | Action::Write(EntryKind::Page, _)
        | Action::ManageTerms => (Role::Editor, Scope::Write),
        Action::Import
        | Action::ChangeSite
        | Action::ManageAccounts
        | Action::ManageWebhooks
        | Action::ReadAudit => (Role::Owner, Scope::Admin),
    };
    signed_in.role >= least && signed_in.has(scope)
}

impl Viewer {
    /// Whose deed it is, for the log and the audit.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            // Nobody writes anonymously but to sign in, and there the account is named.
            Self::Anonymous => Actor::server("anonymous"),
            Self::Operator => {
                Actor { account: None, name: "operator".to_owned(), via: "command line".to_owned() }
            }
            Self::Account(signed_in) => signed_in.actor(),
        }
    }

    /// Whether an entry with these bylines is the viewer's own. Asked of the bylines rather than of what was known when
    /// the viewer was: theirs may have been made a moment ago.
    #[must_use]
    pub fn wrote(&self, authors: &[Author]) -> bool {
        match self {
            Self::Account(signed_in) => {
                authors.iter().any(|author| author.account == Some(signed_in.account))
            }
            Self::Anonymous | Self::Operator => false,
        }
    }
}

impl SignedIn {
    /// Whether its token, if it came by one, is good for that.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        match &self.via {
            Via::Session(_) => true,
            // Whoever may write must see what they write, and an administrator's program both.
            Via::Token { scopes, .. } => scopes.iter().any(|has| *has >= scope),
        }
    }

    /// Whose deed it is.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let via = match &self.via {
            Via::Session(id) => format!("session {id}"),
            Via::Token { id, .. } => format!("token {id}"),
        };
        Actor { account: Some(self.account), name: self.name.clone(), via }
    }
}

/// Whose deed a change is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account, where it was one.
    pub account: Option<AccountId>,
    /// The account's name, or the part of the server that did it.
    pub name: String,
    /// With what: `session …`, `token …`, `command line`, `server`.
    pub via: String,
}

impl Actor {
    /// A part of the server, such as `schedule`.
    #[must_use]
    pub fn server(part: &str) -> Self {
        Self { account: None, name: part.to_owned(), via: "server".to_owned() }
    }
}

impl From<&str> for Actor {
    fn from(part: &str) -> Self {
        Self::server(part)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn account(role: Role, via: Via) -> Viewer {
        Viewer::Account(SignedIn {
            account: AccountId::from_uuid(Uuid::nil()),
            name: "ada".to_owned(),
            role,
            via,
        })
    }

    #[test]
    fn roles_and_scopes_bound_each_other() {
        let session = Via::Session(SessionId::from_uuid(Uuid::nil()));
        let token = |scope| Via::Token { id: TokenId::from_uuid(Uuid::nil()), scopes: vec![scope] };
        let post = |whose| Action::Write(EntryKind::Post, whose);
        for (viewer, action, expected) in [
            (Viewer::Anonymous, Action::ReadUnpublished(Whose::Own), false),
            (Viewer::Operator, Action::ManageAccounts, true),
            (account(Role::Subscriber, session.clone()), post(Whose::Own), false),
            (account(Role::Author, session.clone()), post(Whose::Own), true),
            (account(Role::Author, session.clone()), post(Whose::Anybodys), false),
            (account(Role::Author, session.clone()), Action::Write(EntryKind::Page, Whose::Own), false),
            (account(Role::Editor, session.clone()), post(Whose::Anybodys), true),
            (account(Role::Editor, session.clone()), Action::ChangeSite, false),
            (account(Role::Owner, session), Action::ChangeSite, true),
            (account(Role::Owner, token(Scope::Read)), post(Whose::Own), false),
            (account(Role::Owner, token(Scope::Write)), Action::ReadUnpublished(Whose::Anybodys), true),
            (account(Role::Owner, token(Scope::Write)), Action::ChangeSite, false),
            (account(Role::Author, token(Scope::Admin)), Action::ChangeSite, false),
        ] {
            assert_eq!(may(&viewer, action), expected, "{viewer:?} {action:?}");
        }
    }
}
