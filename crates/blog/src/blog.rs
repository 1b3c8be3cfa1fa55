//! The blog as one object.

use std::{path::PathBuf, sync::Arc, time::Duration};

use inkstand_identity::ServerKeys;
use inkstand_model::{Clock, Path, Seq, Viewer};
use inkstand_outgoing::{Client, Reach};
use inkstand_search::{Synonyms, WRITER_MEMORY};
use inkstand_storage::{Committed, Storage, StorageError, Writing};
use tokio::sync::{Notify, OnceCell, broadcast, watch};

use crate::{
    BlogError, Reader,
    entities::Entities,
    figures::Counted,
    freshness::Freshness,
    hashing::Hashing,
    hear::Hearing,
    log_follower::{LogStep, STEPS_KEPT},
    noted_use::NotedUse,
    search::IndexHandle,
};

/// A blog. Cheap to clone.
#[derive(Clone)]
pub struct Blog {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) storage: Storage,
    pub(crate) index: IndexHandle,
    pub(crate) clock: Arc<dyn Clock>,
    /// Told after each commit of this process, so that followers need not wait for their next look.
    pub(crate) written: Notify,
    /// Whether commits of other processes are told as well.
    pub(crate) hearing: Hearing,
    /// What followers of the log wait for that do not look at it themselves.
    pub(crate) pulse: watch::Sender<Pulse>,
    /// What changed lately, for everything that remembers what it read.
    pub(crate) freshness: Freshness,
    /// Told after each commit of this process that may have taken away what somebody is known by.
    pub(crate) taken_away: watch::Sender<()>,
    /// What the database said lately.
    pub(crate) entities: Entities,
    /// Each step along the log, for those who listen.
    pub(crate) steps: broadcast::Sender<Arc<LogStep>>,
    pub(crate) outgoing: Client,
    pub(crate) reach: Reach,
    pub(crate) trace_headers: Option<TraceHeaders>,
    public_url: String,
    pub(crate) hashing: Hashing,
    /// Sessions and tokens whose use is being noted.
    pub(crate) noted_use: NotedUse,
    /// What was done so far, for whoever watches.
    pub(crate) counted: Counted,
    /// Sign previews; read from the database when first needed, where none are configured.
    pub(crate) server_keys: OnceCell<ServerKeys>,
}

/// Where the log ends, as far as this process has seen, and how often somebody asked its followers to look again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pulse {
    pub(crate) seq: Seq,
    wakes: u64,
}

/// What a blog is opened with.
#[derive(Clone, Debug, Default)]
pub struct BlogOptions {
    /// The folder of the search index; `None` for commands that only write: whoever serves follows the log.
    pub index: Option<PathBuf>,
    /// Bytes that the writer of the search index may hold in memory; `None` for the usual.
    pub index_writer: Option<usize>,
    /// Words that mean the same in searches.
    pub synonyms: Synonyms,
    /// The site's address without a slash at its end, for links in what is sent to others.
    pub public_url: String,
    /// Whether webhooks may be at addresses that are not of the public internet.
    pub webhooks_allow_private: bool,
    /// Bytes of entries, what they are filed under and parts of lists that are remembered; 0 for none.
    pub entity_cache: u64,
    /// The headers by which whoever is called learns of the trace that calls it.
    pub trace_headers: Option<TraceHeaders>,
    /// The keys that sign previews; `None` for one that the blog makes and keeps in its database.
    pub keys: Option<ServerKeys>,
}

/// See [`BlogOptions::trace_headers`]: names and values.
pub type TraceHeaders = fn() -> Vec<(String, String)>;

/// How far a process has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The last change that the search knows.
    pub indexed: Seq,
    /// Whether the search knows everything that was written before it was last built anew.
    pub search_complete: bool,
}

impl Blog {
    /// Joins an open database, an index folder and a clock.
    ///
    /// A folder whose index is unusable is emptied; [`Blog::follow`] fills it again.
    ///
    /// # Errors
    /// Where another process holds the index, or its folder cannot be read or written.
    pub async fn open(
        storage: Storage,
        options: BlogOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BlogError> {
        let index =
            IndexHandle::open(options.index, options.index_writer.unwrap_or(WRITER_MEMORY), options.synonyms)
                .await?;
        let reach = if options.webhooks_allow_private { Reach::Anywhere } else { Reach::Public };
        let inner = Inner {
            storage,
            index,
            clock,
            written: Notify::new(),
            hearing: Hearing::default(),
            freshness: Freshness::default(),
            entities: Entities::new(options.entity_cache),
            steps: broadcast::Sender::new(STEPS_KEPT),
            taken_away: watch::Sender::new(()),
            pulse: watch::Sender::default(),
            outgoing: Client::new(reach)?,
            reach,
            trace_headers: options.trace_headers,
            public_url: options.public_url,
            hashing: Hashing::default(),
            noted_use: NotedUse::default(),
            counted: Counted::default(),
            server_keys: OnceCell::new_with(options.keys),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Reads as `viewer`.
    #[must_use]
    pub fn reader(&self, viewer: Viewer) -> Reader {
        Reader::new(self.clone(), viewer)
    }

    /// Whether the database answers, and how far the search has come.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn readiness(&self) -> Result<Readiness, BlogError> {
        self.inner.storage.ping().await?;
        Ok(self.inner.index.readiness())
    }

    /// For how long the database has been away, so that whatever is read from memory is at least as old; `None` while it
    /// is there.
    #[must_use]
    pub fn database_away_for(&self) -> Option<Duration> {
        self.inner.storage.away_for()
    }

    /// Whether nothing is written here.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.inner.storage.is_read_only()
    }

    /// Waits until the search knows everything that is in the log now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn wait_for_search(&self) -> Result<(), BlogError> {
        let end = self.inner.storage.last_seq().await?;
        self.inner.index.wait_for(end).await;
        Ok(())
    }

    /// Makes a write lasting. When this ends, nothing that this process remembers is older than it, and the followers
    /// look at once.
    pub(crate) async fn commit(&self, writing: Writing<'_>) -> Result<Seq, StorageError> {
        let seq = self.commit_unseen(writing).await?;
        self.inner.written.notify_waiters();
        Ok(seq)
    }

    /// The same for what no follower has to see: sessions, deliveries, the audit.
    pub(crate) async fn commit_unseen(&self, writing: Writing<'_>) -> Result<Seq, StorageError> {
        #[expect(clippy::disallowed_methods, reason = "here alone, so that no commit is without its note")]
        let Committed { seq, keys } = writing.commit().await?;
        self.inner.freshness.note(seq, &keys);
        Ok(seq)
    }

    /// The same for what may take away a session, a token or a role.
    pub(crate) async fn commit_credentials(&self, writing: Writing<'_>) -> Result<Seq, StorageError> {
        writing.tell_of_credentials().await?;
        let seq = self.commit_unseen(writing).await?;
        self.inner.taken_away.send_replace(());
        Ok(seq)
    }

    /// Told whenever this process has taken away a session, a token or a role, for those who were let in by one and
    /// stay; on PostgreSQL also what other processes take away, as soon as it is heard of.
    #[must_use]
    pub fn credentials_taken_away(&self) -> watch::Receiver<()> {
        self.inner.taken_away.subscribe()
    }

    /// Has everything that waits for a moment look at the clock again, as after the clock has jumped.
    pub fn wake(&self) {
        self.inner.written.notify_waiters();
        self.inner.pulse.send_modify(|pulse| pulse.wakes += 1);
    }

    /// Where the log ends now, told to all who wait for it to grow.
    pub(crate) async fn look(&self) -> Result<Seq, BlogError> {
        let seq = self.inner.storage.last_seq().await?;
        self.inner.pulse.send_if_modified(|pulse| std::mem::replace(&mut pulse.seq, seq) != seq);
        Ok(seq)
    }

    /// The whole address of something on this site.
    pub(crate) fn url(&self, path: &Path) -> String {
        format!("{}{}", self.inner.public_url, path.encoded())
    }

    /// Waits until this process has caught up with a number of the log, at most so long, and says whether it has: whoever
    /// wrote on one server then finds it by the search of another. The database is never behind.
    pub async fn catch_up(&self, seq: Seq, patience: Duration) -> bool {
        if self.inner.freshness.followed() < seq {
            // Somebody knows of something that was not heard of here yet.
            self.inner.written.notify_waiters();
        }
        let all = async { tokio::join!(self.inner.index.wait_for(seq), self.inner.freshness.wait_for(seq)) };
        tokio::time::timeout(patience, all).await.is_ok()
    }

    /// How many statements were sent to the database so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.inner.storage.statements()
    }

    /// How many passwords were hashed so far, right ones and wrong ones.
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.inner.hashing.computed()
    }

    /// Closes the index and the database, after everything else has ended.
    pub async fn close(&self) {
        self.inner.index.close().await;
        self.inner.storage.close().await;
    }
}
