//! What is said of an entry when something was done to it.

use std::borrow::Cow;

use anyhow::Result;
use inkstand_blog::Reader;
use inkstand_exchange::write_date;
use inkstand_model::{Entry, Publication, acts_on_its_surroundings};

use super::{json, which::id_of};
use crate::say::say;

/// Says what became of an entry: as JSON, or as a line for people.
pub(crate) async fn tell(reader: &Reader, entry: &Entry, as_json: bool, done: &str) -> Result<()> {
    if as_json {
        return json::say_one(reader, entry).await;
    }
    let site = reader.site().await?;
    let title = printable(&entry.title);
    let state = match entry.publication {
        Publication::Published { .. } => format!("published at {}", entry.path.as_str()),
        Publication::Scheduled { at } => format!("will be published at {}", write_date(at, &site.zone)),
        Publication::Draft { .. } => {
            format!("a draft; `inkstand post publish {}` lets everybody read it", entry.slug)
        }
        Publication::Private { .. } => "for the eyes of authors and editors".to_owned(),
        Publication::Trashed { .. } => {
            format!("in the trash; `inkstand post restore {}` brings it back", entry.slug)
        }
    };
    say(format_args!("{done}{} “{title}”: {state}", id_of(entry)))
}

/// A text on one line of a terminal: nothing in it moves the cursor or turns the direction.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(acts_on_its_surroundings) {
        Cow::Owned(text.replace(acts_on_its_surroundings, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}
