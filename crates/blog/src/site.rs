//! The site's settings, and orders to every server.

use inkstand_model::{Action, ChangeKind, ChangeOp, Site, Viewer, may};
use tracing::instrument;
use uuid::Uuid;

use crate::{Blog, BlogError};

impl Blog {
    /// Replaces the site's settings.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database fails.
    #[instrument(name = "blog.set_site", skip_all)]
    pub async fn set_site(&self, viewer: &Viewer, site: &Site) -> Result<(), BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        let mut writing = self.inner.storage.write("operator", self.inner.clock.as_ref()).await?;
        writing.set_site(site).await?;
        writing.commit().await?;
        self.inner.written.notify_waiters();
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
