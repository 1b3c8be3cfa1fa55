//! Words that mean the same on a blog, as its operator writes them down.
//!
//! They widen questions, not the index: another file needs no reindexing. What is typed still counts most; what means
//! the same counts a little less in its place, and phrases, titles, filters and what is left out with `-` are taken as
//! they stand.

use std::collections::HashMap;
use std::ops::Range;

use thiserror::Error;

use crate::asked::{AskedWord, Asker};
use crate::dictionary::{Dictionary, Near};
use crate::question::phrase_terms;
use crate::tongue::STEM_MARK;
use crate::{weights, words};

/// Entries of one rule; more of them are a thesaurus, and each is looked for with each question.
const MOST_ENTRIES: usize = 20;

/// Words of one entry.
const MOST_WORDS: usize = 8;

/// Which words mean the same.
///
/// ```
/// # use inkstand_search::Synonyms;
/// let synonyms = Synonyms::parse(b"# abbreviations\nssg, static site generator\nink => pen\n").unwrap();
/// assert!(!synonyms.is_empty());
/// let invalid = Synonyms::parse(b"ssg, static site generator\nink\n").unwrap_err();
/// assert_eq!(invalid.line, 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// By the first word of what may be typed.
    rules: HashMap<String, Vec<Rule>>,
}

/// What a text that may be typed also means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// The text as the index spells it.
    words: Vec<String>,
    /// Words and phrases that mean the same.
    meanings: Vec<String>,
}

/// A line that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct InvalidSynonyms {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

impl Synonyms {
    /// Reads rules in the format that Solr and Elasticsearch have as well, one a line, in UTF-8:
    ///
    /// - `a, b, c`: each means the others.
    /// - `a, b => c, d`: who types one of the left means the right as well, not the other way round.
    /// - A line that begins with `#` is a comment; `\` takes from a comma, or whatever follows, its meaning.
    ///
    /// Each entry is a word or several that follow each other.
    ///
    /// # Errors
    /// The first line that is neither a rule nor a comment.
    pub fn parse(file: &[u8]) -> Result<Self, InvalidSynonyms> {
        let text = std::str::from_utf8(file).map_err(|error| InvalidSynonyms {
            line: 1 + file[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count(),
            reason: "not UTF-8; save the file in that encoding".to_owned(),
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut synonyms = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                synonyms.add(line).map_err(|reason| InvalidSynonyms { line: number, reason })?;
            }
        }
        Ok(synonyms)
    }

    /// Whether no word has another one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut sides = sides(line);
        let (typed, meant) = match (sides.pop(), sides.pop()) {
            (Some(all), None) if all.len() < 2 => {
                return Err("only one entry; write what it means behind a comma, or behind `=>`".to_owned());
            }
            (Some(all), None) => (all.clone(), all),
            (Some(meant), Some(typed)) if sides.is_empty() => (typed, meant),
            _ => return Err("more than one `=>`; write each rule on a line of its own".to_owned()),
        };
        for entry in typed.iter().chain(&meant) {
            check(entry)?;
        }
        if typed.len().max(meant.len()) > MOST_ENTRIES {
            return Err(format!("more than {MOST_ENTRIES} entries; write several rules with fewer"));
        }
        for entry in typed {
            let words = words::folded_words(&entry);
            let others = meant.iter().filter(|meaning| words::folded_words(meaning) != words);
            let others: Vec<String> = others.cloned().collect();
            let Some(first) = words.first().cloned() else { continue };
            let rules = self.rules.entry(first).or_default();
            match rules.iter_mut().find(|rule| rule.words == words) {
                Some(rule) => rule.meanings.extend(others),
                None => rules.push(Rule { words, meanings: others }),
            }
            // The longest first: who types "new york" does not mean what "new" means.
            rules.sort_by_key(|rule| std::cmp::Reverse(rule.words.len()));
        }
        Ok(())
    }

    /// Has the words of a question that stand in those ranges of its text count also where what they mean is found. They
    /// have been looked up.
    pub(crate) fn widen(
        &self,
        asked: &mut [AskedWord],
        text: &str,
        ranges: &[Range<usize>],
        asker: &mut Asker<'_>,
        dictionary: &Dictionary<'_>,
    ) -> tantivy::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        for (range, meanings) in self.typed_in(text, ranges) {
            let meanings = found(meanings, asker, dictionary)?;
            let within =
                |word: &&mut AskedWord| range.start <= word.range.start && word.range.end <= range.end;
            for word in asked.iter_mut().filter(within) {
                meanings.iter().for_each(|meaning| meaning.count_as(word));
            }
        }
        // What was misspelt means what it was taken for.
        for word in asked.iter_mut().filter(|word| word.corrected) {
            let Some(Near { word: taken_for, weight, .. }) = word.near.first().cloned() else { continue };
            let whole = 0..taken_for.len();
            if let Some((_, meanings)) = self.typed_in(&taken_for, std::slice::from_ref(&whole)).pop() {
                for meaning in found(meanings, asker, dictionary)? {
                    meaning.add_to(word, weight);
                }
            }
        }
        Ok(())
    }

    /// Where in a text something stands that has a meaning.
    fn typed_in(&self, text: &str, ranges: &[Range<usize>]) -> Vec<(Range<usize>, &[String])> {
        let mut typed: Vec<(String, Range<usize>)> = Vec::new();
        for range in ranges {
            words::Scanner::default().scan(&text[range.clone()], |piece| {
                if piece.kind.is_spelled_once() {
                    let place = piece.range.start + range.start..piece.range.end + range.start;
                    typed.push((piece.folded.to_owned(), place));
                }
            });
        }
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((first, start)) = typed.get(at) {
            let stands_there = |rule: &&Rule| {
                let there = typed.get(at..at + rule.words.len());
                there.is_some_and(|there| there.iter().map(|(word, _)| word).eq(&rule.words))
            };
            let rule = self.rules.get(first).and_then(|rules| rules.iter().find(stands_there));
            let length = rule.map_or(1, |rule| rule.words.len());
            if let (Some(rule), Some((_, end))) = (rule, typed.get(at + length - 1)) {
                found.push((start.start..end.end, rule.meanings.as_slice()));
            }
            at += length;
        }
        found
    }
}

/// Something that the index has in place of a typed word.
enum Meaning {
    /// A word by its stems, or as it stands.
    Word(Vec<Near>),
    /// Words that follow each other.
    Phrase(Vec<Near>),
}

impl Meaning {
    /// Has the word found where this is; the word was spelled well, then, since somebody wrote it down.
    fn count_as(&self, word: &mut AskedWord) {
        if word.corrected {
            word.corrected = false;
            word.near.clear();
            word.entries = 0;
        }
        self.add_to(word, 1.0);
    }

    /// Has the word found where this is, by a share of what it counts.
    fn add_to(&self, word: &mut AskedWord, share: f32) {
        let lighter = |terms: &[Near]| -> Vec<Near> {
            terms.iter().map(|term| Near { weight: term.weight * share, ..term.clone() }).collect()
        };
        match self {
            Self::Word(forms) => {
                word.entries += forms.iter().map(|form| form.entries).max().unwrap_or(0);
                word.near.extend(lighter(forms));
            }
            Self::Phrase(terms) => {
                word.entries += terms.iter().map(|term| term.entries).min().unwrap_or(0);
                word.phrases.push(lighter(terms));
            }
        }
    }
}

/// Those of the meanings that an entry has.
fn found(
    meanings: &[String],
    asker: &mut Asker<'_>,
    dictionary: &Dictionary<'_>,
) -> tantivy::Result<Vec<Meaning>> {
    let near = |word: String| -> tantivy::Result<Near> {
        let entries = dictionary.entries(&word)?;
        Ok(Near { word, entries, weight: weights::SYNONYM })
    };
    let mut found = Vec::new();
    for meaning in meanings {
        let phrase = phrase_terms(meaning);
        if phrase.len() > 1 {
            let terms = phrase.into_iter().map(near).collect::<tantivy::Result<Vec<_>>>()?;
            if terms.iter().all(|term| term.entries > 0) {
                found.push(Meaning::Phrase(terms));
            }
            continue;
        }
        let words = asker.words(meaning, std::slice::from_ref(&(0..meaning.len())));
        let forms: Vec<&String> = words.iter().flat_map(|word| &word.exact).map(|form| &form.word).collect();
        let stems: Vec<&String> = forms.iter().copied().filter(|form| form.starts_with(STEM_MARK)).collect();
        let forms = if stems.is_empty() { forms } else { stems };
        let forms = forms.into_iter().cloned().map(near).collect::<tantivy::Result<Vec<_>>>()?;
        let forms: Vec<Near> = forms.into_iter().filter(|form| form.entries > 0).collect();
        if !forms.is_empty() {
            found.push(Meaning::Word(forms));
        }
    }
    Ok(found)
}

/// The entries of a line, on both sides of its arrows.
fn sides(line: &str) -> Vec<Vec<String>> {
    let mut sides = vec![vec![String::new()]];
    let mut chars = line.chars().peekable();
    let mut add = |c: Option<char>, side: bool| {
        if side {
            sides.push(vec![String::new()]);
        } else if let Some(side) = sides.last_mut() {
            match (c, side.last_mut()) {
                (Some(c), Some(entry)) => entry.push(c),
                _ => side.push(String::new()),
            }
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' => add(chars.next(), false),
            ',' => add(None, false),
            '=' if chars.next_if_eq(&'>').is_some() => add(None, true),
            c => add(Some(c), false),
        }
    }
    for side in &mut sides {
        for entry in side {
            *entry = entry.trim().to_owned();
        }
    }
    sides
}

fn check(entry: &str) -> Result<(), String> {
    if entry.is_empty() {
        return Err(
            "an entry is missing beside a comma or an arrow; take it out, or write the entry".to_owned()
        );
    }
    match words::folded_words(entry).len() {
        0 => Err(format!("{entry:?} has no word that could be searched; write words")),
        1..=MOST_WORDS => Ok(()),
        _ => Err(format!("{entry:?} has more than {MOST_WORDS} words; write what is typed in a search")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(synonyms: &Synonyms, text: &str) -> Vec<String> {
        let ranges: Vec<_> = std::iter::once(0..text.len()).collect();
        let typed = synonyms.typed_in(text, &ranges).into_iter();
        typed.map(|(range, meanings)| format!("{}: {}", &text[range], meanings.join(" | "))).collect()
    }

    #[test]
    fn rules_are_read() {
        let file = "\u{feff}# comment\r\n\r\n  car, Automobile , motor car\nssg => static site generator\n\
                    ink, nib => pen, ink\nc#, C Sharp\nsalt\\, pepper, spices\na\\=>b, arrow\nCafé, bistro\ncar, auto\n";
        let synonyms = Synonyms::parse(file.as_bytes()).unwrap();
        for (text, expected) in [
            ("a car", vec!["car: Automobile | motor car | auto"]),
            ("Motor Car race", vec!["Motor Car: car | Automobile"]),
            ("motor race", vec![]),
            ("an SSG", vec!["SSG: static site generator"]),
            ("static site generator", vec![]),
            ("ink nib", vec!["ink: pen", "nib: pen | ink"]),
            ("pen", vec![]),
            ("C# code", vec!["C#: C Sharp"]),
            ("salt pepper", vec!["salt pepper: spices"]),
            ("a b", vec!["a b: arrow"]),
            ("cafe", vec!["cafe: bistro"]),
        ] {
            assert_eq!(told(&synonyms, text), expected, "{text}");
        }
        assert!(Synonyms::parse(b"# nothing\n").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_rule_is_named_by_its_line() {
        for (file, line, reason) in [
            ("a, b\nalone\n", 2, "only one entry"),
            ("a, b\n\n# c\na,,b\n", 4, "an entry is missing"),
            ("a, b,", 1, "an entry is missing"),
            ("=> b", 1, "an entry is missing"),
            ("a =>", 1, "an entry is missing"),
            ("a => b => c", 1, "more than one"),
            ("a, ?!", 1, "\"?!\" has no word"),
            ("a, one two three four five six seven eight nine", 1, "more than 8 words"),
            (&vec!["a"; 21].join(","), 1, "more than 20 entries"),
        ] {
            let invalid = Synonyms::parse(file.as_bytes()).unwrap_err();
            assert_eq!(invalid.line, line, "{file}");
            assert!(
                invalid.reason.starts_with(reason) || invalid.reason.contains(reason),
                "{file}: {invalid}"
            );
        }
        assert_eq!(Synonyms::parse(b"a, b\nc, \xff\n").unwrap_err().line, 2);
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(file in "(\\PC|[,=>\\\\#\n]|a, b\n){0,80}", text in "\\PC{0,20}") {
            if let Ok(synonyms) = Synonyms::parse(file.as_bytes()) {
                told(&synonyms, &text);
            }
        }
    }
}
