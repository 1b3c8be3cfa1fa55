//! The heart: what one can do with a blog, and who may do it.
//!
//! [`Blog`] joins storage, search and markup. Whoever reads goes through a [`Reader`], which knows its viewer
//! and lets through only what that viewer may see: it alone calls storage and search, so a draft cannot leak
//! through a filter that somebody forgot. Whoever brings a blog along calls [`Blog::import`]. Everything that
//! is derived from the database follows its change log: [`Blog::follow`] runs those followers until it is told
//! to stop.
//!
//! What this crate does not know: HTTP, GraphQL, files of foreign formats, SQL, and how an index works inside.

mod blog;
mod error;
mod follow;
mod import;
mod import_entry;
mod index_follower;
mod menu;
mod reader;
mod refusal;
mod remove_import;
mod rendering;
mod route;
mod search;
mod site;
mod term;
mod term_text;
mod term_tidy;
mod text;

pub use blog::{Blog, BlogOptions, Readiness};
pub use error::BlogError;
pub use import::{ImportReport, ImportTally, Noted};
pub use inkstand_storage::{FiledUnder, Neighbours, Term};
pub use menu::MenuEdit;
pub use reader::{NoticedChanges, Reader};
pub use refusal::{Refusal, RefusalCode, WriteError};
pub use route::Route;
pub use site::SiteChange;
pub use term_text::{AuthorText, TermText};
