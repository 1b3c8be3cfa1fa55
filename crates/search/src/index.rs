//! The index: opening, searching, following the log.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use inkstand_model::{
    EntryId, EntryStatus, Facet, FacetField, Position, SearchDocument, SearchRequest, SearchResults, Slug,
    Suggestion,
};
use tantivy::TantivyError;
use tracing::instrument;

use crate::answering::Answering;
use crate::document::id_term;
use crate::error::{Error, OpenError, guarded};
use crate::folder;
use crate::half::{Half, Writers};
use crate::rebuild::Rebuild;
use crate::snapshot::Snapshot;
use crate::synonyms::Synonyms;
use crate::tongue::Stems;

/// The index of a blog's entries: a cheap handle, all clones of which are the same index.
///
/// Every method blocks; call them where blocking is allowed.
#[derive(Clone)]
pub struct Index {
    pub(crate) shared: Arc<Shared>,
    synonyms: Arc<Synonyms>,
}

/// What is to be done to the index in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Entries that are new or otherwise now.
    pub upserts: Vec<SearchDocument>,
    /// Entries that must not be found any more.
    pub deletes: Vec<EntryId>,
}

/// What all clones of an [`Index`] share.
pub(crate) struct Shared {
    pub(crate) published: Half,
    pub(crate) unpublished: Half,
    /// Set for good when the index turned out to be damaged.
    pub(crate) broken: AtomicBool,
    pub(crate) desk: Mutex<Desk>,
    /// Told when a rebuild gives the writers back.
    pub(crate) given_back: Condvar,
    pub(crate) current: Mutex<Current>,
    /// Stems of words that questions met, for the next ones.
    pub(crate) stems: Mutex<Vec<Stems>>,
}

/// For about as many questions as are answered at once; each may come to a few megabytes.
const STEMS_KEPT: usize = 8;

/// Where the writers lie.
pub(crate) struct Desk {
    /// Not there while a rebuild has them, after the index broke, and after it was closed.
    pub(crate) writers: Option<Writers>,
    pub(crate) lent: bool,
}

impl Desk {
    /// Why the writers are not there.
    pub(crate) fn absent(lent: bool) -> Error {
        if lent { Error::Rebuilding } else { Error::Closed }
    }
}

/// What the last commit left.
#[derive(Clone)]
pub(crate) struct Current {
    pub(crate) published: Arc<Snapshot>,
    pub(crate) unpublished: Arc<Snapshot>,
    pub(crate) position: Option<Position>,
}

impl Index {
    /// Opens the index in that folder, or creates one there.
    ///
    /// # Errors
    /// [`OpenError::Unusable`] where it is damaged or of another version, [`OpenError::Locked`] where somebody
    /// writes to it, [`OpenError::Io`] where the folder cannot be used.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Self::open_within(dir, folder::WRITER_MEMORY)
    }

    /// The same where there is less room, or more: what is written is held in memory up to so many bytes,
    /// [`LEAST_WRITER_MEMORY`](crate::LEAST_WRITER_MEMORY) at least, and a second time while it is written to the disk.
    ///
    /// # Errors
    /// As [`Index::open`].
    #[instrument(name = "search.open", skip_all, err(level = "debug"))]
    pub fn open_within(dir: &Path, memory: usize) -> Result<Self, OpenError> {
        folder::open(dir, memory).map(|shared| Self { shared: Arc::new(shared), synonyms: Arc::default() })
    }

    /// Throws away what that folder has of an index and creates an empty one. Files that are none of an index's
    /// stay.
    ///
    /// A damaged index lets go of its folder by itself; of a sound one no handle may be left.
    ///
    /// # Errors
    /// As for [`Index::open`].
    pub fn recreate(dir: &Path) -> Result<Self, OpenError> {
        Self::recreate_within(dir, folder::WRITER_MEMORY)
    }

    /// The same with as much room as [`Index::open_within`] has.
    ///
    /// # Errors
    /// As for [`Index::open`].
    #[instrument(name = "search.recreate", skip_all, err(level = "debug"))]
    pub fn recreate_within(dir: &Path, memory: usize) -> Result<Self, OpenError> {
        folder::clear(dir)?;
        Self::open_within(dir, memory)
    }

    /// The same index for questions whose words have synonyms.
    #[must_use]
    pub fn with_synonyms(self, synonyms: Arc<Synonyms>) -> Self {
        Self { synonyms, ..self }
    }

    /// How far in the log the index has come; `None` where nothing was ever applied.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.current().position
    }

    /// The number of published entries, which everybody can find.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.current().published.searcher.num_docs()
    }

    /// Whether there is nothing for everybody to find.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the index turned out to be damaged and answers nothing any more.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.shared.broken.load(Ordering::Acquire)
    }

    /// Brings the index to that position. When this returns, what was upserted is found, what was deleted is not,
    /// and neither a crash nor a loss of power takes that back.
    ///
    /// An entry that is both upserted and deleted in one batch is upserted; of several upserts the last counts.
    ///
    /// # Errors
    /// The index is then as it was before: [`Error::Io`] and [`Error::Rebuilding`] can be tried again,
    /// [`Error::Closed`] cannot.
    #[instrument(name = "search.apply", skip_all, fields(upserts = batch.upserts.len(), deletes = batch.deletes.len(), seq = position.seq.get()))]
    pub fn apply(&self, batch: Batch, position: Position) -> Result<(), Error> {
        let mut desk = lock(&self.shared.desk);
        if self.is_broken() {
            return Err(Error::Broken);
        }
        let lent = desk.lent;
        let writers = desk.writers.as_mut().ok_or(Desk::absent(lent))?;
        let applied = self.shared.writing(|| {
            let fields = &self.shared.published.fields;
            let unpublished = self.shared.touches_unpublished(&batch)?;
            for id in batch.deletes.iter().copied().chain(batch.upserts.iter().map(|entry| entry.id)) {
                writers.delete(id, fields);
            }
            // Of several versions the last counts, and the first may be of the other half.
            let last: HashMap<EntryId, usize> =
                batch.upserts.iter().enumerate().map(|(place, entry)| (entry.id, place)).collect();
            for (place, entry) in batch.upserts.iter().enumerate() {
                if last.get(&entry.id) == Some(&place) {
                    writers.add(entry, fields)?;
                }
            }
            writers.commit(position, unpublished)?;
            self.shared.look_again(position)
        });
        if applied.is_err() {
            self.shared.give_up(&mut desk.writers);
        }
        applied
    }

    /// Begins to replace everything that the index holds. Questions are answered from the old state until
    /// [`Rebuild::finish`]; nothing can be applied meanwhile.
    ///
    /// # Errors
    /// [`Error::Rebuilding`] where another rebuild goes on, [`Error::Closed`] after [`Index::close`].
    pub fn rebuild(&self) -> Result<Rebuild, Error> {
        Rebuild::begin(self.clone())
    }

    /// Finds entries: published ones, and the others by their stages where the request's filter names those.
    /// No text is an error.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.query", skip_all, fields(limit = request.limit, skip = request.skip))]
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResults, Error> {
        let mut stems = lock(&self.shared.stems).pop().unwrap_or_default();
        let found =
            self.ask(|current| Answering::new(current, request, &self.synonyms)?.hits(request, &mut stems));
        let mut known = lock(&self.shared.stems);
        if known.len() < STEMS_KEPT {
            known.push(stems);
        }
        found
    }

    /// Counts what [`Index::search`] finds on all pages.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.count", skip_all)]
    pub fn count(&self, request: &SearchRequest) -> Result<u64, Error> {
        self.ask(|current| Answering::new(current, request, &self.synonyms)?.count())
    }

    /// Counts what [`Index::search`] finds by the values of fields: of each the most frequent ones, so many, equal ones
    /// by value. See [`FacetField`] for what narrows the counts.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.facets", skip_all, fields(fields = wanted.len()))]
    pub fn facets(
        &self,
        request: &SearchRequest,
        wanted: &[(FacetField, usize)],
    ) -> Result<Vec<Vec<Facet>>, Error> {
        self.ask(|current| Answering::new(current, request, &self.synonyms)?.facets(wanted))
    }

    /// Titles, tags and authors one of whose words begins as what was typed; of published entries alone.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.suggest", skip_all)]
    pub fn suggest(&self, typed: &str, first: usize) -> Result<Vec<Suggestion>, Error> {
        self.ask(|current| current.published.suggest(typed, first))
    }

    /// For each of these entries the posts that say most of what it says, nearest first; none where it is not in the
    /// index.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.related", skip_all, fields(entries = entries.len()))]
    pub fn related(&self, entries: &[EntryId], first: usize) -> Result<Vec<Vec<EntryId>>, Error> {
        self.ask(|current| entries.iter().map(|&entry| current.published.related(entry, first)).collect())
    }

    /// For each of these tags those that stand most tellingly beside it on its posts.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.related_tags", skip_all, fields(tags = tags.len()))]
    pub fn related_tags(&self, tags: &[Slug], first: usize) -> Result<Vec<Vec<Slug>>, Error> {
        self.ask(|current| tags.iter().map(|tag| current.published.related_tags(tag, first)).collect())
    }

    /// Reads all files and compares their checksums: flipped bytes can also make an index answer wrongly. It takes
    /// as long as reading the files does.
    ///
    /// # Errors
    /// [`Error::Broken`] where a file is not what was written.
    #[instrument(name = "search.verify", skip_all)]
    pub fn verify(&self) -> Result<(), Error> {
        let verified = guarded(&self.shared.broken, || {
            let mut damaged = self.shared.published.engine.validate_checksum()?;
            damaged.extend(self.shared.unpublished.engine.validate_checksum()?);
            if damaged.is_empty() {
                return Ok(());
            }
            tracing::error!(?damaged, "files of the index are damaged");
            Err(tantivy::TantivyError::Poisoned)
        });
        self.let_go_if_broken();
        verified
    }

    /// Lets go of the folder, for whoever opens it next, after a write that goes on has ended. Clones that are left can
    /// still be asked, but no longer written to.
    pub fn close(&self) {
        let desk = lock(&self.shared.desk);
        let mut desk =
            self.shared.given_back.wait_while(desk, |desk| desk.lent).unwrap_or_else(PoisonError::into_inner);
        drop(desk.writers.take());
    }

    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Current) -> tantivy::Result<T>) -> Result<T, Error> {
        let current = self.current();
        let answer = guarded(&self.shared.broken, || question(&current));
        self.let_go_if_broken();
        answer
    }

    pub(crate) fn current(&self) -> Current {
        lock(&self.shared.current).clone()
    }

    /// A damaged index gives its folder free, so that a new one can be created there.
    fn let_go_if_broken(&self) {
        if self.is_broken() {
            // A writer in use is let go of by its user.
            if let Ok(mut desk) = self.shared.desk.try_lock() {
                self.shared.give_up(&mut desk.writers);
            }
        }
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("position", &self.position()).finish_non_exhaustive()
    }
}

impl Shared {
    /// Whether a batch writes to what is not published, or may take something out of it.
    fn touches_unpublished(&self, batch: &Batch) -> tantivy::Result<bool> {
        let current = lock(&self.current).clone();
        if current.position.is_none()
            || batch.upserts.iter().any(|entry| entry.status != EntryStatus::Published)
        {
            return Ok(true);
        }
        let ids = batch.deletes.iter().copied().chain(batch.upserts.iter().map(|entry| entry.id));
        for id in ids {
            if current.unpublished.searcher.doc_freq(&id_term(id, &self.unpublished.fields))? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Runs something that writes to the index. Where a thread of the engine died and the disk had refused to write, the
    /// disk it was, and the files are as they were.
    pub(crate) fn writing<T>(&self, work: impl FnOnce() -> tantivy::Result<T>) -> Result<T, Error> {
        let disks = [&self.published.disk, &self.unpublished.disk];
        guarded(&self.broken, || {
            work().map_err(|error| match disks.iter().find_map(|disk| disk.take_refusal()) {
                Some(kind) if matches!(error, TantivyError::ErrorInThread(_)) => {
                    TantivyError::IoError(Arc::new(kind.into()))
                }
                _ => error,
            })
        })
    }

    /// Makes the last commits what questions are answered from, both at once.
    pub(crate) fn look_again(&self, position: Position) -> tantivy::Result<()> {
        let (published, unpublished) = (self.published.look_again()?, self.unpublished.look_again()?);
        *lock(&self.current) = Current { published, unpublished, position: Some(position) };
        Ok(())
    }

    /// Forgets what is written but not committed; where even that fails, or the index is broken, the writers.
    pub(crate) fn give_up(&self, place: &mut Option<Writers>) {
        let Some(mut writers) = place.take() else { return };
        let rolled_back = guarded(&self.broken, || writers.rollback());
        if rolled_back.is_ok() {
            *place = Some(writers);
        } else {
            self.broken.store(true, Ordering::Release);
            // Their threads may have died in a panic.
            _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(writers)));
        }
    }
}

/// Locks, also after a panic: what the locks of this crate hold is replaced as a whole or not at all.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
