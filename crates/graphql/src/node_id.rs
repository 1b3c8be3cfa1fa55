//! Global ids: `post_` and 32 hexadecimal digits. Clients keep them and hand them back.

use async_graphql::{Error, ID};
use inkstand_model::{AuthorId, CategoryId, ChangeKind, EntryId, EntryKind, GlobalId, SeriesId, TagId};
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
}

impl NodeId {
    /// Takes an id apart.
    pub(crate) fn parse(id: &ID) -> Result<Self, Error> {
        let not_ours = || refusal(code::BAD_INPUT, format!("{:?} is no id of this blog", shortened(id)));
        let GlobalId { kind, key: uuid } = GlobalId::parse(id).ok_or_else(not_ours)?;
        Ok(match kind {
            "post" => Self::Entry(EntryKind::Post, EntryId::from_uuid(uuid)),
            "page" => Self::Entry(EntryKind::Page, EntryId::from_uuid(uuid)),
            "author" => Self::Author(AuthorId::from_uuid(uuid)),
            "tag" => Self::Tag(TagId::from_uuid(uuid)),
            "category" => Self::Category(CategoryId::from_uuid(uuid)),
            "series" => Self::Series(SeriesId::from_uuid(uuid)),
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
        };
        Self(GlobalId { kind: node.kind(), key }.to_string())
    }
}

/// Enough of a foreign id to recognise it, not all of it where it is huge.
fn shortened(id: &ID) -> String {
    id.chars().take(80).collect()
}
