//! The two halves of an index: what is published, and what is not.
//!
//! They are apart, since much that readers are told is not of hits alone: which words there are, and how many entries
//! have each, decides what a typo may have meant, what an unfinished word may become, and what every hit scores. So what
//! nobody may read yet has dictionaries and numbers of its own.

use std::sync::Arc;

use inkstand_model::{EntryId, EntryStatus, Position, SearchDocument};
use tantivy::{IndexReader, IndexWriter};

use crate::disk::Disk;
use crate::document::{document, id_term};
use crate::position::to_payload;
use crate::schema::Fields;
use crate::snapshot::Snapshot;
use crate::word_list::WordLists;

/// The entries of one folder.
pub(crate) struct Half {
    pub(crate) engine: tantivy::Index,
    pub(crate) disk: Disk,
    pub(crate) fields: Fields,
    pub(crate) reader: IndexReader,
    pub(crate) lists: WordLists,
}

impl Half {
    /// What it holds now, as far as the reader was told of it.
    pub(crate) fn look(&self) -> tantivy::Result<Arc<Snapshot>> {
        Ok(Arc::new(Snapshot::take(self.reader.searcher(), self.fields, self.lists.clone())?))
    }

    /// What the last commit left.
    pub(crate) fn look_again(&self) -> tantivy::Result<Arc<Snapshot>> {
        self.reader.reload()?;
        self.look()
    }
}

/// The writers of both.
pub(crate) struct Writers {
    pub(crate) published: IndexWriter,
    pub(crate) unpublished: IndexWriter,
}

impl Writers {
    /// The writer for an entry of that stage.
    pub(crate) fn of(&self, status: EntryStatus) -> &IndexWriter {
        if status == EntryStatus::Published { &self.published } else { &self.unpublished }
    }

    /// Writes an entry where it belongs.
    pub(crate) fn add(&self, entry: &SearchDocument, fields: &Fields) -> tantivy::Result<()> {
        self.of(entry.status).add_document(document(entry, fields)).map(drop)
    }

    /// Removes an entry, wherever it is.
    pub(crate) fn delete(&self, id: EntryId, fields: &Fields) {
        for writer in [&self.published, &self.unpublished] {
            writer.delete_term(id_term(id, fields));
        }
    }

    /// Commits both with a position in the payload; what is not published only where `both`.
    ///
    /// That one first: a crash between them leaves it ahead of the position that counts, from which the same changes
    /// are applied once more.
    pub(crate) fn commit(&mut self, position: Position, both: bool) -> tantivy::Result<()> {
        if both {
            commit(&mut self.unpublished, position)?;
        }
        commit(&mut self.published, position)
    }

    /// Forgets what is written but not committed.
    pub(crate) fn rollback(&mut self) -> tantivy::Result<()> {
        self.unpublished.rollback()?;
        self.published.rollback().map(drop)
    }
}

fn commit(writer: &mut IndexWriter, position: Position) -> tantivy::Result<()> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&to_payload(position));
    prepared.commit()?;
    Ok(())
}
