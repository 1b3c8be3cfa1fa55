//! The passages of a body that show best why it was found.

use std::collections::HashSet;
use std::ops::Range;

use crate::marks::Span;

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Where.
    pub(crate) range: Range<usize>,
    /// Whether it begins within a sentence.
    pub(crate) begins_within: bool,
    /// Whether it ends within a sentence.
    pub(crate) ends_within: bool,
}

/// A passage has at most so many characters.
const LONGEST: usize = 240;
/// A sentence that ends before so many characters is followed by the next one.
const SHORTEST: usize = 150;
/// So far behind its beginning the first match may stand; of longer sentences the beginning is left out.
const FARTHEST: usize = 160;
/// Then so many characters are shown before the match.
const BEFORE: usize = 60;
/// At most so many passages.
const MOST: usize = 3;
/// A further passage must be at least so good, as a share of the best one.
const GOOD_ENOUGH: f32 = 0.6;
/// At most so many matches are looked at, so that a long body full of them costs no more than others.
const MOST_MATCHES: usize = 300;

/// The best passages, best first; the beginning of the text where nothing matched.
pub(crate) fn passages(text: &str, matches: &[Span]) -> Vec<Passage> {
    let matches = &matches[..matches.len().min(MOST_MATCHES)];
    let start = text.len() - text.trim_start().len();
    if start == text.len() {
        return Vec::new();
    }
    let beginning = forward(text, start, LONGEST);
    if matches.is_empty() || beginning == text.len() {
        return vec![passage(text, &sentence_starts(text, beginning), start, start)];
    }
    let last = matches.last().map_or(start, |last| last.range.start);
    let starts = sentence_starts(text, forward(text, last, LONGEST));
    let mut candidates: Vec<(f32, Passage)> = Vec::new();
    for one in matches {
        let sentence = starts.partition_point(|&start| start <= one.range.start);
        let sentence = sentence.checked_sub(1).map_or(0, |before| starts[before]);
        let start = if text[sentence..one.range.start].chars().count() > FARTHEST {
            word_start(text, back(text, one.range.start, BEFORE), one.range.start)
        } else {
            sentence
        };
        if candidates.last().is_none_or(|(_, last)| last.range.start != start) {
            let passage = passage(text, &starts, start, sentence);
            candidates.push((worth(&passage, matches), passage));
        }
    }
    // Stable: of equal passages the earlier.
    candidates.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let least = candidates.first().map_or(0.0, |(best, _)| best * GOOD_ENOUGH);
    let mut chosen: Vec<Passage> = Vec::new();
    for (worth, passage) in candidates {
        let apart = |other: &Passage| {
            other.range.end <= passage.range.start || passage.range.end <= other.range.start
        };
        if chosen.len() < MOST && worth >= least && chosen.iter().all(apart) {
            chosen.push(passage);
        }
    }
    chosen
}

/// Different words count most, neighbours that are neighbours in the question too some more, repetition little.
fn worth(passage: &Passage, matches: &[Span]) -> f32 {
    let within =
        |span: &&Span| span.range.start >= passage.range.start && span.range.end <= passage.range.end;
    let mut seen = HashSet::new();
    let mut worth = 0.0;
    let mut previous: Option<&Span> = None;
    for span in matches.iter().filter(within) {
        worth += if seen.insert(span.word) { 1.0 } else { 0.05 };
        if previous.is_some_and(|previous| {
            previous.word + 1 == span.word && span.range.start - previous.range.end <= 2
        }) {
            worth += 0.5;
        }
        previous = Some(span);
    }
    worth
}

/// The passage that begins at `start`, in the sentence that begins at `sentence`; `starts` are those of all sentences.
fn passage(text: &str, starts: &[usize], start: usize, sentence: usize) -> Passage {
    let farthest = forward(text, start, LONGEST);
    let begins_within = start != sentence;
    if farthest == text.len() {
        let end = start + text[start..].trim_end().len();
        return Passage { range: start..end, begins_within, ends_within: false };
    }
    let shortest = forward(text, start, SHORTEST);
    let within =
        starts.partition_point(|&next| next <= start)..starts.partition_point(|&next| next < farthest);
    let sentence_end = starts[within]
        .iter()
        .rev()
        .map(|&next| start + text[start..next].trim_end().len())
        .find(|&end| end >= shortest);
    if let Some(end) = sentence_end {
        return Passage { range: start..end, begins_within, ends_within: false };
    }
    let end =
        text[shortest..farthest].rfind(char::is_whitespace).map_or(farthest, |length| shortest + length);
    Passage { range: start..start + text[start..end].trim_end().len(), begins_within, ends_within: true }
}

/// Where sentences and paragraphs begin, up to `until`.
fn sentence_starts(text: &str, until: usize) -> Vec<usize> {
    let first = text.len() - text.trim_start().len();
    let mut starts = vec![first];
    let mut at = first;
    // Nearly all bytes of a text end no sentence; the characters around one that may are looked at one by one.
    while let Some(length) = text.as_bytes()[at..until.max(at)].iter().position(|&byte| may_end(byte)) {
        let from = at + length;
        let (mut ended, mut spaced) = (false, false);
        at = text.len();
        for (offset, c) in text[from..].char_indices() {
            match c {
                '.' | '!' | '?' | '…' => (ended, spaced) = (true, false),
                '。' | '！' | '？' | '\n' => (ended, spaced) = (true, true),
                '"' | '\'' | ')' | ']' | '”' | '’' | '」' if ended => {}
                c if c.is_whitespace() => spaced = true,
                _ => {
                    if ended && spaced {
                        starts.push(from + offset);
                    }
                    at = from + offset + c.len_utf8();
                    break;
                }
            }
        }
    }
    starts
}

/// Whether a character that ends sentences may begin with that byte.
fn may_end(byte: u8) -> bool {
    // The last three begin `…`, `。`, and `！` and `？`.
    matches!(byte, b'.' | b'!' | b'?' | b'\n' | 0xe2 | 0xe3 | 0xef)
}

fn forward(text: &str, at: usize, chars: usize) -> usize {
    text[at..].char_indices().nth(chars).map_or(text.len(), |(length, _)| at + length)
}

fn back(text: &str, at: usize, chars: usize) -> usize {
    text[..at].char_indices().rev().nth(chars.saturating_sub(1)).map_or(0, |(start, _)| start)
}

/// The first word that begins between the two; `at` where none does, as in scripts without spaces.
fn word_start(text: &str, at: usize, before: usize) -> usize {
    let gap = text[at..before].char_indices().find(|(_, c)| c.is_whitespace());
    gap.map_or(at, |(length, c)| at + length + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(text: &str, words: &[&str]) -> Vec<Span> {
        let mut spans: Vec<Span> = (0..)
            .zip(words)
            .flat_map(|(word, &spelled)| {
                text.match_indices(spelled).map(move |(at, _)| Span { range: at..at + spelled.len(), word })
            })
            .collect();
        spans.sort_by_key(|span| span.range.start);
        spans
    }

    fn shown<'a>(text: &'a str, words: &[&str]) -> Vec<&'a str> {
        passages(text, &spans(text, words)).into_iter().map(|passage| &text[passage.range]).collect()
    }

    #[test]
    fn passages_begin_with_sentences() {
        let filler = "Nothing is said here that anybody would look for. ".repeat(10);
        let text = format!("{filler}The needle is here. {filler}A needle and a thread are here. {filler}");
        let shown = shown(&text, &["needle", "thread"]);
        assert_eq!(shown.len(), 1, "the other passage is less than good enough");
        assert!(shown[0].starts_with("A needle and a thread are here. Nothing"), "{shown:?}");
        assert!(shown[0].ends_with("look for."), "{shown:?}");
        assert!((SHORTEST..=LONGEST).contains(&shown[0].chars().count()), "{shown:?}");
    }

    #[test]
    fn the_beginning_is_shown_where_nothing_matched() {
        assert_eq!(shown("  A short text.\n", &["needle"]), ["A short text."]);
        assert!(shown(" \n", &[]).is_empty());
        let long = "word ".repeat(100);
        let passages = passages(&long, &[]);
        assert!(passages[0].ends_within && !passages[0].begins_within);
    }

    #[test]
    fn long_sentences_are_shown_from_near_the_match() {
        let text = format!("{}needle {}", "hay ".repeat(200), "hay ".repeat(200));
        let passage = &passages(&text, &spans(&text, &["needle"]))[0];
        assert!(passage.begins_within && passage.ends_within);
        assert!(text[passage.range.clone()].starts_with("hay hay"));
        assert!(text[passage.range.clone()].contains("needle"));
    }

    #[test]
    fn sentences_begin_behind_their_ends() {
        let check = |text: &str, expected: &[&str]| {
            let starts = sentence_starts(text, text.len());
            let rests: Vec<&str> = starts.iter().map(|&start| &text[start..]).collect();
            assert_eq!(rests, expected, "{text:?}");
        };
        check(" One. Two", &["One. Two", "Two"]);
        check(
            "It is 3.14… “Well?” he asked.",
            &["It is 3.14… “Well?” he asked.", "“Well?” he asked.", "he asked."],
        );
        check("(One.) Two\nthree", &["(One.) Two\nthree", "Two\nthree", "three"]);
        check("一。二！three", &["一。二！three", "二！three", "three"]);
        check("One.\n\n  ", &["One.\n\n  "]);
        check("“One” – two", &["“One” – two"]);
        assert_eq!(sentence_starts("One. Two. Three.", 6), [0, 5], "no farther than that");
    }

    proptest! {
        #[test]
        fn passages_are_of_the_text(text in "[a-c日。. \n]{0,900}", word in "[a-c日]") {
            for passage in passages(&text, &spans(&text, &[&word])) {
                prop_assert!(text.get(passage.range.clone()).is_some_and(|shown| !shown.is_empty()));
            }
        }
    }
}
