//! Many queries over the whole of a segment, one after the other.

use std::fmt;

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// Fits what at least `least` of the queries fit.
///
/// tantivy has the same as clauses of its boolean query, which takes one entry after the other and keeps the queries
/// in a heap or in windows. Where queries are many and none is rare enough to leave most entries out, it is several
/// times faster to note each query's entries, one query after the other.
pub(crate) struct AtLeast {
    queries: Vec<Box<dyn Query>>,
    least: u8,
    score: Combined,
}

/// What an entry scores that fits several queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combined {
    Sum,
    Best,
}

impl AtLeast {
    /// At least so many of at most 255 queries, whose scores are added.
    pub(crate) fn of(queries: Vec<Box<dyn Query>>, least: usize) -> Self {
        Self { queries, least: u8::try_from(least).unwrap_or(u8::MAX), score: Combined::Sum }
    }

    /// Any of the queries, of which the best one scores.
    pub(crate) fn best_of(queries: Vec<Box<dyn Query>>) -> Self {
        Self { queries, least: 1, score: Combined::Best }
    }
}

impl Clone for AtLeast {
    fn clone(&self) -> Self {
        let queries = self.queries.iter().map(|query| query.box_clone()).collect();
        Self { queries, least: self.least, score: self.score }
    }
}

impl fmt::Debug for AtLeast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtLeast").field("least", &self.least).field("queries", &self.queries).finish()
    }
}

impl Query for AtLeast {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let weights: tantivy::Result<_> = self.queries.iter().map(|query| query.weight(scoring)).collect();
        Ok(Box::new(AtLeastWeight {
            weights: weights?,
            least: self.least,
            score: scoring.is_scoring_enabled().then_some(self.score),
        }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.queries.iter().for_each(|query| query.query_terms(visitor));
    }
}

struct AtLeastWeight {
    weights: Vec<Box<dyn Weight>>,
    least: u8,
    /// None where nothing is scored.
    score: Option<Combined>,
}

/// What was noted of the entries of a segment.
struct Noted {
    /// How many queries each fits, as far as that matters.
    fitting: Vec<u8>,
    scores: Vec<Score>,
}

impl AtLeastWeight {
    fn note(&self, segment: &SegmentReader) -> tantivy::Result<Noted> {
        let size = segment.max_doc() as usize;
        let mut fitting = vec![0_u8; size];
        let mut scores = vec![0.0_f32; if self.score.is_some() { size } else { 0 }];
        for weight in &self.weights {
            let mut fits = |doc: DocId| {
                let fitting = &mut fitting[doc as usize];
                *fitting = fitting.saturating_add(1);
            };
            match self.score {
                Some(Combined::Sum) => weight.for_each(segment, &mut |doc, score| {
                    fits(doc);
                    scores[doc as usize] += score;
                })?,
                Some(Combined::Best) => weight.for_each(segment, &mut |doc, score| {
                    fits(doc);
                    let best = &mut scores[doc as usize];
                    *best = best.max(score);
                })?,
                None => {
                    weight.for_each_no_score(segment, &mut |docs| docs.iter().for_each(|&doc| fits(doc)))?;
                }
            }
        }
        Ok(Noted { fitting, scores })
    }
}

impl Weight for AtLeastWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Noted { fitting, scores } = self.note(segment)?;
        let found = (0..).zip(&fitting).filter(|(_, fitting)| **fitting >= self.least);
        let docs: Vec<DocId> = found.map(|(doc, _)| doc).collect();
        let scores = match self.score {
            Some(_) => docs.iter().map(|&doc| scores[doc as usize] * boost).collect(),
            None => Vec::new(),
        };
        Ok(Box::new(Found { docs, scores, at: 0 }))
    }

    fn for_each(
        &self,
        segment: &SegmentReader,
        callback: &mut dyn FnMut(DocId, Score),
    ) -> tantivy::Result<()> {
        let Noted { fitting, scores } = self.note(segment)?;
        for (place, score) in scores.into_iter().enumerate() {
            if fitting[place] >= self.least {
                callback(place as DocId, score);
            }
        }
        Ok(())
    }

    fn count(&self, segment: &SegmentReader) -> tantivy::Result<u32> {
        let Noted { fitting, .. } = self.note(segment)?;
        let alive = segment.alive_bitset();
        let fits = |(doc, fitting): (DocId, u8)| {
            fitting >= self.least && alive.is_none_or(|alive| alive.is_alive(doc))
        };
        Ok(u32::try_from((0..).zip(fitting).filter(|&one| fits(one)).count()).unwrap_or(u32::MAX))
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        if scorer.doc() > doc || scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("entry {doc} does not fit")));
        }
        Ok(Explanation::new("sum of those that fit", scorer.score()))
    }
}

/// What was found in a segment.
struct Found {
    docs: Vec<DocId>,
    scores: Vec<Score>,
    at: usize,
}

impl DocSet for Found {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.docs.len());
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.at += self.docs[self.at..].partition_point(|&doc| doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.docs.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Found {
    fn score(&mut self) -> Score {
        self.scores.get(self.at).copied().unwrap_or(1.0)
    }
}
