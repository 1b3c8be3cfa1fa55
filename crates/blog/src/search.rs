//! The search index of this process: its handle, and how it is asked.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use inkstand_model::{EntryId, Facet, FacetField, SearchRequest, SearchResults, Seq, Slug, Suggestion};
use inkstand_search::{Index, IndexFigures, OpenError, Synonyms};
use tokio::sync::{Semaphore, watch};
use tracing::{Span, error, warn};

use crate::{BlogError, Readiness};

/// The index, which can be exchanged for a new one while others search.
pub(crate) struct IndexHandle {
    dir: Option<PathBuf>,
    /// What its writer may hold in memory.
    memory: usize,
    synonyms: Arc<Synonyms>,
    index: RwLock<Option<Index>>,
    progress: watch::Sender<Readiness>,
    /// Questions that may be asked at once; more would only take threads and memory from each other.
    turns: Semaphore,
}

impl IndexHandle {
    pub(crate) async fn open(
        dir: Option<PathBuf>,
        memory: usize,
        synonyms: Synonyms,
    ) -> Result<Self, BlogError> {
        let synonyms = Arc::new(synonyms);
        let mut index = None;
        if let Some(dir) = dir.clone() {
            index = Some(
                tokio::task::spawn_blocking(move || match Index::open_within(&dir, memory) {
                    Err(OpenError::Unusable(reason)) => {
                        warn!(%reason, "the search index is unusable and will be built anew");
                        Index::recreate_within(&dir, memory)
                    }
                    opened => opened,
                })
                .await??
                .with_synonyms(Arc::clone(&synonyms)),
            );
        }
        let start = Readiness { indexed: Seq::ZERO, search_complete: false };
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let turns = Semaphore::new(cores * 2);
        Ok(Self {
            dir,
            memory,
            synonyms,
            index: RwLock::new(index),
            progress: watch::Sender::new(start),
            turns,
        })
    }

    /// What it comes to now. Blocks: it asks the disk.
    pub(crate) fn figures(&self) -> Option<IndexFigures> {
        Some(self.current()?.figures(self.dir.as_deref()?))
    }

    /// The index; `None` in a process that opened none.
    pub(crate) fn current(&self) -> Option<Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Throws the index away and begins an empty one in its place.
    pub(crate) async fn recreate(&self) -> Result<(), BlogError> {
        let Some(dir) = self.dir.clone() else { return Ok(()) };
        self.report(Seq::ZERO, false);
        // The old writer must let go of the folder before a new one can take it; searches that still run keep
        // the files they have open.
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
        let memory = self.memory;
        let fresh = tokio::task::spawn_blocking(move || Index::recreate_within(&dir, memory)).await??;
        let fresh = fresh.with_synonyms(Arc::clone(&self.synonyms));
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(())
    }

    /// Lets go of the folder, even where a question or a check of the files still goes on.
    pub(crate) async fn close(&self) {
        if let Some(index) = self.current()
            && let Err(fault) = tokio::task::spawn_blocking(move || index.close()).await
        {
            warn!(fault = &fault as &dyn std::error::Error, "closing the search index");
        }
    }

    pub(crate) fn report(&self, indexed: Seq, search_complete: bool) {
        self.progress.send_replace(Readiness { indexed, search_complete });
    }

    pub(crate) fn readiness(&self) -> Readiness {
        *self.progress.borrow()
    }

    pub(crate) async fn wait_for(&self, seq: Seq) {
        let reached = |progress: &Readiness| progress.search_complete && progress.indexed >= seq;
        // Fails only when the sender is gone, and that is `self`.
        let _ = self.progress.subscribe().wait_for(reached).await;
    }

    pub(crate) async fn search(&self, request: SearchRequest) -> Result<SearchResults, BlogError> {
        self.ask(move |index| index.search(&request)).await
    }

    pub(crate) async fn count(&self, request: SearchRequest) -> Result<u64, BlogError> {
        self.ask(move |index| index.count(&request)).await
    }

    pub(crate) async fn facets(
        &self,
        request: SearchRequest,
        wanted: Vec<(FacetField, usize)>,
    ) -> Result<Vec<Vec<Facet>>, BlogError> {
        self.ask(move |index| index.facets(&request, &wanted)).await
    }

    pub(crate) async fn related(
        &self,
        entries: Vec<EntryId>,
        first: usize,
    ) -> Result<Vec<Vec<EntryId>>, BlogError> {
        self.ask(move |index| index.related(&entries, first)).await
    }

    pub(crate) async fn related_tags(
        &self,
        tags: Vec<Slug>,
        first: usize,
    ) -> Result<Vec<Vec<Slug>>, BlogError> {
        self.ask(move |index| index.related_tags(&tags, first)).await
    }

    pub(crate) async fn suggest(&self, prefix: String, first: usize) -> Result<Vec<Suggestion>, BlogError> {
        self.ask(move |index| index.suggest(&prefix, first)).await
    }

    /// Asks on a thread that may block. Where there is no index, or a broken one that the follower is about to
    /// build anew, the answer is empty: `complete` says so.
    async fn ask<T: Default + Send + 'static>(
        &self,
        question: impl FnOnce(&Index) -> Result<T, inkstand_search::Error> + Send + 'static,
    ) -> Result<T, BlogError> {
        let Some(index) = self.current() else { return Ok(T::default()) };
        // Fails only where the semaphore is closed, which nobody does.
        let _turn = self.turns.acquire().await;
        let span = Span::current();
        let answered = tokio::task::spawn_blocking(move || span.in_scope(|| question(&index))).await?;
        match answered {
            Ok(answer) => Ok(answer),
            Err(fault @ inkstand_search::Error::Broken) => {
                error!(
                    fault = &fault as &dyn std::error::Error,
                    "the search index is broken and will be built anew"
                );
                let indexed = self.readiness().indexed;
                self.report(indexed, false);
                Ok(T::default())
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

impl std::fmt::Debug for IndexHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexHandle").field("dir", &self.dir).finish_non_exhaustive()
    }
}
