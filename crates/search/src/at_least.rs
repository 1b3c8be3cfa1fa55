//! Entries that fit at least so many of several queries.

use std::fmt;

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// Fits what at least `least` of the queries fit.
///
/// tantivy has the same as a clause of its boolean query, which keeps the queries in a heap and takes one entry after
/// the other. To count over the whole segment, one query after the other, is several times faster for words.
pub(crate) struct AtLeast {
    queries: Vec<Box<dyn Query>>,
    least: u8,
}

impl AtLeast {
    /// Of at most 255 queries.
    pub(crate) fn new(queries: Vec<Box<dyn Query>>, least: usize) -> Self {
        Self { queries, least: u8::try_from(least).unwrap_or(u8::MAX) }
    }
}

impl Clone for AtLeast {
    fn clone(&self) -> Self {
        Self { queries: self.queries.iter().map(|query| query.box_clone()).collect(), least: self.least }
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
            scored: scoring.is_scoring_enabled(),
        }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.queries.iter().for_each(|query| query.query_terms(visitor));
    }
}

struct AtLeastWeight {
    weights: Vec<Box<dyn Weight>>,
    least: u8,
    scored: bool,
}

impl Weight for AtLeastWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let size = segment.max_doc() as usize;
        let mut fitting = vec![0_u8; size];
        let mut sums = vec![0.0_f32; if self.scored { size } else { 0 }];
        for weight in &self.weights {
            if self.scored {
                weight.for_each(segment, &mut |doc, score| {
                    let place = doc as usize;
                    fitting[place] = fitting[place].saturating_add(1);
                    sums[place] += score;
                })?;
            } else {
                weight.for_each_no_score(segment, &mut |docs| {
                    for &doc in docs {
                        let place = doc as usize;
                        fitting[place] = fitting[place].saturating_add(1);
                    }
                })?;
            }
        }
        let found = (0..).zip(&fitting).filter(|(_, fitting)| **fitting >= self.least);
        let docs: Vec<DocId> = found.map(|(doc, _)| doc).collect();
        let scores = if self.scored {
            docs.iter().map(|&doc| sums[doc as usize] * boost).collect()
        } else {
            Vec::new()
        };
        Ok(Box::new(Found { docs, scores, at: 0 }))
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
