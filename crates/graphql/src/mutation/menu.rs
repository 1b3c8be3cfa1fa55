//! Menus.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use inkstand_blog::{MenuEdit, Refusal, RefusalCode, WriteError};
use inkstand_model as model;
use inkstand_model::{Action, MenuTarget};

use crate::{
    node_id::NodeId,
    object::Menu,
    payload::{MenuConflict, UserError, payload},
    request::state,
};

/// Writes to menus.
#[derive(Default)]
pub(crate) struct MenuMutations;

#[Object]
impl MenuMutations {
    /// Makes or replaces the menu of a place as a whole. For editors.
    async fn set_menu(&self, ctx: &Context<'_>, input: SetMenuInput) -> Result<MenuPayload> {
        let reader = &state(ctx).reader;
        let outcome = async {
            reader.must_be_allowed(Action::ManageTerms)?;
            let items = items(input.items, &mut vec!["items".to_owned()])?;
            let edit = MenuEdit { location: input.location, items, version: input.version.map(i64::from) };
            reader.set_menu(edit).await
        };
        MenuPayload::of_menu(ctx, outcome.await).await
    }

    /// Removes the menu of a place. For editors.
    async fn delete_menu(&self, ctx: &Context<'_>, input: DeleteMenuInput) -> Result<MenuPayload> {
        let version = input.version.map(i64::from);
        let outcome = state(ctx).reader.delete_menu(&input.location, version).await;
        MenuPayload::of_menu(ctx, outcome).await
    }
}

/// A menu as a whole.
#[derive(InputObject)]
pub(crate) struct SetMenuInput {
    /// Where it belongs, in the front end's own words, such as `main`: any text that becomes a slug, at most 50
    /// characters.
    location: String,
    /// Its items in order, at most 200 in all, on at most 3 levels.
    items: Vec<MenuItemInput>,
    /// The version that the edit began from, 0 where there was no such menu. Where it is at another one by now, nothing
    /// is changed. Without it, whatever is there is replaced.
    version: Option<i32>,
}

/// A menu to be removed.
#[derive(InputObject)]
pub(crate) struct DeleteMenuInput {
    /// Where it belongs.
    location: String,
    /// The version that is to be removed. Where the menu is at another one by now, it stays. Without it, whatever is
    /// there is removed.
    version: Option<i32>,
}

/// A line of a menu.
#[derive(InputObject)]
pub(crate) struct MenuItemInput {
    /// What readers see, one line of at most 200 characters.
    label: String,
    /// Where it leads.
    target: MenuTargetInput,
    /// The items below it.
    children: Option<Vec<MenuItemInput>>,
}

/// Where an item of a menu leads: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum MenuTargetInput {
    /// To a post, page, tag, category, series or author, by its id; wherever it moves, the menu follows.
    Id(ID),
    /// To an address that begins with `https://`, `http://` or `mailto:`, or a path on this site.
    Url(String),
}

payload! {
    /// The answer to a change of a menu.
    MenuPayload {
        /// The menu as it is now, or as it was where it was removed; null where nothing was changed.
        menu: Menu
    }
}

impl MenuPayload {
    async fn of_menu(
        ctx: &Context<'_>,
        outcome: Result<(model::Menu, model::Seq), WriteError>,
    ) -> Result<Self> {
        state(ctx).forget();
        let outcome = match outcome {
            Ok((menu, seq)) => Ok((Menu::seen(ctx, &menu).await?, seq)),
            Err(WriteError::MenuConflict(current)) => {
                let conflict = MenuConflict::new(current.version, Menu::seen(ctx, &current).await?);
                return Ok(Self {
                    menu: None,
                    seq: None,
                    user_errors: vec![UserError::MenuConflict(conflict)],
                });
            }
            Err(error) => Err(error),
        };
        Self::of(ctx, outcome, |menu| menu)
    }
}

/// The items in the model's words. `path` says where in the input they stand.
fn items(items_in: Vec<MenuItemInput>, path: &mut Vec<String>) -> Result<Vec<model::MenuItem>, Refusal> {
    let mut read = Vec::with_capacity(items_in.len().min(model::Menu::MOST_ITEMS));
    for (place, MenuItemInput { label, target, children }) in items_in.into_iter().enumerate() {
        path.push(place.to_string());
        let target = match target {
            MenuTargetInput::Url(url) => MenuTarget::Url(url),
            MenuTargetInput::Id(id) => match NodeId::parse(&id) {
                Ok(NodeId::Entry(_, id)) => MenuTarget::Entry(id),
                Ok(NodeId::Tag(id)) => MenuTarget::Tag(id),
                Ok(NodeId::Category(id)) => MenuTarget::Category(id),
                Ok(NodeId::Series(id)) => MenuTarget::Series(id),
                Ok(NodeId::Author(id)) => MenuTarget::Author(id),
                Ok(_) => {
                    return Err(wrong(path, "this is no id of anything that a menu leads to".to_owned()));
                }
                Err(error) => return Err(wrong(path, error.message)),
            },
        };
        path.push("children".to_owned());
        let children = items(children.unwrap_or_default(), path)?;
        path.truncate(path.len() - 2);
        read.push(model::MenuItem { label, target, children });
    }
    Ok(read)
}

fn wrong(path: &[String], message: String) -> Refusal {
    Refusal { code: RefusalCode::Invalid, field: [path, &["target".to_owned()]].concat(), message }
}
