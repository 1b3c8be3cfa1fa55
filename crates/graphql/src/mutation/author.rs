//! Authors.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use inkstand_blog::AuthorText;
use inkstand_model::Action;

use super::term_input::{id_in, ids_in};
use crate::{node_id::NodeId, object::Author, payload::payload, request::state};

/// Writes to authors.
#[derive(Default)]
pub(crate) struct AuthorMutations;

#[Object]
impl AuthorMutations {
    /// Makes an author without posts and without an account. For editors.
    async fn create_author(&self, ctx: &Context<'_>, input: CreateAuthorInput) -> Result<AuthorPayload> {
        let CreateAuthorInput { handle, name, bio, url, avatar } = input;
        let text =
            AuthorText { handle: Some(handle), name, bio, url: url.map(Some), avatar: avatar.map(Some) };
        AuthorPayload::of(ctx, state(ctx).reader.create_author(text).await, Author)
    }

    /// Changes an author; what is left out stays. A handle that they give up goes on leading to them. For editors.
    async fn update_author(&self, ctx: &Context<'_>, input: UpdateAuthorInput) -> Result<AuthorPayload> {
        let UpdateAuthorInput { id, handle, name, bio, url, avatar } = input;
        let (url, avatar) = (url.into(), avatar.into());
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.update_author(id_in("id", &id)?, AuthorText { handle, name, bio, url, avatar }).await
        };
        AuthorPayload::of(ctx, outcome.await, Author)
    }

    /// Has every post of some authors bear the name of another one instead, drafts included, and removes these. Their
    /// handles lead to the other one from now on, also where a post is imported again. An account that writes under one
    /// of the names writes under the other one then; accounts of several people cannot be merged so. For editors.
    async fn merge_authors(&self, ctx: &Context<'_>, input: MergeAuthorsInput) -> Result<AuthorPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.merge_authors(&ids_in("ids", &input.ids)?, id_in("into", &input.into)?).await
        };
        AuthorPayload::of(ctx, outcome.await, Author)
    }

    /// Removes an author for good: their handle leads nowhere then. One whose name posts bear, or under whose name an
    /// account writes, stays, unless `force` says that these are to lose it. For editors.
    async fn delete_author(
        &self,
        ctx: &Context<'_>,
        input: DeleteAuthorInput,
    ) -> Result<DeleteAuthorPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.delete_author(id_in("id", &input.id)?, input.force).await
        };
        DeleteAuthorPayload::of(ctx, outcome.await, |id| NodeId::Author(id).into())
    }
}

/// An author to be made.
#[derive(InputObject)]
pub(crate) struct CreateAuthorInput {
    /// The short name, of which the slug is made: one line of at most 200 characters.
    handle: String,
    /// The name that readers see; without it, they see the handle.
    name: Option<String>,
    /// Plain text about them, at most 10000 characters.
    bio: Option<String>,
    /// Their own page: an address that begins with `https://`, `http://` or `mailto:`, or a path on this site.
    url: Option<String>,
    /// The address of their picture, likewise.
    avatar: Option<String>,
}

/// An author to be changed.
#[derive(InputObject)]
pub(crate) struct UpdateAuthorInput {
    /// Who.
    id: ID,
    /// The short name, of which the slug is made: one line of at most 200 characters.
    handle: Option<String>,
    /// The name that readers see, one line of at most 200 characters.
    name: Option<String>,
    /// Plain text about them, at most 10000 characters.
    bio: Option<String>,
    /// Their own page: an address that begins with `https://`, `http://` or `mailto:`, or a path on this site. Null for
    /// none.
    url: MaybeUndefined<String>,
    /// The address of their picture, likewise.
    avatar: MaybeUndefined<String>,
}

/// Authors to be merged.
#[derive(InputObject)]
pub(crate) struct MergeAuthorsInput {
    /// The authors that are to go, at most 100.
    ids: Vec<ID>,
    /// The author that stays.
    into: ID,
}

/// An author to be removed.
#[derive(InputObject)]
pub(crate) struct DeleteAuthorInput {
    /// Who.
    id: ID,
    /// Whether to remove them although posts bear their name, drafts included, or an account writes under it.
    #[graphql(default)]
    force: bool,
}

payload! {
    /// The answer to a change of an author.
    AuthorPayload {
        /// The author as they are now; null where nothing was changed.
        author: Author
    }
}

payload! {
    /// The answer to the removal of an author.
    DeleteAuthorPayload {
        /// The id that they had; null where they are still there.
        deleted_id: ID
    }
}
