//! The site's settings, and orders to every server.

use inkstand_model::{Action, ChangeKind, ChangeOp, Site, Viewer, may};
use tracing::instrument;
use uuid::Uuid;

use crate::{Blog, BlogError};

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
    ) -> Result<Site, BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        let mut writing = self.inner.storage.write("operator", self.inner.clock.as_ref()).await?;
        let mut site = writing.site().await?;
        change(&mut site);
        writing.set_site(&site).await?;
        writing.commit().await?;
        self.inner.written.notify_waiters();
        Ok(site)
    }

    /// Replaces all of the site's settings.
    ///
    /// # Errors
    /// As [`Blog::change_site`].
    pub async fn set_site(&self, viewer: &Viewer, site: &Site) -> Result<(), BlogError> {
        self.change_site(viewer, |now| now.clone_from(site)).await?;
        Ok(())
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
        let mut writing = self.inner.storage.write("operator", self.inner.clock.as_ref()).await?;
        writing.record(ChangeKind::Index, Uuid::nil(), ChangeOp::Updated, []);
        writing.commit().await?;
        self.inner.written.notify_waiters();
        Ok(())
    }
}
