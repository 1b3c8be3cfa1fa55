//! Series.

use async_graphql::{Context, Result};

use crate::{
    loader::load,
    object::{
        entry::{SeriesPart, post},
        term::term_object,
    },
};

term_object! {
    /// Posts to be read in order.
    Series, "Published posts in it.", "Its published posts, newest first unless ordered otherwise.", {
        /// Plain text, may be empty.
        async fn description(&self) -> &str {
            &self.0.description
        }

        /// Its published posts in reading order.
        async fn parts(&self, ctx: &Context<'_>) -> Result<Vec<SeriesPart>> {
            let parts = load(ctx, self.0.id).await?.unwrap_or_default();
            let mut found = Vec::with_capacity(parts.len());
            for (place, post) in
                futures::future::try_join_all(parts.iter().map(|part| post(ctx, part.entry)))
                    .await?
                    .into_iter()
                    .enumerate()
            {
                found.extend(post.map(|post| SeriesPart::new(place, self.0.clone(), post)));
            }
            Ok(found)
        }
    }
}
