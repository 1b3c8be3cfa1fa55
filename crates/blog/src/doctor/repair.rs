//! Putting right what follows from the rest.

use inkstand_markup::RENDER_VERSION;
use inkstand_model::{Action, EntryId, Viewer, may};
use tracing::instrument;

use super::{Examination, Finding};
use crate::{
    Blog, BlogError,
    rendering::{Source, render_all},
};

/// Findings that are mended in one transaction: other writers get their turn between.
const MENDED_AT_ONCE: usize = 100;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Findings that were put right.
    pub mended: u64,
    /// Whether every server was told to build its index anew.
    pub reindex: bool,
}

impl Blog {
    /// Puts right what can be, each finding with a line in the audit. What readers could notice stands in the log, so
    /// that every server's caches and index follow.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database fails; what was put right until then stays so.
    #[instrument(name = "blog.repair", skip_all)]
    pub async fn repair(&self, viewer: &Viewer, examination: &Examination) -> Result<Repaired, BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        let mut repaired = Repaired::default();
        let database: Vec<_> = examination
            .findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Database(fault) if fault.can_be_mended() => Some(fault),
                _ => None,
            })
            .collect();
        for faults in database.chunks(MENDED_AT_ONCE) {
            let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
            for fault in faults {
                if writing.mend(fault).await? {
                    writing.audit("doctor.mend", None, &fault.to_string()).await?;
                    repaired.mended += 1;
                }
            }
            self.commit(writing).await?;
        }
        let renderings: Vec<_> = examination
            .findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Rendering { entry, .. } => Some(*entry),
                _ => None,
            })
            .collect();
        for entries in renderings.chunks(MENDED_AT_ONCE) {
            repaired.mended += self.render_again(viewer, entries).await?;
        }
        if examination.findings.iter().any(Finding::is_of_the_index) {
            self.order_reindex(viewer).await?;
            repaired.reindex = true;
        }
        Ok(repaired)
    }

    async fn render_again(&self, viewer: &Viewer, entries: &[EntryId]) -> Result<u64, BlogError> {
        let bodies: Vec<_> = self.inner.storage.bodies(entries).await?.into_values().collect();
        let ids: Vec<EntryId> = bodies.iter().map(|body| body.entry).collect();
        let rendered = render_all(bodies.into_iter().map(Source::from).collect()).await?;
        let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
        let mut mended = 0;
        for (id, (source, rendered)) in ids.into_iter().zip(rendered) {
            // Whoever has written another source meanwhile has also rendered it.
            let now = writing.entry(id).await?.filter(|now| source.is_of(&now.body));
            if let Some(now) = now {
                let finding = Finding::Rendering { entry: id, title: now.entry.title.clone() };
                writing.keep_rendering(now, rendered, RENDER_VERSION).await?;
                writing.audit("doctor.mend", None, &finding.to_string()).await?;
                mended += 1;
            }
        }
        self.commit(writing).await?;
        Ok(mended)
    }

    /// Gives the log another identity and has every server begin anew with all that it keeps: for a database that was
    /// brought back to an earlier state by other means than ours.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database fails.
    #[instrument(name = "blog.renew_log", skip_all)]
    pub async fn renew_log(&self, viewer: &Viewer) -> Result<(), BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
        writing.renew_log().await?;
        // A running server looks at the log's identity when the log grows.
        writing.record(
            inkstand_model::ChangeKind::Index,
            uuid::Uuid::nil(),
            inkstand_model::ChangeOp::Updated,
            [],
        );
        writing.audit("log.renew", None, "").await?;
        self.commit(writing).await?;
        Ok(())
    }
}
