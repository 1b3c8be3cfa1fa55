//! The use cases as small stories, on a SQLite file of their own each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a story that cannot be told fails where it breaks off"
)]

mod addresses;
mod desk;
mod import_again;
mod import_property;
mod menus;
mod schedule;
mod settings;
mod slugs;
mod term_property;
mod terms_merged;
mod terms_refused;
mod terms_renamed;
mod unpublished_terms;
mod writing;
mod writing_property;
