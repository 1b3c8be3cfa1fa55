//! Whatever has a global id.

use async_graphql::{ID, Interface};

use crate::object::{Account, Author, Category, Page, Post, Series, Tag};

/// Whatever has a global id and can be fetched by it.
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
