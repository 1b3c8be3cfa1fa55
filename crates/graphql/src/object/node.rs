//! Whatever has a global id.

use std::sync::Arc;

use async_graphql::{ID, Interface};
use inkstand_model as model;

use crate::object::{Account, Author, Category, Page, Post, Series, Tag};

/// Whatever can be fetched by its global id: posts, pages, tags, categories, series, authors, accounts.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id: opaque, never given to anything else."))]
pub(crate) enum Node {
    Post(Post),
    Page(Page),
    Author(Author),
    Tag(Tag),
    Category(Category),
    Series(Series),
    Account(Account),
}

impl From<Arc<model::Entry>> for Node {
    fn from(entry: Arc<model::Entry>) -> Self {
        match entry.kind {
            model::EntryKind::Post => Self::Post(Post::from(entry)),
            model::EntryKind::Page => Self::Page(Page::from(entry)),
        }
    }
}
