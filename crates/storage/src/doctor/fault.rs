//! What can be wrong with a database, in plain words.

use std::fmt;

use inkstand_model::{EntryId, Path};
use uuid::Uuid;

use super::Orphans;
use crate::FiledUnder;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SQLite's file is damaged.
    DamagedFile(String),
    /// A row says something that no version of Inkstand writes.
    Unreadable {
        /// Which row.
        what: String,
        /// What is wrong with it.
        said: String,
    },
    /// Rows refer to something that is not there.
    Orphans(Orphans),
    /// The number of posts of a term is wrong.
    Count {
        /// Its kind.
        under: FiledUnder,
        /// Its key.
        term: Uuid,
        /// Its slug.
        slug: String,
        /// The number that it bears.
        says: i64,
        /// How many there are.
        is: i64,
    },
    /// The next number of a kind is taken already.
    Number {
        /// `entry`, `tag`, …
        kind: &'static str,
        /// The next number.
        next: i64,
        /// The highest that is there.
        highest: i64,
    },
    /// The next number of the log is taken already.
    LogNumber {
        /// The last that was given.
        last: i64,
        /// The highest that is there.
        highest: i64,
    },
    /// A published entry cannot be reached at its address, which nothing else needs.
    NoAddress {
        /// Which one.
        entry: EntryId,
        /// Its title.
        title: String,
        /// Its address.
        path: Path,
    },
    /// The same, but something else is at that address, or was.
    TakenAddress {
        /// Which one.
        entry: EntryId,
        /// Its title.
        title: String,
        /// Its address.
        path: Path,
        /// Where the address leads; `None` where it answers "gone".
        by: Option<EntryId>,
    },
    /// Several addresses are each said to be the current one of an entry.
    ManyAddresses {
        /// Which one.
        entry: EntryId,
        /// How many.
        addresses: i64,
    },
    /// An entry has no body.
    NoBody {
        /// Which one.
        entry: EntryId,
        /// Its title.
        title: String,
    },
    /// Something is above itself.
    Loop {
        /// `category` or `page`.
        what: &'static str,
        /// One of those in the loop.
        name: String,
    },
}

impl Fault {
    /// Whether it follows from the rest of the database what would be right.
    #[must_use]
    pub fn can_be_mended(&self) -> bool {
        match self {
            Self::Orphans(orphans) => orphans.can_be_mended(),
            Self::Count { .. }
            | Self::Number { .. }
            | Self::LogNumber { .. }
            | Self::NoAddress { .. }
            | Self::ManyAddresses { .. } => true,
            Self::DamagedFile(_)
            | Self::Unreadable { .. }
            | Self::TakenAddress { .. }
            | Self::NoBody { .. }
            | Self::Loop { .. } => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DamagedFile(said) => {
                write!(f, "the file is damaged ({said}); restore a backup, or try sqlite3's .recover")
            }
            Self::Unreadable { what, said } => write!(f, "{what} cannot be read: {said}"),
            Self::Orphans(orphans) => orphans.fmt(f),
            Self::Count { under, slug, says, is, .. } => {
                write!(f, "the {} {slug} counts {says} published posts and has {is}", under.table())
            }
            Self::Number { kind, next, highest } => {
                write!(f, "the next {kind} would get the number {next}, but {highest} is taken already")
            }
            Self::LogNumber { last, highest } => {
                write!(f, "the change log would go on behind {last}, but {highest} is taken already")
            }
            Self::NoAddress { title, path, .. } => {
                write!(f, "{title:?} cannot be reached at its address {path}")
            }
            Self::TakenAddress { entry, title, path, by: Some(by) } => write!(
                f,
                "{title:?} ({entry}) cannot be reached at its address {path}, which leads to {by}; give one of them \
                 another"
            ),
            Self::TakenAddress { entry, title, path, by: None } => write!(
                f,
                "{title:?} ({entry}) cannot be reached at its address {path}, which was another's and answers \"gone\"; \
                 give it another"
            ),
            Self::ManyAddresses { entry, addresses } => {
                write!(f, "{addresses} addresses are each the current one of {entry}")
            }
            Self::NoBody { entry, title } => {
                write!(f, "{title:?} ({entry}) has no text; write it anew, or restore a backup")
            }
            Self::Loop { what, name } => {
                write!(f, "the {what} {name:?} is above itself; move it somewhere else")
            }
        }
    }
}
