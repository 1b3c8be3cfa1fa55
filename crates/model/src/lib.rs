//! The words of the blog.
//!
//! Everything that Inkstand's crates say to each other is said in these types: an [`Entry`] is a post or a
//! page, filed under [`Tag`]s, [`Category`]s and a [`Series`], written by [`Author`]s, reached by a
//! [`Path`], dated by an [`Instant`]; a [`Change`] is one line of the log that every derived thing follows.
//! Values are checked where they are made (`Slug::parse`, `Path::parse`, `Language::parse`), so that nothing
//! behind them checks again.
//!
//! ```
//! use inkstand_model::{PermalinkPattern, Slug, Zone, Instant};
//!
//! let slug = Slug::from_title("Über Rust & SQLite").unwrap();
//! assert_eq!(slug.as_str(), "über-rust-sqlite");
//! let at = Instant::parse_rfc3339("2024-05-01T10:00:00Z").unwrap();
//! let path = PermalinkPattern::default().path_for(&slug, 7, at, &Zone::utc());
//! assert_eq!(path.as_str(), "/2024/05/über-rust-sqlite");
//! ```
//!
//! This crate does no I/O, reads no clock, knows no executor and no serialisation format: it is what all
//! others wait for, and the doors (GraphQL, HTTP, import formats) each own their wire forms.

mod account;
mod change;
mod clock;
mod cut;
mod entry;
mod filter;
mod global_id;
mod id;
mod import;
mod instant;
mod language;
mod menu;
mod permalink;
mod preview;
mod printable;
mod rendering;
mod search;
mod site;
mod slice;
mod slug;
mod term;
mod viewer;
mod webhook;

pub use account::{Account, ApiToken, Role, Scope};
pub use change::{CacheKey, Change, ChangeKind, ChangeOp, LogId, Position, Seq};
pub use clock::{Clock, FixedClock};
pub use cut::cut_at_word;
pub use entry::{Cover, Entry, EntryBody, EntryKind, EntryStatus, Format, Publication, Seo};
pub use filter::{CategoryMatch, EntryFilter, InstantRange, Match};
pub use global_id::GlobalId;
pub use id::{
    AccountId, AuthorId, CategoryId, DeliveryId, EntryId, RevisionId, SeriesId, SessionId, TagId, TokenId,
    WebhookId,
};
pub use import::{ImportAuthor, ImportDate, ImportItem, ImportRefusal, ImportSeries, Parsed};
pub use instant::{Instant, InvalidInstant, InvalidZone, Zone};
pub use language::{InvalidLanguage, Language};
pub use menu::{Menu, MenuItem, MenuTarget};
pub use permalink::{InvalidPath, InvalidPattern, Path, PermalinkPattern};
pub use preview::{InvalidPreviewPattern, PreviewPattern};
pub use printable::acts_on_its_surroundings;
pub use rendering::{Heading, Rendered};
pub use search::{
    Facet, FacetField, HashtagMatch, Marked, MarkedPart, SearchDocument, SearchHit, SearchMatching,
    SearchOrder, SearchRequest, SearchResults, SearchTerm, Suggestion, SuggestionKind,
};
pub use site::Site;
pub use slice::{EntryCursor, EntryOrder, Slice, SliceRequest, TermCursor, TermOrder};
pub use slug::{InvalidSlug, Slug};
pub use term::{Author, Category, Filings, Series, SeriesPart, Tag};
pub use viewer::{Action, Actor, SignedIn, Via, Viewer, Whose, may};
pub use webhook::{Delivery, DeliveryState, Webhook, WebhookEvent};
