//! The use cases as small stories, on a SQLite file of their own each.

mod desk;
mod unpublished_terms;
