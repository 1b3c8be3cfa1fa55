//! From the words of a question to a query that scores. What the numbers mean stands in [`crate::weights`].

use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, EnableScoring, Occur,
    PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use crate::asked::AskedWord;
use crate::dictionary::{Dictionary, Near};
use crate::tongue::STEM_MARK;
use crate::weights;

type Clauses = Vec<(Occur, Box<dyn Query>)>;

/// Builds queries over the entries of one state of the index.
pub(crate) struct Ranking<'a> {
    /// The words of all sections.
    pub(crate) words: Dictionary<'a>,
    /// The words of titles.
    pub(crate) title_words: Field,
    /// Entries, deleted ones included.
    pub(crate) entries: u64,
}

/// The words of a question, divided by what they are good for.
pub(crate) struct Divided<'a> {
    /// An entry should have these.
    pub(crate) telling: Vec<&'a AskedWord>,
    /// So frequent that they only add to the score.
    pub(crate) filling: Vec<&'a AskedWord>,
}

impl Ranking<'_> {
    /// Puts aside the words that are in every third entry and those that are in none. Where only such words were
    /// typed ("to be or not to be"), they are what is searched.
    pub(crate) fn divide<'a>(&self, words: &'a [AskedWord]) -> Divided<'a> {
        let found: Vec<&AskedWord> = words.iter().filter(|word| word.entries > 0).collect();
        let fills = |word: &AskedWord| {
            self.entries >= weights::FILLER_MIN_ENTRIES
                && word.entries as f64 > self.entries as f64 * weights::FILLER_SHARE
        };
        let (filling, telling): (Vec<_>, Vec<_>) = found.into_iter().partition(|word| fills(word));
        if telling.is_empty() {
            return Divided { telling: filling, filling: Vec::new() };
        }
        Divided { telling, filling }
    }

    /// Entries that have at least `least` of the telling words.
    pub(crate) fn matching(&self, words: &Divided<'_>, least: usize) -> Box<dyn Query> {
        let queries: Vec<_> = words.telling.iter().map(|word| self.word(word)).collect();
        match queries.len() {
            0 => Box::new(EmptyQuery),
            _ => Box::new(BooleanQuery::union_with_minimum_required_clauses(queries, least)),
        }
    }

    /// What lifts an entry above others that match.
    pub(crate) fn lifts(&self, asked: &[AskedWord], words: &Divided<'_>, least: usize) -> Clauses {
        let mut lifts: Clauses = words.filling.iter().map(|word| (Occur::Should, self.word(word))).collect();
        for pair in asked.windows(2) {
            if let [one, next] = pair {
                lifts.extend(self.neighbours(one, next).map(|query| (Occur::Should, query)));
            }
        }
        if least < words.telling.len() {
            let all = self.matching(words, words.telling.len());
            lifts.push((Occur::Should, Box::new(ConstScoreQuery::new(all, weights::ALL_WORDS))));
        }
        lifts
    }

    /// One word in all its forms: the best of its stems and itself added up, or the best of what else counts as it.
    pub(crate) fn word(&self, word: &AskedWord) -> Box<dyn Query> {
        let mut forms: Vec<Box<dyn Query>> = Vec::new();
        // Each by its own rarity, the oddest form would win: the one completion of an unfinished word that nobody
        // means, or the stem that the word has in the language of two posts among five hundred.
        let evened =
            |form: &Near, entries| rarity(entries, self.entries) / rarity(form.entries, self.entries);
        let (stems, typed): (Vec<_>, Vec<_>) =
            word.exact.iter().partition(|form| form.word.starts_with(STEM_MARK));
        let stems = stems.into_iter().map(|stem| self.term(&stem.word, stem.weight * evened(stem, word.own)));
        let mut exact: Vec<_> = one_or_best(stems.collect()).into_iter().collect();
        exact.extend(typed.into_iter().map(|typed| self.term(&typed.word, typed.weight)));
        forms.extend(one_or_sum(exact));
        forms.extend(sequence(self.words.field, &word.sequence));
        for near in &word.near {
            let weight = near.weight * evened(near, word.entries) * (1.0 + weights::AS_TYPED);
            forms.push(self.term(&near.word, weight));
        }
        for phrase in &word.phrases {
            // A phrase is as rare as all its words together.
            let rare: f32 = phrase.iter().map(|term| rarity(term.entries, self.entries)).sum();
            let weight = phrase.first().map_or(0.0, |term| term.weight) * (1.0 + weights::AS_TYPED);
            let weight = weight * rarity(word.entries, self.entries) / rare;
            let terms: Vec<String> = phrase.iter().map(|term| term.word.clone()).collect();
            if let Some(phrase) = sequence(self.words.field, &terms) {
                forms.push(Box::new(BoostQuery::new(phrase, weight)));
            }
        }
        let query = one_or_best(forms).unwrap_or_else(|| Box::new(EmptyQuery));
        if word.times > 1 { Box::new(BoostQuery::new(query, f32::from(word.times))) } else { query }
    }

    fn term(&self, term: &str, weight: f32) -> Box<dyn Query> {
        let query = TermQuery::new(self.words.term(term), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(query), weight))
    }

    fn neighbours(&self, one: &AskedWord, next: &AskedWord) -> Option<Box<dyn Query>> {
        let mut pairs: Vec<Box<dyn Query>> = Vec::new();
        for first in one.neighbour_terms(false) {
            for second in next.neighbour_terms(true) {
                for (field, weight) in
                    [(self.words.field, weights::NEIGHBOURS), (self.title_words, weights::TITLE_NEIGHBOURS)]
                {
                    if first != second && pairs.len() < 32 {
                        let terms = [first, second].map(|term| Term::from_field_text(field, term));
                        let pair = PhraseQuery::new(terms.to_vec());
                        pairs.push(Box::new(BoostQuery::new(Box::new(pair), weight)));
                    }
                }
            }
        }
        (!pairs.is_empty())
            .then(|| Box::new(DisjunctionMaxQuery::with_tie_breaker(pairs, 0.5)) as Box<dyn Query>)
    }
}

/// Terms that follow each other.
pub(crate) fn sequence(field: Field, words: &[String]) -> Option<Box<dyn Query>> {
    let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(field, word)).collect();
    match terms.as_slice() {
        [] => None,
        [term] => Some(Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs))),
        _ => Some(Box::new(PhraseQuery::new(terms))),
    }
}

/// How many of so many telling words an entry must have: both of two, two of a few. Of a long text any, since it
/// is a description rather than a list of what must be there.
pub(crate) const fn most_of(words: usize) -> usize {
    match words {
        0..=2 => words,
        3..=4 => 2,
        _ => 1,
    }
}

/// Whether an entry fits the query.
pub(crate) fn any(query: &dyn Query, searcher: &Searcher) -> tantivy::Result<bool> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    for segment in searcher.segment_readers() {
        let mut found = weight.scorer(segment, 1.0)?;
        while found.doc() != TERMINATED {
            if segment.alive_bitset().is_none_or(|alive| alive.is_alive(found.doc())) {
                return Ok(true);
            }
            found.advance();
        }
    }
    Ok(false)
}

/// BM25's inverse document frequency.
fn rarity(having: u64, entries: u64) -> f32 {
    let (having, entries) = (having.min(entries) as f32, entries as f32);
    (1.0 + (entries - having + 0.5) / (having + 0.5)).ln()
}

fn one_or_best(mut queries: Vec<Box<dyn Query>>) -> Option<Box<dyn Query>> {
    match queries.len() {
        0 => None,
        1 => queries.pop(),
        _ => Some(Box::new(DisjunctionMaxQuery::new(queries))),
    }
}

fn one_or_sum(mut queries: Vec<Box<dyn Query>>) -> Option<Box<dyn Query>> {
    match queries.len() {
        0 => None,
        1 => queries.pop(),
        _ => Some(Box::new(BooleanQuery::union(queries))),
    }
}
