//! The blog as a whole.

use std::sync::Arc;

use async_graphql::{Context, Object};
use inkstand_model as model;

use crate::{
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

    /// The zone of the months in addresses and archives, by its name in the IANA database.
    async fn time_zone(&self) -> &str {
        self.0.zone.name()
    }
}
