//! Which entries are meant. The database and the index read the same filters.

use crate::{AccountId, EntryId, EntryStatus, Instant, Language, Slug};

/// Conditions on posts, all of which must hold; the default holds for every post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EntryFilter {
    /// Only these.
    pub ids: Option<Vec<EntryId>>,
    /// By tags.
    pub tags: Match,
    /// By categories.
    pub categories: CategoryMatch,
    /// By authors.
    pub authors: Match,
    /// By series.
    pub series: Match,
    /// In one of these languages (`pt` takes `pt-BR` too); none named means any.
    pub languages: Vec<Language>,
    /// By date of publication.
    pub published: InstantRange,
    /// By date of the last change.
    pub updated: InstantRange,
    /// Featured ones or the others.
    pub featured: Option<bool>,
    /// In one of these stages; none named means published.
    pub statuses: Vec<EntryStatus>,
    /// Of entries that are not published only those that bear this account's byline: for viewers who see but their own.
    pub unpublished_by: Option<AccountId>,
}

/// Conditions on a set of slugs; an empty list sets no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Match {
    /// Every one of these.
    pub all: Vec<Slug>,
    /// At least one of these.
    pub any: Vec<Slug>,
    /// Not one of these.
    pub none: Vec<Slug>,
}

/// Conditions on categories.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CategoryMatch {
    /// The slugs.
    pub slugs: Match,
    /// Whether a category stands for those below it too.
    pub descendants: bool,
}

impl Default for CategoryMatch {
    fn default() -> Self {
        Self { slugs: Match::default(), descendants: true }
    }
}

/// From a moment on, and before another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstantRange {
    /// The first moment within.
    pub from: Option<Instant>,
    /// The first moment past it.
    pub before: Option<Instant>,
}

impl Match {
    /// Whether it sets no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && self.none.is_empty()
    }
}
