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

/// A stem that may be added.
struct Telling {
    worth: f32,
    stem: String,
    rarity: f32,
}

impl Telling {
    fn most_first(&self, other: &Self) -> std::cmp::Ordering {
        other.worth.total_cmp(&self.worth).then_with(|| self.stem.cmp(&other.stem))
    }
}

/// The most telling stems of the best entries: those that the best of them have and few others.
pub(crate) fn added(
    view: &View,
    scoring: &mut Scoring,
    best: &[(Place, DocAddress)],
    stems: &mut Stems,
) -> tantivy::Result<Vec<Added>> {
    let Some(highest) = best.first().map(|(place, _)| place.score).filter(|score| *score > 0.0) else {
        return Ok(Vec::new());
    };
    // How much the entries say of it.
    let mut said: WordMap<f32> = WordMap::default();
    for (place, address) in best.iter().take(weights::FEEDBACK_ENTRIES) {
        let (counts, length) = counts(&view.here, *address, stems)?;
        // How likely an entry is meant grows faster than its score, which is near a logarithm of that.
        let likely = (place.score / highest).powi(weights::FEEDBACK_SHARPNESS);
        for (stem, count) in counts {
            let often = count / (count + SATURATION * (0.25 + length / LONG));
            *said.entry(stem).or_default() += likely * often;
        }
    }
    let mut said: Vec<(String, f32)> = said.into_iter().collect();
    said.sort_unstable_by(|(one, a), (other, b)| b.total_cmp(a).then_with(|| one.cmp(other)));
    let entries = view.entries();
    let words = view.words();
    let rarest = rarity(1, entries);
    let mut telling: Vec<Telling> = Vec::new();
    let mut typed: Vec<(f32, Term)> = Vec::new();
    // The worth of the last one that is taken, as far as that is known.
    let mut least = 0.0;
    for (stem, worth) in said {
        // However rare those are that are left, they come too late: most need not be looked up.
        if worth * rarest < least {
            break;
        }
        let having = words.entries(&stem)?;
        if having as f64 > entries as f64 * weights::FILLER_SHARE {
            continue;
        }
        let rarity = rarity(having, entries);
        let term: Term = words.term(&stem);
        if scoring.has_term(&term) {
            typed.push((worth * rarity, term));
            continue;
        }
        telling.push(Telling { worth: worth * rarity, stem, rarity });
        if telling.len() >= weights::FEEDBACK_WORDS * 2 {
            telling.sort_unstable_by(Telling::most_first);
            telling.truncate(weights::FEEDBACK_WORDS);
            least = telling.last().map_or(0.0, |last| last.worth);
        }
    }
    telling.sort_unstable_by(Telling::most_first);
    telling.truncate(weights::FEEDBACK_WORDS);
    let of_all = telling
        .iter()
        .map(|telling| telling.worth)
        .chain(typed.iter().map(|(worth, _)| *worth))
        .fold(f32::MIN_POSITIVE, f32::max);
    for (worth, term) in typed {
        scoring.strengthen(&term, weights::FEEDBACK * worth / of_all);
    }
    let most = telling.first().map_or(1.0, |telling| telling.worth);
    let added = telling.into_iter().map(|Telling { worth, stem, rarity }| Added {
        stem,
        rarity,
        // The root, lest the first few be all that counts.
        weight: weights::FEEDBACK * (worth / most).sqrt(),
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
