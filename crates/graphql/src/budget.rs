//! What a request may ask for, decided before anything walks it.
//!
//! The library's own limits do not hold: its parser and validation recurse without bound on nested values and
//! chains of fragments (a few kilobytes overflow the stack), they walk a fragment each time it is spread (thirty
//! fragments that spread the next one twice are a billion visits), they copy a variable's value wherever it is used,
//! guess at each of ten thousand unknown names what was meant, and no limit knows that `first: 100` makes a hundred
//! of everything below.
//!
//! So a text is counted before it is parsed ([`text`]), variables before they are used ([`variables`]), and a
//! document is weighed before it is validated ([`document`]): each fragment is measured once, lists multiply, and no
//! recursion is deeper than the limits here. Each takes time in proportion to what was sent.

pub(crate) mod document;
pub(crate) mod text;
pub(crate) mod variables;

pub(crate) use document::{MOST_COST, Weigher};
pub(crate) use text::check_text;
pub(crate) use variables::check_variables;
