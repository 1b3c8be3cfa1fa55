//! What a question looks at: one half of the index, and what it may know of words.
//!
//! Most questions are of published entries, and know the words of those. Who asks for drafts sees some entries of the
//! other half, and knows the words of those only: an entry that the viewer must not see neither corrects a typo nor
//! completes a word. How much a word tells is taken from the published entries in any case: drafts are too few to say
//! it, their numbers would tell of the others', and so both halves' scores can stand in one list.

use std::sync::Arc;

use inkstand_model::{EntryStatus, SearchRequest};
use tantivy::query::{AllQuery, Bm25StatisticsProvider, BooleanQuery, EnableScoring, Query};
use tantivy::schema::Field;
use tantivy::{DocId, Term};

use crate::dictionary::{Dictionary, Words};
use crate::filter::unpublished_conditions;
use crate::index::Current;
use crate::snapshot::Snapshot;

/// What a question looks at.
#[derive(Clone)]
pub(crate) struct View {
    /// Where hits are looked for.
    pub(crate) here: Arc<Snapshot>,
    /// Whether that is what is not published.
    pub(crate) unpublished: bool,
    known: Arc<Known>,
}

/// Whose words a question knows.
struct Known {
    /// By whose numbers words are weighed.
    published: Arc<Snapshot>,
    /// Whether its words are known too.
    of_published: bool,
    unpublished: Option<(Arc<Snapshot>, Seen)>,
}

/// The entries of a half that a viewer may see and asks for.
pub(crate) struct Seen {
    /// For each segment, which of its entries.
    segments: Vec<Vec<bool>>,
    entries: u64,
}

/// Where there is nothing published yet, a text has so many words on the average.
const USUAL_LENGTH: f32 = 400.0;

impl View {
    /// What is published.
    pub(crate) fn of_published(published: &Arc<Snapshot>) -> Self {
        let known = Known { published: Arc::clone(published), of_published: true, unpublished: None };
        Self { here: Arc::clone(published), unpublished: false, known: Arc::new(known) }
    }

    /// What a request may find: one half or both.
    pub(crate) fn of(current: &Current, request: &SearchRequest) -> tantivy::Result<Vec<Self>> {
        let statuses = &request.filter.statuses;
        let is_published = |status: &EntryStatus| *status == EntryStatus::Published;
        if statuses.iter().all(is_published) {
            return Ok(vec![Self::of_published(&current.published)]);
        }
        let of_published = statuses.iter().any(is_published);
        let seen = Seen::by(&current.unpublished, request)?;
        let known = Arc::new(Known {
            published: Arc::clone(&current.published),
            of_published,
            unpublished: Some((Arc::clone(&current.unpublished), seen)),
        });
        let half = |here: &Arc<Snapshot>, unpublished| Self {
            here: Arc::clone(here),
            unpublished,
            known: Arc::clone(&known),
        };
        let published = of_published.then(|| half(&current.published, false));
        Ok(published.into_iter().chain([half(&current.unpublished, true)]).collect())
    }

    /// The dictionary of all words.
    pub(crate) fn words(&self) -> Dictionary<'_> {
        self.dictionary(self.here.fields.words)
    }

    /// The dictionary of a field.
    pub(crate) fn dictionary(&self, field: Field) -> Dictionary<'_> {
        let Known { published, of_published, unpublished } = &*self.known;
        let published_words = Words { searcher: &published.searcher, lists: published.lists(), seen: None };
        let others = unpublished.as_ref().map(|(snapshot, seen)| Words {
            searcher: &snapshot.searcher,
            lists: snapshot.lists(),
            seen: Some(seen),
        });
        let known = of_published.then_some(published_words).into_iter().chain(others).collect();
        let weighing = (!of_published).then_some(&published.searcher);
        Dictionary { field, known, weighing }
    }

    /// Entries that words are weighed by, deleted ones included.
    pub(crate) fn entries(&self) -> u64 {
        let seen = self.known.unpublished.as_ref().map_or(0, |(_, seen)| seen.entries);
        self.known.published.entries() + seen
    }

    /// How many terms that field has in an entry on the average.
    pub(crate) fn average_length(&self, field: Field) -> tantivy::Result<f32> {
        let published = &self.known.published;
        if published.entries() == 0 { Ok(USUAL_LENGTH) } else { published.average_length(field) }
    }

    /// By what a query scores.
    pub(crate) fn scoring(&self) -> EnableScoring<'_> {
        if self.known.unpublished.is_none() {
            return EnableScoring::enabled_from_searcher(&self.here.searcher);
        }
        EnableScoring::enabled_from_statistics_provider(self, &self.here.searcher)
    }
}

/// Numbers of the published entries, and of one more, lest they be divided by nothing.
impl Bm25StatisticsProvider for View {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let published = self.known.published.searcher.segment_readers().iter();
        let tokens: tantivy::Result<u64> =
            published.map(|segment| Ok(segment.inverted_index(field)?.total_num_tokens())).sum();
        Ok(tokens? + USUAL_LENGTH as u64)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.known.published.entries() + 1)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.known.published.searcher.doc_freq(term)
    }
}

impl Seen {
    fn by(snapshot: &Snapshot, request: &SearchRequest) -> tantivy::Result<Self> {
        let searcher = &snapshot.searcher;
        let clauses = unpublished_conditions(request, &snapshot.fields).into_clauses();
        let query: Box<dyn Query> =
            if clauses.is_empty() { Box::new(AllQuery) } else { Box::new(BooleanQuery::new(clauses)) };
        let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let mut seen = Self { segments: Vec::new(), entries: 0 };
        for segment in searcher.segment_readers() {
            let mut entries = vec![false; segment.max_doc() as usize];
            let alive = segment.alive_bitset();
            weight.for_each_no_score(segment, &mut |docs| {
                for &doc in docs {
                    if alive.is_none_or(|alive| alive.is_alive(doc)) {
                        entries[doc as usize] = true;
                        seen.entries += 1;
                    }
                }
            })?;
            seen.segments.push(entries);
        }
        Ok(seen)
    }

    /// Whether an entry of a segment is among them.
    pub(crate) fn has(&self, segment: usize, doc: DocId) -> bool {
        self.segments.get(segment).and_then(|entries| entries.get(doc as usize)).is_some_and(|seen| *seen)
    }
}
