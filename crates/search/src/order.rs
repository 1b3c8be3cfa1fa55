//! The order of hits: total, so that pages neither repeat nor lose any.

use std::cmp::Ordering;

use inkstand_model::SearchOrder;
use tantivy::Score;

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
