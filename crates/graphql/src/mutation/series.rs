//! Series.

use async_graphql::{Context, ID, InputObject, Object, Result};
use inkstand_blog::TermText;
use inkstand_model::Action;

use super::term_input::{id_in, ids_in};
use crate::{node_id::NodeId, object::Series, payload::payload, request::state};

/// Writes to series.
#[derive(Default)]
pub(crate) struct SeriesMutations;

#[Object]
impl SeriesMutations {
    /// Makes a series that has no posts yet. For editors.
    async fn create_series(&self, ctx: &Context<'_>, input: CreateSeriesInput) -> Result<SeriesPayload> {
        let CreateSeriesInput { name, slug, description } = input;
        let text = TermText { name: Some(name), slug, description };
        SeriesPayload::of(ctx, state(ctx).reader.create_series(text).await, Series)
    }

    /// Changes a series; what is left out stays. A slug that it gives up goes on leading to it. For editors.
    async fn update_series(&self, ctx: &Context<'_>, input: UpdateSeriesInput) -> Result<SeriesPayload> {
        let UpdateSeriesInput { id, name, slug, description } = input;
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.update_series(id_in("id", &id)?, TermText { name, slug, description }).await
        };
        SeriesPayload::of(ctx, outcome.await, Series)
    }

    /// Has every post of some series be part of another one instead, drafts included, and removes these. Posts keep their
    /// positions, so the parts of a series that was split fall into place; `orderSeries` gives another order. Their slugs
    /// lead to the other one from now on, also where a post is imported again. For editors.
    async fn merge_series(&self, ctx: &Context<'_>, input: MergeSeriesInput) -> Result<SeriesPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.merge_series(&ids_in("ids", &input.ids)?, id_in("into", &input.into)?).await
        };
        SeriesPayload::of(ctx, outcome.await, Series)
    }

    /// Sets the order of the posts of a series as a whole: those named come first, the rest follow in the order that they
    /// have. For editors.
    async fn order_series(&self, ctx: &Context<'_>, input: OrderSeriesInput) -> Result<SeriesPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.order_series(id_in("id", &input.id)?, &ids_in("posts", &input.posts)?).await
        };
        SeriesPayload::of(ctx, outcome.await, Series)
    }

    /// Removes a series for good: its slug leads nowhere then. One that has posts stays, unless `force` says that they
    /// are to leave it. For editors.
    async fn delete_series(
        &self,
        ctx: &Context<'_>,
        input: DeleteSeriesInput,
    ) -> Result<DeleteSeriesPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.delete_series(id_in("id", &input.id)?, input.force).await
        };
        DeleteSeriesPayload::of(ctx, outcome.await, |id| NodeId::Series(id).into())
    }
}

/// A series to be made.
#[derive(InputObject)]
pub(crate) struct CreateSeriesInput {
    /// The name that readers see, one line of at most 200 characters.
    name: String,
    /// Any text that becomes its slug; without it, the slug is made of the name.
    slug: Option<String>,
    /// Plain text, at most 10000 characters.
    description: Option<String>,
}

/// A series to be changed.
#[derive(InputObject)]
pub(crate) struct UpdateSeriesInput {
    /// Which one.
    id: ID,
    /// The name that readers see, one line of at most 200 characters.
    name: Option<String>,
    /// Any text that becomes its slug. Another name alone leaves the slug as it is.
    slug: Option<String>,
    /// Plain text, at most 10000 characters.
    description: Option<String>,
}

/// Series to be merged.
#[derive(InputObject)]
pub(crate) struct MergeSeriesInput {
    /// The series that are to go, at most 100.
    ids: Vec<ID>,
    /// The series that stays.
    into: ID,
}

/// The posts of a series in order.
#[derive(InputObject)]
pub(crate) struct OrderSeriesInput {
    /// Which series.
    id: ID,
    /// The ids of posts of the series, in the order in which they are to be read, at most 1000. Drafts are posts too.
    posts: Vec<ID>,
}

/// A series to be removed.
#[derive(InputObject)]
pub(crate) struct DeleteSeriesInput {
    /// Which one.
    id: ID,
    /// Whether to remove it although it has posts, drafts included; they are part of no series then.
    #[graphql(default)]
    force: bool,
}

payload! {
    /// The answer to a change of a series.
    SeriesPayload {
        /// The series as it is now; null where nothing was changed.
        series: Series
    }
}

payload! {
    /// The answer to the removal of a series.
    DeleteSeriesPayload {
        /// The id that it had; null where it is still there.
        deleted_id: ID
    }
}
