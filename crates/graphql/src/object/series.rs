//! Series.

use async_graphql::{Context, ID, Object, Result};
use inkstand_blog::FiledUnder;
use inkstand_model as model;

use crate::{
    connection::{Connection, PageArguments},
    loader::load,
    node_id::NodeId,
    object::{
        Post,
        entry::{SeriesPart, post},
        posts::{EntryTotal, PostOrder, posts_of},
    },
    scalar::Slug,
};

/// Posts to be read in order.
pub(crate) struct Series(pub(crate) model::Series);

impl From<model::Series> for Series {
    fn from(it: model::Series) -> Self {
        Self(it)
    }
}

/// Posts to be read in order.
#[Object]
impl Series {
    /// The global id: opaque, never given to anything else.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Series(self.0.id).into()
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

    /// Its published posts in reading order.
    async fn parts(&self, ctx: &Context<'_>) -> Result<Vec<SeriesPart>> {
        let parts = load(ctx, self.0.id).await?.unwrap_or_default();
        let mut found = Vec::with_capacity(parts.len());
        for (place, post) in
            futures::future::try_join_all(parts.iter().map(|part| post(ctx, Some(part.entry))))
                .await?
                .into_iter()
                .enumerate()
        {
            found.extend(post.map(|post| SeriesPart::new(place, self.0.clone(), post)));
        }
        Ok(found)
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
        posts_of(ctx, FiledUnder::Series, self.0.id.uuid(), self.0.post_count, order_by, page).await
    }
}
