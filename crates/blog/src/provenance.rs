//! What an answer was made from, so that whoever keeps it knows how long it is true.
//!
//! A [`Reader`] that notes has one door for what may be kept, [`Reader::reading`], which wants the keys of whatever
//! could make the answer another one; absence has keys as well. Whatever goes to the database or the index by another
//! way ([`Reader::storage`], [`Reader::index`]) takes the answer out of the caches. So a read that forgets its keys
//! costs an answer its place there, and is never kept as something that no change touches.

use std::{
    borrow::Borrow,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use inkstand_model::{CacheKey, Seq, Viewer};
use inkstand_storage::Storage;

use crate::{
    Blog, BlogError, Reader,
    blog::Inner,
    entities::Remembered,
    freshness::{Freshness, Moment, Stamp},
    keys::of_everything_published,
    search::IndexHandle,
};

/// What was read for one answer: see [`Reader::noting`].
#[derive(Debug)]
pub struct Provenance {
    /// Before the first read.
    since: Option<Moment>,
    noted: Mutex<Noted>,
}

#[derive(Debug)]
struct Noted {
    as_of: Option<Seq>,
    may_be_kept: bool,
    keys: Vec<CacheKey>,
}

/// On what a kept answer rests: a moment, and the keys that must not have been touched since.
/// [`Blog::still_true`] looks whether they were.
#[derive(Debug)]
pub struct Basis {
    since: Moment,
    stamps: Box<[Stamp]>,
    /// At which count of what was noted it was last found true; nothing has to be looked up while that stays.
    found_true_at: AtomicU64,
}

impl Provenance {
    fn begin(freshness: &Freshness, for_everybody: bool) -> Self {
        let since = freshness.now();
        let as_of = since.map(Moment::seq);
        let noted = Noted { as_of, may_be_kept: for_everybody && since.is_some(), keys: Vec::new() };
        Self { since, noted: Mutex::new(noted) }
    }

    /// The number of the log that the answer is at least as new as, in all that was read for it so far; `None` where
    /// nobody knows.
    #[must_use]
    pub fn as_of(&self) -> Option<Seq> {
        self.noted().as_of
    }

    /// The keys of everything that was read so far, each once and in order; `None` where the answer is not to be kept,
    /// since something was read for one viewer alone, or something that has no keys.
    #[must_use]
    pub fn keys(&self) -> Option<Vec<CacheKey>> {
        let mut noted = self.noted();
        if !noted.may_be_kept {
            return None;
        }
        noted.keys.sort_unstable();
        noted.keys.dedup();
        Some(noted.keys.clone())
    }

    fn note(&self, keys: impl IntoIterator<Item = CacheKey>) {
        let mut noted = self.noted();
        if noted.may_be_kept {
            noted.keys.extend(keys);
        }
    }

    fn keep_nothing(&self) {
        let mut noted = self.noted();
        noted.may_be_kept = false;
        noted.keys = Vec::new();
    }

    /// Something was read that knows the log only so far.
    fn not_newer_than(&self, known: Option<Seq>) {
        let mut noted = self.noted();
        noted.as_of = noted.as_of.zip(known).map(|(as_of, known)| as_of.min(known));
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Basis {
    pub(crate) fn new(
        freshness: &Freshness,
        since: Moment,
        keys: impl IntoIterator<Item: Borrow<CacheKey>>,
    ) -> Self {
        let stamps = keys.into_iter().map(|key| freshness.stamp(key.borrow())).collect();
        Self { since, stamps, found_true_at: AtomicU64::new(u64::MAX) }
    }

    /// Whether none of the keys was touched since.
    pub(crate) fn is_true(&self, freshness: &Freshness) -> bool {
        let noted = freshness.noted();
        if self.found_true_at.load(Ordering::Acquire) != noted {
            if !freshness.is_fresh(self.since, &self.stamps) {
                return false;
            }
            self.found_true_at.store(noted, Ordering::Release);
        }
        true
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + size_of_val::<[Stamp]>(&self.stamps)
    }
}

impl Blog {
    /// On what an answer rests that was made from `keys`, which were read with `provenance`.
    #[must_use]
    pub fn basis(&self, provenance: &Provenance, keys: &[CacheKey]) -> Option<Basis> {
        Some(Basis::new(&self.inner.freshness, provenance.since?, keys))
    }

    /// Whether nothing of what an answer rests on has changed: then the number of the log that it is at least as new
    /// as, which grows although the answer stays. `None` where it may be older than something that was told to
    /// somebody.
    ///
    /// As long as nothing at all changes, this costs a few loads from memory.
    #[must_use]
    pub fn still_true(&self, basis: &Basis) -> Option<Seq> {
        let freshness = &self.inner.freshness;
        // In this order: what was followed up to here is part of the count that is looked at afterwards.
        let followed = freshness.followed();
        basis.is_true(freshness).then(|| followed.max(basis.since.seq()))
    }
}

impl Reader {
    /// Notes from now on what is read, for whoever keeps answers. The answer may be kept only where it is for
    /// everybody: to be called once it is known whose it is, and what a preview shows.
    #[must_use]
    pub fn noting(self) -> (Self, Arc<Provenance>) {
        let for_everybody = *self.viewer() == Viewer::Anonymous && !self.has_preview();
        let provenance = Arc::new(Provenance::begin(&self.blog().inner.freshness, for_everybody));
        (self.with_provenance(Some(Arc::clone(&provenance))), provenance)
    }

    /// Has the answer not kept: for what is more than a read.
    pub fn keep_nothing(&self) {
        if let Some(provenance) = self.provenance() {
            provenance.keep_nothing();
        }
    }

    /// The database, to read what no change alters without touching one of `keys`.
    pub(crate) fn reading(&self, keys: impl IntoIterator<Item = CacheKey>) -> &Storage {
        self.note(keys);
        &self.blog().inner.storage
    }

    /// The same as this process remembers it.
    pub(crate) fn remembered(&self, keys: impl IntoIterator<Item = CacheKey>) -> Remembered<'_> {
        self.note(keys);
        let Inner { entities, freshness, storage, .. } = self.blog().inner.as_ref();
        Remembered { entities, freshness, storage }
    }

    /// The keys of what was found, where they were not known before.
    pub(crate) fn note(&self, keys: impl IntoIterator<Item = CacheKey>) {
        if let Some(provenance) = self.provenance() {
            provenance.note(keys);
        }
    }

    /// The database, for what has no keys: the answer is not kept.
    pub(crate) fn storage(&self) -> &Storage {
        self.keep_nothing();
        &self.blog().inner.storage
    }

    /// The index, which follows the log at its own pace: the answer is not kept, and as new as the index is.
    pub(crate) fn index(&self) -> &IndexHandle {
        self.keep_nothing();
        self.index_as_it_is()
    }

    /// Asks the index for what it makes of all that is published. The answer may be kept where the index already knew
    /// everything that was written before the first read, since what it learns later has touched one of these keys.
    pub(crate) async fn of_the_index<T>(
        &self,
        ask: impl AsyncFnOnce(&IndexHandle) -> Result<T, BlogError>,
    ) -> Result<T, BlogError> {
        let index = self.index_as_it_is();
        let before = index.readiness();
        let since = self.provenance().and_then(|provenance| provenance.since);
        let answer = ask(index).await?;
        // Asked afterwards as well: this may have been the question that found the index damaged.
        let whole = before.search_complete && index.readiness().search_complete;
        if whole && since.is_some_and(|since| since.seq() <= before.indexed) {
            self.note(of_everything_published());
        } else {
            self.keep_nothing();
        }
        Ok(answer)
    }

    fn index_as_it_is(&self) -> &IndexHandle {
        let index = &self.blog().inner.index;
        if let Some(provenance) = self.provenance() {
            let readiness = index.readiness();
            provenance.not_newer_than(readiness.search_complete.then_some(readiness.indexed));
        }
        index
    }
}
