//! Tags.

use async_graphql::{Context, ID, InputObject, Object, Result};
use inkstand_blog::TermText;
use inkstand_model::Action;

use super::term_input::{id_in, ids_in};
use crate::{node_id::NodeId, object::Tag, payload::payload, request::state};

/// Writes to tags.
#[derive(Default)]
pub(crate) struct TagMutations;

#[Object]
impl TagMutations {
    /// Makes a tag that no post bears yet. For editors.
    async fn create_tag(&self, ctx: &Context<'_>, input: CreateTagInput) -> Result<TagPayload> {
        let CreateTagInput { name, slug, description } = input;
        let text = TermText { name: Some(name), slug, description };
        TagPayload::of(ctx, state(ctx).reader.create_tag(text).await, Tag)
    }

    /// Changes a tag; what is left out stays. A slug that it gives up goes on leading to it. For editors.
    async fn update_tag(&self, ctx: &Context<'_>, input: UpdateTagInput) -> Result<TagPayload> {
        let UpdateTagInput { id, name, slug, description } = input;
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.update_tag(id_in("id", &id)?, TermText { name, slug, description }).await
        };
        TagPayload::of(ctx, outcome.await, Tag)
    }

    /// Has every post of some tags bear another one instead, drafts included, and removes these. Their slugs lead to
    /// the other one from now on, also where a post is imported again that bears one of them. For editors.
    async fn merge_tags(&self, ctx: &Context<'_>, input: MergeTagsInput) -> Result<TagPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.merge_tags(&ids_in("ids", &input.ids)?, id_in("into", &input.into)?).await
        };
        TagPayload::of(ctx, outcome.await, Tag)
    }

    /// Removes a tag for good: its slug leads nowhere then. One that posts bear stays, unless `force` says that they
    /// are to lose it. For editors.
    async fn delete_tag(&self, ctx: &Context<'_>, input: DeleteTagInput) -> Result<DeleteTagPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.delete_tag(id_in("id", &input.id)?, input.force).await
        };
        DeleteTagPayload::of(ctx, outcome.await, |id| NodeId::Tag(id).into())
    }
}

/// A tag to be made.
#[derive(InputObject)]
pub(crate) struct CreateTagInput {
    /// The name that readers see, one line of at most 200 characters.
    name: String,
    /// Any text that becomes its slug; without it, the slug is made of the name.
    slug: Option<String>,
    /// Plain text, at most 10000 characters.
    description: Option<String>,
}

/// A tag to be changed.
#[derive(InputObject)]
pub(crate) struct UpdateTagInput {
    /// Which one.
    id: ID,
    /// The name that readers see, one line of at most 200 characters.
    name: Option<String>,
    /// Any text that becomes its slug. Another name alone leaves the slug as it is.
    slug: Option<String>,
    /// Plain text, at most 10000 characters.
    description: Option<String>,
}

/// Tags to be merged.
#[derive(InputObject)]
pub(crate) struct MergeTagsInput {
    /// The tags that are to go, at most 100.
    ids: Vec<ID>,
    /// The tag that stays.
    into: ID,
}

/// A tag to be removed.
#[derive(InputObject)]
pub(crate) struct DeleteTagInput {
    /// Which one.
    id: ID,
    /// Whether to remove it although posts bear it, drafts included; they lose it.
    #[graphql(default)]
    force: bool,
}

payload! {
    /// The answer to a change of a tag.
    TagPayload {
        /// The tag as it is now; null where nothing was changed.
        tag: Tag
    }
}

payload! {
    /// The answer to the removal of a tag.
    DeleteTagPayload {
        /// The id that it had; null where it is still there.
        deleted_id: ID
    }
}
