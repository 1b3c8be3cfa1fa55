//! How a blog fares, in numbers.

use std::time::Duration;

use inkstand_figures::{CacheFigures, Counter};
use inkstand_model::Seq;
use inkstand_search::IndexFigures;
use inkstand_storage::StorageFigures;

use crate::{Blog, BlogError, lease::Shown, webhook::FOLLOWER};

/// What is counted where it happens.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) enqueued: Counter,
    pub(crate) delivered: Counter,
    pub(crate) failed: Counter,
    pub(crate) dead: Counter,
    pub(crate) lease: Shown,
}

/// What this process knows of itself, without asking anybody.
#[derive(Clone, Debug)]
pub struct BlogFigures {
    /// The database's connections and statements.
    pub storage: StorageFigures,
    /// Whether the database is SQLite's or a server that others may serve as well.
    pub shared: bool,
    /// For how long the database has been away.
    pub away: Option<Duration>,
    /// Whether other servers' writes are told to this one; where not, it looks for them.
    pub hearing: bool,
    /// Whether the search knows everything that was written before it was last built anew.
    pub search_complete: bool,
    /// Each kind of rows that is remembered.
    pub remembered: Vec<(&'static str, CacheFigures)>,
    /// Messages to webhooks, by this process.
    pub webhooks: WebhookFigures,
    /// The right to send them.
    pub lease: LeaseFigures,
    /// Passwords that were hashed.
    pub hashes: u64,
}

/// What this process did for webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookFigures {
    /// Messages that it put into the queues.
    pub enqueued: u64,
    /// Attempts that were taken well.
    pub delivered: u64,
    /// Attempts that failed and are made again.
    pub failed: u64,
    /// Attempts that were the last of their message, in vain.
    pub dead: u64,
}

/// The lease on sending to webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseFigures {
    /// The epoch under which this process sends; `None` while it does not.
    pub epoch: Option<i64>,
}

/// What has to be asked of the database and the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The last number of the log.
    pub last: Seq,
    /// How far each follower of the log is behind it, with its name.
    pub lags: Vec<(&'static str, FollowerLag)>,
    /// Messages that wait for being sent to webhooks, by whichever process.
    pub pending: u64,
    /// The search index.
    pub index: Option<IndexFigures>,
}

/// How far a follower of the change log is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowerLag {
    /// Changes that it has yet to follow.
    pub changes: u64,
    /// The age of the first of them.
    pub age: Duration,
}

impl Blog {
    /// What this process knows of itself. Waits for nothing.
    #[must_use]
    pub fn figures(&self) -> BlogFigures {
        let inner = &self.inner;
        BlogFigures {
            storage: inner.storage.figures(),
            shared: inner.storage.is_shared(),
            away: inner.storage.away_for(),
            hearing: inner.hearing.comes(),
            search_complete: inner.index.readiness().search_complete,
            remembered: inner.entities.figures(),
            webhooks: WebhookFigures {
                enqueued: inner.counted.enqueued.get(),
                delivered: inner.counted.delivered.get(),
                failed: inner.counted.failed.get(),
                dead: inner.counted.dead.get(),
            },
            lease: LeaseFigures { epoch: inner.counted.lease.epoch() },
            hashes: inner.hashing.computed(),
        }
    }

    /// What the database and the disk say: a handful of indexed statements.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn surroundings(&self) -> Result<Surroundings, BlogError> {
        let inner = &self.inner;
        // Before the end of the log is asked for, so that nobody seems to be behind who is not.
        let (memory, index) = (inner.freshness.followed(), inner.index.readiness());
        let webhooks = inner.storage.follower(FOLLOWER).await?;
        let last = inner.storage.last_seq().await?;
        let mut lags = vec![("memory", self.lag(memory, last).await?)];
        let blog = self.clone();
        let figures = tokio::task::spawn_blocking(move || blog.inner.index.figures()).await?;
        if figures.is_some() {
            lags.push(("index", self.lag(index.indexed, last).await?));
        }
        if let Some(position) = webhooks {
            lags.push(("webhooks", self.lag(position.seq, last).await?));
        }
        Ok(Surroundings { last, lags, pending: inner.storage.pending_deliveries().await?, index: figures })
    }

    async fn lag(&self, at: Seq, last: Seq) -> Result<FollowerLag, BlogError> {
        let changes = last.get().saturating_sub(at.get());
        if changes <= 0 {
            return Ok(FollowerLag::default());
        }
        let after = self.inner.storage.changes_after(at, 1).await?;
        let age = after.changes.first().map(|first| self.inner.clock.now().since(first.at));
        Ok(FollowerLag { changes: changes.unsigned_abs(), age: age.unwrap_or_default() })
    }
}
