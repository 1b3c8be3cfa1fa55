//! What a typed word stands for in this index: its stems, what it may have meant, what it may become.

use std::collections::HashMap;
use std::ops::Range;

use crate::dictionary::{Dictionary, Near};
use crate::function_words::is_function_word;
use crate::tongue::{Stems, Tongue};
use crate::weights;
use crate::words::{PieceKind, Scanner};

/// A word of a question with everything that counts as it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskedWord {
    /// Where it stands in the typed text.
    pub(crate) range: Range<usize>,
    /// As the index spells it.
    pub(crate) spelled: String,
    /// Terms that are the word: its stem in each language, and itself as it was typed.
    pub(crate) exact: Vec<Near>,
    /// Whether its stems are in every entry that has the word as it was typed.
    pub(crate) covered: bool,
    /// Whether it only holds the sentence together.
    pub(crate) function: bool,
    /// Terms that are the word where they follow each other: `node`, `js`; or the pairs of 東京都.
    pub(crate) sequence: Vec<String>,
    /// Words that count as it, the best of them only.
    pub(crate) near: Vec<Near>,
    /// Words that count as it where they follow each other.
    pub(crate) phrases: Vec<Vec<Near>>,
    /// How often it was typed.
    pub(crate) times: u16,
    /// Entries that have it as it was typed, or its stem.
    pub(crate) own: u64,
    /// Entries that have it in some form; 0 where it could as well be left out.
    pub(crate) entries: u64,
    /// Whether what it was taken for is another word, which the reader should be told.
    pub(crate) corrected: bool,
}

impl AskedWord {
    /// The terms that may stand beside a neighbouring word.
    pub(crate) fn neighbour_terms(&self, last: bool) -> Vec<&str> {
        const MOST: usize = 8;
        let sequence = if last { self.sequence.first() } else { self.sequence.last() };
        let exact = self.exact.first().map(|form| &form.word);
        let own = sequence.or(exact.filter(|_| self.own > 0)).map(String::as_str);
        own.into_iter().chain(self.near.iter().map(|near| near.word.as_str())).take(MOST).collect()
    }
}

/// Finds the words in typed texts.
pub(crate) struct Asker<'a> {
    dictionary: Dictionary<'a>,
    stems: Vec<Stems>,
    /// Whether entries are in no other languages.
    all_tongues: bool,
    scanner: Scanner,
}

impl<'a> Asker<'a> {
    /// For the words of one field in some languages, which are those of all entries where `all_tongues`.
    pub(crate) fn new(dictionary: Dictionary<'a>, tongues: &[Tongue], all_tongues: bool) -> Self {
        let stems = tongues.iter().copied().map(Stems::new).collect();
        Self { dictionary, stems, all_tongues, scanner: Scanner::default() }
    }

    /// The words in those ranges of the text, repeated ones once.
    pub(crate) fn words(&mut self, text: &str, ranges: &[Range<usize>]) -> Vec<AskedWord> {
        let mut words: Vec<AskedWord> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for range in ranges {
            for mut word in self.scan(&text[range.clone()]) {
                if let Some(&place) = known.get(&word.spelled) {
                    words[place].times = words[place].times.saturating_add(1);
                } else if words.len() < weights::MAX_WORDS {
                    word.range = word.range.start + range.start..word.range.end + range.start;
                    known.insert(word.spelled.clone(), words.len());
                    words.push(word);
                }
            }
        }
        words
    }

    /// Looks the words up; `unfinished` is whether the last one may go on.
    pub(crate) fn look_up(&self, words: &mut [AskedWord], unfinished: bool) -> tantivy::Result<()> {
        let last = words.len().saturating_sub(1);
        for (place, word) in words.iter_mut().enumerate() {
            self.look_up_word(word, unfinished && place == last)?;
        }
        Ok(())
    }

    fn look_up_word(&self, word: &mut AskedWord, unfinished: bool) -> tantivy::Result<()> {
        let mut own = 0;
        for form in &mut word.exact {
            form.entries = self.dictionary.entries(&form.word)?;
            own = own.max(form.entries);
        }
        for term in &word.sequence {
            own = own.max(self.dictionary.entries(term)?);
        }
        word.own = own;
        word.entries = own;
        if !word.sequence.is_empty() {
            return Ok(());
        }
        if unfinished {
            word.near = self.dictionary.completions(&word.spelled, weights::MAX_COMPLETED)?;
        }
        if own == 0 && word.near.is_empty() {
            word.near = self.dictionary.corrections(&word.spelled, unfinished)?;
            word.corrected = !word.near.is_empty();
        }
        word.entries += word.near.iter().map(|near| near.entries).sum::<u64>();
        Ok(())
    }

    fn scan(&mut self, text: &str) -> Vec<AskedWord> {
        let Self { scanner, stems, all_tongues, .. } = self;
        let mut words: Vec<AskedWord> = Vec::new();
        let mut pieces: Vec<(AskedWord, PieceKind)> = Vec::new();
        scanner.scan(text, |piece| {
            let mut word = AskedWord {
                range: piece.range.clone(),
                spelled: piece.folded.to_owned(),
                times: 1,
                covered: *all_tongues && piece.kind == PieceKind::Word,
                function: stems.iter().any(|stems| is_function_word(stems.tongue(), piece.folded)),
                ..AskedWord::default()
            };
            for stem in stems.iter_mut().flat_map(|stems| stems.of(&piece)) {
                if word.exact.iter().all(|form| form.word != *stem) {
                    word.exact.push(Near { word: stem.clone(), entries: 0, weight: 1.0 });
                }
            }
            let as_typed = if word.exact.is_empty() { 1.0 + weights::AS_TYPED } else { weights::AS_TYPED };
            word.exact.push(Near { word: piece.folded.to_owned(), entries: 0, weight: as_typed });
            pieces.push((word, piece.kind));
        });
        let mut pieces = pieces.into_iter().peekable();
        while let Some((mut word, kind)) = pieces.next() {
            match kind {
                PieceKind::Word | PieceKind::Code => words.push(word),
                PieceKind::Joined => {
                    while let Some((part, _)) = pieces.next_if(|(part, _)| part.range.end <= word.range.end) {
                        word.sequence.extend(part.exact.into_iter().next().map(|form| form.word));
                    }
                    words.push(word);
                }
                PieceKind::Single | PieceKind::Pair => {
                    let mut run = vec![(word, kind)];
                    while let Some(piece) = pieces.next_if(|(piece, kind)| {
                        matches!(kind, PieceKind::Single | PieceKind::Pair)
                            && run.last().is_some_and(|(last, _)| piece.range.start <= last.range.end)
                    }) {
                        run.push(piece);
                    }
                    words.extend(unspaced(run));
                }
            }
        }
        words
    }
}

/// The words of a run without spaces: a short one is a word, of a long one each pair is.
fn unspaced(run: Vec<(AskedWord, PieceKind)>) -> Vec<AskedWord> {
    const LONGEST_WORD: usize = 3;
    let start = run.first().map_or(0, |(word, _)| word.range.start);
    let end = run.iter().map(|(word, _)| word.range.end).max().unwrap_or(start);
    let (pairs, singles): (Vec<_>, Vec<_>) = run.into_iter().partition(|(_, kind)| *kind == PieceKind::Pair);
    match pairs.len() {
        0 => singles.into_iter().map(|(word, _)| word).collect(),
        2..=LONGEST_WORD => {
            let spelled = singles.into_iter().map(|(single, _)| single.spelled).collect();
            let sequence = pairs.into_iter().map(|(pair, _)| pair.spelled).collect();
            vec![AskedWord { range: start..end, spelled, sequence, times: 1, ..AskedWord::default() }]
        }
        _ => pairs.into_iter().map(|(word, _)| word).collect(),
    }
}
