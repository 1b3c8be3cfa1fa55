//! The words that the index knows: what a misspelt word may have meant, what an unfinished one may become.
//!
//! tantivy has queries for both, but neither tells which words it took, so that marks could not show them and a
//! reader would not learn what was searched. We look the words up ourselves and search for those.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use crate::tongue::STEM_MARK;
use crate::view::Seen;
use crate::weights;
use crate::word_list::WordLists;

/// A word of the dictionary in place of the typed one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Near {
    /// The word.
    pub(crate) word: String,
    /// Entries that have it, deleted ones included.
    pub(crate) entries: u64,
    /// What it counts as against the typed word.
    pub(crate) weight: f32,
}

/// The dictionary of one field.
#[derive(Clone)]
pub(crate) struct Dictionary<'a> {
    /// Of which field.
    pub(crate) field: Field,
    /// Where there are words.
    pub(crate) known: Vec<Words<'a>>,
    /// Where words count as well that are known: the entries there say how much a word tells, but not which words
    /// there are.
    pub(crate) weighing: Option<&'a Searcher>,
}

/// The words of some entries.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    /// Where to look.
    pub(crate) searcher: &'a Searcher,
    /// What was read of it before.
    pub(crate) lists: &'a WordLists,
    /// Of which entries; `None` means all.
    pub(crate) seen: Option<&'a Seen>,
}

impl Words<'_> {
    /// Entries that have the term: deleted ones included where all are looked at.
    fn entries(&self, term: &Term) -> tantivy::Result<u64> {
        let Some(seen) = self.seen else { return self.searcher.doc_freq(term) };
        let mut entries = 0;
        for (number, segment) in self.searcher.segment_readers().iter().enumerate() {
            let postings = segment.inverted_index(term.field())?;
            let Some(mut postings) = postings.read_postings(term, IndexRecordOption::Basic)? else {
                continue;
            };
            while postings.doc() != TERMINATED {
                entries += u64::from(seen.has(number, postings.doc()));
                postings.advance();
            }
        }
        Ok(entries)
    }

    /// Whether an entry has the term that is not deleted. The dictionary forgets words only when segments merge,
    /// and what only a withdrawn entry said must not be offered.
    fn is_alive(&self, term: &Term) -> tantivy::Result<bool> {
        if self.seen.is_some() {
            return Ok(self.entries(term)? > 0);
        }
        let (touched, whole): (Vec<_>, Vec<_>) =
            self.searcher.segment_readers().iter().partition(|segment| segment.has_deletes());
        for segment in whole {
            if segment.inverted_index(term.field())?.get_term_info(term)?.is_some() {
                return Ok(true);
            }
        }
        for segment in touched {
            let Some(mut postings) =
                segment.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let Some(alive) = segment.alive_bitset() else { return Ok(true) };
            while postings.doc() != TERMINATED {
                if alive.is_alive(postings.doc()) {
                    return Ok(true);
                }
                postings.advance();
            }
        }
        Ok(false)
    }
}

impl Dictionary<'_> {
    /// The term of a word.
    pub(crate) fn term(&self, word: &str) -> Term {
        Term::from_field_text(self.field, word)
    }

    /// Entries that have the word, deleted ones included; 0 where none has it that the question looks at.
    pub(crate) fn entries(&self, word: &str) -> tantivy::Result<u64> {
        let term = self.term(word);
        let mut entries = 0;
        for words in &self.known {
            entries += words.entries(&term)?;
        }
        match self.weighing {
            Some(weighing) if entries > 0 => Ok(entries + weighing.doc_freq(&term)?),
            _ => Ok(entries),
        }
    }

    /// Whether an entry has the word that is not deleted.
    pub(crate) fn is_alive(&self, word: &str) -> tantivy::Result<bool> {
        let term = self.term(word);
        for words in &self.known {
            if words.is_alive(&term)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The words that begin so, the most frequent first; the word itself is not among them. Together they are in at most
    /// `entries` entries, the first one left out of account: of a short beginning in a large blog the words that
    /// nearly everything has are not worth reading all their entries.
    pub(crate) fn completions(&self, beginning: &str, entries: u64) -> tantivy::Result<Vec<Near>> {
        if beginning.chars().count() < 2 {
            return Ok(Vec::new());
        }
        // Room for words that others are more frequent than elsewhere, or that turn out to be withdrawn.
        const OF_EACH: usize = weights::MAX_COMPLETIONS * 2;
        let mut lists = Vec::new();
        for words in &self.known {
            for segment in words.searcher.segment_readers() {
                lists.push((words, words.lists.of(segment, self.field)?));
            }
        }
        let mut found: HashSet<&str> = HashSet::new();
        for (words, list) in &lists {
            if words.seen.is_some() {
                // How frequent a word is there says nothing of how frequent it is among the entries that are seen.
                found.extend(list.beginning(beginning).map(|(word, _)| word).take(weights::MAX_NEAR_READ));
                continue;
            }
            let mut best: Vec<(u32, &str)> = Vec::new();
            let mut least = 0;
            for (word, entries) in list.beginning(beginning) {
                if entries > least {
                    best.push((entries, word));
                }
                if best.len() > OF_EACH * 2 {
                    best.select_nth_unstable_by(OF_EACH - 1, |(a, one), (b, other)| {
                        b.cmp(a).then(one.cmp(other))
                    });
                    best.truncate(OF_EACH);
                    least = best.last().map_or(0, |(entries, _)| *entries);
                }
            }
            found.extend(best.into_iter().map(|(_, word)| word));
        }
        let of_all = self.known.iter().all(|words| words.seen.is_none());
        let mut near = Vec::with_capacity(found.len());
        for word in found {
            let entries = if of_all {
                lists.iter().map(|(_, list)| u64::from(list.entries(word))).sum()
            } else {
                self.entries(word)?
            };
            if entries > 0 {
                near.push(Near { word: word.to_owned(), entries, weight: weights::UNFINISHED });
            }
        }
        let mut left = entries;
        let mut best = self.best(near, weights::MAX_COMPLETIONS)?;
        let mut first = true;
        best.retain(|near| {
            let fits = std::mem::take(&mut first) || near.entries <= left;
            left -= if fits { near.entries.min(left) } else { 0 };
            fits
        });
        Ok(best)
    }

    /// The words that a misspelt one may have meant: one edit away from four letters on, two from eight, where a
    /// swap of neighbours is one edit; nearest first. With `unfinished`, also those that begin almost so.
    pub(crate) fn corrections(&self, typed: &str, unfinished: bool) -> tantivy::Result<Vec<Near>> {
        let edits = match typed.chars().count() {
            0..4 => return Ok(Vec::new()),
            4..8 => 1,
            _ => 2,
        };
        let mut near: HashMap<String, Near> = HashMap::new();
        let term = self.term(typed);
        let mut automata = vec![(FuzzyTermQuery::new(term.clone(), edits, true), false)];
        if unfinished {
            automata.push((FuzzyTermQuery::new_prefix(term, 1, true), true));
        }
        for (query, beginning) in automata {
            let automaton = query.automaton()?;
            let segments = self.known.iter().flat_map(|words| words.searcher.segment_readers());
            for segment in segments {
                let index = segment.inverted_index(self.field)?;
                // Stems stand before all words.
                let first = String::from(char::from(STEM_MARK as u8 + 1));
                let mut words = index.terms().search(&automaton).ge(first).into_stream()?;
                let mut read = 0;
                while read < weights::MAX_NEAR_READ && words.advance() {
                    read += 1;
                    let Ok(word) = std::str::from_utf8(words.key()) else { continue };
                    let entries = u64::from(words.value().doc_freq);
                    match near.get_mut(word) {
                        Some(known) => known.entries += if beginning { 0 } else { entries },
                        None => {
                            let weight = nearness(typed, word, beginning);
                            near.insert(word.to_owned(), Near { word: word.to_owned(), entries, weight });
                        }
                    }
                }
            }
        }
        if self.known.iter().any(|words| words.seen.is_some()) {
            for near in near.values_mut() {
                near.entries = self.entries(&near.word)?;
            }
            near.retain(|_, near| near.entries > 0);
        }
        self.best(near.into_values().collect(), weights::MAX_CORRECTIONS)
    }

    /// The `limit` best of them that are alive: by weight, then by frequency, then by spelling.
    fn best(&self, mut near: Vec<Near>, limit: usize) -> tantivy::Result<Vec<Near>> {
        near.sort_unstable_by(better);
        let mut best = Vec::new();
        for word in near {
            if best.len() == limit {
                break;
            }
            if self.is_alive(&word.word)? {
                best.push(word);
            }
        }
        Ok(best)
    }
}

/// By weight, then by frequency, then by spelling.
fn better(a: &Near, b: &Near) -> Ordering {
    b.weight.total_cmp(&a.weight).then(b.entries.cmp(&a.entries)).then_with(|| a.word.cmp(&b.word))
}

/// What a word counts as against the typed one.
fn nearness(typed: &str, word: &str, beginning: bool) -> f32 {
    let mut weight = match edits(typed, word) {
        0 => 1.0,
        1 => weights::ONE_EDIT,
        _ if beginning => weights::ONE_EDIT * weights::UNFINISHED,
        _ => weights::TWO_EDITS,
    };
    if typed.chars().next() != word.chars().next() {
        weight *= weights::OTHER_FIRST_LETTER;
    }
    weight
}

/// Insertions, deletions, substitutions and swaps of neighbours that make one word of the other (the optimal
/// string alignment, which is what the automaton accepts).
pub(crate) fn edits(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let substituted = above[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = substituted.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (from, to, expected) in [
            ("rust", "rust", 0),
            ("rust", "rusty", 1),
            ("rust", "rut", 1),
            ("rust", "rtsu", 2),
            ("sharde", "shared", 1),
            ("", "abc", 3),
            ("über", "uber", 1),
        ] {
            assert_eq!(edits(from, to), expected, "{from} {to}");
        }
    }
}
