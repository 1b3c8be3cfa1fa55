//! The heart: what one can do with a blog, and who may do it.
//!
//! [`Blog`] joins storage, search, markup, identity and outgoing. [`Blog::authenticate`] tells who sends a request. Whoever
//! reads goes through a [`Reader`], which knows its viewer and lets through only what that viewer may see: it alone
//! calls storage and search, so a draft cannot leak through a filter that somebody forgot; whoever writes goes through
//! it as well. Whoever brings a blog along calls [`Blog::import`]. Everything that is derived from the database follows
//! its change log: [`Blog::follow`] runs those followers, the index, webhooks, renderings of older versions and the
//! schedule, until it is told to stop.
//!
//! What this crate does not know: HTTP, GraphQL, files of foreign formats, SQL, and how an index works inside.

mod account;
mod api_token;
mod audit;
mod audited;
mod authenticate;
mod blog;
mod doctor;
mod edit;
mod entities;
mod entry_address;
mod entry_edit;
mod entry_filing;
mod entry_life;
mod error;
mod figures;
mod follow;
mod freshness;
mod hashing;
mod hear;
mod import;
mod import_entry;
mod index_follower;
mod keys;
mod lease;
mod listen;
mod log_follower;
mod menu;
mod noted_use;
mod own_account;
mod pause;
mod preview;
mod provenance;
mod reader;
mod refusal;
mod remove_import;
mod rendering;
mod revisions;
mod route;
mod schedule;
mod search;
mod setup;
mod shelf;
mod sign_in;
mod site;
mod term;
mod term_text;
mod term_tidy;
mod text;
mod webhook;

pub use account::{AccountChange, NewAccount};
pub use api_token::NewToken;
pub use authenticate::{Authenticated, Credential, SESSION_LIFE};
pub use blog::{Blog, BlogOptions, Readiness, TraceHeaders};
pub use doctor::{Examination, Finding, IndexLook, Repaired};
pub use edit::Edit;
pub use entities::NeighbourPosts;
pub use entry_edit::NewEntry;
pub use entry_life::Step;
pub use error::{BlogError, Hindrance};
pub use figures::{BlogFigures, FollowerLag, LeaseFigures, Surroundings, WebhookFigures};
pub use import::{ImportReport, ImportTally, Noted};
pub use inkstand_identity::InvalidPreviewToken;
pub use inkstand_search::{IndexFigures, InvalidSynonyms, LEAST_WRITER_MEMORY, Synonyms, WRITER_MEMORY};
pub use inkstand_storage::{
    Deed, DeliveryList, FiledUnder, PoolFigures, Revision, RevisionContent, StorageFigures, Term,
};
pub use listen::{ListenError, Listening};
pub use menu::MenuEdit;
pub use preview::Preview;
pub use provenance::{Basis, Provenance};
pub use reader::{NoticedChanges, Reader};
pub use refusal::{Refusal, RefusalCode, WriteError};
pub use route::Route;
pub use setup::SetUp;
pub use sign_in::{Caller, NewSession, SignIn};
pub use site::SiteChange;
pub use term_text::{AuthorText, TermText};
pub use webhook::{TestCall, WebhookChange};
