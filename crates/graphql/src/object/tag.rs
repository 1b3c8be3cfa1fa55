//! Tags.

use async_graphql::{Context, Result};

use crate::{
    connection::{LARGEST_PAGE, bounded},
    loader::{TagsBeside, load},
    object::term::term_object,
};

term_object! {
    /// A flat label on posts.
    Tag, "Published posts in it.", "Its published posts, newest first unless ordered otherwise.", {
        /// Plain text, may be empty.
        async fn description(&self) -> &str {
            &self.0.description
        }

        /// The tags that stand most tellingly beside it on published posts: more often than chance would have it. How many
        /// posts bear both is the count of a search's `facets(of: TAG)` with this tag in `all` of the filter.
        async fn related(
            &self,
            ctx: &Context<'_>,
            #[graphql(default = 10, desc = "At most 100.")] first: i32,
        ) -> Result<Vec<Tag>> {
            let first = bounded("first", first, LARGEST_PAGE)? as usize;
            let beside = load(ctx, TagsBeside { tag: self.0.slug.clone(), first }).await?;
            Ok(beside.unwrap_or_default().into_iter().map(Tag).collect())
        }
    }
}
