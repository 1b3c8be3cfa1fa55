//! The change log becomes messages.
//!
//! The position and the messages of a step are written in one transaction, which also sees to it that nobody else
//! has taken that step: each change is enqueued exactly once, whatever crashes, and whoever else is at it.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use inkstand_model::{
    CacheKey, Change, ChangeKind, EntryId, EntryKind, EntryStatus, GlobalId, Position, WebhookEvent,
};
use inkstand_storage::{NewDelivery, StorageError};
use tracing::{instrument, warn};

use super::message::{self, ShownEntry, ShownTerm};
use crate::{Blog, BlogError};

/// What the position is kept under.
pub(crate) const NAME: &str = "webhooks";

/// Changes in one step.
const CHANGES_AT_ONCE: u64 = 500;

/// Messages that are delivered or dead are kept for so long,
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// and at most so many for each webhook.
const MOST_KEPT: u64 = 1_000;

impl Blog {
    /// One step along the log; `false` where there is nothing to do.
    #[instrument(level = "debug", name = "blog.enqueue_webhooks", skip_all)]
    pub(super) async fn enqueue_step(&self) -> Result<bool, BlogError> {
        let storage = &self.inner.storage;
        let Some(at) = storage.follower(NAME).await? else { return Ok(false) };
        let end = storage.log_end().await?;
        if at == end {
            return Ok(false);
        }
        let after = storage.changes_after(at.seq, CHANGES_AT_ONCE).await?;
        let lost = at.log != end.log || at.seq > end.seq || after.reset;
        let changes = if lost { Vec::new() } else { after.changes };
        let reached = changes.last().map_or(end, |last| Position { log: end.log, seq: last.seq });
        let listened = storage.webhooks().await?.iter().any(|hook| hook.active);
        let messages = if listened { self.messages(&changes).await? } else { Vec::new() };

        let clock = self.inner.clock.as_ref();
        let mut writing = storage.write(NAME, clock).await?;
        if writing.follower(NAME).await? != Some(at) {
            // Somebody else was quicker.
            writing.rollback().await?;
            return Ok(true);
        }
        let mut enqueued = 0;
        for hook in writing.webhooks().await?.into_iter().filter(|hook| hook.active) {
            let told = messages.iter().filter(|(event, _)| hook.events.contains(event));
            let told: Vec<NewDelivery> = told
                .map(|(event, payload)| NewDelivery { event: event.as_str(), payload: payload.clone() })
                .collect();
            if !told.is_empty() {
                enqueued += told.len() as u64;
                writing.enqueue(hook.id, told).await?;
                writing.trim_deliveries(hook.id, clock.now().minus(KEPT), MOST_KEPT).await?;
            }
        }
        writing.set_follower(NAME, reached).await?;
        self.commit_unseen(writing).await?;
        self.inner.counted.enqueued.add(enqueued);
        if lost {
            warn!(
                from = at.seq.get(),
                to = end.seq.get(),
                "the change log is another one, or a part of it is gone: webhooks go on from its end, and are not \
                 told of what lies between"
            );
        }
        Ok(true)
    }

    /// What is to be told of changes. Stale keys come first: whoever fetches a new post anew must not get it from
    /// a cache that does not know of it yet.
    async fn messages(&self, changes: &[Change]) -> Result<Vec<(WebhookEvent, String)>, BlogError> {
        let public: Vec<&Change> = changes.iter().filter(|change| change.is_public()).collect();
        let Some(last) = public.last() else { return Ok(Vec::new()) };
        let keys: BTreeSet<&str> =
            public.iter().flat_map(|change| &change.keys).map(CacheKey::as_str).collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        let stale = WebhookEvent::CacheInvalidated;
        let mut messages: Vec<(WebhookEvent, String)> =
            message::of_stale_keys(stale.as_str(), &keys, last.at, last.seq)
                .map_err(unwritable)?
                .into_iter()
                .map(|payload| (stale, payload))
                .collect();
        let told: Vec<(&Change, EntryKind, WebhookEvent)> = public
            .into_iter()
            .filter_map(|change| {
                let kind = match change.kind {
                    ChangeKind::Post => EntryKind::Post,
                    ChangeKind::Page => EntryKind::Page,
                    _ => return None,
                };
                Some((change, kind, WebhookEvent::of(kind, change.op)?))
            })
            .collect();
        let ids: BTreeSet<EntryId> = told.iter().map(|(change, ..)| EntryId::from_uuid(change.id)).collect();
        let shown = self.shown(&ids.into_iter().collect::<Vec<_>>()).await?;
        for (change, kind, event) in told {
            let id = GlobalId { kind: kind.as_str(), key: change.id }.to_string();
            let shown = shown.get(&EntryId::from_uuid(change.id));
            let payload =
                message::of_entry(event.as_str(), &id, kind.as_str(), change, shown).map_err(unwritable)?;
            messages.push((event, payload));
        }
        Ok(messages)
    }

    /// Those of these entries that everybody may see, as everybody sees them.
    async fn shown(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, ShownEntry>, BlogError> {
        let storage = &self.inner.storage;
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut entries = storage.entries_by_ids(ids).await?;
        entries.retain(|entry| entry.publication.status() == EntryStatus::Published);
        let mut filings = storage.filings(ids).await?;
        let shown = entries.iter().map(|entry| {
            let filed = filings.remove(&entry.id).unwrap_or_default();
            let (tags, authors) = (filed.tags.into_iter(), filed.authors.into_iter());
            let shown = ShownEntry::new(
                entry,
                self.url(&entry.path),
                tags.map(|tag| ShownTerm { slug: tag.slug.as_str().to_owned(), name: tag.name }).collect(),
                authors.map(|a| ShownTerm { slug: a.slug.as_str().to_owned(), name: a.name }).collect(),
            );
            (entry.id, shown)
        });
        Ok(shown.collect())
    }
}

/// Our own texts and numbers are always JSON; a fault of the library is told like one of the database.
fn unwritable(error: serde_json::Error) -> BlogError {
    BlogError::Storage(StorageError::Impossible { what: "message", value: error.to_string() })
}
