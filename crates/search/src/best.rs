//! The best entries that fit a query, by its own score or by date.

use inkstand_model::SearchOrder;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, Score};

use crate::order::Place;
use crate::snapshot::Snapshot;
use crate::view::View;

/// Entries in their order, each with its place.
pub(crate) type Placed = Vec<(Place, DocAddress)>;

/// The first `limit` entries in that order, each with its place. Which they are does not depend on how the entries
/// are spread over segments: equal scores are told apart by date and id.
///
/// With `counting`, how many entries fit is found on the way. Without it, by relevance, blocks of postings that cannot
/// hold any of the best are not even decoded (block-max WAND), where the query is a union or an intersection of terms.
pub(crate) fn best(
    view: &View,
    query: &dyn Query,
    order: SearchOrder,
    limit: usize,
    counting: bool,
) -> tantivy::Result<(Placed, Option<u64>)> {
    if order == SearchOrder::Relevance {
        best_by_score(view, query, limit, counting)
    } else {
        best_by_date(&view.here, query, order, limit, counting)
    }
}

fn best_by_score(
    view: &View,
    query: &dyn Query,
    limit: usize,
    counting: bool,
) -> tantivy::Result<(Placed, Option<u64>)> {
    let snapshot = &*view.here;
    let searcher = &snapshot.searcher;
    let weight = query.weight(view.scoring())?;
    let mut list = Scores { snapshot, limit, found: Vec::new(), least: Score::MIN, error: None };
    let mut count = 0;
    for (ordinal, segment) in (0..).zip(searcher.segment_readers()) {
        let alive = segment.alive_bitset();
        let threshold = list.least.next_down();
        let mut look_at = |doc, score| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                count += 1;
                list.add(score, DocAddress::new(ordinal, doc));
            }
            // Of equal scores the date decides, so that those must still come.
            list.least.next_down()
        };
        if counting {
            weight.for_each(segment, &mut |doc, score| _ = look_at(doc, score))?;
        } else {
            weight.for_each_pruning(threshold, segment, &mut look_at)?;
        }
    }
    Ok((list.into_sorted()?, counting.then_some(count)))
}

/// The best by score.
struct Scores<'a> {
    snapshot: &'a Snapshot,
    limit: usize,
    found: Vec<(Score, DocAddress)>,
    /// What is below it is not among them.
    least: Score,
    error: Option<tantivy::TantivyError>,
}

impl Scores<'_> {
    fn add(&mut self, score: Score, address: DocAddress) {
        if score < self.least {
            return;
        }
        self.found.push((score, address));
        if self.found.len() > self.limit.saturating_mul(2)
            && let Err(error) = self.keep_best()
        {
            self.error = Some(error);
        }
    }

    fn keep_best(&mut self) -> tantivy::Result<()> {
        let Some(last) = self.limit.checked_sub(1) else {
            self.found.clear();
            self.least = Score::INFINITY;
            return Ok(());
        };
        let (_, (least, _), _) = self.found.select_nth_unstable_by(last, |(a, _), (b, _)| b.total_cmp(a));
        let least = *least;
        let equal: Vec<_> = self.found.iter().copied().filter(|(score, _)| *score == least).collect();
        self.found.retain(|(score, _)| *score > least);
        let room = self.limit - self.found.len();
        if equal.len() > room {
            let mut equal = self.placed(&equal)?;
            equal.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
            self.found.extend(equal.into_iter().take(room).map(|(place, address)| (place.score, address)));
        } else {
            self.found.extend(equal);
        }
        self.least = least;
        Ok(())
    }

    fn into_sorted(mut self) -> tantivy::Result<Placed> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.found.len() > self.limit {
            self.keep_best()?;
        }
        let mut placed = self.placed(&self.found)?;
        placed.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        Ok(placed)
    }

    fn placed(&self, found: &[(Score, DocAddress)]) -> tantivy::Result<Placed> {
        let place = |&(score, address): &(Score, DocAddress)| {
            let columns = self.snapshot.columns(address.segment_ord)?;
            Ok((columns.place(SearchOrder::Relevance, score, address.doc_id), address))
        };
        found.iter().map(place).collect()
    }
}

fn best_by_date(
    snapshot: &Snapshot,
    query: &dyn Query,
    order: SearchOrder,
    limit: usize,
    counting: bool,
) -> tantivy::Result<(Placed, Option<u64>)> {
    let searcher = &snapshot.searcher;
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut found: Vec<(Place, DocAddress)> = Vec::new();
    let mut least_date = i64::MIN;
    let mut count = 0;
    for (ordinal, segment) in (0..).zip(searcher.segment_readers()) {
        let columns = snapshot.columns(ordinal)?;
        let alive = segment.alive_bitset();
        weight.for_each_no_score(segment, &mut |docs| {
            for &doc in docs {
                if alive.is_some_and(|alive| !alive.is_alive(doc)) {
                    continue;
                }
                count += 1;
                // Most are older than those already found, and then their ids need not be read.
                if Place::date_of(order, columns.published(doc)) < least_date {
                    continue;
                }
                found.push((columns.place(order, 0.0, doc), DocAddress::new(ordinal, doc)));
                if found.len() > limit.saturating_mul(2) {
                    if let Some(last) = limit.checked_sub(1) {
                        found.select_nth_unstable_by(last, |(a, _), (b, _)| b.cmp(a));
                    }
                    found.truncate(limit);
                    least_date = found.last().map_or(i64::MAX, |(place, _)| place.date);
                }
            }
        })?;
    }
    found.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
    found.truncate(limit);
    Ok((found, counting.then_some(count)))
}
