//! The site's settings, and orders to every server.

use inkstand_model::{
    Action, ChangeKind, ChangeOp, Language, PermalinkPattern, PreviewPattern, Seq, Site, Viewer, Zone, may,
};
use tracing::instrument;
use uuid::Uuid;

use crate::{Blog, BlogError, Reader, Refusal, RefusalCode, WriteError, term_text::replace, text};

/// Characters of a setting.
const LONGEST_SETTING: usize = 500;

/// Settings to be changed, as somebody typed them; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteChange {
    /// The blog's name.
    pub title: Option<String>,
    /// A line below it.
    pub tagline: Option<String>,
    /// The language of entries that name none.
    pub language: Option<Language>,
    /// The name of a zone.
    pub time_zone: Option<String>,
    /// The pattern of addresses.
    pub permalinks: Option<String>,
    /// The pattern of preview addresses; an inner `None` takes it away.
    pub preview_url_pattern: Option<Option<String>>,
}

impl SiteChange {
    /// What is wrong with it, or how it changes a site.
    fn check(self) -> Result<impl FnOnce(&mut Site) + Send, WriteError> {
        let mut refusals = Vec::new();
        let mut note = |refusal: Refusal| refusals.push(refusal);
        let title = self
            .title
            .and_then(|title| text::line("title", &title, 1, LONGEST_SETTING).map_err(&mut note).ok());
        let tagline = self
            .tagline
            .and_then(|tagline| text::line("tagline", &tagline, 0, LONGEST_SETTING).map_err(&mut note).ok());
        let invalid = |field, message: String| Refusal::new(RefusalCode::Invalid, field, message);
        let zone = self.time_zone.and_then(|name| {
            Zone::parse(&name).map_err(|error| note(invalid("timeZone", error.to_string()))).ok()
        });
        let permalinks = self.permalinks.and_then(|pattern| {
            PermalinkPattern::parse(&pattern)
                .map_err(|error| note(invalid("permalinks", error.to_string())))
                .ok()
        });
        let preview_url =
            self.preview_url_pattern.and_then(|pattern| match pattern.as_deref().map(str::trim) {
                None | Some("") => Some(None),
                Some(pattern) => PreviewPattern::parse(pattern)
                    .map_err(|error| note(invalid("previewUrlPattern", error.to_string())))
                    .ok()
                    .map(Some),
            });
        if !refusals.is_empty() {
            return Err(WriteError::Refused(refusals));
        }
        let language = self.language;
        Ok(move |site: &mut Site| {
            replace(&mut site.title, title);
            replace(&mut site.tagline, tagline);
            replace(&mut site.language, language);
            replace(&mut site.zone, zone);
            replace(&mut site.permalinks, permalinks);
            replace(&mut site.preview_url, preview_url);
        })
    }
}

/// The names of the settings in which two sites differ.
fn differences(before: &Site, now: &Site) -> String {
    let settings = [
        ("title", before.title != now.title),
        ("tagline", before.tagline != now.tagline),
        ("language", before.language != now.language),
        ("time zone", before.zone != now.zone),
        ("permalinks", before.permalinks != now.permalinks),
        ("preview address", before.preview_url != now.preview_url),
    ];
    let names: Vec<&str> =
        settings.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
    names.join(", ")
}

impl Reader {
    /// Changes the site's settings, and says what they are then.
    ///
    /// # Errors
    /// Where the viewer may not, a setting means nothing, or the database fails.
    pub async fn update_site(&self, change: SiteChange) -> Result<(Site, Seq), WriteError> {
        self.must_be_allowed(Action::ChangeSite)?;
        Ok(self.blog().change_site(self.viewer(), change.check()?).await?)
    }
}

impl Blog {
    /// Changes the site's settings, and says what they are then. What another one changes at the same time stays,
    /// unless it is the same setting: `change` gets the settings of a moment when nobody else writes.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database fails.
    #[instrument(name = "blog.change_site", skip_all)]
    pub async fn change_site(
        &self,
        viewer: &Viewer,
        change: impl FnOnce(&mut Site) + Send,
    ) -> Result<(Site, Seq), BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
        let mut site = writing.site().await?;
        let before = site.clone();
        change(&mut site);
        writing.set_site(&site).await?;
        writing.audit("site.update", None, &differences(&before, &site)).await?;
        let seq = self.commit(writing).await?;
        Ok((site, seq))
    }

    /// Has every server build its index anew: the order is a line in the log, which they all follow.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database fails.
    #[instrument(name = "blog.order_reindex", skip_all)]
    pub async fn order_reindex(&self, viewer: &Viewer) -> Result<(), BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
        writing.record(ChangeKind::Index, Uuid::nil(), ChangeOp::Updated, []);
        writing.audit("index.rebuild", None, "").await?;
        self.commit(writing).await?;
        Ok(())
    }
}
