//! Authors.

use async_graphql::{Context, ID, Object, Result};
use inkstand_blog::FiledUnder;
use inkstand_model as model;

use crate::{
    connection::{Connection, PageArguments},
    node_id::NodeId,
    object::{
        Post,
        posts::{EntryTotal, PostOrder, posts_of},
    },
    scalar::{Slug, Url},
};

/// A public byline, with or without an account behind it.
pub(crate) struct Author(pub(crate) model::Author);

impl From<model::Author> for Author {
    fn from(it: model::Author) -> Self {
        Self(it)
    }
}

/// A public byline, with or without an account behind it.
#[Object]
impl Author {
    /// The global id: opaque, never given to anything else.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Author(self.0.id).into()
    }

    /// A small number, unique among its kind.
    async fn number(&self) -> i32 {
        i32::try_from(self.0.number).unwrap_or(i32::MAX)
    }

    /// The name in addresses and filters, unique among its kind.
    async fn slug(&self) -> Slug {
        Slug(self.0.slug.clone())
    }

    /// The name that readers see.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The short name as it was first written; `author(handle:)` takes any spelling of it.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Plain text about them, may be empty.
    async fn bio(&self) -> &str {
        &self.0.bio
    }

    /// Their own page elsewhere.
    async fn url(&self) -> Option<Url> {
        self.0.url.clone().map(Url)
    }

    /// The address of their picture.
    async fn avatar(&self) -> Option<Url> {
        self.0.avatar.clone().map(Url)
    }

    /// Published posts that bear the name.
    async fn post_count(&self) -> i32 {
        i32::try_from(self.0.post_count).unwrap_or(i32::MAX)
    }

    /// Their published posts, newest first unless ordered otherwise.
    async fn posts(
        &self,
        ctx: &Context<'_>,
        order_by: Option<PostOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Post, EntryTotal>> {
        let page = PageArguments { first, after, last, before, skip: None };
        posts_of(ctx, FiledUnder::Author, self.0.id.uuid(), self.0.post_count, order_by, page).await
    }
}
