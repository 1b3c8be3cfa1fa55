//! Titles and bodies with marks on what matched.
//!
//! The text is analysed again and its terms are compared with those that were searched for: whatever made an
//! entry a hit is marked, be it a stem, a word without its accents, a corrected or a completed one.

use std::collections::HashMap;
use std::ops::Range;

use inkstand_model::{Marked, MarkedPart};
use tantivy::DocAddress;

use crate::passages::passages;
use crate::snapshot::Snapshot;
use crate::tongue::{STEM_MARK, Stems};
use crate::words::{PieceKind, Scanner, WordMap};

/// Part of a text that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Where.
    pub(crate) range: Range<usize>,
    /// Which word of the question it is.
    pub(crate) word: usize,
}

/// Marks what a question found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marker {
    /// The terms of the index that count as a word of the question, and which.
    terms: WordMap<usize>,
    /// The first letters of those terms, and of the words of phrases.
    first_letters: FirstLetters,
    /// Words that are marked where they follow each other.
    phrases: Vec<Vec<String>>,
}

/// First letters, by their first byte: most words of a text begin otherwise than those that were searched for, and
/// need neither be looked up nor stemmed.
#[derive(Clone, Debug, Default)]
struct FirstLetters([u64; 4]);

impl FirstLetters {
    fn of<'a>(terms: impl Iterator<Item = &'a String>) -> Self {
        let mut letters = Self::default();
        for term in terms {
            if let Some(&first) = term.trim_start_matches(STEM_MARK).as_bytes().first() {
                letters.0[usize::from(first / 64)] |= 1 << (first % 64);
            }
        }
        letters
    }

    fn has(&self, first: u8) -> bool {
        self.0[usize::from(first / 64)] & 1 << (first % 64) != 0
    }
}

impl Marker {
    /// For the terms of each word, and for phrases.
    pub(crate) fn new(words: impl IntoIterator<Item = Vec<String>>, phrases: Vec<Vec<String>>) -> Self {
        let mut terms = WordMap::default();
        for (word, forms) in words.into_iter().enumerate() {
            for form in forms {
                terms.entry(form).or_insert(word);
            }
        }
        Self { first_letters: FirstLetters::of(terms.keys().chain(phrases.iter().flatten())), terms, phrases }
    }

    /// The title and the best passages of the body of an entry.
    pub(crate) fn mark(
        &self,
        snapshot: &Snapshot,
        entry: DocAddress,
        stems: &mut Stems,
    ) -> tantivy::Result<(Marked, Vec<Marked>)> {
        let stored = snapshot.stored(entry)?;
        let (title, body) = (stored.title(), stored.text());
        stems.speak(stored.tongue());
        let in_title = self.spans(title, stems);
        let in_body = self.spans(body, stems);
        let passages = passages(body, &in_body).into_iter().map(|passage| {
            let mut marked = marked(body, passage.range, &in_body);
            if passage.begins_within {
                marked.parts.insert(0, MarkedPart { text: "… ".to_owned(), hit: false });
            }
            if passage.ends_within {
                marked.parts.push(MarkedPart { text: " …".to_owned(), hit: false });
            }
            marked
        });
        Ok((marked(title, 0..title.len(), &in_title), passages.collect()))
    }

    /// What matched in a text, in order and apart from each other.
    fn spans(&self, text: &str, stems: &mut Stems) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut places: HashMap<(u32, &str), Range<usize>> = HashMap::new();
        let any_letter = !stems.keep_first_letters();
        let wanted = |first| any_letter || self.first_letters.has(first);
        Scanner::default().scan_some(text, wanted, |piece| {
            if !self.terms.is_empty() && piece.folded.bytes().next().is_some_and(wanted) {
                let mut word = self.terms.get(piece.folded).copied();
                if word.is_none() {
                    word = stems.of(&piece).iter().find_map(|stem| self.terms.get(stem).copied());
                }
                spans.extend(word.map(|word| Span { range: piece.range.clone(), word }));
            }
            if piece.kind != PieceKind::Joined {
                let mut words = self.phrases.iter().flatten();
                if let Some(word) = words.find(|word| *word == piece.folded) {
                    places.insert((piece.position, word), piece.range);
                }
            }
        });
        for (number, phrase) in self.phrases.iter().enumerate() {
            spans.extend(phrase_spans(phrase, self.terms.len() + number, &places));
        }
        spans.sort_unstable_by_key(|span| (span.range.start, span.range.end));
        joined(text, spans)
    }
}

/// The places where the words of a phrase follow each other.
fn phrase_spans(phrase: &[String], word: usize, places: &HashMap<(u32, &str), Range<usize>>) -> Vec<Span> {
    let Some(first) = phrase.first() else { return Vec::new() };
    let starts = places.iter().filter(|((_, spelled), _)| *spelled == first.as_str());
    let whole = starts.filter_map(|((start, _), range)| {
        let mut whole = range.clone();
        for (position, spelled) in (start + 1..).zip(&phrase[1..]) {
            whole.end = places.get(&(position, spelled.as_str()))?.end;
        }
        Some(Span { range: whole, word })
    });
    whole.collect()
}

/// Spans that overlap, or have only a joiner between them (`node`.`js`), as one.
fn joined(text: &str, spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.range.start < last.range.end => {
                last.range.end = last.range.end.max(span.range.end);
            }
            Some(last)
                if matches!(&text[last.range.end..span.range.start], "" | "." | "_" | "-" | "'" | "’") =>
            {
                last.range.end = span.range.end;
            }
            _ => joined.push(span),
        }
    }
    joined
}

/// A part of a text with marks, its white space made single spaces.
fn marked(text: &str, range: Range<usize>, spans: &[Span]) -> Marked {
    let mut marked = Marked::default();
    let mut at = range.start;
    let within = spans.iter().filter(|span| span.range.start >= range.start && span.range.end <= range.end);
    for span in within {
        push(&mut marked, &text[at..span.range.start], false);
        push(&mut marked, &text[span.range.clone()], true);
        at = span.range.end;
    }
    push(&mut marked, &text[at..range.end], false);
    marked
}

fn push(marked: &mut Marked, text: &str, hit: bool) {
    if text.is_empty() {
        return;
    }
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) && !text.contains("  ") {
        marked.parts.push(MarkedPart { text: text.to_owned(), hit });
        return;
    }
    let mut single = String::with_capacity(text.len());
    let mut spaced = false;
    for c in text.chars() {
        let space = c.is_whitespace();
        if !space {
            single.push(c);
        } else if !spaced {
            single.push(' ');
        }
        spaced = space;
    }
    marked.parts.push(MarkedPart { text: single, hit });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tongue::Tongue;

    fn check(words: &[&[&str]], phrases: &[&[&str]], text: &str, expected: &str) {
        let owned = |terms: &&[&str]| terms.iter().map(|&term| term.to_owned()).collect::<Vec<_>>();
        let marker = Marker::new(words.iter().map(owned), phrases.iter().map(owned).collect());
        let spans = marker.spans(text, &mut Stems::new(Tongue::named("en")));
        assert_eq!(marked(text, 0..text.len(), &spans).html(), expected);
    }

    #[test]
    fn what_matched_is_marked() {
        check(
            &[&["\u{1}launch"]],
            &[],
            "We launched & launch",
            "We <mark>launched</mark> &amp; <mark>launch</mark>",
        );
        check(&[&["cafe"]], &[], "Le café", "Le <mark>café</mark>");
        check(&[&["nodejs"]], &[], "a node.js\n\n b", "a <mark>node.js</mark> b");
        check(&[&["node"], &["js"]], &[], "node.js", "<mark>node.js</mark>");
        check(&[&["日本"], &["本語"]], &[], "私は日本語を", "私は<mark>日本語</mark>を");
        check(&[], &[&["full", "text"]], "text full; full text", "text full; <mark>full text</mark>");
        check(&[], &[], "", "");
    }
}
