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
        for writer in [&mut self.unpublished, &mut self.published] {
            writer.rollback()?;
            begin_past_the_commit(writer)?;
        }
        Ok(())
    }
}

/// Has a writer that begins where a commit was give its first deed a number past it.
///
/// tantivy 0.27 gives the first deed the very number of that commit. A merge that begins before the next commit takes
/// deletes up to that number along, the first delete with them: but not in segments whose deletes were last written by
/// that commit, which it takes for up to date. Where another segment of the merge stands first, the delete is forgotten
/// for those, and what it should have deleted is there twice.
pub(crate) fn begin_past_the_commit(writer: &IndexWriter) -> tantivy::Result<()> {
    // No deeds, which take a number nevertheless.
    writer.run(std::iter::empty()).map(drop)
}

fn commit(writer: &mut IndexWriter, position: Position) -> tantivy::Result<()> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&to_payload(position));
    prepared.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use inkstand_model::{EntryKind, Instant, Language, LogId, Seq};
    use tantivy::merge_policy::NoMergePolicy;
    use uuid::Uuid;

    use super::*;
    use crate::index::lock;
    use crate::{Batch, Index};

    fn post(number: u128) -> SearchDocument {
        let at = Instant::from_millis(0).unwrap();
        SearchDocument {
            id: EntryId::from_uuid(Uuid::from_u128(number)),
            kind: EntryKind::Post,
            status: EntryStatus::Published,
            byline: vec![],
            title: format!("Post {number}"),
            text: String::new(),
            tags: vec![],
            categories: vec![],
            category_ancestors: vec![],
            authors: vec![],
            series: None,
            hashtags: vec![],
            language: Language::english(),
            published_at: Some(at),
            updated_at: at,
            year: Some(1970),
            featured: false,
        }
    }

    fn apply(index: &Index, upserts: &[u128], deletes: &[u128], seq: i64) {
        let upserts = upserts.iter().map(|&number| post(number)).collect();
        let deletes = deletes.iter().map(|&number| EntryId::from_uuid(Uuid::from_u128(number))).collect();
        let position = Position { log: LogId::from_uuid(Uuid::nil()), seq: Seq::new(seq) };
        index.apply(Batch { upserts, deletes }, position).unwrap();
    }

    /// As a `kill -9` leaves it where a merge was due: as many segments as make one, the last commit of which also deleted
    /// from one that is not the largest.
    #[test]
    fn the_first_delete_after_a_restart_outlives_a_merge() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        lock(&index.shared.desk)
            .writers
            .as_ref()
            .unwrap()
            .published
            .set_merge_policy(Box::new(NoMergePolicy));
        apply(&index, &[1, 2, 12], &[], 1);
        apply(&index, &[3, 4, 5, 13], &[], 2);
        for number in 6..11 {
            apply(&index, &[number], &[], number as i64);
        }
        apply(&index, &[11], &[2], 11);
        index.close();
        drop(index);

        let index = Index::open(folder.path()).unwrap();
        assert_eq!(index.shared.published.reader.searcher().segment_readers().len(), 8);
        apply(&index, &[1], &[], 14);
        let writers = lock(&index.shared.desk).writers.take().unwrap();
        writers.published.wait_merging_threads().unwrap();
        let half = index.shared.published.look_again().unwrap();
        assert!(half.searcher.segment_readers().len() <= 2, "they were merged");
        assert_eq!(half.searcher.num_docs(), 12);
    }

    /// As a `kill -9` leaves it between the files of a commit and the list that names them.
    #[test]
    fn what_a_commit_left_that_was_cut_short_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("meta.json");
        let index = Index::open(folder.path()).unwrap();
        apply(&index, &[1, 2], &[], 1);
        index.close();
        drop(index);
        let before = std::fs::read(&list).unwrap();

        for _ in 0..2 {
            let index = Index::open(folder.path()).unwrap();
            apply(&index, &[3], &[1], 2);
            assert_eq!(index.len(), 2);
            index.close();
            drop(index);
            std::fs::write(&list, &before).unwrap();
        }
    }
}
