//! Pages of lists, by key rather than by offset: what is added in front meanwhile shifts nothing.

use uuid::Uuid;

use crate::{Entry, Instant, Slug};

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SliceRequest<K> {
    /// At most so many.
    pub limit: u32,
    /// Only what stands behind this key in the list's order.
    pub after: Option<K>,
    /// Only what stands before this key.
    pub before: Option<K>,
    /// From the end of the list instead of from its beginning; the answer is in the list's order all the same.
    pub from_end: bool,
    /// Leave out so many first, for numbered pages.
    pub skip: u32,
}

impl<K> SliceRequest<K> {
    /// The first so many.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { limit, after: None, before: None, from_end: false, skip: 0 }
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items in the list's order.
    pub items: Vec<T>,
    /// Whether more follow.
    pub has_next: bool,
    /// Whether others come before.
    pub has_previous: bool,
}

impl<T> Slice<T> {
    /// The first `limit` of items of which one more was read: that one shows that the list goes on.
    #[must_use]
    pub fn of_one_more(mut items: Vec<T>, limit: u32, has_previous: bool) -> Self {
        let has_next = items.len() > limit as usize;
        items.truncate(limit as usize);
        Self { items, has_next, has_previous }
    }
}

/// The order of a list of entries; equal dates are ordered by id, so that the order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EntryOrder {
    /// By date of publication, latest first.
    #[default]
    Newest,
    /// By date of publication, earliest first.
    Oldest,
    /// By last change, latest first.
    RecentlyUpdated,
}

/// The key of an entry in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryCursor {
    /// The order that the key belongs to: in another list it would mean nothing.
    pub order: EntryOrder,
    /// The date that the order goes by.
    pub at: Instant,
    /// The entry.
    pub id: Uuid,
}

impl EntryCursor {
    /// The key of `entry` in a list of that order. Drafts without a date stand before all time.
    #[must_use]
    pub fn of(entry: &Entry, order: EntryOrder) -> Self {
        let at = match order {
            EntryOrder::Newest | EntryOrder::Oldest => entry.publication.date().unwrap_or(entry.created_at),
            EntryOrder::RecentlyUpdated => entry.updated_at,
        };
        Self { order, at, id: entry.id.uuid() }
    }
}

/// The order of a list of tags, categories or authors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TermOrder {
    /// By slug, in the order of code points: the same on every database.
    #[default]
    Slug,
    /// Most posts first, equal ones by slug.
    PostCount,
}

/// The key of a tag, a category or an author in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermCursor {
    /// The order that the key belongs to.
    pub order: TermOrder,
    /// Its number of posts.
    pub post_count: i64,
    /// Its slug.
    pub slug: Slug,
}
