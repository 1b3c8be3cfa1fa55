//! Tags.

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
    scalar::Slug,
};

/// A flat label on posts.
pub(crate) struct Tag(pub(crate) model::Tag);

impl From<model::Tag> for Tag {
    fn from(it: model::Tag) -> Self {
        Self(it)
    }
}

/// A flat label on posts.
#[Object]
impl Tag {
    /// The global id: opaque, never given to anything else.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Tag(self.0.id).into()
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

    /// Plain text, may be empty.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Published posts in it.
    async fn post_count(&self) -> i32 {
        i32::try_from(self.0.post_count).unwrap_or(i32::MAX)
    }

    /// Its published posts, newest first unless ordered otherwise.
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
        posts_of(ctx, FiledUnder::Tag, self.0.id.uuid(), self.0.post_count, order_by, page).await
    }
}
