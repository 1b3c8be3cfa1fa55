//! What of an entry is needed for every hit, in columns that are opened once for a segment.

use std::sync::Arc;

use inkstand_model::{EntryId, EntryKind, SearchOrder};
use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, Score, SegmentReader};

use crate::document::{entry_id, kind_of};
use crate::order::Place;

/// Columns of one segment. To open one by its name takes longer than to read a page of hits from it.
pub(crate) struct Columns {
    published: Column<i64>,
    updated: Column<i64>,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
    kind: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    /// Opens them.
    pub(crate) fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        // Where all entries of a segment are drafts without a date, it has no column of dates.
        let dates = |name| -> tantivy::Result<Column<i64>> {
            let column = columns.column_opt(name)?;
            Ok(column.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
        };
        Ok(Self {
            published: dates("published")?,
            updated: dates("updated")?,
            id_high: columns.column_first_or_default("id_high")?,
            id_low: columns.column_first_or_default("id_low")?,
            kind: columns.column_first_or_default("kind")?,
        })
    }

    /// Which entry it is.
    pub(crate) fn entry(&self, doc: DocId) -> (EntryId, EntryKind) {
        let id = entry_id(self.id_high.get_val(doc), self.id_low.get_val(doc));
        (id, kind_of(self.kind.get_val(doc)))
    }

    /// Milliseconds of its publication; of a draft without a date, of its last change.
    pub(crate) fn published(&self, doc: DocId) -> i64 {
        self.published.first(doc).or_else(|| self.updated.first(doc)).unwrap_or_default()
    }

    /// Where it stands in that order.
    pub(crate) fn place(&self, order: SearchOrder, score: Score, doc: DocId) -> Place {
        let id = (self.id_high.get_val(doc), self.id_low.get_val(doc));
        Place::new(order, score, self.published(doc), id)
    }
}
