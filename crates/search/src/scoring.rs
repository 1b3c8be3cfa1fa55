//! The whole score of an entry, computed for few of them.
//!
//! Which entries are worth it, a plain sum over their words tells fast (see [`crate::ranking`]). Neighbouring words,
//! the forms of a word, and whether all words are there are looked at only for those, by seeking in the postings.

use std::collections::HashMap;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, Score, SegmentReader, Term};

use crate::asked::AskedWord;
use crate::dictionary::Near;
use crate::ranking::{Divided, rarity};
use crate::tongue::STEM_MARK;
use crate::view::View;
use crate::weights;

/// What a question's entries are scored by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scoring {
    terms: Vec<ScoredTerm>,
    words: Vec<ScoredWord>,
    /// Of two words that stand beside each other in the question, what they may be beside each other in an entry.
    neighbours: Vec<Vec<Sequence>>,
    /// What must be there as it stands.
    phrases: Vec<Sequence>,
    /// What lifts an entry where it is there.
    tags: Vec<usize>,
    /// How many telling words there are.
    telling: usize,
    /// What an entry gains that has all of them.
    all_words: f32,
}

/// A term that is looked for in the entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ScoredTerm {
    term: Term,
    /// Whether its places count too.
    places: bool,
}

/// A word of the question.
#[derive(Clone, Debug, Default)]
struct ScoredWord {
    /// How often it was typed.
    times: f32,
    /// Its stems, of which the best counts.
    stems: Vec<(usize, f32)>,
    /// As it was typed, which counts besides.
    typed: Vec<(usize, f32)>,
    /// What counts as it, if that is more.
    near: Vec<(usize, f32)>,
    /// The same for terms that follow each other.
    sequences: Vec<Sequence>,
    telling: bool,
    /// The same in titles, of a telling one.
    title: Vec<usize>,
}

/// Terms that follow each other.
#[derive(Clone, Debug)]
struct Sequence {
    field: Field,
    terms: Vec<usize>,
    weight: f32,
}

/// So many forms of a word are looked for in titles.
const MOST_IN_TITLE: usize = 8;

/// An entry with its score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scored {
    /// Where it stands.
    pub(crate) address: DocAddress,
    /// Its whole score.
    pub(crate) score: Score,
    /// How many telling words it has.
    pub(crate) has: usize,
}

impl Scoring {
    /// For the words of a question; entries that have all of them gain `all_words`.
    pub(crate) fn of(
        view: &View,
        asked: &[AskedWord],
        divided: &Divided<'_>,
        phrases: &[Vec<String>],
        all_words: f32,
    ) -> tantivy::Result<Self> {
        let mut building = Building::new(view);
        let entries = view.entries();
        let mut words = Vec::new();
        for (group, telling) in [(&divided.telling, true), (&divided.filling, false)] {
            for word in group {
                words.push(building.word(word, telling, entries)?);
            }
        }
        let mut neighbours = Vec::new();
        for pair in asked.windows(2) {
            if let [one, next] = pair {
                neighbours.push(building.neighbours(one, next, entries)?);
            }
        }
        neighbours.retain(|pairs| !pairs.is_empty());
        let mut sequences = Vec::new();
        for phrase in phrases {
            sequences.extend(building.sequence(view.here.fields.words, phrase, 1.0, entries)?);
        }
        let telling = divided.telling.len();
        Ok(Self {
            terms: building.terms,
            words,
            neighbours,
            phrases: sequences,
            tags: Vec::new(),
            telling,
            all_words,
        })
    }

    /// Lifts entries with that tag.
    pub(crate) fn lift_tag(&mut self, term: Term) {
        self.tags.push(self.terms.len());
        self.terms.push(ScoredTerm { term, places: false });
    }

    /// Adds a term that nobody typed.
    pub(crate) fn add_term(&mut self, term: Term, weight: f32) {
        let word =
            ScoredWord { times: 1.0, stems: vec![(self.terms.len(), weight)], ..ScoredWord::default() };
        self.terms.push(ScoredTerm { term, places: false });
        self.words.push(word);
    }

    /// Lets a word of the question count more, whose stem that is.
    pub(crate) fn strengthen(&mut self, term: &Term, more: f32) {
        let Some(place) = self.terms.iter().position(|known| known.term == *term) else { return };
        let words = self.words.iter_mut().filter(|word| word.stems.iter().any(|(stem, _)| *stem == place));
        words.for_each(|word| word.times *= 1.0 + more);
    }

    /// Whether that term is one of those that are looked for.
    pub(crate) fn has_term(&self, term: &Term) -> bool {
        self.terms.iter().any(|known| known.term == *term)
    }

    /// Scores entries, which must be in the order of their addresses.
    pub(crate) fn score(&self, view: &View, entries: &[DocAddress]) -> tantivy::Result<Vec<Scored>> {
        let searcher = &view.here.searcher;
        let mut scored = Vec::with_capacity(entries.len());
        for chunk in entries.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
            let Some(first) = chunk.first() else { continue };
            let segment = searcher.segment_reader(first.segment_ord);
            let mut reading = Reading::open(self, view, segment)?;
            for &address in chunk {
                let (score, has) = reading.score(address.doc_id);
                scored.push(Scored { address, score, has });
            }
        }
        Ok(scored)
    }
}

/// Collects terms, each once.
struct Building<'a> {
    view: &'a View,
    terms: Vec<ScoredTerm>,
    known: HashMap<Term, usize>,
}

impl<'a> Building<'a> {
    fn new(view: &'a View) -> Self {
        Self { view, terms: Vec::new(), known: HashMap::new() }
    }

    fn term(&mut self, field: Field, text: &str, places: bool) -> usize {
        let term = Term::from_field_text(field, text);
        let terms = &mut self.terms;
        let place = *self.known.entry(term.clone()).or_insert_with(|| {
            terms.push(ScoredTerm { term, places });
            terms.len() - 1
        });
        self.terms[place].places |= places;
        place
    }

    fn word(&mut self, word: &AskedWord, telling: bool, entries: u64) -> tantivy::Result<ScoredWord> {
        let field = self.view.here.fields.words;
        let mut scored = ScoredWord { times: f32::from(word.times), telling, ..ScoredWord::default() };
        let forms = |near: &Near| near.entries > 0;
        for form in word.exact.iter().filter(|form| forms(form)) {
            let place = self.term(field, &form.word, false);
            if form.word.starts_with(STEM_MARK) {
                // Each by its own rarity, the oddest stem would win, such as the one that the word has in the
                // language of two posts among five hundred.
                scored.stems.push((place, form.weight * rarity(word.own, entries)));
            } else {
                scored.typed.push((place, form.weight * rarity(form.entries, entries)));
            }
        }
        for near in word.near.iter().filter(|near| forms(near)) {
            let weight = near.weight * rarity(word.entries, entries) * (1.0 + weights::AS_TYPED);
            scored.near.push((self.term(field, &near.word, false), weight));
        }
        scored.sequences.extend(self.sequence(field, &word.sequence, 1.0, entries)?);
        for phrase in &word.phrases {
            let terms: Vec<String> = phrase.iter().map(|term| term.word.clone()).collect();
            let weight = phrase.first().map_or(0.0, |term| term.weight) * (1.0 + weights::AS_TYPED);
            let sequence = self.sequence(field, &terms, 1.0, entries)?;
            // By the rarity of what was typed, as other words that count as it.
            let weight = weight * rarity(word.entries, entries);
            scored.sequences.extend(sequence.map(|sequence| Sequence { weight, ..sequence }));
        }
        if telling {
            let forms =
                word.exact.iter().chain(&word.near).filter(|form| form.entries > 0).take(MOST_IN_TITLE);
            let titles = self.view.here.fields.title_words;
            scored.title = forms.map(|form| self.term(titles, &form.word, false)).collect();
        }
        Ok(scored)
    }

    fn neighbours(
        &mut self,
        one: &AskedWord,
        next: &AskedWord,
        entries: u64,
    ) -> tantivy::Result<Vec<Sequence>> {
        const MOST: usize = 32;
        let fields = &self.view.here.fields;
        let mut pairs = Vec::new();
        for first in one.neighbour_terms(false) {
            for second in next.neighbour_terms(true) {
                for (field, weight) in
                    [(fields.words, weights::NEIGHBOURS), (fields.title_words, weights::TITLE_NEIGHBOURS)]
                {
                    if first != second && pairs.len() < MOST {
                        let terms = [first.to_owned(), second.to_owned()];
                        pairs.extend(self.sequence(field, &terms, weight, entries)?);
                    }
                }
            }
        }
        Ok(pairs)
    }

    /// Weighed by the rarity of its terms; none where one of them is nowhere.
    fn sequence(
        &mut self,
        field: Field,
        texts: &[String],
        weight: f32,
        entries: u64,
    ) -> tantivy::Result<Option<Sequence>> {
        let mut rarities = 0.0;
        let dictionary = self.view.dictionary(field);
        for text in texts {
            let having = dictionary.entries(text)?;
            if having == 0 {
                return Ok(None);
            }
            rarities += rarity(having, entries);
        }
        if texts.is_empty() {
            return Ok(None);
        }
        let terms = texts.iter().map(|text| self.term(field, text, texts.len() > 1)).collect();
        Ok(Some(Sequence { field, terms, weight: weight * rarities }))
    }
}

/// Reads one segment.
struct Reading<'a> {
    scoring: &'a Scoring,
    postings: Vec<Option<SegmentPostings>>,
    /// How often each term is in the entry that is looked at.
    frequencies: Vec<u32>,
    /// Where, as far as it was asked for that entry.
    places: Vec<Option<Vec<u32>>>,
    words: Lengths,
    title_words: Lengths,
    title_field: Field,
}

impl<'a> Reading<'a> {
    fn open(scoring: &'a Scoring, view: &View, segment: &SegmentReader) -> tantivy::Result<Self> {
        let mut postings = Vec::with_capacity(scoring.terms.len());
        for term in &scoring.terms {
            let wanted = if term.places {
                IndexRecordOption::WithFreqsAndPositions
            } else {
                IndexRecordOption::WithFreqs
            };
            postings.push(segment.inverted_index(term.term.field())?.read_postings(&term.term, wanted)?);
        }
        let fields = &view.here.fields;
        Ok(Self {
            scoring,
            frequencies: vec![0; postings.len()],
            places: vec![None; postings.len()],
            postings,
            words: Lengths::open(view, segment, fields.words)?,
            title_words: Lengths::open(view, segment, fields.title_words)?,
            title_field: fields.title_words,
        })
    }

    fn score(&mut self, doc: DocId) -> (Score, usize) {
        for (postings, frequency) in self.postings.iter_mut().zip(&mut self.frequencies) {
            *frequency = 0;
            if let Some(postings) = postings
                && postings.doc() <= doc
                && postings.seek(doc) == doc
            {
                *frequency = postings.term_freq();
            }
        }
        self.places.fill(None);
        let scoring = self.scoring;
        let norm = self.words.norm(doc);
        let mut score = 0.0;
        let (mut has, mut in_title) = (0, 0);
        for word in &scoring.words {
            let best = |forms: &[(usize, f32)]| {
                forms
                    .iter()
                    .map(|&(term, weight)| weight * saturated(self.frequencies[term], norm))
                    .fold(0.0, f32::max)
            };
            let exact = best(&word.stems)
                + word
                    .typed
                    .iter()
                    .map(|&(term, weight)| weight * saturated(self.frequencies[term], norm))
                    .sum::<f32>();
            let mut worth = exact.max(best(&word.near));
            for sequence in &word.sequences {
                worth = worth.max(self.sequence(sequence, doc));
            }
            score += worth * word.times;
            has += usize::from(word.telling && worth > 0.0);
            in_title += usize::from(word.title.iter().any(|&term| self.frequencies[term] > 0));
        }
        for phrase in &scoring.phrases {
            score += self.sequence(phrase, doc);
        }
        for pairs in &scoring.neighbours {
            let (mut best, mut sum) = (0.0_f32, 0.0);
            for pair in pairs {
                let worth = self.sequence(pair, doc);
                best = best.max(worth);
                sum += worth;
            }
            // Beside each other in title and body is more than in one, but not twice as much.
            score += best + (sum - best) * 0.5;
        }
        if has == scoring.telling {
            score += scoring.all_words;
        }
        // One word says too little to make a title of it.
        if has > 1 && in_title == scoring.telling {
            score += weights::ALL_IN_TITLE;
        }
        if scoring.tags.iter().any(|&tag| self.frequencies[tag] > 0) {
            score += weights::TAG_IS_TEXT;
        }
        (score, has)
    }

    fn sequence(&mut self, sequence: &Sequence, doc: DocId) -> f32 {
        let least = sequence.terms.iter().map(|&term| self.frequencies[term]).min().unwrap_or(0);
        if least == 0 {
            return 0.0;
        }
        let often = match sequence.terms.as_slice() {
            [_] => least,
            terms => self.followings(terms),
        };
        let lengths = if sequence.field == self.title_field { &self.title_words } else { &self.words };
        sequence.weight * saturated(often, lengths.norm(doc))
    }

    /// How often they follow each other.
    fn followings(&mut self, terms: &[usize]) -> u32 {
        for &term in terms {
            if self.places[term].is_none() {
                let mut places = Vec::new();
                if let Some(postings) = &mut self.postings[term] {
                    postings.positions(&mut places);
                }
                self.places[term] = Some(places);
            }
        }
        let places = |term: usize| self.places[term].as_deref().unwrap_or_default();
        let Some((&first, rest)) = terms.split_first() else { return 0 };
        let mut starts: Vec<u32> = places(first).to_vec();
        for (distance, &term) in (1..).zip(rest) {
            starts = common(&starts, places(term), distance);
        }
        u32::try_from(starts.len()).unwrap_or(u32::MAX)
    }
}

/// Those of the sorted starts that have one of the sorted places at that distance; repeated ones (of titles, whose
/// words are written several times) as often as both have them.
fn common(starts: &[u32], places: &[u32], distance: u32) -> Vec<u32> {
    let mut common = Vec::new();
    let mut places = places.iter().peekable();
    for &start in starts {
        let wanted = start + distance;
        while places.next_if(|&&place| place < wanted).is_some() {}
        if places.next_if(|&&place| place == wanted).is_some() {
            common.push(start);
        }
    }
    common
}

/// How long the entries' texts are.
struct Lengths {
    lengths: FieldNormReader,
    average: f32,
}

impl Lengths {
    fn open(view: &View, segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        Ok(Self { lengths: segment.get_fieldnorms_reader(field)?, average: view.average_length(field)? })
    }

    /// What a frequency is divided by, besides itself.
    fn norm(&self, doc: DocId) -> f32 {
        let length = self.lengths.fieldnorm(doc) as f32;
        weights::SATURATION * (1.0 - weights::LENGTH + weights::LENGTH * length / self.average)
    }
}

/// BM25's part of the frequency.
fn saturated(often: u32, norm: f32) -> f32 {
    let often = often as f32;
    often * (1.0 + weights::SATURATION) / (often + norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followings_are_counted() {
        for (starts, places, distance, expected) in [
            (vec![1, 5, 9], vec![2, 6, 7], 1, vec![1, 5]),
            (vec![1, 5, 9], vec![3, 11], 2, vec![1, 9]),
            (vec![1, 1, 1], vec![2, 2], 1, vec![1, 1]),
            (vec![], vec![1], 1, vec![]),
        ] {
            assert_eq!(common(&starts, &places, distance), expected, "{starts:?} {places:?}");
        }
    }
}
