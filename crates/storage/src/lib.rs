//! Where the blog is kept: SQLite or PostgreSQL, through one set of entities.
//!
//! [`Storage`] opens a database, brings its schema up to date and answers look-ups from a pool of readers;
//! [`Writing`] is a transaction, ended by a consuming [`commit`](Writing::commit) or
//! [`rollback`](Writing::rollback). A look-up that finds nothing gives `None`, never an error, and no type of
//! the database library stands in a public signature.
//!
//! ```no_run
//! # async fn example(clock: &dyn inkstand_model::Clock) -> Result<(), inkstand_storage::StorageError> {
//! use inkstand_model::{EntryFilter, EntryKind, EntryOrder, SliceRequest};
//! use inkstand_storage::{DatabaseUrl, Storage};
//!
//! let storage = Storage::open(&DatabaseUrl::parse("sqlite:blog.sqlite")?, clock).await?;
//! let newest = SliceRequest { limit: 10, after: None, before: None, from_end: false, skip: 0 };
//! let posts = storage.entries(EntryKind::Post, &EntryFilter::default(), EntryOrder::Newest, &newest).await?;
//! # Ok(()) }
//! ```
//!
//! **One writer at a time.** SQLite has one by nature; on PostgreSQL every [`Writing`] holds an advisory
//! transaction lock from its beginning. So the numbers of the change log become visible in their order, and a
//! check ("is this slug free?") still holds when the transaction acts on it, on both databases alike.
//!
//! **The log.** Whatever [`Writing`] changes it also appends to the change log, in the same transaction, with
//! the cache keys from before and after. Nobody can forget to.
//!
//! What this crate does not know: the search index, GraphQL, HTTP, and who may see what; `blog` asks with the
//! statuses and the [`TermScope`] that its viewer may see.

mod account;
mod api_token;
mod archive;
mod audit;
mod backup;
mod backup_error;
mod byline;
mod change_log;
mod connections;
mod convert;
mod copy;
mod database_url;
mod delivery;
mod doctor;
mod entity;
mod entry_filter;
mod entry_read;
mod entry_write;
mod error;
mod figures;
mod filed_posts;
mod filed_terms;
mod filing;
mod follower;
mod free_number;
mod idempotency;
mod import_record;
mod lease;
mod listen;
mod menu;
mod migrate;
mod migration;
mod new_file;
mod one_moment;
mod open;
mod permalink;
mod pool;
mod presence;
mod restore;
mod revision;
mod schedule;
mod serve_lock;
mod session;
mod setup_token;
mod sign_in_attempt;
mod site;
mod term;
mod term_alias;
mod term_change;
mod term_scope;
mod term_write;
mod transaction;
mod webhook;
mod whole_file;
mod writing;

pub use account::KeptAccount;
pub use api_token::TokenRecord;
pub use audit::{AuditTarget, Deed};
pub use backup::{Progress, backup};
pub use backup_error::BackupError;
pub use change_log::ChangesAfter;
pub use copy::{CopiedTable, CopyError, copy};
pub use database_url::{DatabaseUrl, InvalidDatabaseUrl};
pub use delivery::{DeliveryList, NewDelivery, Parcel};
pub use doctor::{Fault, Orphans, Snapshot, Walk};
pub use entry_read::Neighbours;
pub use entry_write::EntryRecord;
pub use error::{DatabaseFault, StorageError};
pub use figures::{PoolFigures, StorageFigures};
pub use filed_posts::FiledUnder;
pub use idempotency::MadeBefore;
pub use import_record::ImportRecord;
pub use listen::{Listener, Signal};
pub use migrate::{migrate, pending_migrations};
pub use open::{Storage, StorageOptions};
pub use permalink::{AddressRole, FreePath, PermalinkTarget};
pub use restore::restore;
pub use revision::{Revision, RevisionContent};
pub use serve_lock::ServeLock;
pub use session::SessionRecord;
pub use sign_in_attempt::AttemptLimit;
pub use term::Term;
pub use term_scope::TermScope;
pub use term_write::NewAuthor;
pub use webhook::WebhookSecrets;
pub use writing::{Committed, Writing};
