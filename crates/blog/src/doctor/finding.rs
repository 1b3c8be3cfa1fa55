//! What was found, in plain words.

use std::fmt;

use inkstand_model::EntryId;
use inkstand_storage::Fault;

/// What a blog looked like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// How many entries were looked at.
    pub entries: u64,
    /// Entries that an older renderer made, which a server renews by itself.
    pub outdated: u64,
    /// What became of the index.
    pub index: IndexLook,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// In the database.
    Database(Fault),
    /// What is kept of an entry is not what its source makes.
    Rendering {
        /// Which one.
        entry: EntryId,
        /// Its title.
        title: String,
    },
    /// A published entry that the search does not find.
    NotFindable(EntryId),
    /// Something that the search finds although it is not published.
    Findable(EntryId),
    /// An entry that is not published, and that its editors do not find.
    NotFindableByEditors(EntryId),
    /// Something that editors find although it is not there.
    FindableByEditors(EntryId),
    /// The index knows an entry by other texts than it has.
    OtherTexts(EntryId),
    /// The files of the index cannot be used.
    IndexUnusable(String),
}

/// What became of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexLook {
    /// There is none in that folder.
    Absent,
    /// A server holds it.
    Held,
    /// The next server builds it anew anyway: it belongs to another log, or that was ordered.
    ToBeBuilt,
    /// It was compared with the database.
    Compared {
        /// Entries in it.
        entries: u64,
        /// Changes that the next server will take it along; what they touched was left out.
        behind: u64,
    },
    /// It cannot be used, or was not looked at since the database is damaged.
    NotLookedAt,
}

impl Finding {
    /// Whether it follows from the rest what would be right.
    #[must_use]
    pub fn can_be_mended(&self) -> bool {
        match self {
            Self::Database(fault) => fault.can_be_mended(),
            Self::Rendering { .. } => true,
            _ => self.is_of_the_index(),
        }
    }

    /// Whether it is the index that is wrong.
    #[must_use]
    pub fn is_of_the_index(&self) -> bool {
        match self {
            Self::NotFindable(_)
            | Self::Findable(_)
            | Self::NotFindableByEditors(_)
            | Self::FindableByEditors(_)
            | Self::OtherTexts(_)
            | Self::IndexUnusable(_) => true,
            Self::Database(_) | Self::Rendering { .. } => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(fault) => fault.fmt(f),
            Self::Rendering { entry, title } => {
                write!(f, "what is shown of {title:?} ({entry}) is not what its source says")
            }
            Self::NotFindable(entry) => write!(f, "{entry} is published, but not in the search index"),
            Self::Findable(entry) => write!(f, "{entry} is in the search index, but not published"),
            Self::NotFindableByEditors(entry) => {
                write!(f, "{entry} is not published, and not in the search index for its editors either")
            }
            Self::FindableByEditors(entry) => {
                write!(f, "{entry} is in the search index for editors, but not in the blog")
            }
            Self::OtherTexts(entry) => {
                write!(f, "{entry} has another title or text in the search index than in the blog")
            }
            Self::IndexUnusable(reason) => write!(f, "the search index cannot be used: {reason}"),
        }
    }
}

impl fmt::Display for IndexLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("no search index in this data folder"),
            Self::Held => f.write_str(
                "the search index is in use by a running server and was not looked at: stop that and ask again, or have \
                 it built anew by `inkstand reindex`",
            ),
            Self::ToBeBuilt => f.write_str("the search index is built anew by the next server that starts"),
            Self::Compared { entries, behind: 0 } => write!(f, "{entries} entries in the search index"),
            Self::Compared { entries, behind } => {
                write!(f, "{entries} entries in the search index, which is {behind} changes behind")
            }
            Self::NotLookedAt => f.write_str("the search index was not compared"),
        }
    }
}
