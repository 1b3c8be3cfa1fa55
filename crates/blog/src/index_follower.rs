//! The search index follows the change log.
//!
//! The index keeps its own position in the log, in the same commit as what it knows, so after any crash it goes
//! on from there. Where the position is of another log, past the log's end or before its beginning, the index
//! is built anew while it goes on answering with what it has.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use inkstand_model::{
    Change, ChangeKind, ChangeOp, EntryId, Filings, Instant, Position, SearchDocument, SearchTerm, Seq, Slug,
    Zone,
};
use inkstand_search::{Batch, Index};
use inkstand_storage::{FiledUnder, Term};
use tracing::{error, info, instrument, warn};
use uuid::Uuid;

use crate::{Blog, BlogError, pause::Pause, reader::ancestors};

/// How often the index itself is looked at while the log does not grow: a search may have found it broken.
const LOOK: Duration = Duration::from_millis(200);

/// Changes taken in one commit of the index.
const CHANGES_AT_ONCE: u64 = 500;

/// Entries read at once for the index.
const ENTRIES_AT_ONCE: u64 = 200;

/// An index of so many entries took long enough to be told of.
const WORTH_A_LINE: usize = 1000;

impl Blog {
    /// Takes the index along the log, for ever.
    pub(crate) async fn follow_with_index(&self) {
        let mut pause = Pause::new();
        let mut pulse = self.inner.pulse.subscribe();
        loop {
            let last = pulse.borrow_and_update().seq;
            // Whatever a search finds is known everywhere else in this process.
            self.inner.freshness.wait_for(last).await;
            match self.index_step(last).await {
                Ok(true) => pause.reset(),
                Ok(false) => {
                    pause.reset();
                    let _ = tokio::time::timeout(LOOK, pulse.changed()).await;
                }
                Err(fault) => {
                    if fault.hindrance().is_none() {
                        // Without room on its disk, say: what is written meanwhile is not found, and that is told.
                        let handle = &self.inner.index;
                        handle.report(handle.readiness().indexed, false);
                    }
                    let pause = pause.next();
                    error!(
                        fault = &fault as &dyn std::error::Error,
                        retry_in_ms = pause.as_millis(),
                        "the search index cannot follow"
                    );
                    self.sit_out(pause).await;
                }
            }
        }
    }

    /// One step along the log, which was last seen to end at `last`; `false` where there is nothing to do.
    async fn index_step(&self, last: Seq) -> Result<bool, BlogError> {
        let handle = &self.inner.index;
        let Some(index) = handle.current() else {
            handle.recreate().await?;
            return Ok(handle.current().is_some());
        };
        if index.is_broken() {
            handle.recreate().await?;
            return Ok(true);
        }
        let readiness = handle.readiness();
        if readiness.search_complete && last == readiness.indexed {
            return Ok(false);
        }
        let end = self.inner.storage.log_end().await?;
        let position = index.position();
        let Some(position) = position.filter(|at| at.log == end.log && at.seq <= end.seq) else {
            self.build_anew(&index).await?;
            return Ok(true);
        };
        let after = self.inner.storage.changes_after(position.seq, CHANGES_AT_ONCE).await?;
        let anew = after.changes.iter().any(|change| change.kind == ChangeKind::Index);
        if after.reset || anew {
            self.build_anew(&index).await?;
            return Ok(true);
        }
        let Some(last) = after.changes.last() else {
            handle.report(position.seq, true);
            return Ok(false);
        };
        let reached = Position { log: end.log, seq: last.seq };
        let touched: BTreeSet<EntryId> = after
            .changes
            .iter()
            .filter(|change| matches!(change.kind, ChangeKind::Post | ChangeKind::Page))
            .map(|change| EntryId::from_uuid(change.id))
            .collect();
        self.index_what_bears(&index, &after.changes, position).await?;
        let touched: Vec<EntryId> = touched.into_iter().collect();
        let upserts = self.documents(&touched).await?;
        let deletes =
            touched.iter().copied().filter(|id| !upserts.iter().any(|document| document.id == *id)).collect();
        apply(&index, Batch { upserts, deletes }, reached).await?;
        // Past `end` where somebody wrote between the two look-ups.
        handle.report(reached.seq, reached.seq >= end.seq || readiness.search_complete);
        Ok(true)
    }

    /// Indexes anew what bears the names of terms that changed: their slugs and names stand in each entry's document,
    /// and no entry itself has changed when a tag of two thousand posts gets another name.
    ///
    /// Entries that lose a term which is removed are in the log themselves; of those whose term was merged into
    /// another one, that one is.
    async fn index_what_bears(
        &self,
        index: &Index,
        changes: &[Change],
        position: Position,
    ) -> Result<(), BlogError> {
        let storage = &self.inner.storage;
        for (kind, under) in [
            (ChangeKind::Tag, FiledUnder::Tag),
            (ChangeKind::Category, FiledUnder::Category),
            (ChangeKind::Author, FiledUnder::Author),
            (ChangeKind::Series, FiledUnder::Series),
        ] {
            let changed =
                changes.iter().filter(|change| change.kind == kind && change.op == ChangeOp::Updated);
            let mut terms: BTreeSet<Uuid> = changed.map(|change| change.id).collect();
            if terms.is_empty() {
                continue;
            }
            if under == FiledUnder::Category {
                // Entries know the categories above theirs as well.
                let tree = storage.category_tree().await?;
                let below = tree.iter().filter(|category| {
                    ancestors(&tree, category.id).iter().any(|above| terms.contains(&above.id.uuid()))
                });
                terms.extend(below.map(|category| category.id.uuid()).collect::<Vec<_>>());
            }
            let terms: Vec<Uuid> = terms.into_iter().collect();
            let mut after = None;
            loop {
                let ids = storage.ids_under(under, &terms, after, ENTRIES_AT_ONCE).await?;
                let Some(last) = ids.last().copied() else { break };
                after = Some(last);
                let upserts = self.documents(&ids).await?;
                // The position stays: after a crash, all of them are indexed again.
                apply(index, Batch { upserts, deletes: Vec::new() }, position).await?;
            }
        }
        Ok(())
    }

    #[instrument(name = "search.build_anew", skip_all)]
    async fn build_anew(&self, index: &Index) -> Result<(), BlogError> {
        let storage = &self.inner.storage;
        // What is written meanwhile is past this position, and so is applied afterwards.
        let position = storage.log_end().await?;
        self.inner.index.report(Seq::ZERO, false);
        let mut rebuild = blocking({
            let index = index.clone();
            move || index.rebuild()
        })
        .await?;
        let mut entries = 0;
        let mut after = None;
        loop {
            let ids = storage.all_ids(after, ENTRIES_AT_ONCE).await?;
            let Some(last) = ids.last().copied() else { break };
            after = Some(last);
            let documents = self.documents(&ids).await?;
            entries += documents.len();
            rebuild = blocking(move || rebuild.add(&documents).map(|()| rebuild)).await?;
        }
        blocking(move || rebuild.finish(position)).await?;
        self.inner.index.report(position.seq, true);
        if entries >= WORTH_A_LINE {
            info!(entries, seq = position.seq.get(), "built the search index");
        }
        Ok(())
    }

    /// What the index is to know of those of these entries that are there.
    async fn documents(&self, ids: &[EntryId]) -> Result<Vec<SearchDocument>, BlogError> {
        let storage = &self.inner.storage;
        let entries = storage.entries_by_ids(ids).await?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        let zone = storage.site().await?.zone;
        let tree = storage.category_tree().await?;
        let mut bodies = storage.bodies(&ids).await?;
        let mut filings = storage.filings(&ids).await?;
        let mut keys: BTreeSet<Uuid> = tree.iter().map(|category| category.id.uuid()).collect();
        for filed in filings.values() {
            keys.extend(filed.tags.iter().map(Term::key));
            keys.extend(filed.authors.iter().map(Term::key));
            keys.extend(filed.series.iter().map(Term::key));
        }
        let former = storage.former_slugs(&keys.into_iter().collect::<Vec<_>>()).await?;
        let mut documents = Vec::with_capacity(entries.len());
        for entry in entries {
            let id = entry.id;
            let Some(body) = bodies.remove(&id) else {
                warn!(%id, "an entry without a body, and so not searchable");
                continue;
            };
            let published_at = entry.publication.date();
            let Filings { authors, categories, tags, series } = filings.remove(&id).unwrap_or_default();
            let above: BTreeSet<_> = categories
                .iter()
                .flat_map(|category| ancestors(&tree, category.id))
                .flat_map(|category| [vec![category.slug.clone()], of(&former, category)].concat())
                .collect();
            documents.push(SearchDocument {
                id,
                kind: entry.kind,
                status: entry.publication.status(),
                byline: authors.iter().map(|author| author.id).collect(),
                title: entry.title,
                text: body.text,
                tags: terms(tags, &former),
                categories: terms(categories, &former),
                category_ancestors: above.into_iter().collect(),
                authors: terms(authors, &former),
                series: terms(series, &former).pop(),
                hashtags: entry.hashtags,
                language: entry.language,
                published_at,
                updated_at: entry.updated_at,
                year: published_at.map(|at| year(at, &zone)),
                featured: entry.featured,
            });
        }
        Ok(documents)
    }
}

fn terms<T: Term>(terms: impl IntoIterator<Item = T>, former: &HashMap<Uuid, Vec<Slug>>) -> Vec<SearchTerm> {
    let term = |term: T| SearchTerm {
        slug: term.slug().clone(),
        name: term.name().to_owned(),
        former: of(former, &term),
    };
    terms.into_iter().map(term).collect()
}

/// The slugs that a term had.
fn of(former: &HashMap<Uuid, Vec<Slug>>, term: &impl Term) -> Vec<Slug> {
    former.get(&term.key()).cloned().unwrap_or_default()
}

fn year(at: Instant, zone: &Zone) -> i16 {
    at.local(zone).date().year()
}

async fn apply(index: &Index, batch: Batch, position: Position) -> Result<(), BlogError> {
    let index = index.clone();
    blocking(move || index.apply(batch, position)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, inkstand_search::Error> + Send + 'static,
) -> Result<T, BlogError> {
    let span = tracing::Span::current();
    Ok(tokio::task::spawn_blocking(move || span.in_scope(work)).await??)
}
