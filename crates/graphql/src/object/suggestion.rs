//! What to offer while a reader types.

use async_graphql::{Enum, SimpleObject};

use crate::object::Node;

/// Something of which a word begins as the reader began to type.
#[derive(SimpleObject)]
pub(crate) struct Suggestion {
    /// What it is.
    pub(crate) kind: SuggestionKind,
    /// Its title or name.
    pub(crate) text: String,
    /// The address of a post or page; null for tags and authors.
    pub(crate) path: Option<String>,
    /// The thing itself.
    pub(crate) node: Node,
}

/// What a suggestion leads to.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SuggestionKind {
    /// A post.
    Post,
    /// A page.
    Page,
    /// A tag.
    Tag,
    /// An author.
    Author,
}
