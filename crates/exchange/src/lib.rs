//! Foreign formats in: a blog that was written elsewhere, as a stream of items; and our own posts as files, out and in.
//!
//! [`MarkdownSource`] opens a folder, a `.tar.gz`, a `.tar`, a `.zip` or a single Markdown file, tells the dialect
//! (Jekyll, Hugo and Zola, or just files), and yields one [`Parsed`] after the other: an [`ImportItem`] to bring in,
//! or an [`ImportRefusal`] that says which line is why not. [`parse_markdown`] is the pure function below it, from a
//! path and bytes to an item.
//!
//! ```
//! use inkstand_exchange::parse_markdown;
//!
//! let file = b"---\ntitle: Coming soon\nauthors: [jane, john]\ntags: [18f]\n---\nWe'll be *back*.\n";
//! let item = parse_markdown("posts/2014-03-12-coming-soon.md", file).unwrap();
//! assert_eq!((item.title.as_str(), item.slug.as_deref()), ("Coming soon", Some("coming-soon")));
//! assert_eq!(item.authors.len(), 2);
//! assert_eq!(item.source, "We'll be *back*.\n");
//! ```
//!
//! A post of our own is a [`Document`]: [`write_markdown`] makes the file that its author edits, and [`read_document`]
//! takes it back, body untouched, every mistake with its line.
//!
//! Three rules hold for imports:
//!
//! - **Nothing is lost.** A key that Inkstand has no place for, and a value that is not what its key promises, stay in
//!   [`ImportItem::extra`] in their own spelling; whatever was guessed or mended is a warning that names the line.
//! - **Nothing is trusted.** Archives are hostile until read: no link is followed, no path leads out, and sizes,
//!   nesting, aliases and counts have limits. What breaks one is a refusal by name and never a panic.
//! - **The same bytes give the same item.** No clock, no modification times, no order of a file system.
//!
//! It reads and writes texts and nothing else: it knows neither the database nor the network, downloads no pictures, renders
//! nothing, and leaves to `blog` what becomes of an item.
//!
//! [`Parsed`]: inkstand_model::Parsed
//! [`ImportItem`]: inkstand_model::ImportItem
//! [`ImportItem::extra`]: inkstand_model::ImportItem::extra
//! [`ImportRefusal`]: inkstand_model::ImportRefusal

mod address;
mod archive;
mod author;
mod body;
mod cover;
mod date;
mod document;
mod fields;
mod file_name;
mod folder;
mod front_matter;
mod heading;
mod listing;
mod markdown_file;
mod mend;
mod site_layout;
mod source;
mod tar_stream;
mod term;
mod value;
mod write_markdown;
mod yaml;

pub use document::{Document, Misread, ReadDocument, read_date, read_document};
pub use markdown_file::parse_markdown;
pub use source::{MarkdownSource, OpenError, Skipped};
pub use write_markdown::{quoted, write_date, write_markdown};
