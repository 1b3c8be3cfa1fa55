//! Categories.

use async_graphql::{Context, Result};

use crate::{object::term::term_object, request::state};

term_object! {
    /// A place in a tree of subjects.
    Category,
    "Published posts in it, without those of the categories below.",
    "Its published posts, without those of the categories below, newest first unless ordered otherwise.",
    {
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
    }
}
