//! The order of hits: total, so that pages neither repeat nor lose any.

use std::cmp::Ordering;
use std::sync::Arc;

use inkstand_model::SearchOrder;
use tantivy::collector::sort_key::NaturalComparator;
use tantivy::collector::{SegmentSortKeyComputer, SortKeyComputer};
use tantivy::columnar::ColumnValues;
use tantivy::{DocId, Score, SegmentReader};

/// Where a hit stands; greater stands before.
///
/// Score, date and id, in the order of their importance. The id is the last word because it stays the same from
/// commit to commit, which tantivy's own numbers do not.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Place {
    /// The score; 0 where the order is by date.
    pub(crate) score: Score,
    date: i64,
    id: (u64, u64),
}

/// Computes the places of hits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places(pub(crate) SearchOrder);

impl SortKeyComputer for Places {
    type SortKey = Place;
    type Child = SegmentPlaces;
    type Comparator = NaturalComparator;

    fn requires_scoring(&self) -> bool {
        self.0 == SearchOrder::Relevance
    }

    fn segment_sort_key_computer(&self, segment: &SegmentReader) -> tantivy::Result<SegmentPlaces> {
        let columns = segment.fast_fields();
        Ok(SegmentPlaces {
            order: self.0,
            published: columns.column_first_or_default("published")?,
            id_high: columns.column_first_or_default("id_high")?,
            id_low: columns.column_first_or_default("id_low")?,
        })
    }
}

/// Computes the places of hits of one segment.
pub(crate) struct SegmentPlaces {
    order: SearchOrder,
    published: Arc<dyn ColumnValues<i64>>,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
}

impl SegmentPlaces {
    fn score(&self, score: Score) -> Score {
        if self.order == SearchOrder::Relevance { score } else { 0.0 }
    }
}

impl SegmentSortKeyComputer for SegmentPlaces {
    type SortKey = Place;
    type SegmentSortKey = Place;
    type SegmentComparator = NaturalComparator;

    fn segment_sort_key(&mut self, doc: DocId, score: Score) -> Place {
        let date = self.published.get_val(doc);
        let id = (self.id_high.get_val(doc), self.id_low.get_val(doc));
        let (date, id) = match self.order {
            SearchOrder::Relevance | SearchOrder::Newest => (date, id),
            SearchOrder::Oldest => (-date, (!id.0, !id.1)),
        };
        Place { score: self.score(score), date, id }
    }

    fn accept_sort_key_lazy(
        &mut self,
        doc: DocId,
        score: Score,
        threshold: &Place,
    ) -> Option<(Ordering, Place)> {
        // Most hits are worse than those already found, and then their columns need not be read.
        if self.score(score) < threshold.score {
            return None;
        }
        let place = self.segment_sort_key(doc, score);
        match self.compare_segment_sort_key(&place, threshold) {
            Ordering::Less => None,
            order => Some((order, place)),
        }
    }

    fn convert_segment_sort_key(&self, place: Place) -> Place {
        place
    }
}
