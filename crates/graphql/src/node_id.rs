//! Global ids: `post_` and 32 hexadecimal digits. Clients keep them and hand them back.

use async_graphql::{Error, ID};
use inkstand_model::{
    AccountId, AuthorId, CategoryId, ChangeKind, EntryId, EntryKind, GlobalId, RevisionId, SeriesId, TagId,
    TokenId,
};
use uuid::Uuid;

use crate::{code, error::refusal};

/// A global id, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeId {
    Entry(EntryKind, EntryId),
    Author(AuthorId),
    Tag(TagId),
    Category(CategoryId),
    Series(SeriesId),
    Account(AccountId),
    Token(TokenId),
}

impl NodeId {
    /// Takes an id apart.
    pub(crate) fn parse(id: &ID) -> Result<Self, Error> {
        let not_ours = || {
            refusal(
                code::BAD_INPUT,
                format!("{:?} is the id of nothing that can be fetched so", shortened(id)),
            )
        };
        let GlobalId { kind, key: uuid } = GlobalId::parse(id).ok_or_else(not_ours)?;
        Ok(match kind {
            "post" => Self::Entry(EntryKind::Post, EntryId::from_uuid(uuid)),
            "page" => Self::Entry(EntryKind::Page, EntryId::from_uuid(uuid)),
            "author" => Self::Author(AuthorId::from_uuid(uuid)),
            "tag" => Self::Tag(TagId::from_uuid(uuid)),
            "category" => Self::Category(CategoryId::from_uuid(uuid)),
            "series" => Self::Series(SeriesId::from_uuid(uuid)),
            "account" => Self::Account(AccountId::from_uuid(uuid)),
            "token" => Self::Token(TokenId::from_uuid(uuid)),
            _ => return Err(not_ours()),
        })
    }

    /// Takes an id apart that must be one of an entry of that kind.
    pub(crate) fn parse_entry(id: &ID, kind: EntryKind) -> Result<EntryId, Error> {
        match Self::parse(id)? {
            Self::Entry(its_kind, entry) if its_kind == kind => Ok(entry),
            other => Err(refusal(
                code::BAD_INPUT,
                format!("{:?} is the id of a {}, not of a {}", id.as_str(), other.kind(), kind.as_str()),
            )),
        }
    }

    /// Takes the id of a revision apart. A revision is no node: it is read through its entry.
    pub(crate) fn parse_revision(id: &ID) -> Result<RevisionId, Error> {
        GlobalId::parse(id)
            .filter(|id| id.kind == "revision")
            .map(|id| RevisionId::from_uuid(id.key))
            .ok_or_else(|| refusal(code::BAD_INPUT, format!("{:?} is the id of no revision", shortened(id))))
    }

    /// Takes an id apart that must be one of an account.
    pub(crate) fn parse_account(id: &ID) -> Result<AccountId, Error> {
        match Self::parse(id)? {
            Self::Account(account) => Ok(account),
            other => Err(other.misplaced(id, "an account")),
        }
    }

    /// Takes an id apart that must be one of a token.
    pub(crate) fn parse_token(id: &ID) -> Result<TokenId, Error> {
        match Self::parse(id)? {
            Self::Token(token) => Ok(token),
            other => Err(other.misplaced(id, "a token")),
        }
    }

    fn misplaced(self, id: &ID, wanted: &str) -> Error {
        let message = format!("{:?} is the id of a {}, not of {wanted}", id.as_str(), self.kind());
        refusal(code::BAD_INPUT, message)
    }

    /// The id of something in the change log; `None` for what has none.
    pub(crate) fn of_change(kind: ChangeKind, id: Uuid) -> Option<Self> {
        Some(match kind {
            ChangeKind::Post => Self::Entry(EntryKind::Post, EntryId::from_uuid(id)),
            ChangeKind::Page => Self::Entry(EntryKind::Page, EntryId::from_uuid(id)),
            ChangeKind::Author => Self::Author(AuthorId::from_uuid(id)),
            ChangeKind::Tag => Self::Tag(TagId::from_uuid(id)),
            ChangeKind::Category => Self::Category(CategoryId::from_uuid(id)),
            ChangeKind::Series => Self::Series(SeriesId::from_uuid(id)),
            ChangeKind::Site | ChangeKind::Index | ChangeKind::Webhook => return None,
        })
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Entry(kind, _) => kind.as_str(),
            Self::Author(_) => "author",
            Self::Tag(_) => "tag",
            Self::Category(_) => "category",
            Self::Series(_) => "series",
            Self::Account(_) => "account",
            Self::Token(_) => "token",
        }
    }
}

impl From<NodeId> for ID {
    fn from(node: NodeId) -> Self {
        let key = match node {
            NodeId::Entry(_, id) => id.uuid(),
            NodeId::Author(id) => id.uuid(),
            NodeId::Tag(id) => id.uuid(),
            NodeId::Category(id) => id.uuid(),
            NodeId::Series(id) => id.uuid(),
            NodeId::Account(id) => id.uuid(),
            NodeId::Token(id) => id.uuid(),
        };
        Self(GlobalId { kind: node.kind(), key }.to_string())
    }
}

/// Enough of a foreign id to recognise it, not all of it where it is huge.
fn shortened(id: &ID) -> String {
    id.chars().take(80).collect()
}
