//! Replacing everything.

use std::collections::HashSet;

use inkstand_model::{EntryId, Position, SearchDocument};
use tantivy::query::AllQuery;
use tracing::instrument;

use crate::error::Error;
use crate::half::Writers;
use crate::index::{Desk, Index, lock};

/// A rebuild under way: [`Rebuild::add`] everything, then [`Rebuild::finish`]. Dropped before, it leaves the index
/// as it was.
///
/// It is one commit of each half, so that a crash in its midst leaves the old state too.
pub struct Rebuild {
    index: Index,
    /// There until the rebuild is over.
    writers: Option<Writers>,
    /// A list that is read in pages can show an entry twice when its date changes meanwhile.
    added: HashSet<EntryId>,
}

impl Rebuild {
    pub(crate) fn begin(index: Index) -> Result<Self, Error> {
        if index.is_broken() {
            return Err(Error::Broken);
        }
        let mut desk = lock(&index.shared.desk);
        let writers = desk.writers.take().ok_or(Desk::absent(desk.lent))?;
        desk.lent = true;
        drop(desk);
        let rebuild = Self { index, writers: Some(writers), added: HashSet::new() };
        rebuild.guarded(|writers| {
            // Not `delete_all_documents`: that forgets the segments at once, and a merge which ends before our
            // commit would write a list without them to the disk.
            writers.published.delete_query(Box::new(AllQuery))?;
            writers.unpublished.delete_query(Box::new(AllQuery)).map(drop)
        })?;
        Ok(rebuild)
    }

    /// Adds entries. Of an entry that is added twice the later version counts.
    ///
    /// # Errors
    /// [`Error::Io`] where the disk is full; the rebuild is to be given up then.
    #[instrument(name = "search.rebuild.add", skip_all, fields(entries = entries.len()))]
    pub fn add(&mut self, entries: &[SearchDocument]) -> Result<(), Error> {
        let fields = self.index.shared.published.fields;
        for entry in entries {
            let again = !self.added.insert(entry.id);
            self.guarded(|writers| {
                if again {
                    writers.delete(entry.id, &fields);
                }
                writers.add(entry, &fields)
            })?;
        }
        Ok(())
    }

    /// Makes what was added the whole index, which has come to that position.
    ///
    /// # Errors
    /// The index is then as it was before the rebuild.
    #[instrument(name = "search.rebuild.finish", skip_all, fields(seq = position.seq.get()))]
    pub fn finish(mut self, position: Position) -> Result<(), Error> {
        let mut writers = self.writers.take().ok_or(Error::Broken)?;
        let shared = &self.index.shared;
        let finished = shared.writing(|| {
            writers.commit(position, true)?;
            shared.look_again(position)
        });
        let mut writers = Some(writers);
        if finished.is_err() {
            shared.give_up(&mut writers);
        }
        self.give_back(writers);
        finished
    }

    fn give_back(&self, writers: Option<Writers>) {
        let shared = &self.index.shared;
        *lock(&shared.desk) = Desk { writers, lent: false };
        shared.given_back.notify_all();
    }

    fn guarded(&self, work: impl FnOnce(&Writers) -> tantivy::Result<()>) -> Result<(), Error> {
        let writers = self.writers.as_ref().ok_or(Error::Broken)?;
        self.index.shared.writing(|| work(writers))
    }
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        if self.writers.is_some() {
            self.index.shared.give_up(&mut self.writers);
            let writers = self.writers.take();
            self.give_back(writers);
        }
    }
}

impl std::fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rebuild").field("added", &self.added.len()).finish_non_exhaustive()
    }
}
