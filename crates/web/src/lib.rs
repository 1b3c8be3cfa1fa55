//! Pages for readers: HTML as a function of what is shown.
//!
//! Each kind of page is a struct ([`EntryPage`], [`ListPage`], [`SearchPage`], [`IndexPage`], [`FeedsPage`],
//! [`NothingPage`]) with a [`Frame`] around it: head, menus, search field. `html()` of each gives the whole document, by a
//! template of `templates/` that is part of the binary. Styles, script and icon are [`assets`], each at an address that
//! has its content's digest in it.
//!
//! ```
//! use inkstand_web::{Frame, NothingPage};
//!
//! let frame = Frame { title: "Nothing here".to_owned(), ..Frame::default() };
//! let page = NothingPage { frame, is_gone: false, suggestions: Vec::new() };
//! assert!(page.html().unwrap().contains("<h1>Nothing here</h1>"));
//! ```
//!
//! # What cannot happen here
//! - A text that somebody wrote is no markup: templates escape whatever is not [`SafeHtml`], which is what `markup` has
//!   sanitised.
//! - An address that somebody wrote runs nothing: links and pictures are [`Href`]s, which are of the web or relative.
//! - Nothing is asked of another host, but the pictures that authors put into their posts; no style and no script stands
//!   in a page, so that [`CONTENT_SECURITY_POLICY`] need not allow any.
//!
//! What this crate does not know: HTTP, the database, who reads.

pub mod assets;
mod entry_page;
mod feeds_page;
mod frame;
mod href;
mod index_page;
mod list_page;
mod nothing_page;
mod parts;
mod search_page;
mod structured;

use thiserror::Error;

pub use assets::{Asset, CONTENT_SECURITY_POLICY};
pub use entry_page::{ContentsLine, EntryPage, SeriesPlace};
pub use feeds_page::{FeedLine, FeedsPage};
pub use frame::{FeedLink, Frame, MenuLine, ShareCard, Translation};
pub use href::Href;
pub use index_page::{Counted, Group, IndexPage};
pub use list_page::{ListPage, Pager};
pub use nothing_page::NothingPage;
pub use parts::{Card, Date, Link, Person, Picture, SafeHtml};
pub use search_page::{FacetGroup, FacetValue, Hit, SearchPage};

/// A template failed, which takes a bug: they write to memory and ask nobody.
#[derive(Debug, Error)]
#[error("a page could not be written")]
pub struct Unwritten(#[from] askama::Error);
