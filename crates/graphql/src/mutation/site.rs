//! The blog as a whole.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};
use inkstand_blog::SiteChange;

use crate::{object::Site, payload::payload, request::state, scalar::Language};

/// Writes to the site.
#[derive(Default)]
pub(crate) struct SiteMutations;

#[Object]
impl SiteMutations {
    /// Changes the blog's settings; what is left out stays. For owners.
    async fn update_site(&self, ctx: &Context<'_>, input: UpdateSiteInput) -> Result<SitePayload> {
        let UpdateSiteInput { title, tagline, language, time_zone, permalinks, preview_url_pattern } = input;
        let language = language.map(|language| language.0);
        let preview_url_pattern = preview_url_pattern.into();
        let change = SiteChange { title, tagline, language, time_zone, permalinks, preview_url_pattern };
        let outcome = state(ctx).reader.update_site(change).await;
        SitePayload::of(ctx, outcome, |site| Site(Arc::new(site)))
    }
}

/// Settings to be changed.
#[derive(InputObject)]
pub(crate) struct UpdateSiteInput {
    /// The blog's name.
    title: Option<String>,
    /// A line below it; empty for none.
    tagline: Option<String>,
    /// The language of entries that name none.
    language: Option<Language>,
    /// The zone of dates without one, and of the months in addresses and archives, by its name in the IANA database.
    time_zone: Option<String>,
    /// How the addresses of new posts are made, such as `/{yyyy}/{mm}/{slug}`. Posts that are there keep theirs.
    permalinks: Option<String>,
    /// Where the front end shows what is not published yet, such as
    /// `https://blog.example/preview?token={token}&path={path}`: `{token}` proves that the preview is allowed, and
    /// `{path}` and `{id}` say of what. Null where the front end does not.
    preview_url_pattern: MaybeUndefined<String>,
}

payload! {
    /// The answer to a change of the site.
    SitePayload {
        /// The settings as they are now; null where nothing was changed.
        site: Site
    }
}
