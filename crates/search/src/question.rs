//! A request, understood: asked once, it answers with hits, their number and their facets, all of one state of
//! the index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use inkstand_model::{
    EntryFilter, Facet, FacetField, InstantRange, SearchHit, SearchOrder, SearchRequest, SearchResults, Slug,
};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use crate::asked::{AskedWord, Asker};
use crate::document::{entry_id, kind_of};
use crate::facet::{FacetCounter, LabelCounts, most_frequent};
use crate::filter::{Clauses, Conditions, hashtag_terms, kind_term, language_term, slug_terms};
use crate::instead::{corrected, did_you_mean};
use crate::marks::Marker;
use crate::order::Places;
use crate::query_language::{Wanted, parse, words_and_phrases};
use crate::ranking::{Ranking, any, most_of, sequence};
use crate::snapshot::Snapshot;
use crate::synonyms::Synonyms;
use crate::tongue::{Stems, Tongue};
use crate::{weights, words};

/// A request, understood.
pub(crate) struct Understood {
    snapshot: Arc<Snapshot>,
    /// What a hit must be like.
    matching: Box<dyn Query>,
    /// The same, scoring.
    ranked: Box<dyn Query>,
    /// What is counted by fields among whose values the request chooses: `matching` without that choice.
    widened: Vec<(FacetField, Box<dyn Query>)>,
    /// Values of fields that the request asks for.
    selected: HashSet<(FacetField, String)>,
    order: SearchOrder,
    marker: Marker,
    corrected: Option<String>,
    did_you_mean: Option<String>,
}

impl Understood {
    /// Takes a request apart and looks its words up.
    pub(crate) fn new(
        snapshot: Arc<Snapshot>,
        request: &SearchRequest,
        synonyms: &Synonyms,
    ) -> tantivy::Result<Self> {
        let understanding = Understanding::of(&snapshot, request, synonyms)?;
        let scored = !understanding.words.is_empty() || !understanding.phrases.is_empty();
        let order = match request.order {
            SearchOrder::Relevance if !scored => SearchOrder::Newest,
            order => order,
        };
        let corrected = corrected(&request.text, &understanding.words);
        let did_you_mean = if request.did_you_mean {
            let entries = snapshot.searcher.num_docs();
            did_you_mean(&request.text, &understanding.words, snapshot.words(), entries)?
        } else {
            None
        };
        let marker = understanding.marker();
        let selected = understanding.conditions.selected().clone();
        let choices = understanding.choices();
        let (matching, ranked, words) = understanding.queries(order)?;
        let widened = choices.into_iter().map(|(field, mut clauses)| {
            let everything = || Box::new(AllQuery) as Box<dyn Query>;
            clauses.push((Occur::Must, words.as_ref().map_or_else(everything, |words| words.box_clone())));
            (field, Box::new(BooleanQuery::new(clauses)) as Box<dyn Query>)
        });
        let widened = widened.collect();
        Ok(Self { matching, ranked, widened, selected, order, marker, corrected, did_you_mean, snapshot })
    }

    /// A page of hits.
    pub(crate) fn hits(&self, request: &SearchRequest) -> tantivy::Result<SearchResults> {
        let searcher = &self.snapshot.searcher;
        let (skip, limit) = (request.skip as usize, request.limit as usize);
        // Room for the page is made beforehand, so that it must not be larger than the index.
        let entries = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
        let wanted = limit.saturating_add(1).min(entries.saturating_sub(skip));
        let mut results = SearchResults {
            corrected: self.corrected.clone(),
            did_you_mean: self.did_you_mean.clone(),
            ..SearchResults::default()
        };
        if wanted == 0 {
            return Ok(results);
        }
        let query = if self.order == SearchOrder::Relevance { &self.ranked } else { &self.matching };
        let top = TopDocs::with_limit(wanted).and_offset(skip).order_by(Places(self.order));
        let mut found = searcher.search(query, &top)?;
        results.has_next = found.len() > limit;
        found.truncate(limit);
        let mut stems = Stems::new(Tongue::PLAIN);
        for (place, address) in found {
            let stems = request.marks.then_some(&mut stems);
            results.hits.push(self.hit(place.score, address, stems)?);
        }
        Ok(results)
    }

    /// The number of hits on all pages.
    pub(crate) fn count(&self) -> tantivy::Result<u64> {
        Ok(self.snapshot.searcher.search(&self.matching, &Count)? as u64)
    }

    /// The most frequent values of each of these fields, so many of each, among the hits of all pages; of a field among
    /// whose values the request chooses, among those that there would be without that choice.
    pub(crate) fn facets(&self, wanted: &[(FacetField, usize)]) -> tantivy::Result<Vec<Vec<Facet>>> {
        let mut fields: Vec<FacetField> = wanted.iter().map(|(field, _)| *field).collect();
        fields.sort_unstable();
        fields.dedup();
        let mut counts: HashMap<FacetField, LabelCounts> = HashMap::new();
        for (field, query) in &self.widened {
            if fields.contains(field) {
                fields.retain(|other| other != field);
                let counted = self.snapshot.searcher.search(query, &FacetCounter(&[*field]))?;
                counts.extend(counted.into_iter().map(|counted| (*field, counted)));
            }
        }
        if !fields.is_empty() {
            let counted = self.snapshot.searcher.search(&self.matching, &FacetCounter(&fields))?;
            counts.extend(fields.into_iter().zip(counted));
        }
        let frequent = wanted.iter().map(|(field, first)| {
            let selected = |value: &str| self.selected.contains(&(*field, value.to_owned()));
            counts.get(field).map_or_else(Vec::new, |counts| most_frequent(counts, *first, selected))
        });
        Ok(frequent.collect())
    }

    fn hit(&self, score: f32, address: DocAddress, marks: Option<&mut Stems>) -> tantivy::Result<SearchHit> {
        let (id, kind) = self.snapshot.entry(address)?;
        let (title, body) = match marks {
            Some(stems) => {
                let (title, body) = self.marker.mark(&self.snapshot, address, stems)?;
                (Some(title), body)
            }
            None => (None, Vec::new()),
        };
        Ok(SearchHit { id, kind, score, title, body })
    }
}

impl Snapshot {
    /// Which entry stands there.
    pub(crate) fn entry(
        &self,
        address: DocAddress,
    ) -> tantivy::Result<(inkstand_model::EntryId, inkstand_model::EntryKind)> {
        let columns = self.searcher.segment_reader(address.segment_ord).fast_fields();
        let value = |column: &str| -> tantivy::Result<u64> {
            Ok(columns.column_first_or_default::<u64>(column)?.get_val(address.doc_id))
        };
        Ok((entry_id(value("id_high")?, value("id_low")?), kind_of(value("kind")?)))
    }
}

/// What hits must be like, the same with scores, and what of the first asks for words.
type Queries = (Box<dyn Query>, Box<dyn Query>, Option<Box<dyn Query>>);

/// What a request asks for, on the way to its queries.
struct Understanding<'a> {
    snapshot: &'a Snapshot,
    ranking: Ranking<'a>,
    conditions: Conditions,
    /// The words that entries should have.
    words: Vec<AskedWord>,
    /// Words in an order that entries must have.
    phrases: Vec<Vec<String>>,
    /// The tag that the whole text may be.
    whole_text: Option<Slug>,
}

impl<'a> Understanding<'a> {
    fn of(snapshot: &'a Snapshot, request: &SearchRequest, synonyms: &Synonyms) -> tantivy::Result<Self> {
        let entries =
            snapshot.searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        let mut this = Self {
            snapshot,
            ranking: Ranking { words: snapshot.words(), title_words: snapshot.fields.title_words, entries },
            conditions: Conditions::of(&request.filter, &request.kinds, &snapshot.fields),
            words: Vec::new(),
            phrases: Vec::new(),
            whole_text: Slug::from_title(&request.text),
        };
        let tongues = tongues(&request.filter, snapshot);
        let typed = parse(&request.text, &request.zone);
        let mut asker = Asker::new(snapshot.words(), &tongues);
        this.conditions.hashtags(&request.matching.hashtags, &snapshot.fields);
        this.conditions.years(&request.matching.years, &snapshot.fields);
        let title = request.matching.title.as_deref().unwrap_or_default();
        for part in words_and_phrases(title) {
            this.title(part, false, &mut asker);
        }
        let mut ranges = Vec::new();
        let (mut kinds, mut languages) = (Vec::new(), Vec::new());
        for clause in typed.clauses {
            match clause.wanted {
                Wanted::Words(range) if clause.negated => {
                    let mut words = asker.words(&request.text, &[range]);
                    asker.look_up(&mut words, false)?;
                    for mut word in words.into_iter().filter(|word| !word.corrected) {
                        word.near.clear();
                        this.conditions.not(this.ranking.word(&word));
                    }
                }
                Wanted::Words(range) => ranges.push(range),
                Wanted::In(kind) if !clause.negated => kinds.push(kind_term(kind, &snapshot.fields)),
                Wanted::Language(tag) if !clause.negated => {
                    languages.push(language_term(&tag, &snapshot.fields));
                }
                wanted => this.condition(wanted, clause.negated, &mut asker)?,
            }
        }
        for terms in [kinds, languages] {
            if !terms.is_empty() {
                this.conditions.any(terms);
            }
        }
        this.words = asker.words(&request.text, &ranges);
        asker.look_up(&mut this.words, typed.unfinished)?;
        synonyms.widen(&mut this.words, &request.text, &ranges, &mut asker, snapshot.words())?;
        Ok(this)
    }

    fn condition(&mut self, wanted: Wanted, negated: bool, asker: &mut Asker<'_>) -> tantivy::Result<()> {
        let fields = &self.snapshot.fields;
        match wanted {
            Wanted::Words(_) => {}
            Wanted::Phrase(phrase) => {
                let phrase = phrase_terms(&phrase);
                if negated {
                    sequence(fields.words, &phrase).into_iter().for_each(|query| self.conditions.not(query));
                } else if !phrase.is_empty() {
                    self.phrases.push(phrase);
                }
            }
            Wanted::Title(title) => self.title(&title, negated, asker),
            Wanted::Tag(slug) => {
                self.conditions.any_or_none(slug_terms(&slug, &[fields.tag]), negated);
                self.select(FacetField::Tag, &slug, negated);
            }
            Wanted::Hashtag(name) => self.conditions.any_or_none(hashtag_terms(&name, fields), negated),
            Wanted::Category(slug) => {
                let fields = [fields.category, fields.category_above];
                self.conditions.any_or_none(slug_terms(&slug, &fields), negated);
                self.select(FacetField::Category, &slug, negated);
            }
            Wanted::Author(name) => {
                let mut slugs: HashSet<Slug> = Slug::from_title(&name).into_iter().collect();
                let typed = words::folded_words(&name);
                let named = self.snapshot.names()?.authors.iter().filter(|author| {
                    typed.iter().all(|word| author.words.contains(word)) && !typed.is_empty()
                });
                slugs.extend(named.map(|author| author.slug.clone()));
                let terms = slugs.iter().flat_map(|slug| slug_terms(slug, &[fields.author])).collect();
                self.conditions.any_or_none(terms, negated);
                for slug in &slugs {
                    self.select(FacetField::Author, slug, negated);
                }
            }
            Wanted::In(kind) => self.conditions.any_or_none(vec![kind_term(kind, fields)], negated),
            Wanted::Language(tag) => self.conditions.any_or_none(vec![language_term(&tag, fields)], negated),
            Wanted::Before(at) | Wanted::After(at) => {
                // What is not before a moment is after it, as the moment itself is.
                let before = matches!(wanted, Wanted::Before(_)) != negated;
                let (from, before) = if before { (None, Some(at)) } else { (Some(at), None) };
                self.conditions.range(fields.published, &InstantRange { from, before });
            }
        }
        Ok(())
    }

    fn select(&mut self, field: FacetField, slug: &Slug, negated: bool) {
        if !negated {
            self.conditions.select(field, slug);
        }
    }

    fn title(&mut self, title: &str, negated: bool, asker: &mut Asker<'_>) {
        let title_words = self.snapshot.fields.title_words;
        let spelled = phrase_terms(title);
        let query = match spelled.as_slice() {
            // One word is meant with its stem, several as they stand.
            [_] => {
                let words = asker.words(title, std::slice::from_ref(&(0..title.len())));
                let terms = words.iter().flat_map(|word| &word.exact);
                Some(terms.map(|form| Term::from_field_text(title_words, &form.word)).collect::<Vec<_>>())
            }
            _ => None,
        };
        match (query, sequence(title_words, &spelled)) {
            (Some(terms), _) => self.conditions.any_or_none(terms, negated),
            (None, Some(phrase)) if negated => self.conditions.not(phrase),
            (None, Some(phrase)) => self.conditions.must(phrase),
            (None, None) => {}
        }
    }

    fn marker(&self) -> Marker {
        let words = self.words.iter().map(|word| {
            let exact = word.exact.iter().map(|form| &form.word);
            exact.chain(&word.sequence).chain(word.near.iter().map(|near| &near.word)).cloned().collect()
        });
        let meant = self.words.iter().flat_map(|word| &word.phrases);
        let meant = meant.map(|phrase| phrase.iter().map(|term| term.word.clone()).collect());
        Marker::new(words, self.phrases.iter().cloned().chain(meant).collect())
    }

    /// The conditions without the choice among the values of a field, for each field that has one.
    fn choices(&self) -> Vec<(FacetField, Clauses)> {
        let without = |field| {
            let mut clauses = self.conditions.without(field);
            for phrase in &self.phrases {
                clauses
                    .extend(sequence(self.snapshot.fields.words, phrase).map(|query| (Occur::Must, query)));
            }
            (field, clauses)
        };
        self.conditions.chosen_among().into_iter().map(without).collect()
    }

    /// What hits must be like, and the same with scores; and of the first, what asks for words.
    fn queries(self, order: SearchOrder) -> tantivy::Result<Queries> {
        let searcher = &self.snapshot.searcher;
        let mut conditions = self.conditions.into_clauses();
        for phrase in &self.phrases {
            conditions.extend(sequence(self.snapshot.fields.words, phrase).map(|query| (Occur::Must, query)));
        }
        if self.words.is_empty() {
            if !conditions.iter().any(|(occur, _)| *occur == Occur::Must) {
                conditions.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))));
            }
            let query = BooleanQuery::new(conditions);
            return Ok((Box::new(query.clone()), Box::new(query), None));
        }
        let divided = self.ranking.divide(&self.words);
        let with_conditions = |query: Box<dyn Query>| {
            let mut clauses = vec![(Occur::Must, query)];
            clauses.extend(conditions.iter().map(|(occur, query)| (*occur, query.box_clone())));
            clauses
        };
        // By relevance, entries with most words follow those with all. By date they would stand among them, so
        // that all words are asked for as long as some entry has them.
        let telling = divided.telling.len();
        let mut least = if order == SearchOrder::Relevance { most_of(telling) } else { telling };
        while least > 1 {
            let clauses = with_conditions(self.ranking.matching(&divided, least));
            if any(&BooleanQuery::new(clauses), searcher)? {
                break;
            }
            least -= 1;
        }
        let clauses = with_conditions(self.ranking.matching(&divided, least));
        let matching = BooleanQuery::new(clauses.clone_clauses());
        let mut ranked = clauses;
        ranked.extend(self.ranking.lifts(&self.words, &divided, least));
        if let Some(slug) = &self.whole_text {
            for term in slug_terms(slug, &[self.snapshot.fields.tag]) {
                let tag = TermQuery::new(term, IndexRecordOption::Basic);
                let lift = ConstScoreQuery::new(Box::new(tag), weights::TAG_IS_TEXT);
                ranked.push((Occur::Should, Box::new(lift)));
            }
        }
        let words = self.ranking.matching(&divided, least);
        Ok((Box::new(matching), Box::new(BooleanQuery::new(ranked)), Some(words)))
    }
}

/// Clauses can be cloned, though boxes of queries cannot.
trait CloneClauses {
    fn clone_clauses(&self) -> Self;
}

impl CloneClauses for Vec<(Occur, Box<dyn Query>)> {
    fn clone_clauses(&self) -> Self {
        self.iter().map(|(occur, query)| (*occur, query.box_clone())).collect()
    }
}

/// The languages that a question may be asked in.
fn tongues(filter: &EntryFilter, snapshot: &Snapshot) -> Vec<Tongue> {
    if filter.languages.is_empty() {
        return snapshot.tongues.clone();
    }
    let mut tongues: Vec<Tongue> = filter.languages.iter().map(Tongue::of).collect();
    tongues.sort_unstable();
    tongues.dedup();
    tongues
}

/// The terms of a phrase: words as they are spelled, of scripts without spaces the pairs.
pub(crate) fn phrase_terms(phrase: &str) -> Vec<String> {
    use words::PieceKind;
    let mut terms: Vec<String> = Vec::new();
    let mut pair_end = None;
    words::Scanner::default().scan(phrase, |piece| match piece.kind {
        PieceKind::Joined => {}
        PieceKind::Word | PieceKind::Code => terms.push(piece.folded.to_owned()),
        PieceKind::Pair => {
            pair_end = Some(piece.range.end);
            terms.push(piece.folded.to_owned());
        }
        PieceKind::Single => {
            let goes_on = phrase[piece.range.end..].chars().next().is_some_and(words::is_unspaced);
            if !goes_on && pair_end != Some(piece.range.end) {
                terms.push(piece.folded.to_owned());
            }
        }
    });
    terms
}
