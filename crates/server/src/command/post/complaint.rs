//! What is wrong with a file, as its author is told.

use std::fmt;

use inkstand_blog::{Refusal, WriteError};
use inkstand_exchange::{Misread, ReadDocument};
use inkstand_model::Entry;

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) line: Option<u32>,
    pub(crate) reason: String,
}

/// Why a file was not saved.
#[derive(Debug)]
pub(crate) enum Unsaved {
    /// The author can mend it.
    Wrong(Vec<Complaint>),
    /// The entry has changed since; this is how it is now.
    Stale(Box<Entry>),
    /// Something failed.
    Fault(anyhow::Error),
}

impl Complaint {
    /// About a key of the front matter.
    pub(crate) fn about(read: &ReadDocument, key: &str, message: impl fmt::Display) -> Self {
        Self { line: read.line_of(key), reason: format!("{key}: {message}") }
    }

    fn of_refusal(read: &ReadDocument, refusal: &Refusal) -> Self {
        let Some(field) = refusal.field.first() else {
            return Self { line: None, reason: refusal.message.clone() };
        };
        let key = match field.as_str() {
            "publishedAt" => "date",
            "excerpt" => "description",
            "language" => "lang",
            "redirectFrom" => "aliases",
            "markdown" | "html" => "source",
            other => other,
        };
        let shown = match key {
            "source" => "the text",
            key => key,
        };
        // A part by its name (`cover.alt`) or its place, which people count from one.
        let part = refusal.field.get(1).map(|part| match part.parse::<usize>() {
            Ok(place) => format!(" no. {}", place + 1),
            Err(_) => format!(".{part}"),
        });
        let reason = format!("{shown}{}: {}", part.unwrap_or_default(), refusal.message);
        Self { line: read.line_of(key), reason }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "  line {line}: {}", self.reason),
            None => write!(f, "  {}", self.reason),
        }
    }
}

impl From<Misread> for Complaint {
    fn from(Misread { line, reason }: Misread) -> Self {
        Self { line, reason }
    }
}

impl Unsaved {
    pub(crate) fn of_write(read: &ReadDocument, error: WriteError) -> Self {
        match error {
            WriteError::Refused(refusals) => {
                let complaints = refusals.iter().map(|refusal| Complaint::of_refusal(read, refusal));
                Self::Wrong(complaints.collect())
            }
            WriteError::Conflict(entry) => Self::Stale(entry),
            error => Self::Fault(error.into()),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Unsaved {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Complaints as lines.
pub(crate) fn lines(complaints: &[Complaint]) -> String {
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
