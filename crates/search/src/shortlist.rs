//! The entries that are worth a whole score.

use inkstand_model::SearchOrder;
use tantivy::DocAddress;
use tantivy::query::Query;

use crate::best::best;
use crate::order::Place;
use crate::scoring::Scoring;
use crate::view::View;
use crate::weights;

/// Entries, each once.
pub(crate) struct Shortlist<'a> {
    view: &'a View,
    entries: Vec<DocAddress>,
}

impl<'a> Shortlist<'a> {
    /// Nothing yet.
    pub(crate) fn new(view: &'a View) -> Self {
        Self { view, entries: Vec::new() }
    }

    /// Adds the best by the query's own score; with `counting`, answers how many entries fit it.
    pub(crate) fn add(&mut self, query: &dyn Query, counting: bool) -> tantivy::Result<Option<u64>> {
        let (best, count) = best(self.view, query, SearchOrder::Relevance, weights::SHORTLIST, counting)?;
        self.entries.extend(best.into_iter().map(|(_, address)| address));
        self.entries.sort_unstable();
        self.entries.dedup();
        Ok(count)
    }

    /// All of them in the order of their whole score; not those that have no word of the question, though added
    /// words found them.
    pub(crate) fn scored(&self, scoring: &Scoring) -> tantivy::Result<Vec<(Place, DocAddress)>> {
        let mut placed = Vec::with_capacity(self.entries.len());
        for scored in scoring.score(self.view, &self.entries)? {
            if scored.has == 0 {
                continue;
            }
            let columns = self.view.here.columns(scored.address.segment_ord)?;
            let place = columns.place(SearchOrder::Relevance, scored.score, scored.address.doc_id);
            placed.push((place, scored.address));
        }
        placed.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        Ok(placed)
    }
}
