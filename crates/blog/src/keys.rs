//! The cache keys of what a [`Reader`](crate::Reader) reads: whatever can change what it finds touches one of them.
//!
//! What holds when keys are chosen here:
//!
//! - An entry that everybody may read touches, before and after, its own key, its slug, its address, its list and all
//!   terms that it is filed under. A draft touches its own key alone.
//! - A term that is changed, or that comes into or goes out of everybody's sight, touches its own key, its list, its
//!   slugs of before and after, and the entries that show its name. How many posts it has changes only with a post, so
//!   with that list or with the term's own list.
//! - A slug that leads to a term which no longer bears it may be taken over by a term that nobody may know of. That
//!   touches the list of the terms, and not the slug. So what was found by slug is noted by its own key, and what was
//!   not found, by the list.

use inkstand_model::{CacheKey, EntryFilter, EntryId, EntryKind, Filings};
use inkstand_storage::{FiledUnder, Term};

pub(crate) const POSTS: &str = "posts";
pub(crate) const PAGES: &str = "pages";

/// The list of a kind.
pub(crate) fn list_of(kind: EntryKind) -> CacheKey {
    CacheKey::list(match kind {
        EntryKind::Post => POSTS,
        EntryKind::Page => PAGES,
    })
}

/// Entries by their ids, whether they are there or not.
pub(crate) fn of_entries(ids: &[EntryId]) -> impl Iterator<Item = CacheKey> {
    ids.iter().map(|id| CacheKey::entry(*id))
}

/// What an entry is filed under.
pub(crate) fn of_filings(filed: &Filings) -> impl Iterator<Item = CacheKey> {
    let Filings { authors, categories, tags, series } = filed;
    let byline = authors.iter().map(key_of);
    byline
        .chain(categories.iter().map(key_of))
        .chain(tags.iter().map(key_of))
        .chain(series.iter().map(key_of))
}

/// A list of entries that pass a filter. Which terms the slugs in it mean, and of categories also what is below them,
/// changes with the lists of terms.
pub(crate) fn of_list(kind: EntryKind, filter: &EntryFilter) -> impl Iterator<Item = CacheKey> {
    let named = [
        (FiledUnder::Tag, &filter.tags),
        (FiledUnder::Category, &filter.categories.slugs),
        (FiledUnder::Author, &filter.authors),
        (FiledUnder::Series, &filter.series),
    ];
    let lists = named.into_iter().filter(|(_, slugs)| !slugs.is_empty()).map(|(under, _)| under.list());
    lists.chain([list_of(kind)])
}

/// The list of all terms of a kind, in any order.
pub(crate) fn of_terms<T: Term>() -> impl Iterator<Item = CacheKey> {
    [T::UNDER.list(), CacheKey::list(POSTS)].into_iter()
}

/// What the index makes of all that is published, the names of terms included.
pub(crate) fn of_everything_published() -> impl Iterator<Item = CacheKey> {
    let terms = [FiledUnder::Tag, FiledUnder::Category, FiledUnder::Author, FiledUnder::Series];
    terms.into_iter().map(FiledUnder::list).chain([CacheKey::list(POSTS), CacheKey::list(PAGES)])
}

/// One term.
pub(crate) fn key_of<T: Term>(term: &T) -> CacheKey {
    T::UNDER.key(term.key())
}
