//! What an import brings: the form that every reader of a foreign format ends in.

use jiff::civil;

use crate::{Cover, EntryKind, Format, Instant};

/// What a reader makes of one file or record: something to bring in, or a reason why not.
pub type Parsed = Result<ImportItem, ImportRefusal>;

/// A post or a page from elsewhere, as it said itself; `blog` decides what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportItem {
    /// Where it stands in the source, such as `posts/2014-03-12-title.md`: its identity for the next import.
    pub source_path: String,
    /// A digest of everything that it was read from: equal digests mean that nothing changed there.
    pub digest: [u8; 32],
    /// Post or page.
    pub kind: EntryKind,
    /// Plain text, trimmed; never empty.
    pub title: String,
    /// The wanted slug as written, else the one of the file name, else `None`: the title gives it.
    pub slug: Option<String>,
    /// The date, and how exactly it is known; `None` means the time of import.
    pub date: Option<ImportDate>,
    /// When it last changed, if it says so.
    pub updated: Option<ImportDate>,
    /// Not to be published.
    pub draft: bool,
    /// What `source` is written in.
    pub format: Format,
    /// The body.
    pub source: String,
    /// An excerpt of its own, Markdown.
    pub excerpt: Option<String>,
    /// Names of tags as written, trimmed, each once.
    pub tags: Vec<String>,
    /// Names of categories as written, trimmed, each once.
    pub categories: Vec<String>,
    /// Its authors in order, each once.
    pub authors: Vec<ImportAuthor>,
    /// The series that it is part of.
    pub series: Option<ImportSeries>,
    /// Its own address, as written.
    pub path: Option<String>,
    /// Old addresses that shall lead to it, as written.
    pub aliases: Vec<String>,
    /// A language tag as written.
    pub language: Option<String>,
    /// Items of one source with the same key are translations of each other.
    pub translation_key: Option<String>,
    /// The picture on top.
    pub cover: Option<Cover>,
    /// Featured or sticky.
    pub featured: bool,
    /// The place among the pages.
    pub menu_order: i32,
    /// A JSON object of everything that the source said and Inkstand has no place for.
    pub extra: Option<String>,
    /// Places where another program's templates would have acted (`{% … %}`, `{{ … }}`).
    pub template_remnants: u32,
    /// What was odd about it, as sentences for its owner.
    pub warnings: Vec<String>,
}

/// A date as precise as the source gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportDate {
    /// With a zone.
    Exact(Instant),
    /// On the wall of the blog's owner: the site's zone decides.
    Local(civil::DateTime),
}

/// An author as the source names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportAuthor {
    /// The short name; where the source has only a name, that.
    pub handle: String,
    /// The name that readers see, where it differs.
    pub name: Option<String>,
    /// Their own page.
    pub url: Option<String>,
    /// The address of their picture.
    pub avatar: Option<String>,
    /// Plain text about them.
    pub bio: Option<String>,
}

/// A series as the source names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSeries {
    /// Its name.
    pub name: String,
    /// The place of the post in it, where the source says one.
    pub position: Option<i32>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRefusal {
    /// Where it stands in the source.
    pub source_path: String,
    /// The line in the file, from 1, where it is known.
    pub line: Option<u32>,
    /// Why, and what to do, in one sentence.
    pub reason: String,
}
