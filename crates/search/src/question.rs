//! A request, understood: asked once, it answers with hits, their number and their facets, all of one state of
//! the index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use inkstand_model::{
    EntryFilter, Facet, FacetField, InstantRange, SearchHit, SearchOrder, SearchRequest, SearchResults, Slug,
};
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use crate::asked::{AskedWord, Asker};
use crate::best::{Placed, best};
use crate::facet::{FacetCounter, LabelCounts, most_frequent};
use crate::feedback::{self, Feedback};
use crate::filter::{Clauses, Conditions, hashtag_terms, kind_term, language_term, slug_terms};
use crate::instead::{corrected, did_you_mean};
use crate::marks::Marker;
use crate::query_language::{Wanted, parse, words_and_phrases};
use crate::ranking::{Ranking, any, most_of, sequence};
use crate::scoring::Scoring;
use crate::shortlist::Shortlist;
use crate::snapshot::Snapshot;
use crate::synonyms::Synonyms;
use crate::tongue::{Stems, Tongue};
use crate::{weights, words};

/// A request, understood.
pub(crate) struct Understood {
    snapshot: Arc<Snapshot>,
    /// What a hit must be like.
    matching: Box<dyn Query>,
    /// How hits are found and ordered.
    finding: Finding,
    /// Whether hits and their number are found together.
    in_one_go: bool,
    /// What is counted by fields among whose values the request chooses: `matching` without that choice.
    widened: Vec<(FacetField, Box<dyn Query>)>,
    /// Values of fields that the request asks for.
    selected: HashSet<(FacetField, String)>,
    order: SearchOrder,
    marker: Marker,
    corrected: Option<String>,
    did_you_mean: Option<String>,
}

/// How hits are found and ordered.
enum Finding {
    /// All of them by date, or by what `matching` itself scores.
    AsMatching,
    /// In two steps: the best by a plain sum are scored in full.
    InTwoSteps(Box<TwoSteps>),
}

/// What the two steps need.
struct TwoSteps {
    /// Hits that the whole score lifts above what the plain sum says: those with all words, and those with the tag.
    lifted: Vec<Box<dyn Query>>,
    scoring: Scoring,
    feedback: Option<Feedback>,
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
        let Queries { matching, words, finding, of_terms } = understanding.queries(order)?;
        let widened = choices.into_iter().map(|(field, mut clauses)| {
            let everything = || Box::new(AllQuery) as Box<dyn Query>;
            clauses.push((Occur::Must, words.as_ref().map_or_else(everything, |words| words.box_clone())));
            (field, Box::new(BooleanQuery::new(clauses)) as Box<dyn Query>)
        });
        let widened = widened.collect();
        // Of terms alone most postings are never looked at, unless they had to be counted.
        let in_one_go = !of_terms;
        Ok(Self {
            matching,
            finding,
            in_one_go,
            widened,
            selected,
            order,
            marker,
            corrected,
            did_you_mean,
            snapshot,
        })
    }

    /// A page of hits, and how many there are on all pages where that is wanted.
    pub(crate) fn hits(&self, request: &SearchRequest, stems: &mut Stems) -> tantivy::Result<SearchResults> {
        let searcher = &self.snapshot.searcher;
        let (skip, limit) = (request.skip as usize, request.limit as usize);
        let entries = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
        let until = skip.saturating_add(limit).saturating_add(1).min(entries);
        let mut results = SearchResults {
            corrected: self.corrected.clone(),
            did_you_mean: self.did_you_mean.clone(),
            ..SearchResults::default()
        };
        let (found, counted) = match skip < until {
            true => self.first(until, request.total && self.in_one_go, stems)?,
            false => (Vec::new(), None),
        };
        if request.total {
            results.total = Some(counted.map_or_else(|| self.count(), Ok)?);
        }
        results.has_next = found.len() > skip.saturating_add(limit);
        for (place, address) in found.into_iter().skip(skip).take(limit) {
            let stems = request.marks.then_some(&mut *stems);
            results.hits.push(self.hit(place.score, address, stems)?);
        }
        Ok(results)
    }

    /// The first hits, at least `until` where there are as many; with `counting`, how many there are.
    fn first(
        &self,
        until: usize,
        counting: bool,
        stems: &mut Stems,
    ) -> tantivy::Result<(Placed, Option<u64>)> {
        let Finding::InTwoSteps(steps) = &self.finding else {
            return best(&self.snapshot, &*self.matching, self.order, until, counting);
        };
        let TwoSteps { lifted, scoring, feedback } = &**steps;
        let mut shortlist = Shortlist::new(&self.snapshot);
        let count = shortlist.add(&*self.matching, counting)?;
        for lifted in lifted {
            shortlist.add(&**lifted, false)?;
        }
        let mut found = shortlist.scored(scoring)?;
        if let Some(feedback) = feedback {
            let mut scoring = scoring.clone();
            let added = feedback::added(&self.snapshot, &mut scoring, &found, stems)?;
            added.iter().for_each(|added| added.score_in(&self.snapshot, &mut scoring));
            shortlist.add(&*feedback.query(&self.snapshot, &added), false)?;
            found = shortlist.scored(&scoring)?;
        }
        if until > found.len() && found.len() >= weights::SHORTLIST {
            // Nobody reads so far, but programs do: behind the shortlist, the plain sum is the order.
            let listed: HashSet<DocAddress> = found.iter().map(|(_, address)| *address).collect();
            let (mut rest, _) = best(&self.snapshot, &*self.matching, self.order, until, false)?;
            rest.retain(|(_, address)| !listed.contains(address));
            found.extend(rest);
        }
        Ok((found, count))
    }

    /// The number of hits on all pages.
    pub(crate) fn count(&self) -> tantivy::Result<u64> {
        let searcher = &self.snapshot.searcher;
        let weight = self.matching.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let counts = searcher.segment_readers().iter().map(|segment| weight.count(segment).map(u64::from));
        counts.sum()
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

/// What a request asks for, as queries.
struct Queries {
    /// What hits must be like.
    matching: Box<dyn Query>,
    /// What of that asks for words.
    words: Option<Box<dyn Query>>,
    finding: Finding,
    /// Whether `matching` is a union or an intersection of terms alone.
    of_terms: bool,
}

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
        let mut this = Self {
            snapshot,
            ranking: Ranking { words: snapshot.words(), entries: snapshot.entries() },
            conditions: Conditions::of(&request.filter, &request.kinds, &snapshot.fields),
            words: Vec::new(),
            phrases: Vec::new(),
            whole_text: Slug::from_title(&request.text),
        };
        let tongues = tongues(&request.filter, snapshot);
        let all_tongues = snapshot.all_tongues || !request.filter.languages.is_empty();
        let typed = parse(&request.text, &request.zone);
        let mut asker = Asker::new(snapshot.words(), &tongues, all_tongues);
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

    /// What hits must be like, and how they are found.
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
            let (matching, finding) = (one_or_all(conditions), Finding::AsMatching);
            return Ok(Queries { matching, words: None, finding, of_terms: false });
        }
        let divided = self.ranking.divide(&self.words);
        let with_conditions = |query: Box<dyn Query>| {
            let mut clauses = vec![(Occur::Must, query)];
            clauses.extend(conditions.iter().map(|(occur, query)| (*occur, query.box_clone())));
            one_or_all(clauses)
        };
        // By relevance, entries with most words follow those with all. By date they would stand among them, so
        // that all words are asked for as long as some entry has them.
        let telling = divided.telling.len();
        let mut least = if order == SearchOrder::Relevance { most_of(telling) } else { telling };
        let mut matching = with_conditions(self.ranking.matching(&divided, least));
        while least > 1 && !any(&*matching, searcher)? {
            least -= 1;
            matching = with_conditions(self.ranking.matching(&divided, least));
        }
        let words = Some(self.ranking.matching(&divided, least));
        if order != SearchOrder::Relevance {
            return Ok(Queries { matching, words, finding: Finding::AsMatching, of_terms: false });
        }
        let mut lifted: Vec<Box<dyn Query>> = Vec::new();
        let lift_all = least < telling;
        if lift_all {
            lifted.push(with_conditions(self.ranking.matching(&divided, telling)));
        }
        let all_words = match least {
            _ if !lift_all => 0.0,
            1 => weights::ALL_WORDS,
            _ => weights::ALL_OF_FEW_WORDS,
        };
        let mut scoring = Scoring::of(self.snapshot, &self.words, &divided, &self.phrases, all_words)?;
        for tag in self.whole_text.iter().flat_map(|slug| slug_terms(slug, &[self.snapshot.fields.tag])) {
            if searcher.doc_freq(&tag)? > 0 {
                let tagged = TermQuery::new(tag.clone(), IndexRecordOption::Basic);
                let tagged = ConstScoreQuery::new(Box::new(tagged), 0.0);
                lifted
                    .push(Box::new(BooleanQuery::intersection(vec![matching.box_clone(), Box::new(tagged)])));
                scoring.lift_tag(tag);
            }
        }
        let feedback = (telling >= weights::FEEDBACK_LEAST_WORDS && least == 1).then(|| Feedback {
            words: divided.telling.iter().flat_map(|word| self.ranking.forms(word)).collect(),
            conditions: conditions.iter().map(|(occur, query)| (*occur, query.box_clone())).collect(),
        });
        let of_terms = conditions.is_empty() && self.ranking.of_terms(&divided, least);
        let finding = Finding::InTwoSteps(Box::new(TwoSteps { lifted, scoring, feedback }));
        Ok(Queries { matching, words, finding, of_terms })
    }
}

/// Clauses as one query; the only one by itself, since what is not wrapped is counted faster.
fn one_or_all(mut clauses: Vec<(Occur, Box<dyn Query>)>) -> Box<dyn Query> {
    match clauses.pop() {
        Some((Occur::Must, query)) if clauses.is_empty() => query,
        last => {
            clauses.extend(last);
            Box::new(BooleanQuery::new(clauses))
        }
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
