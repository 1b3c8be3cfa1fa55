//! Posts and pages.

use std::borrow::Cow;

use uuid::Uuid;

use crate::{AccountId, EntryId, Heading, Instant, Language, Path, Slug, cut_at_word};

/// A post or a page without its body.
///
/// One type and one table serve both: they share address, life, authors and search, and what only one of them
/// has (a parent, a series) is empty on the other. Bodies are apart so that no list ever reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub id: EntryId,
    /// Post or page.
    pub kind: EntryKind,
    /// A small number, unique among the entries, for the formats that want one.
    pub number: i64,
    /// The readable part of its address, unique within its kind.
    pub slug: Slug,
    /// Where it stands now; for a draft, where it would stand.
    pub path: Path,
    /// Plain text.
    pub title: String,
    /// Where it is in its life.
    pub publication: Publication,
    /// Safe HTML.
    pub excerpt_html: String,
    /// The excerpt without markup.
    pub excerpt_text: String,
    /// The language it is written in.
    pub language: Language,
    /// Entries with the same group are translations of each other.
    pub translation_group: Option<Uuid>,
    /// The picture on top of it.
    pub cover: Option<Cover>,
    /// What its author wants search engines and shared links to say.
    pub seo: Seo,
    /// Shown before others where a front end wishes.
    pub featured: bool,
    /// The page above this page.
    pub parent: Option<EntryId>,
    /// The place of a page among its siblings.
    pub menu_order: i32,
    /// Hashtags of the body without `#`.
    pub hashtags: Vec<String>,
    /// Words of the body.
    pub word_count: u32,
    /// Minutes to read it.
    pub reading_minutes: u32,
    /// When it came to be here.
    pub created_at: Instant,
    /// When what it says last changed.
    pub updated_at: Instant,
    /// Grows with every change; an edit names the one it began from.
    pub version: i64,
    /// The account that made it say what it says, where it was one.
    pub edited_by: Option<AccountId>,
}

impl Entry {
    /// When it was or will be published; a draft has no such date, whatever its author intends.
    #[must_use]
    pub fn published_at(&self) -> Option<Instant> {
        match self.publication {
            Publication::Published { at } | Publication::Scheduled { at } => Some(at),
            Publication::Private { at } | Publication::Trashed { at } => at,
            Publication::Draft { .. } => None,
        }
    }

    /// What search engines and shared links call it: the author's wish, else its title.
    #[must_use]
    pub fn seo_title(&self) -> &str {
        self.seo.title.as_deref().unwrap_or(&self.title)
    }

    /// What they say of it: the author's wish, else the excerpt, cut at a word after about 160 characters.
    #[must_use]
    pub fn seo_description(&self) -> Cow<'_, str> {
        match &self.seo.description {
            Some(description) => Cow::Borrowed(description),
            None => Cow::Owned(cut_at_word(&self.excerpt_text, 160)),
        }
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// Dated, in lists and feeds.
    Post,
    /// Undated, in menus, with a place in a tree.
    Page,
}

impl EntryKind {
    /// `post` or `page`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Page => "page",
        }
    }
}

/// The life of an entry, each stage with the date that belongs to it.
///
/// Visibility is the stage alone, never `at <= now`: a scheduled entry becomes published by a change of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// Being written.
    Draft {
        /// The date that the author has in mind for it.
        intended: Option<Instant>,
    },
    /// Will be published then.
    Scheduled {
        /// The time of publication.
        at: Instant,
    },
    /// Everybody may read it.
    Published {
        /// The date that readers see.
        at: Instant,
    },
    /// Finished, for the eyes of its authors and editors.
    Private {
        /// The date that it bears.
        at: Option<Instant>,
    },
    /// Thrown away, restorable.
    Trashed {
        /// The date that it bore.
        at: Option<Instant>,
    },
}

impl Publication {
    /// The stage without its date.
    #[must_use]
    pub const fn status(self) -> EntryStatus {
        match self {
            Self::Draft { .. } => EntryStatus::Draft,
            Self::Scheduled { .. } => EntryStatus::Scheduled,
            Self::Published { .. } => EntryStatus::Published,
            Self::Private { .. } => EntryStatus::Private,
            Self::Trashed { .. } => EntryStatus::Trashed,
        }
    }

    /// Whatever date the stage carries.
    #[must_use]
    pub const fn date(self) -> Option<Instant> {
        match self {
            Self::Draft { intended: at } | Self::Private { at } | Self::Trashed { at } => at,
            Self::Scheduled { at } | Self::Published { at } => Some(at),
        }
    }
}

/// The stage of an entry's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryStatus {
    /// Being written.
    Draft,
    /// Waits for its time.
    Scheduled,
    /// Everybody may read it.
    Published,
    /// For its authors and editors.
    Private,
    /// Thrown away, restorable.
    Trashed,
}

impl EntryStatus {
    /// `draft`, `scheduled`, `published`, `private` or `trashed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Private => "private",
            Self::Trashed => "trashed",
        }
    }
}

/// The body of an entry: its source and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBody {
    /// Whose body.
    pub entry: EntryId,
    /// What `source` is written in.
    pub format: Format,
    /// What the author wrote.
    pub source: String,
    /// An excerpt of the author's own, Markdown; without it, the body gives one.
    pub excerpt: Option<String>,
    /// Safe HTML.
    pub html: String,
    /// The words alone.
    pub text: String,
    /// The headings with their anchors.
    pub headings: Vec<Heading>,
    /// The version of the renderer that made `html`, `text` and `headings`.
    pub render_version: u32,
}

/// What a source is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// CommonMark with GitHub's extensions.
    Markdown,
    /// HTML, which is sanitised like any other.
    Html,
}

/// The picture of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Address or path.
    pub src: String,
    /// What is to be seen, for those who do not see it; empty where unknown.
    pub alt: String,
    /// A line below it, safe HTML.
    pub caption: Option<String>,
}

/// What the author set for search engines and shared links; everything else falls back to the entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seo {
    /// In place of the entry's title.
    pub title: Option<String>,
    /// In place of the excerpt.
    pub description: Option<String>,
    /// Where the original stands.
    pub canonical_url: Option<String>,
    /// Keep it out of search engines.
    pub noindex: bool,
}
