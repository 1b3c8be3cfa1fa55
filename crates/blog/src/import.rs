//! Bringing a blog along: items stream in, and become entries in batches.
//!
//! An item is known again by its source and its path there. Equal digests mean that nothing changed there, and
//! nothing is done; a version that grew since means that the entry was edited here, and it is left alone. Of items
//! with one path the first counts, wherever the borders of the batches fall: so the same import again meets the
//! same digests, and changes nothing.

use std::collections::{HashMap, HashSet};

use inkstand_model::{Action, ImportItem, ImportRefusal, Parsed, Rendered, Site, Viewer, may};
use inkstand_storage::{AuditTarget, ImportRecord, StorageError, Writing};
use tokio::sync::mpsc;
use tracing::{debug, instrument};

use crate::{
    Blog, BlogError,
    import_entry::{Arrival, create, link_aliases, replace},
    rendering::{Source, render_all},
};

/// Items in one transaction: the writer is free for others in between, and what is imported is found early.
const ITEMS_AT_ONCE: usize = 64;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The numbers.
    pub tally: ImportTally,
    /// Source paths of what was edited here since the last import, and so left alone.
    pub edited_here: Vec<String>,
    /// What could not be read, or stands in the source a second time.
    pub refused: Vec<ImportRefusal>,
    /// What was odd, and done all the same.
    pub warnings: Vec<Noted>,
    /// Items with template remnants, and how many places in each.
    pub template_remnants: Vec<(String, u32)>,
}

/// Numbers of items, for a progress bar and a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportTally {
    /// Items that came in, whatever became of them.
    pub seen: u64,
    /// New entries.
    pub created: u64,
    /// Entries that changed there.
    pub updated: u64,
    /// Entries that are the same there as at the last import.
    pub unchanged: u64,
    /// Entries that were edited here since, and so left alone.
    pub edited_here: u64,
    /// Items that could not be read, or stand in the source a second time.
    pub refused: u64,
    /// Of the created and updated ones, drafts.
    pub drafts: u64,
    /// Of the created and updated ones, those that wait for their time.
    pub scheduled: u64,
}

/// A remark on an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Where the item stands in its source.
    pub source_path: String,
    /// A sentence for its owner.
    pub remark: String,
}

impl Blog {
    /// Imports the items of `source`, a name under which the same items will come again. Each batch is found by
    /// the search of a running server before the next one is written.
    ///
    /// `progress` is called after each batch.
    ///
    /// # Errors
    /// Where `viewer` may not import, or the database fails: batches before that are kept, and the same import
    /// again goes on behind them.
    #[instrument(name = "blog.import", skip_all, fields(source))]
    pub async fn import(
        &self,
        viewer: &Viewer,
        source: &str,
        mut items: mpsc::Receiver<Parsed>,
        mut progress: impl FnMut(&ImportTally) + Send,
    ) -> Result<ImportReport, BlogError> {
        if !may(viewer, Action::Import) {
            return Err(BlogError::NotAllowed(Action::Import));
        }
        let mut report = ImportReport::default();
        let mut seen = HashSet::new();
        let mut batch = Vec::with_capacity(ITEMS_AT_ONCE);
        let mut goes_on = true;
        while goes_on {
            // Always whole batches: what comes out must not depend on how fast a source is read.
            while goes_on && batch.len() < ITEMS_AT_ONCE {
                let missing = ITEMS_AT_ONCE - batch.len();
                goes_on = items.recv_many(&mut batch, missing).await > 0;
            }
            self.import_batch(source, std::mem::take(&mut batch), &mut seen, &mut report).await?;
            progress(&report.tally);
        }
        let ImportTally { created, updated, refused, .. } = report.tally;
        debug!(created, updated, refused, "imported");
        if created + updated > 0 {
            let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
            let target = AuditTarget { kind: "import", id: None, label: source };
            let detail = format!("{created} created, {updated} updated, {refused} refused");
            writing.audit("import.apply", Some(target), &detail).await?;
            self.commit_unseen(writing).await?;
        }
        Ok(report)
    }

    async fn import_batch(
        &self,
        source: &str,
        batch: Vec<Parsed>,
        seen: &mut HashSet<String>,
        report: &mut ImportReport,
    ) -> Result<(), BlogError> {
        let mut items = Vec::with_capacity(batch.len());
        for parsed in batch {
            report.tally.seen += 1;
            let once = parsed.and_then(|item| {
                if seen.insert(item.source_path.clone()) { Ok(item) } else { Err(stands_twice(item)) }
            });
            match once {
                Ok(item) => items.push(item),
                Err(refusal) => {
                    report.tally.refused += 1;
                    report.refused.push(refusal);
                }
            }
        }
        // Rendering takes longest, so what nothing has to be done for is sorted out before.
        let storage = &self.inner.storage;
        let known = storage.import_records(source, &paths(&items)).await?;
        items.retain(|item| {
            let same = is_unchanged(&known, item);
            report.tally.unchanged += u64::from(same);
            !same
        });
        if items.is_empty() {
            return Ok(());
        }
        let sources = items.iter().map(|item| Source {
            format: item.format,
            text: item.source.clone(),
            excerpt: item.excerpt.clone(),
        });
        let rendered = render_all(sources.collect()).await?;

        let mut writing = storage.write("import", self.inner.clock.as_ref()).await?;
        // Asked again, now that nobody else can write: another import may have been quicker.
        let known = writing.import_records(source, &paths(&items)).await?;
        let site = writing.site().await?;
        let mut arrivals = Vec::with_capacity(items.len());
        for (item, (_, rendered)) in items.into_iter().zip(rendered) {
            if is_unchanged(&known, &item) {
                report.tally.unchanged += 1;
                continue;
            }
            if let Some(arrival) =
                self.import_item(&mut writing, source, &site, &known, item, rendered, report).await?
            {
                arrivals.push(arrival);
            }
        }
        // Old addresses last: no redirect may take the place of a post's own address in the same batch.
        for arrival in &arrivals {
            link_aliases(&mut writing, arrival, &mut report.warnings).await?;
        }
        self.commit(writing).await?;
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one step, each used once")]
    async fn import_item(
        &self,
        writing: &mut Writing<'_>,
        source: &str,
        site: &Site,
        known: &HashMap<String, ImportRecord>,
        item: ImportItem,
        rendered: Rendered,
        report: &mut ImportReport,
    ) -> Result<Option<Arrival>, StorageError> {
        let clock = self.inner.clock.as_ref();
        let before = match known.get(&item.source_path) {
            Some(record) => writing.entry(record.entry).await?.map(|before| (record, before)),
            None => None,
        };
        if let Some((record, before)) = &before
            && before.entry.version > record.version
        {
            report.tally.edited_here += 1;
            report.edited_here.push(item.source_path);
            return Ok(None);
        }
        note(report, &item);
        let warnings = &mut report.warnings;
        let arrival = match before {
            Some((_, before)) => {
                report.tally.updated += 1;
                replace(writing, clock, source, site, before, item, rendered, warnings).await?
            }
            None => {
                report.tally.created += 1;
                create(writing, clock, source, site, item, rendered, warnings).await?
            }
        };
        report.tally.drafts += u64::from(arrival.is_draft());
        report.tally.scheduled += u64::from(arrival.is_scheduled());
        let record = ImportRecord {
            foreign_id: arrival.source_path.clone(),
            entry: arrival.entry.id,
            digest: arrival.digest.to_vec(),
            version: arrival.entry.version,
        };
        writing.remember_import(source, &record).await?;
        Ok(Some(arrival))
    }
}

fn stands_twice(item: ImportItem) -> ImportRefusal {
    let reason = "stands twice in the source; the first one counts".to_owned();
    ImportRefusal { source_path: item.source_path, line: None, reason }
}

fn paths(items: &[ImportItem]) -> Vec<&str> {
    items.iter().map(|item| item.source_path.as_str()).collect()
}

fn is_unchanged(known: &HashMap<String, ImportRecord>, item: &ImportItem) -> bool {
    known.get(&item.source_path).is_some_and(|record| record.digest == item.digest)
}

fn note(report: &mut ImportReport, item: &ImportItem) {
    if item.template_remnants > 0 {
        report.template_remnants.push((item.source_path.clone(), item.template_remnants));
    }
    report.warnings.extend(
        item.warnings
            .iter()
            .map(|remark| Noted { source_path: item.source_path.clone(), remark: remark.clone() }),
    );
}
