//! Looking a blog over: whether what is derived still follows from what was written.
//!
//! The database is looked at as it is at one moment, while it is served. The index can be looked at only where no
//! server holds it.

mod finding;
mod index;
mod repair;

use std::{collections::BTreeMap, path::Path};

use inkstand_markup::RENDER_VERSION;
use inkstand_model::{Action, Entry, EntryBody, EntryId, EntryStatus, Rendered, Viewer, may};
use inkstand_search::HeldEntry;
use inkstand_storage::Snapshot;
use tracing::instrument;

use self::index::{OpenIndex, open_index};
pub use self::{
    finding::{Examination, Finding, IndexLook},
    repair::Repaired,
};
use crate::{
    Blog, BlogError,
    rendering::{Source, render_all},
};

/// Entries that are read and rendered at once.
const ENTRIES_AT_ONCE: u64 = 100;

impl Blog {
    /// Looks everything over and changes nothing. `index` is the folder of the index of a server on this machine;
    /// `progress` is told how many entries of how many were looked at.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database or the folder cannot be read.
    #[instrument(name = "blog.examine", skip_all)]
    pub async fn examine(
        &self,
        viewer: &Viewer,
        index: Option<&Path>,
        progress: impl Fn(u64, u64),
    ) -> Result<Examination, BlogError> {
        if !may(viewer, Action::ChangeSite) {
            return Err(BlogError::NotAllowed(Action::ChangeSite));
        }
        // First, so that it cannot move on behind the moment at which the database is looked at.
        let index = open_index(index).await?;
        let examined = self.examine_with(&index, progress).await;
        index.close().await?;
        examined
    }

    async fn examine_with(
        &self,
        index: &OpenIndex,
        progress: impl Fn(u64, u64),
    ) -> Result<Examination, BlogError> {
        let snapshot = self.inner.storage.snapshot().await?;
        let damage = snapshot.damage().await?;
        if !damage.is_empty() {
            let findings = damage.into_iter().map(Finding::Database).collect();
            return Ok(Examination { findings, entries: 0, outdated: 0, index: IndexLook::NotLookedAt });
        }
        let mut findings: Vec<Finding> =
            snapshot.faults().await?.into_iter().map(Finding::Database).collect();
        let walked = walk(&snapshot, &mut findings, progress).await?;
        let look = self.compare_index(index, snapshot.log_end().await?, &walked.there, &mut findings).await?;
        Ok(Examination { findings, entries: walked.entries, outdated: walked.outdated, index: look })
    }
}

#[derive(Default)]
struct Walked {
    entries: u64,
    outdated: u64,
    /// As the index should hold them.
    there: BTreeMap<EntryId, HeldEntry>,
}

async fn walk(
    snapshot: &Snapshot,
    findings: &mut Vec<Finding>,
    progress: impl Fn(u64, u64),
) -> Result<Walked, BlogError> {
    let total = snapshot.count_entries().await?;
    let (mut walked, mut after) = (Walked::default(), None);
    while let Some(part) = snapshot.walk(after, ENTRIES_AT_ONCE).await? {
        after = Some(part.last);
        findings.extend(part.faults.into_iter().map(Finding::Database));
        walked.there.extend(part.entries.iter().map(|(entry, body)| {
            let published = entry.publication.status() == EntryStatus::Published;
            (entry.id, HeldEntry::new(published, &entry.title, &body.text))
        }));
        let (current, outdated): (Vec<_>, Vec<_>) =
            part.entries.into_iter().partition(|(_, body)| body.render_version == RENDER_VERSION);
        walked.outdated += outdated.len() as u64;
        findings.extend(wrong_renderings(current).await?);
        walked.entries += part.seen;
        progress(walked.entries, total);
    }
    Ok(walked)
}

/// What this very version of the renderer makes otherwise than it stands there.
async fn wrong_renderings(entries: Vec<(Entry, EntryBody)>) -> Result<Vec<Finding>, BlogError> {
    let sources = entries.iter().map(|(_, body)| Source::from(body.clone())).collect();
    let rendered = render_all(sources).await?;
    let wrong = entries.iter().zip(&rendered).filter(|((entry, body), (_, rendered))| {
        let kept = Rendered {
            html: body.html.clone(),
            text: body.text.clone(),
            excerpt_html: entry.excerpt_html.clone(),
            excerpt_text: entry.excerpt_text.clone(),
            headings: body.headings.clone(),
            hashtags: entry.hashtags.clone(),
            word_count: entry.word_count,
            reading_minutes: entry.reading_minutes,
        };
        kept != *rendered
    });
    Ok(wrong
        .map(|((entry, _), _)| Finding::Rendering { entry: entry.id, title: entry.title.clone() })
        .collect())
}
