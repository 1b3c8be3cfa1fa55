//! Where words begin and end, and how they are spelled in the index.
//!
//! One scanner serves documents, questions and marks, so that they cannot disagree. It knows the languages only by
//! their scripts: what a word is does not depend on an entry's language, only its stem does.

use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Something for each word. Words are looked up once or more for each that is indexed or marked, which the standard
/// hasher would make felt.
pub(crate) type WordMap<V> = HashMap<String, V, foldhash::fast::RandomState>;

/// A word, or a part or a joining of words, found in a text.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// Lower case, without accents: how it stands in the index.
    pub(crate) folded: &'a str,
    /// Lower case with its accents, which stemmers want to see.
    pub(crate) lower: &'a str,
    /// Where it stands in the text, in bytes.
    pub(crate) range: Range<usize>,
    /// Its place among the words.
    pub(crate) position: u32,
    /// What it is.
    pub(crate) kind: PieceKind,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A word of letters, which may have a stem.
    Word,
    /// A word with digits or signs in it: `e0502`, `c++`, `2024`.
    Code,
    /// All parts of `node.js`, `e-mail` or `async_graphql` in one, at the place of the first part.
    Joined,
    /// Two neighbouring characters of a script that is written without spaces.
    Pair,
    /// One character of such a script.
    Single,
}

impl PieceKind {
    /// Whether it is none that stands for others, which are pieces as well: together such ones are the text.
    pub(crate) const fn is_spelled_once(self) -> bool {
        !matches!(self, Self::Joined | Self::Pair)
    }
}

/// Longer words are data, not language: hashes, base64, keys. They keep their place but are not indexed.
const MAX_WORD_BYTES: usize = 100;
/// A joining of more parts is a path or an address, which is found by its parts.
const MAX_JOINED_PARTS: usize = 4;
/// What French and Italian put before an apostrophe and two or fewer letters do not already tell.
const ELISIONS: [&str; 12] =
    ["qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "dell", "nell", "all", "sull", "dall", "quell", "un"];

/// Finds the words of a text; its buffers are kept from one text to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scanner {
    lower: String,
    folded: String,
    parts: Vec<Range<usize>>,
}

impl Scanner {
    /// Calls `found` with each piece in the order of their places.
    pub(crate) fn scan(&mut self, text: &str, found: impl FnMut(Piece<'_>)) {
        self.scan_some(text, |_| true, found);
    }

    /// The same, but most plain words whose first byte is not `wanted` are left out, and cost next to nothing.
    pub(crate) fn scan_some(
        &mut self,
        text: &str,
        wanted: impl Fn(u8) -> bool,
        mut found: impl FnMut(Piece<'_>),
    ) {
        let mut position = 0;
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            if byte.is_ascii() {
                if !byte.is_ascii_alphanumeric() {
                    at += 1;
                } else if let Some(end) = plain_word_end(text, at) {
                    if wanted(byte.to_ascii_lowercase()) {
                        self.emit(text, at..end, position, PieceKind::Word, &mut found);
                    }
                    position += 1;
                    at = end;
                } else {
                    at = self.scan_word(text, at, &mut position, &mut found);
                }
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            if is_unspaced(c) {
                at = self.scan_unspaced(text, at, &mut position, &mut found);
            } else if is_word_char(c) {
                at = self.scan_word(text, at, &mut position, &mut found);
            } else {
                at += c.len_utf8();
            }
        }
    }

    /// Chinese, Japanese, Korean, Thai and their like: every character and every pair of neighbours is a piece,
    /// so that two characters find their word wherever a dictionary would have cut.
    fn scan_unspaced(
        &mut self,
        text: &str,
        start: usize,
        position: &mut u32,
        found: &mut impl FnMut(Piece<'_>),
    ) -> usize {
        let mut at = start;
        let mut previous: Option<Range<usize>> = None;
        while let Some(c) = text[at..].chars().next().filter(|&c| is_unspaced(c)) {
            let mut end = at + c.len_utf8();
            while let Some(mark) = text[end..].chars().next().filter(|&c| is_mark(c)) {
                end += mark.len_utf8();
            }
            if let Some(previous) = previous.replace(at..end) {
                self.emit(text, previous.start..end, *position - 1, PieceKind::Pair, found);
            }
            self.emit(text, at..end, *position, PieceKind::Single, found);
            *position += 1;
            at = end;
        }
        at
    }

    /// Words, and words joined by `-`, `_`, `.` or an apostrophe.
    fn scan_word(
        &mut self,
        text: &str,
        start: usize,
        position: &mut u32,
        found: &mut impl FnMut(Piece<'_>),
    ) -> usize {
        self.parts.clear();
        let mut part = start;
        let mut at = start;
        loop {
            let end = word_end(text, at);
            let mut rest = text[end..].chars();
            let joiner = rest.next();
            let joins = rest.next().is_some_and(|next| is_word_char(next) && !is_unspaced(next));
            let Some(joiner) = joiner.filter(|&c| joins && is_joiner(c)) else {
                let end = with_code_suffix(text, part, end);
                self.parts.push(part..end);
                at = end;
                break;
            };
            let next = end + joiner.len_utf8();
            if is_apostrophe(joiner) {
                let after = word_end(text, next);
                if text[next..after].eq_ignore_ascii_case("s") {
                    // The English genitive is no part of the word.
                    self.parts.push(part..end);
                    at = after;
                    break;
                }
                if !is_elision(&text[part..end]) {
                    // don't, you're: one word, whose apostrophe the folding drops.
                    at = next;
                    continue;
                }
            } else if joiner == '\u{ad}' {
                at = next;
                continue;
            }
            self.parts.push(part..end);
            part = next;
            at = next;
        }
        let parts = std::mem::take(&mut self.parts);
        if let [first, .., last] = parts.as_slice()
            && parts.len() <= MAX_JOINED_PARTS
        {
            self.emit(text, first.start..last.end, *position, PieceKind::Joined, found);
        }
        for part in &parts {
            self.emit(text, part.clone(), *position, PieceKind::Word, found);
            *position += 1;
        }
        self.parts = parts;
        at
    }

    fn emit(
        &mut self,
        text: &str,
        range: Range<usize>,
        position: u32,
        kind: PieceKind,
        found: &mut impl FnMut(Piece<'_>),
    ) {
        let raw = &text[range.clone()];
        if raw.len() > MAX_WORD_BYTES {
            return;
        }
        self.lower.clear();
        self.folded.clear();
        if raw.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.lower.push_str(raw);
            self.lower.make_ascii_lowercase();
            let lettered = kind != PieceKind::Word || raw.bytes().all(|b| b.is_ascii_alphabetic());
            let kind = if lettered { kind } else { PieceKind::Code };
            found(Piece { folded: &self.lower, lower: &self.lower, range, position, kind });
            return;
        }
        lower_into(raw, &mut self.lower);
        fold_into(raw, &mut self.folded);
        if self.folded.is_empty() {
            return;
        }
        let kind = match kind {
            PieceKind::Word if !self.folded.chars().all(|c| c.is_alphabetic() || is_combining_mark(c)) => {
                PieceKind::Code
            }
            kind => kind,
        };
        found(Piece { folded: &self.folded, lower: &self.lower, range, position, kind });
    }
}

/// A text as the index spells it, to compare names with what was typed.
pub(crate) fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    Scanner::default().scan(text, |piece| {
        if piece.kind.is_spelled_once() {
            words.push(piece.folded.to_owned());
        }
    });
    words
}

/// One word or stem without its accents.
pub(crate) fn folded(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    folded
}

/// Lower case and composed, without what joins.
fn lower_into(raw: &str, lower: &mut String) {
    lower.extend(raw.chars().filter(|&c| !is_dropped(c)).flat_map(char::to_lowercase).nfc());
}

/// Lower case without accents; what compatibility forms (ﬁ, ｆｕｌｌ, ²) stand for.
fn fold_into(raw: &str, folded: &mut String) {
    let mut previous = None;
    let mut chars = raw.chars().peekable();
    let mut joined = String::with_capacity(raw.len());
    while let Some(c) = chars.next() {
        // 3.14 is not 314, but node.js is nodejs.
        let between_digits = c == '.'
            && previous.is_some_and(|c: char| c.is_ascii_digit())
            && chars.peek().is_some_and(char::is_ascii_digit);
        if between_digits || !(is_dropped(c) || is_joiner(c)) {
            joined.push(c);
        }
        previous = Some(c);
    }
    let plain = joined.nfkd().filter(|&c| !is_accent(c)).flat_map(char::to_lowercase);
    let mut spelled = String::with_capacity(raw.len());
    for c in plain.filter(|&c| !is_accent(c)) {
        match unaccented(c) {
            Some(letters) => spelled.push_str(letters),
            None => spelled.push(c),
        }
    }
    folded.extend(spelled.nfc());
}

/// Letters that decompose into nothing simpler.
fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

/// Accents of Latin, Greek and Cyrillic letters and the vowel points of Hebrew and Arabic. The marks of Indic and
/// South-East Asian scripts are letters in all but name and stay.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}')
}

/// The end of the word of ASCII letters and digits that begins at `at`, unless something may join it with what
/// follows or belong to it: nearly all words of most texts are that simple.
fn plain_word_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let length = bytes[at..].iter().position(|byte| !byte.is_ascii_alphanumeric());
    let Some(end) = length.map(|length| at + length) else { return Some(bytes.len()) };
    match bytes[end] {
        b' ' | b',' | b'\n' | b';' | b':' | b')' | b'!' | b'?' | b'"' => Some(end),
        b'.' if bytes.get(end + 1).is_none_or(|next| next.is_ascii() && !next.is_ascii_alphanumeric()) => {
            Some(end)
        }
        _ => None,
    }
}

/// The end of the run of letters and digits that begins at `at`.
fn word_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    rest.find(|c| !is_word_char(c) || is_unspaced(c)).map_or(text.len(), |length| at + length)
}

/// `c++`, `i++`, `c#`, `f#`: signs that belong to the name before them.
fn with_code_suffix(text: &str, start: usize, end: usize) -> usize {
    let rest = &text[end..];
    let lettered = text[start..end].chars().all(char::is_alphabetic);
    if lettered && rest.starts_with("++") {
        return end + 2;
    }
    let ends = |rest: &str| !rest.chars().next().is_some_and(is_word_char);
    if lettered && end - start <= 2 && rest.starts_with('#') && ends(&rest[1..]) {
        return end + 1;
    }
    end
}

/// Combining marks, and the half-width voicing marks of Japanese, which are letters by name.
fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '\u{ad}' | '\u{2010}' | '\u{2011}') || is_apostrophe(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}' | '\u{ff07}')
}

fn is_dropped(c: char) -> bool {
    is_apostrophe(c) || c == '\u{ad}'
}

fn is_elision(part: &str) -> bool {
    part.chars().count() <= 2 || ELISIONS.iter().any(|elision| part.eq_ignore_ascii_case(elision))
}

/// Scripts that are written without spaces, and Korean, whose spaces stand between phrases.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}'      // Thai, Lao
        | '\u{1000}'..='\u{109f}'    // Burmese
        | '\u{1100}'..='\u{11ff}'    // Hangul
        | '\u{1780}'..='\u{17ff}'    // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3130}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
        && (c.is_alphanumeric() || is_combining_mark(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let mut found = Vec::new();
        Scanner::default().scan(text, |piece| found.push(format!("{}@{}", piece.folded, piece.position)));
        assert_eq!(found.join(" "), expected, "{text:?}");
    }

    #[test]
    fn words_are_found() {
        check("Hello, World!", "hello@0 world@1");
        check("Café déjà-vu", "cafe@0 dejavu@1 deja@1 vu@2");
        check("Straße ŁÓDŹ ﬁne", "strasse@0 lodz@1 fine@2");
        check("don’t the purchase’s end", "dont@0 the@1 purchase@2 end@3");
        check("l'homme O'Reilly", "lhomme@0 l@0 homme@1 oreilly@2 o@2 reilly@3");
        check("", "");
        check("?! \u{0} -- ''", "");
    }

    #[test]
    fn code_is_found() {
        check("Vec<T>", "vec@0 t@1");
        check("async_graphql", "asyncgraphql@0 async@0 graphql@1");
        check("C++ C# F#, c++", "c++@0 c#@1 f#@2 c++@3");
        check("node.js 3.14 1.0.0", "nodejs@0 node@0 js@1 3.14@2 3@2 14@3 1.0.0@4 1@4 0@5 0@6");
        check("#[derive(Debug)] E0502", "derive@0 debug@1 e0502@2");
        check("std::fmt", "std@0 fmt@1");
    }

    #[test]
    fn scripts_without_spaces_are_found_by_pairs() {
        check("日本語", "日@0 日本@0 本@1 本語@1 語@2");
        check("ｶﾞｽ", "ガ@0 ガス@0 ス@1");
        check("ก็ดี", "ก็@0 ก็ดี@0 ดี@1");
        check("Rust入門", "rust@0 入@1 入門@1 門@2");
    }

    proptest! {
        #[test]
        fn ranges_are_of_the_text(text in "\\PC{0,80}") {
            Scanner::default().scan(&text, |piece| {
                assert!(text.is_char_boundary(piece.range.start) && text.is_char_boundary(piece.range.end));
                assert!(!piece.folded.is_empty());
            });
        }
    }
}
