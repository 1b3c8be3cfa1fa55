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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// The score; 0 where the order is by date.
    pub(crate) score: Score,
    /// Greater is before.
    pub(crate) date: i64,
    id: (u64, u64),
}

impl Place {
    /// The place of an entry that was published then.
    pub(crate) fn new(order: SearchOrder, score: Score, published: i64, id: (u64, u64)) -> Self {
        let date = Self::date_of(order, published);
        match order {
            SearchOrder::Relevance => Self { score, date, id },
            SearchOrder::Newest => Self { score: 0.0, date, id },
            SearchOrder::Oldest => Self { score: 0.0, date, id: (!id.0, !id.1) },
        }
    }

    /// The date as it orders.
    pub(crate) const fn date_of(order: SearchOrder, published: i64) -> i64 {
        match order {
            SearchOrder::Relevance | SearchOrder::Newest => published,
            SearchOrder::Oldest => -published,
        }
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_score = self.score.total_cmp(&other.score);
        by_score.then_with(|| (self.date, self.id).cmp(&(other.date, other.id)))
    }
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
        let id = (self.id_high.get_val(doc), self.id_low.get_val(doc));
        Place::new(self.order, score, self.published.get_val(doc), id)
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
