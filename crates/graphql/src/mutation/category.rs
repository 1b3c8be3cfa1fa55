//! Categories.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use inkstand_blog::TermText;
use inkstand_model::Action;

use super::term_input::{id_in, ids_in};
use crate::{node_id::NodeId, object::Category, payload::payload, request::state};

/// Writes to categories.
#[derive(Default)]
pub(crate) struct CategoryMutations;

#[Object]
impl CategoryMutations {
    /// Makes a category that no post is filed under yet. For editors.
    async fn create_category(
        &self,
        ctx: &Context<'_>,
        input: CreateCategoryInput,
    ) -> Result<CategoryPayload> {
        let CreateCategoryInput { name, slug, description, parent } = input;
        let reader = &state(ctx).reader;
        let text = TermText { name: Some(name), slug, description };
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            let parent = parent.map(|parent| id_in("parent", &parent)).transpose()?;
            reader.create_category(text, parent).await
        };
        CategoryPayload::of(ctx, outcome.await, Category)
    }

    /// Changes a category; what is left out stays. A slug that it gives up goes on leading to it. For editors.
    async fn update_category(
        &self,
        ctx: &Context<'_>,
        input: UpdateCategoryInput,
    ) -> Result<CategoryPayload> {
        let UpdateCategoryInput { id, name, slug, description, parent } = input;
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            let parent = parent.map_value(|parent| id_in("parent", &parent)).transpose()?.into();
            reader.update_category(id_in("id", &id)?, TermText { name, slug, description }, parent).await
        };
        CategoryPayload::of(ctx, outcome.await, Category)
    }

    /// Files every post of some categories under another one instead, drafts included, and removes these. Categories below
    /// them are below the other one then; where that one is itself below one of them, it moves up in its place. Their
    /// slugs lead to the other one from now on, also where a post is imported again. For editors.
    async fn merge_categories(
        &self,
        ctx: &Context<'_>,
        input: MergeCategoriesInput,
    ) -> Result<CategoryPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.merge_categories(&ids_in("ids", &input.ids)?, id_in("into", &input.into)?).await
        };
        CategoryPayload::of(ctx, outcome.await, Category)
    }

    /// Removes a category for good: its slug leads nowhere then. One that posts are filed under, or that has others below
    /// it, stays, unless `force` says that the posts are to lose it, and those below to move up. For editors.
    async fn delete_category(
        &self,
        ctx: &Context<'_>,
        input: DeleteCategoryInput,
    ) -> Result<DeleteCategoryPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            reader.delete_category(id_in("id", &input.id)?, input.force).await
        };
        DeleteCategoryPayload::of(ctx, outcome.await, |id| NodeId::Category(id).into())
    }
}

/// A category to be made.
#[derive(InputObject)]
pub(crate) struct CreateCategoryInput {
    /// The name that readers see, one line of at most 200 characters.
    name: String,
    /// Any text that becomes its slug; without it, the slug is made of the name.
    slug: Option<String>,
    /// Plain text, at most 10000 characters.
    description: Option<String>,
    /// The category above; without it, it stands at the root of the tree.
    parent: Option<ID>,
}

/// A category to be changed.
#[derive(InputObject)]
pub(crate) struct UpdateCategoryInput {
    /// Which one.
    id: ID,
    /// The name that readers see, one line of at most 200 characters.
    name: Option<String>,
    /// Any text that becomes its slug. Another name alone leaves the slug as it is.
    slug: Option<String>,
    /// Plain text, at most 10000 characters.
    description: Option<String>,
    /// The category above, which must be neither this one nor one below it; null puts it at the root of the tree.
    parent: MaybeUndefined<ID>,
}

/// Categories to be merged.
#[derive(InputObject)]
pub(crate) struct MergeCategoriesInput {
    /// The categories that are to go, at most 100.
    ids: Vec<ID>,
    /// The category that stays.
    into: ID,
}

/// A category to be removed.
#[derive(InputObject)]
pub(crate) struct DeleteCategoryInput {
    /// Which one.
    id: ID,
    /// Whether to remove it although posts are filed under it, drafts included, or others are below it.
    #[graphql(default)]
    force: bool,
}

payload! {
    /// The answer to a change of a category.
    CategoryPayload {
        /// The category as it is now; null where nothing was changed.
        category: Category
    }
}

payload! {
    /// The answer to the removal of a category.
    DeleteCategoryPayload {
        /// The id that it had; null where it is still there.
        deleted_id: ID
    }
}
