//! Markdown and HTML in; what readers, feeds and the search index need out.
//!
//! [`render()`] takes the source of an entry and gives a [`Rendered`](inkstand_model::Rendered): safe HTML with
//! anchored headings, linked hashtags and highlighted code, the words alone, an excerpt, the table of contents,
//! the time it takes to read. [`render_excerpt`] does the same for the excerpt that an author wrote beside the
//! body. [`stylesheet`] colours the code, in light and dark.
//!
//! ```
//! use inkstand_markup::{RenderOptions, render};
//! use inkstand_model::Format;
//!
//! let rendered = render("# Hello\n\nOn *ink* and #rust.", Format::Markdown, &RenderOptions::default());
//! assert_eq!(rendered.headings[0].anchor, "hello");
//! assert_eq!(rendered.hashtags, ["rust"]);
//! assert_eq!(rendered.excerpt_text, "On ink and #rust.");
//! ```
//!
//! # The way of a text
//! ```text
//! Markdown ──markdown──▶ HTML ──weight──▶ ──sanitise──▶ canonical safe HTML ──fragment──▶ pieces
//!                                                                                           │
//!        tidy · hashtag · anchor · highlight change the pieces; excerpt · text · reading read them
//! ```
//! Both formats go the same way from HTML on, and everything behind the sanitiser works on its output, which is
//! small and regular, with a flat list of pieces instead of a tree: nothing recurses, so no nesting is too deep.
//! What those steps add is of a closed list (ids, links to hashtags, spans with classes), and the tests hold them
//! to it: to sanitise the output once more changes nothing.
//!
//! # Hostile texts
//! Nothing is an error; every source renders to something. HTML whose nesting would cost the parser quadratic
//! time is weighed beforehand and, if too heavy, shown as its source (see `weight`); so is Markdown with more than
//! 100 quotes and lists within each other (see `markdown`). Long code is not highlighted (see `highlight`). Control characters are dropped, for feeds are XML and cannot hold them.
//!
//! # What it does not do
//! No I/O and no async: whoever calls runs it on a blocking pool. It fetches nothing, resolves no relative
//! addresses and knows no permalinks. When its output changes, [`RENDER_VERSION`] grows and the stored renderings
//! are made anew.

mod anchor;
mod excerpt;
mod fragment;
mod hashtag;
mod highlight;
mod markdown;
mod reading;
mod render;
mod sanitise;
mod text;
mod weight;

pub use highlight::{grammar_licences, stylesheet};
pub use render::{Excerpt, RENDER_VERSION, RenderOptions, render, render_excerpt};
