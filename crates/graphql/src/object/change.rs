//! The change log, for those who build pages ahead of time.

use async_graphql::{Enum, ID, SimpleObject};
use inkstand_model as model;

use crate::{
    node_id::NodeId,
    scalar::{DateTime, Seq},
};

/// A part of the change log.
#[derive(SimpleObject)]
pub(crate) struct ChangeList {
    /// The changes in order.
    pub(crate) nodes: Vec<EntryChange>,
    /// Hand this back as `after` to go on.
    pub(crate) next: Seq,
    /// Whether changes are missing because they are no longer kept, or the log is another one: build everything
    /// anew, then go on from `next`.
    pub(crate) reset: bool,
}

/// A change that readers could notice.
#[derive(SimpleObject)]
pub(crate) struct EntryChange {
    /// Its position: what comes after it, one gets by handing this back as `after`.
    seq: Seq,
    /// The id of what changed; null for the site's settings. It may be gone by now.
    id: Option<ID>,
    /// What kind of thing changed.
    kind: ChangeKind,
    /// What happened to it.
    action: ChangeAction,
    /// When.
    at: DateTime,
    /// Addresses that answer otherwise now.
    paths: Vec<String>,
    /// Keys of everything that it touched, before and after: whoever caches answers drops those with one of them.
    cache_keys: Vec<String>,
}

impl EntryChange {
    /// `None` for what concerns this server alone.
    pub(crate) fn new(change: &model::Change) -> Option<Self> {
        let kind = match change.kind {
            model::ChangeKind::Post => ChangeKind::Post,
            model::ChangeKind::Page => ChangeKind::Page,
            model::ChangeKind::Author => ChangeKind::Author,
            model::ChangeKind::Tag => ChangeKind::Tag,
            model::ChangeKind::Category => ChangeKind::Category,
            model::ChangeKind::Series => ChangeKind::Series,
            model::ChangeKind::Site => ChangeKind::Site,
            model::ChangeKind::Index | model::ChangeKind::Webhook => return None,
        };
        Some(Self {
            seq: Seq(change.seq),
            id: NodeId::of_change(change.kind, change.id).map(ID::from),
            kind,
            action: match change.op {
                model::ChangeOp::Created => ChangeAction::Created,
                model::ChangeOp::Updated | model::ChangeOp::Rendered => ChangeAction::Updated,
                model::ChangeOp::Published => ChangeAction::Published,
                model::ChangeOp::Unpublished => ChangeAction::Unpublished,
                model::ChangeOp::Deleted => ChangeAction::Deleted,
            },
            at: DateTime(change.at),
            paths: change.paths().map(str::to_owned).collect(),
            cache_keys: change.keys.iter().map(|key| key.as_str().to_owned()).collect(),
        })
    }
}

/// The kind of thing that changed.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ChangeKind {
    /// A post.
    Post,
    /// A page.
    Page,
    /// An author.
    Author,
    /// A tag.
    Tag,
    /// A category.
    Category,
    /// A series.
    Series,
    /// The site's settings or its menus.
    Site,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ChangeAction {
    /// It came to be.
    Created,
    /// It is otherwise now.
    Updated,
    /// Everybody may read it now, and could not before.
    Published,
    /// Everybody could read it before, and may not now.
    Unpublished,
    /// It is gone for good.
    Deleted,
}
