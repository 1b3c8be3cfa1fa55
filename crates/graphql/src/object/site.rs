//! The blog as a whole.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use futures::future::try_join_all;
use inkstand_model as model;

use crate::{
    object::menu::{Menu, MenuItem, seen},
    request::state,
    scalar::{Language, Url},
};

/// The blog as a whole.
pub(crate) struct Site(pub(crate) Arc<model::Site>);

/// The blog as a whole.
#[Object]
impl Site {
    /// Its name.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// A line below the name, may be empty.
    async fn tagline(&self) -> &str {
        &self.0.tagline
    }

    /// Its address, without a slash at the end.
    async fn url(&self, ctx: &Context<'_>) -> Url {
        Url(state(ctx).public_url.to_string())
    }

    /// The language of entries that name none.
    async fn language(&self) -> Language {
        Language(self.0.language.clone())
    }

    /// How the addresses of new posts are made, such as `/{yyyy}/{mm}/{slug}`; null for whoever may not write.
    async fn permalinks(&self, ctx: &Context<'_>) -> Option<&str> {
        may_write(ctx).then(|| self.0.permalinks.as_str())
    }

    /// The zone of dates without one, and of the months in addresses and archives, by its name in the IANA database.
    async fn time_zone(&self) -> &str {
        self.0.zone.name()
    }

    /// Where the front end shows what is not published yet, as a pattern with `{token}`, `{path}` and `{id}`; null where
    /// it does not, and unless the viewer may write.
    async fn preview_url_pattern(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.preview_url.as_ref().filter(|_| may_write(ctx)).map(model::PreviewPattern::as_str)
    }

    /// The items of the menu of a place, such as `main`; none where there is no such menu.
    async fn menu(&self, ctx: &Context<'_>, location: String) -> Result<Vec<MenuItem>> {
        let Some(location) = model::Slug::from_title(&location) else { return Ok(Vec::new()) };
        let menus = state(ctx).menus(ctx).await?;
        let Some(menu) = menus.iter().find(|menu| menu.location == location) else { return Ok(Vec::new()) };
        seen(ctx, &menu.items).await
    }

    /// Every menu, by location.
    async fn menus(&self, ctx: &Context<'_>) -> Result<Vec<Menu>> {
        let menus = state(ctx).menus(ctx).await?;
        try_join_all(menus.iter().map(|menu| Menu::seen(ctx, menu))).await
    }
}

/// Whether the viewer writes here, and so sees what only writers need.
pub(crate) fn may_write(ctx: &Context<'_>) -> bool {
    let write = model::Action::Write(model::EntryKind::Post, model::Whose::Own);
    model::may(state(ctx).reader.viewer(), write)
}
