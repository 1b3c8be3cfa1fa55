//! Finding entries by their words.
//!
//! An [`Index`] is a folder that holds the blog's entries, in the form in which they are found fast. It is derived: everything in it comes from the database, it follows the change log by [`Index::apply`], knows from its
//! own last commit how far it has come ([`Index::position`]), and where it is lost, damaged or of an older format
//! it is thrown away ([`Index::recreate`]) and filled again ([`Index::rebuild`]) while it goes on answering.
//!
//! ```
//! # use inkstand_model::*;
//! # use inkstand_search::{Batch, Index};
//! # let folder = tempfile::tempdir().unwrap();
//! # let position = Position { log: LogId::from_uuid(uuid::Uuid::nil()), seq: Seq::new(1) };
//! # let at = Instant::parse_rfc3339("2024-05-01T10:00:00Z").unwrap();
//! # let post = SearchDocument {
//! #     id: EntryId::from_uuid(uuid::Uuid::from_u128(7)), kind: EntryKind::Post, status: EntryStatus::Published, byline: vec![],
//! #     title: "A café in Paris".into(), text: "We were launching boats.".into(),
//! #     tags: vec![], categories: vec![], category_ancestors: vec![], authors: vec![], series: None,
//! #     hashtags: vec![], language: Language::english(), published_at: Some(at), updated_at: at, year: Some(2024), featured: false,
//! # };
//! let index = Index::open(folder.path()).unwrap();
//! index.apply(Batch { upserts: vec![post], deletes: vec![] }, position).unwrap();
//!
//! let request = SearchRequest { text: "cafe launch".into(), limit: 10, marks: true, ..Default::default() };
//! let results = index.search(&request).unwrap();
//! assert_eq!(results.hits[0].body[0].html(), "We were <mark>launching</mark> boats.");
//! assert_eq!(index.position(), Some(position));
//! ```
//!
//! How a text is found:
//! - `words` cuts texts into words, and for scripts without spaces into pairs of characters; each word is indexed
//!   as it is spelled without accents and, at the same place, as its stem in the entry's language (`tongue`).
//! - `query_language` takes apart what was typed; no text is an error. `asked` looks its words up and, where the
//!   index does not know one, what it may have meant; where the last one is unfinished, what it may become.
//! - `synonyms` has the operator's own words for the same thing stand for each other.
//! - `ranking` and `best` take a shortlist by a plain sum over one field in which titles weigh more (BM25F);
//!   `scoring` computes the whole score for that: it lifts entries with all words, with neighbouring words, and with
//!   a tag that is the whole question. All its numbers stand in `weights`. `feedback` adds words to long questions.
//! - `marks` and `passages` show what matched, from the very terms that were searched for.
//!
//! What is not published is in an index of its own beside that of what is (`half`), and only requests that name its
//! stages look there (`view`), so that neither a hit nor a number nor a suggested word tells of it. `answering` puts
//! together what both answer.
//!
//! What this crate does not do: it does not read the database, it does not know who may see what is not published (its
//! caller says whose entries a request may look at), and it does not know an executor (every method blocks).

mod analyzer;
mod answering;
mod asked;
mod at_least;
mod best;
mod columns;
mod dictionary;
mod disk;
mod document;
mod error;
mod facet;
mod feedback;
mod figures;
mod filter;
mod folder;
mod function_words;
mod half;
mod held;
mod index;
mod instead;
mod marks;
mod order;
mod passages;
mod position;
mod query_language;
mod question;
mod ranking;
mod rebuild;
mod related;
mod schema;
mod scoring;
mod shortlist;
mod snapshot;
mod stored;
mod suggest;
mod synonyms;
mod tongue;
mod view;
mod weights;
mod word_list;
mod words;

pub use error::{Error, OpenError};
pub use figures::IndexFigures;
pub use folder::{LEAST_WRITER_MEMORY, WRITER_MEMORY};
pub use held::HeldEntry;
pub use index::{Batch, Index};
pub use rebuild::Rebuild;
pub use synonyms::{InvalidSynonyms, Synonyms};
