//! The index as its callers see it.

#![expect(clippy::print_stdout, reason = "measures are told")]
#![expect(clippy::unwrap_used, reason = "a story that cannot go on is a failed test")]

mod blog;
mod damage;
mod facets;
mod following;
mod marks;
mod model;
mod quality;
mod questions;
mod related;
mod suggestions;
mod synonyms;
mod two_steps;
mod unpublished;
