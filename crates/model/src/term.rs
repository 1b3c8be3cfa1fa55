//! What entries are filed under and who wrote them.

use crate::{AccountId, AuthorId, CategoryId, EntryId, SeriesId, Slug, TagId};

/// A tag: a flat label on posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its key.
    pub id: TagId,
    /// Unique among the tags.
    pub number: i64,
    /// Unique among the tags.
    pub slug: Slug,
    /// As its first user wrote it.
    pub name: String,
    /// Plain text, may be empty.
    pub description: String,
    /// Published posts that bear it.
    pub post_count: i64,
}

/// A category: a place in a tree of subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its key.
    pub id: CategoryId,
    /// Unique among the categories.
    pub number: i64,
    /// Unique among the categories.
    pub slug: Slug,
    /// As its first user wrote it.
    pub name: String,
    /// Plain text, may be empty.
    pub description: String,
    /// The category above.
    pub parent: Option<CategoryId>,
    /// Published posts directly in it, without those of the categories below.
    pub post_count: i64,
}

/// A series: posts to be read in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its key.
    pub id: SeriesId,
    /// Unique among the series.
    pub number: i64,
    /// Unique among the series.
    pub slug: Slug,
    /// As its first user wrote it.
    pub name: String,
    /// Plain text, may be empty.
    pub description: String,
    /// Published posts in it.
    pub post_count: i64,
}

/// What an entry is filed under and who wrote it, each in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filings {
    /// The byline.
    pub authors: Vec<Author>,
    /// Its categories.
    pub categories: Vec<Category>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Its series.
    pub series: Option<Series>,
}

/// The place of a post in a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesPart {
    /// The post.
    pub entry: EntryId,
    /// The series.
    pub series: SeriesId,
    /// Sorts the parts; posts with equal positions follow by date.
    pub position: i32,
}

/// A public byline, with or without an account behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Its key.
    pub id: AuthorId,
    /// Unique among the authors.
    pub number: i64,
    /// The short name as written where it first occurred (`18F`, `vdavez`); look-ups go by `slug`.
    pub handle: String,
    /// The handle as a slug: unique among the authors.
    pub slug: Slug,
    /// The name that readers see.
    pub name: String,
    /// Plain text about them, may be empty.
    pub bio: String,
    /// Their own page elsewhere.
    pub url: Option<String>,
    /// The address of their picture.
    pub avatar: Option<String>,
    /// Published posts that bear their name.
    pub post_count: i64,
    /// The account whose byline it is.
    pub account: Option<AccountId>,
}
