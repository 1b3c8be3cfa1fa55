//! Categories.

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
    request::state,
    scalar::Slug,
};

/// A place in a tree of subjects.
pub(crate) struct Category(pub(crate) model::Category);

impl From<model::Category> for Category {
    fn from(it: model::Category) -> Self {
        Self(it)
    }
}

/// A place in a tree of subjects.
#[Object]
impl Category {
    /// The global id: opaque, never given to anything else.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Category(self.0.id).into()
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

    /// The category above.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        let tree = state(ctx).categories(ctx).await?;
        Ok(tree.iter().find(|category| category.id == parent).cloned().map(Category::from))
    }

    /// The categories right below, by slug.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let tree = state(ctx).categories(ctx).await?;
        let below = tree.iter().filter(|category| category.parent == Some(self.0.id));
        Ok(below.cloned().map(Category::from).collect())
    }

    /// Published posts in it, without those of the categories below.
    async fn post_count(&self) -> i32 {
        i32::try_from(self.0.post_count).unwrap_or(i32::MAX)
    }

    /// Its published posts, without those of the categories below, newest first unless ordered otherwise.
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
        posts_of(ctx, FiledUnder::Category, self.0.id.uuid(), self.0.post_count, order_by, page).await
    }
}
