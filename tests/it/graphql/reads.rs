//! What the reads of the schema give, on a small blog.

mod changes;
mod entries;
mod filters;
mod nodes;
mod terms;
mod unpublished;
