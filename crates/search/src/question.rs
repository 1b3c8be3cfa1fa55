//! A request, understood: asked of what it may look at, it finds hits, counts them, and counts them by fields.

use std::collections::{HashMap, HashSet};

use inkstand_model::{EntryFilter, FacetField, InstantRange, SearchHit, SearchOrder, SearchRequest, Slug};
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use crate::asked::{AskedWord, Asker};
use crate::best::{Placed, best};
use crate::facet::{FacetCounter, LabelCounts};
use crate::feedback::{self, Feedback};
use crate::filter::{
    Clauses, Conditions, hashtag_terms, kind_term, language_term, slug_terms, unpublished_conditions,
};
use crate::instead::{corrected, did_you_mean};
use crate::marks::Marker;
use crate::query_language::{Wanted, parse, words_and_phrases};
use crate::ranking::{Ranking, any, most_of, sequence};
use crate::scoring::Scoring;
use crate::shortlist::Shortlist;
use crate::snapshot::Snapshot;
use crate::synonyms::Synonyms;
use crate::tongue::{Stems, Tongue};
use crate::view::View;
use crate::{weights, words};

/// A request, understood.
pub(crate) struct Understood {
    view: View,
    /// What a hit must be like.
    matching: Box<dyn Query>,
    /// How hits are found and ordered.
    finding: Finding,
    /// Whether hits and their number are found together.
    in_one_go: bool,
    /// What is counted by fields among whose values the request chooses: `matching` without that choice.
    widened: Vec<(FacetField, Box<dyn Query>)>,
    /// Values of fields that the request asks for.
    pub(crate) selected: HashSet<(FacetField, String)>,
    order: SearchOrder,
    marker: Marker,
    pub(crate) corrected: Option<String>,
    pub(crate) did_you_mean: Option<String>,
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
    /// A page of them up to `until`, at least, where there are as many; with `counting`, how many there are where
    /// that is found on the way.
    pub(crate) fn first(
        &self,
        until: usize,
        counting: bool,
        stems: &mut Stems,
    ) -> tantivy::Result<(Placed, Option<u64>)> {
        let entries = usize::try_from(self.view.here.searcher.num_docs()).unwrap_or(usize::MAX);
        let until = until.min(entries);
        let counting = counting && self.in_one_go;
        let Finding::InTwoSteps(steps) = &self.finding else {
            return best(&self.view, &*self.matching, self.order, until, counting);
        };
        let TwoSteps { lifted, scoring, feedback } = &**steps;
        let mut shortlist = Shortlist::new(&self.view);
        let count = shortlist.add(&*self.matching, counting)?;
        for lifted in lifted {
            shortlist.add(&**lifted, false)?;
        }
        let mut found = shortlist.scored(scoring)?;
        if let Some(feedback) = feedback {
            let mut scoring = scoring.clone();
            let added = feedback::added(&self.view, &mut scoring, &found, stems)?;
            added.iter().for_each(|added| added.score_in(&self.view, &mut scoring));
            shortlist.add(&*feedback.query(&self.view, &added), false)?;
            found = shortlist.scored(&scoring)?;
        }
        if until > found.len() && found.len() >= weights::SHORTLIST {
            // Nobody reads so far, but programs do: behind the shortlist, the plain sum is the order.
            let listed: HashSet<DocAddress> = found.iter().map(|(_, address)| *address).collect();
            let (mut rest, _) = best(&self.view, &*self.matching, self.order, until, false)?;
            rest.retain(|(_, address)| !listed.contains(address));
            found.extend(rest);
        }
        Ok((found, count))
    }

    /// The number of hits on all pages.
    pub(crate) fn count(&self) -> tantivy::Result<u64> {
        let searcher = &self.view.here.searcher;
        let weight = self.matching.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let counts = searcher.segment_readers().iter().map(|segment| weight.count(segment).map(u64::from));
        counts.sum()
    }

    /// The hits of all pages by the values of these fields; of a field among whose values the request chooses, those
    /// that there would be without that choice.
    pub(crate) fn facets(
        &self,
        mut fields: Vec<FacetField>,
    ) -> tantivy::Result<HashMap<FacetField, LabelCounts>> {
        let searcher = &self.view.here.searcher;
        let mut counts: HashMap<FacetField, LabelCounts> = HashMap::new();
        for (field, query) in &self.widened {
            if fields.contains(field) {
                fields.retain(|other| other != field);
                let counted = searcher.search(query, &FacetCounter(&[*field]))?;
                counts.extend(counted.into_iter().map(|counted| (*field, counted)));
            }
        }
        if !fields.is_empty() {
            let counted = searcher.search(&self.matching, &FacetCounter(&fields))?;
            counts.extend(fields.into_iter().zip(counted));
        }
        Ok(counts)
    }

    /// One hit, with marks where there are stems to make them with.
    pub(crate) fn hit(
        &self,
        score: f32,
        address: DocAddress,
        marks: Option<&mut Stems>,
    ) -> tantivy::Result<SearchHit> {
        let snapshot = &self.view.here;
        let (id, kind) = snapshot.entry(address)?;
        let (title, body) = match marks {
            Some(stems) => {
                let (title, body) = self.marker.mark(snapshot, address, stems)?;
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
pub(crate) struct Understanding<'a> {
    view: &'a View,
    ranking: Ranking<'a>,
    conditions: Conditions,
    order: SearchOrder,
    /// The words that entries should have.
    words: Vec<AskedWord>,
    /// Words in an order that entries must have.
    phrases: Vec<Vec<String>>,
    /// The tag that the whole text may be.
    whole_text: Option<Slug>,
    corrected: Option<String>,
    did_you_mean: Option<String>,
}

impl<'a> Understanding<'a> {
    /// Takes a request apart and looks its words up.
    pub(crate) fn of(view: &'a View, request: &SearchRequest, synonyms: &Synonyms) -> tantivy::Result<Self> {
        let snapshot = &view.here;
        let mut this = Self {
            view,
            ranking: Ranking { words: view.words(), entries: view.entries() },
            conditions: Conditions::of(&request.filter, &request.kinds, &snapshot.fields),
            order: request.order,
            words: Vec::new(),
            phrases: Vec::new(),
            whole_text: Slug::from_title(&request.text),
            corrected: None,
            did_you_mean: None,
        };
        if view.unpublished {
            this.conditions.and(unpublished_conditions(request, &snapshot.fields));
        }
        let tongues = tongues(&request.filter, snapshot);
        let all_tongues = snapshot.all_tongues || !request.filter.languages.is_empty();
        let typed = parse(&request.text, &request.zone);
        let mut asker = Asker::new(view.words(), &tongues, all_tongues);
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
        synonyms.widen(&mut this.words, &request.text, &ranges, &mut asker, &view.words())?;
        if this.order == SearchOrder::Relevance && this.words.is_empty() && this.phrases.is_empty() {
            this.order = SearchOrder::Newest;
        }
        this.corrected = corrected(&request.text, &this.words);
        if request.did_you_mean {
            this.did_you_mean = did_you_mean(&request.text, &this.words, &view.words(), view.entries())?;
        }
        Ok(this)
    }

    /// What finds the hits, which have at least `least` of the telling words.
    pub(crate) fn understood(self, least: usize) -> tantivy::Result<Understood> {
        let view = self.view.clone();
        let order = self.order;
        let marker = self.marker();
        let selected = self.conditions.selected().clone();
        let (corrected, did_you_mean) = (self.corrected.clone(), self.did_you_mean.clone());
        let choices = self.choices();
        let Queries { matching, words, finding, of_terms } = self.queries(least)?;
        let widened = choices.into_iter().map(|(field, mut clauses)| {
            let everything = || Box::new(AllQuery) as Box<dyn Query>;
            clauses.push((Occur::Must, words.as_ref().map_or_else(everything, |words| words.box_clone())));
            (field, Box::new(BooleanQuery::new(clauses)) as Box<dyn Query>)
        });
        let widened = widened.collect();
        // Of terms alone most postings are never looked at, unless they had to be counted.
        let in_one_go = !of_terms;
        Ok(Understood {
            view,
            matching,
            finding,
            in_one_go,
            widened,
            selected,
            order,
            marker,
            corrected,
            did_you_mean,
        })
    }

    /// How many of the telling words an entry must have, so that there is one: by relevance, entries with most words
    /// follow those with all. By date they would stand among them, so that all words are asked for as long as some
    /// entry has them.
    pub(crate) fn least(&self) -> tantivy::Result<usize> {
        let divided = self.ranking.divide(&self.words);
        let telling = divided.telling.len();
        let conditions = self.conditions();
        let mut least = if self.order == SearchOrder::Relevance { most_of(telling) } else { telling };
        while least > 1 {
            let matching = with(&conditions, self.ranking.matching(&divided, least));
            if any(&*matching, &self.view.here.searcher)? {
                break;
            }
            least -= 1;
        }
        Ok(least)
    }

    fn condition(&mut self, wanted: Wanted, negated: bool, asker: &mut Asker<'_>) -> tantivy::Result<()> {
        let fields = &self.view.here.fields;
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
                let named = self.view.here.names()?.authors.iter().filter(|author| {
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
        let title_words = self.view.here.fields.title_words;
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
                    .extend(sequence(self.view.here.fields.words, phrase).map(|query| (Occur::Must, query)));
            }
            (field, clauses)
        };
        self.conditions.chosen_among().into_iter().map(without).collect()
    }

    /// Everything that hits must be like but for their words.
    fn conditions(&self) -> Clauses {
        let mut conditions = self.conditions.clauses();
        for phrase in &self.phrases {
            conditions
                .extend(sequence(self.view.here.fields.words, phrase).map(|query| (Occur::Must, query)));
        }
        conditions
    }

    /// What hits must be like, and how they are found.
    fn queries(self, least: usize) -> tantivy::Result<Queries> {
        let searcher = &self.view.here.searcher;
        let mut conditions = self.conditions();
        if self.words.is_empty() {
            if !conditions.iter().any(|(occur, _)| *occur == Occur::Must) {
                conditions.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))));
            }
            let (matching, finding) = (one_or_all(conditions), Finding::AsMatching);
            return Ok(Queries { matching, words: None, finding, of_terms: false });
        }
        let divided = self.ranking.divide(&self.words);
        let telling = divided.telling.len();
        let matching = with(&conditions, self.ranking.matching(&divided, least));
        let words = Some(self.ranking.matching(&divided, least));
        if self.order != SearchOrder::Relevance {
            return Ok(Queries { matching, words, finding: Finding::AsMatching, of_terms: false });
        }
        let mut lifted: Vec<Box<dyn Query>> = Vec::new();
        let lift_all = least < telling;
        if lift_all {
            lifted.push(with(&conditions, self.ranking.matching(&divided, telling)));
        }
        let all_words = match least {
            _ if !lift_all => 0.0,
            1 => weights::ALL_WORDS,
            _ => weights::ALL_OF_FEW_WORDS,
        };
        let mut scoring = Scoring::of(self.view, &self.words, &divided, &self.phrases, all_words)?;
        for tag in self.whole_text.iter().flat_map(|slug| slug_terms(slug, &[self.view.here.fields.tag])) {
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

/// A query with conditions.
fn with(conditions: &Clauses, query: Box<dyn Query>) -> Box<dyn Query> {
    let mut clauses = vec![(Occur::Must, query)];
    clauses.extend(conditions.iter().map(|(occur, query)| (*occur, query.box_clone())));
    one_or_all(clauses)
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
