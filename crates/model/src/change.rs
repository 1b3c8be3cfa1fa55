//! The change log: the one stream that the index, the caches and the subscriptions follow.

use std::fmt;

use uuid::Uuid;

use crate::{AuthorId, CategoryId, EntryId, EntryKind, Instant, Path, SeriesId, TagId};

/// The number of a change. Later changes have greater numbers; some numbers are never used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(i64);

impl Seq {
    /// Before the first change.
    pub const ZERO: Self = Self(0);

    /// Wraps a number of the log.
    #[must_use]
    pub const fn new(seq: i64) -> Self {
        Self(seq)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which log the numbers belong to: a restored or copied database gets a new one, and old positions are void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogId(Uuid);

impl LogId {
    /// Wraps a stored key.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The bare key.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

/// How far a follower has come in which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The log.
    pub log: LogId,
    /// The last change that is applied.
    pub seq: Seq,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub seq: Seq,
    /// When.
    pub at: Instant,
    /// What kind of thing changed.
    pub kind: ChangeKind,
    /// Which one; nil where the kind has only one.
    pub id: Uuid,
    /// What happened to it.
    pub op: ChangeOp,
    /// Every cache key that it touched before and after: what a tag lost must be dropped too, and after the
    /// commit nobody knows it any more.
    pub keys: Vec<CacheKey>,
}

impl Change {
    /// Whether readers could notice it: a draft that stays a draft touches no list and no address, and neither
    /// does a term under which drafts alone are filed.
    #[must_use]
    pub fn is_public(&self) -> bool {
        match self.kind {
            ChangeKind::Site | ChangeKind::Index => true,
            ChangeKind::Webhook => false,
            ChangeKind::Post
            | ChangeKind::Page
            | ChangeKind::Author
            | ChangeKind::Tag
            | ChangeKind::Category
            | ChangeKind::Series => {
                let noticeable =
                    |key: &CacheKey| ["list:", "path:"].iter().any(|of| key.as_str().starts_with(of));
                self.keys.iter().any(noticeable)
            }
        }
    }

    /// The addresses that answer otherwise now.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter_map(|key| key.as_str().strip_prefix("path:"))
    }
}

/// The kind of thing that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
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
    /// The index is to be built anew, on every replica.
    Index,
    /// A webhook was made, changed or removed, or a message to one shall be sent again: whoever sends looks again.
    Webhook,
}

impl From<EntryKind> for ChangeKind {
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Post => Self::Post,
            EntryKind::Page => Self::Page,
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeOp {
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
    /// A newer renderer made its HTML again.
    Rendered,
}

/// The name of something that an answer was made from, absence included (`path:/about` although nothing is
/// there). Lower-case ASCII where it is ours to choose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey(String);

impl CacheKey {
    /// One post or page.
    #[must_use]
    pub fn entry(id: EntryId) -> Self {
        Self(format!("entry:{id}"))
    }

    /// Whatever stands or does not stand at an address.
    #[must_use]
    pub fn path(path: &Path) -> Self {
        Self(format!("path:{}", path.key()))
    }

    /// Whatever has or does not have a slug; `kind` is `post`, `page`, `tag`, `category`, `series` or `author`.
    #[must_use]
    pub fn slug(kind: &str, slug: &str) -> Self {
        Self(format!("slug:{kind}:{slug}"))
    }

    /// One tag and its list of posts.
    #[must_use]
    pub fn tag(id: TagId) -> Self {
        Self(format!("tag:{id}"))
    }

    /// One category and its list of posts.
    #[must_use]
    pub fn category(id: CategoryId) -> Self {
        Self(format!("category:{id}"))
    }

    /// One series and its list of posts.
    #[must_use]
    pub fn series(id: SeriesId) -> Self {
        Self(format!("series:{id}"))
    }

    /// One author and their list of posts.
    #[must_use]
    pub fn author(id: AuthorId) -> Self {
        Self(format!("author:{id}"))
    }

    /// A list as a whole: `posts`, `pages`, `tags`, `categories`, `series`, `authors`, `menus`.
    #[must_use]
    pub fn list(of: &str) -> Self {
        Self(format!("list:{of}"))
    }

    /// The menu of a place.
    #[must_use]
    pub fn menu(location: &str) -> Self {
        Self(format!("menu:{location}"))
    }

    /// The site's settings.
    #[must_use]
    pub fn site() -> Self {
        Self("site".to_owned())
    }

    /// Trusts a text that this type wrote out earlier.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
