//! What the best entries of a long question say besides, so that entries which say it in other words rise.
//!
//! A question of many words describes a subject, and its best entries say which words belong to that as well
//! (pseudo-relevance feedback). One of few words means just these: there it is left alone.

use tantivy::query::{BooleanQuery, Occur, Query};
use tantivy::{DocAddress, Term};

use crate::order::Place;
use crate::ranking::{rarity, weighed};
use crate::scoring::Scoring;
use crate::snapshot::Snapshot;
use crate::tongue::Stems;
use crate::view::View;
use crate::weights;
use crate::words::{Scanner, WordMap};

/// How soon more of the same word says no more, in an entry of `LONG` words and a little less.
const SATURATION: f32 = 1.2;
/// Words of a longish entry.
const LONG: f32 = 200.0;

/// Asks a question again, with more words.
pub(crate) struct Feedback {
    /// What finds its own words.
    pub(crate) words: Vec<Box<dyn Query>>,
    /// What hits must be like besides.
    pub(crate) conditions: Vec<(Occur, Box<dyn Query>)>,
}

impl Feedback {
    /// What finds what the question finds, the best by all its words and the added ones.
    pub(crate) fn query(&self, view: &View, added: &[Added]) -> Box<dyn Query> {
        let mut words: Vec<Box<dyn Query>> = self.words.iter().map(|query| query.box_clone()).collect();
        words.extend(added.iter().map(|added| added.query(view)));
        let words = Box::new(BooleanQuery::union(words));
        if self.conditions.is_empty() {
            return words;
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, words)];
        clauses.extend(self.conditions.iter().map(|(occur, query)| (*occur, query.box_clone())));
        Box::new(BooleanQuery::new(clauses))
    }
}

/// A stem that nobody typed.
pub(crate) struct Added {
    stem: String,
    rarity: f32,
    /// What it counts as against a typed one.
    weight: f32,
}

impl Added {
    /// Lets it score.
    pub(crate) fn score_in(&self, view: &View, scoring: &mut Scoring) {
        scoring.add_term(view.words().term(&self.stem), self.weight * self.rarity);
    }

    fn query(&self, view: &View) -> Box<dyn Query> {
        weighed(view.words().term(&self.stem), self.weight)
    }
}

/// The most telling stems of the best entries: those that several of them have and few others.
pub(crate) fn added(
    view: &View,
    scoring: &mut Scoring,
    best: &[(Place, DocAddress)],
    stems: &mut Stems,
) -> tantivy::Result<Vec<Added>> {
    let Some(highest) = best.first().map(|(place, _)| place.score).filter(|score| *score > 0.0) else {
        return Ok(Vec::new());
    };
    // How much the entries say of it, and how many of them say it.
    let mut said: WordMap<(f32, u32)> = WordMap::default();
    for (place, address) in best.iter().take(weights::FEEDBACK_ENTRIES) {
        let (counts, length) = counts(&view.here, *address, stems)?;
        for (stem, count) in counts {
            let said = said.entry(stem).or_default();
            let often = count / (count + SATURATION * (0.25 + length / LONG));
            said.0 += place.score / highest * often;
            said.1 += 1;
        }
    }
    let entries = view.entries();
    let words = view.words();
    let mut telling: Vec<(f32, String, f32)> = Vec::new();
    let mut typed: Vec<(f32, Term)> = Vec::new();
    for (stem, (worth, by)) in said {
        let term: Term = words.term(&stem);
        if by < 2 {
            continue;
        }
        let having = words.entries(&stem)?;
        if having as f64 <= entries as f64 * weights::FILLER_SHARE {
            let rarity = rarity(having, entries);
            if scoring.has_term(&term) {
                typed.push((worth * rarity, term));
            } else {
                telling.push((worth * rarity, stem, rarity));
            }
        }
    }
    telling.sort_unstable_by(|(a, one, _), (b, other, _)| b.total_cmp(a).then_with(|| one.cmp(other)));
    telling.truncate(weights::FEEDBACK_WORDS);
    let of_all = telling
        .iter()
        .map(|(worth, ..)| *worth)
        .chain(typed.iter().map(|(worth, _)| *worth))
        .fold(f32::MIN_POSITIVE, f32::max);
    for (worth, term) in typed {
        scoring.strengthen(&term, weights::FEEDBACK * worth / of_all);
    }
    let most = telling.first().map_or(1.0, |(worth, ..)| *worth);
    let added = telling.into_iter().map(|(worth, stem, rarity)| Added {
        stem,
        rarity,
        weight: weights::FEEDBACK * worth / most,
    });
    Ok(added.collect())
}

/// How often an entry has each stem, and how many words it has.
fn counts(snapshot: &Snapshot, entry: DocAddress, stems: &mut Stems) -> tantivy::Result<(WordMap<f32>, f32)> {
    let stored = snapshot.stored(entry)?;
    stems.speak(stored.tongue());
    let mut counts: WordMap<f32> = WordMap::default();
    let mut length = 0.0;
    let mut scanner = Scanner::default();
    for text in [stored.title(), stored.text()] {
        let mut left = weights::FEEDBACK_READ;
        scanner.scan(text, |piece| {
            if left == 0 {
                return;
            }
            left -= 1;
            length += 1.0;
            for stem in stems.of(&piece) {
                match counts.get_mut(stem) {
                    Some(count) => *count += 1.0,
                    None => {
                        counts.insert(stem.clone(), 1.0);
                    }
                }
            }
        });
    }
    Ok((counts, length))
}
