//! From the words of a question to a query that tells fast which entries may be the best. Their whole score is
//! computed by [`crate::scoring`].

use std::cmp::Ordering;

use tantivy::query::{BooleanQuery, BoostQuery, EmptyQuery, EnableScoring, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use crate::asked::AskedWord;
use crate::at_least::AtLeast;
use crate::dictionary::{Dictionary, Near};
use crate::tongue::STEM_MARK;
use crate::weights;

/// A word of more forms than this is an unfinished one: all that it may become are alike, so that there is nothing to
/// leave out.
const FEW_FORMS: usize = 3;

/// Builds queries over the entries of one state of the index.
pub(crate) struct Ranking<'a> {
    /// The words of all sections.
    pub(crate) words: Dictionary<'a>,
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
    /// Puts aside the words that are in every third entry, those that only hold a sentence together, and those that are
    /// in no entry. Where only such words were typed ("to be or not to be"), they are what is searched.
    pub(crate) fn divide<'a>(&self, words: &'a [AskedWord]) -> Divided<'a> {
        let found: Vec<&AskedWord> = words.iter().filter(|word| word.entries > 0).collect();
        let fills = |word: &AskedWord| {
            self.entries >= weights::FILLER_MIN_ENTRIES
                && word.entries as f64 > self.entries as f64 * weights::FILLER_SHARE
        };
        let (mut filling, mut telling): (Vec<_>, Vec<_>) = found.into_iter().partition(|word| fills(word));
        let subject = telling.iter().filter(|word| !word.function).count();
        if subject >= weights::SUBJECT_WORDS {
            telling.retain(|word| !word.function);
            filling.retain(|word| !word.function);
        }
        if telling.is_empty() {
            return Divided { telling: filling, filling: Vec::new() };
        }
        Divided { telling, filling }
    }

    /// Entries that have at least `least` of the telling words. Its own score is a plain sum over the words, in terms
    /// alone as far as that is possible: of unions and intersections of terms most postings need not be decoded to
    /// find the best, nor to count.
    pub(crate) fn matching(&self, words: &Divided<'_>, least: usize) -> Box<dyn Query> {
        let telling = &words.telling;
        if self.of_terms(words, least) && least <= 1 {
            return one_or_union(telling.iter().flat_map(|word| self.forms(word)).collect());
        }
        let mut queries: Vec<_> = telling.iter().map(|word| self.word(word)).collect();
        match (queries.len().cmp(&least.max(1)), queries.len()) {
            (Ordering::Less, _) => Box::new(EmptyQuery),
            (_, 1) => queries.remove(0),
            (Ordering::Equal, _) => Box::new(BooleanQuery::intersection(queries)),
            (Ordering::Greater, _) => Box::new(AtLeast::of(queries, least.max(1))),
        }
    }

    /// Whether [`Ranking::matching`] is a union or an intersection of terms alone.
    pub(crate) fn of_terms(&self, words: &Divided<'_>, least: usize) -> bool {
        let most = if least <= 1 { FEW_FORMS } else { 1 };
        (least <= 1 || least == words.telling.len())
            && words.telling.iter().all(|word| {
                word.sequence.is_empty() && word.phrases.is_empty() && self.forms(word).len() <= most
            })
    }

    /// One word in all its forms.
    pub(crate) fn word(&self, word: &AskedWord) -> Box<dyn Query> {
        let forms = self.forms(word);
        if forms.len() > FEW_FORMS { Box::new(AtLeast::best_of(forms)) } else { one_or_union(forms) }
    }

    /// What together finds every entry that has the word.
    pub(crate) fn forms(&self, word: &AskedWord) -> Vec<Box<dyn Query>> {
        let times = f32::from(word.times);
        // Each by its own rarity, the oddest form would win: the one completion of an unfinished word that nobody
        // means.
        let evened =
            |form: &Near, entries| rarity(entries, self.entries) / rarity(form.entries, self.entries);
        let mut forms = Vec::new();
        for form in word.exact.iter().filter(|form| form.entries > 0) {
            if form.word.starts_with(STEM_MARK) {
                forms.push(self.term(&form.word, times * form.weight * evened(form, word.own)));
            } else if !word.covered {
                forms.push(self.term(&form.word, times * form.weight));
            }
        }
        forms.extend(sequence(self.words.field, &word.sequence));
        for near in word.near.iter().filter(|near| near.entries > 0) {
            let weight = near.weight * evened(near, word.entries) * (1.0 + weights::AS_TYPED);
            forms.push(self.term(&near.word, times * weight));
        }
        for phrase in &word.phrases {
            // A phrase is as rare as all its words together.
            let rare: f32 = phrase.iter().map(|term| rarity(term.entries, self.entries)).sum();
            let weight = phrase.first().map_or(0.0, |term| term.weight) * (1.0 + weights::AS_TYPED);
            let weight = times * weight * rarity(word.entries, self.entries) / rare;
            let terms: Vec<String> = phrase.iter().map(|term| term.word.clone()).collect();
            if let Some(phrase) = sequence(self.words.field, &terms) {
                forms.push(Box::new(BoostQuery::new(phrase, weight)));
            }
        }
        forms
    }

    fn term(&self, term: &str, weight: f32) -> Box<dyn Query> {
        weighed(self.words.term(term), weight)
    }
}

/// A term that counts so much.
pub(crate) fn weighed(term: Term, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)), weight))
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
pub(crate) fn rarity(having: u64, entries: u64) -> f32 {
    let (having, entries) = (having.min(entries) as f32, entries as f32);
    (1.0 + (entries - having + 0.5) / (having + 0.5)).ln()
}

fn one_or_union(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match (queries.pop(), queries.is_empty()) {
        (None, _) => Box::new(EmptyQuery),
        (Some(query), true) => query,
        (Some(query), false) => {
            queries.push(query);
            Box::new(BooleanQuery::union(queries))
        }
    }
}
