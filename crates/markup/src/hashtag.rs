//! Hashtags: `#word` in prose.
//!
//! A hashtag is `#` and Unicode letters, marks, digits and underscores, at least one of them a letter, at most
//! [`MAX_CHARS`]. Before it stands the beginning of a text, white space or punctuation, but nothing that makes the
//! `#` part of a word, an address or an entity (`C#`, `/page#part`, `a/#b`, `?x=#y`, `&#39;`). It is no hashtag in
//! code and links, nor where the author escaped it (`\#word`), nor where it is a colour (see [`is_colour`]).

use std::collections::HashSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::fragment::{Element, Piece};

/// Longer words are noise.
const MAX_CHARS: usize = 100;

/// `_` needs no escape in a query.
const QUERY_WORD: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');

/// Links the hashtags of the prose to `href` and their word; gives them in lower case, each once, in order.
///
/// Dissolves the spans around escaped characters, having read them.
pub(crate) fn link<'a>(pieces: Vec<Piece<'a>>, href: &str) -> (Vec<Piece<'a>>, Vec<String>) {
    let mut linker = Linker { href, ..Linker::default() };
    let mut escaped = Vec::new();
    let mut quiet = 0_usize;
    for piece in pieces {
        match piece {
            Piece::Text(text) if quiet == 0 => {
                if escaped.last() == Some(&true) && text == "#" {
                    linker.literal.push(linker.prose.len());
                }
                linker.prose.push_str(&text);
            }
            Piece::Open(ref element) if element.name == "span" => {
                escaped.push(element.get("data-escaped-char").is_some());
                if escaped.last() == Some(&false) {
                    linker.pass(piece);
                }
            }
            Piece::Close("span") => {
                if escaped.pop() != Some(true) {
                    linker.pass(piece);
                }
            }
            Piece::Open(ref element) => {
                quiet += usize::from(is_quiet(element.name));
                linker.pass(piece);
            }
            Piece::Close(name) => {
                quiet = quiet.saturating_sub(usize::from(is_quiet(name)));
                linker.pass(piece);
            }
            Piece::Text(_) | Piece::Comment(_) => linker.pass(piece),
        }
    }
    linker.flush();
    (linker.out, linker.tags)
}

/// Prose gathers until a tag ends it; then its hashtags become links.
#[derive(Default)]
struct Linker<'a, 'h> {
    href: &'h str,
    prose: String,
    /// Where in `prose` a `#` was escaped.
    literal: Vec<usize>,
    /// What stands before `prose`.
    before: Option<char>,
    out: Vec<Piece<'a>>,
    tags: Vec<String>,
    seen: HashSet<String>,
}

impl<'a> Linker<'a, '_> {
    fn pass(&mut self, piece: Piece<'a>) {
        self.flush();
        if piece.is_block_boundary() || matches!(&piece, Piece::Open(e) if e.name == "br") {
            self.before = None;
        } else if let Piece::Text(text) = &piece {
            self.before = text.chars().next_back();
        }
        self.out.push(piece);
    }

    fn flush(&mut self) {
        let prose = std::mem::take(&mut self.prose);
        let mut written = 0;
        for (at, _) in prose.match_indices('#') {
            let before = prose[..at].chars().next_back().or(self.before);
            if at < written || before.is_some_and(binds) || self.literal.binary_search(&at).is_ok() {
                continue;
            }
            let Some(word) = word_of(&prose[at + 1..]) else { continue };
            let end = at + 1 + word.len();
            let tag: String = word.to_lowercase().nfc().collect();
            let href = format!("{}{}", self.href, utf8_percent_encode(&tag, QUERY_WORD));
            if at > written {
                self.out.push(Piece::text(prose[written..at].to_owned()));
            }
            self.out.push(Piece::Open(Element::new("a").with("class", "hashtag").with("href", href)));
            self.out.push(Piece::text(prose[at..end].to_owned()));
            self.out.push(Piece::Close("a"));
            if self.seen.insert(tag.clone()) {
                self.tags.push(tag);
            }
            written = end;
        }
        self.before = prose.chars().next_back().or(self.before);
        self.literal.clear();
        if written < prose.len() {
            self.out.push(Piece::text(prose[written..].to_owned()));
        }
    }
}

/// The hashtag that a text behind a `#` begins with, if it does.
fn word_of(text: &str) -> Option<&str> {
    let belongs = |at: usize, c: char| c.is_alphanumeric() || c == '_' || (at > 0 && is_combining_mark(c));
    let end = text
        .char_indices()
        .take(MAX_CHARS + 1)
        .take_while(|&(at, c)| belongs(at, c))
        .last()
        .map_or(0, |(at, c)| at + c.len_utf8());
    let word = &text[..end];
    let fits = word.chars().count() <= MAX_CHARS;
    (fits && word.chars().any(char::is_alphabetic) && !is_colour(word)).then_some(word)
}

/// Whether a `#` behind this character belongs to what precedes it.
fn binds(c: char) -> bool {
    c.is_alphanumeric()
        || is_combining_mark(c)
        || matches!(c, '_' | '#' | '&' | '/' | '=' | '?' | '.' | '%' | '@')
}

/// Whether `#word` means a colour: 3, 4, 6 or 8 hexadecimal digits that include a figure (`#a1b2c3`), or repeat
/// one letter thrice (`#fff`), or double every one (`#aabbcc`). `#bad`, `#cafe` and `#decade` are words.
fn is_colour(word: &str) -> bool {
    let bytes = word.as_bytes();
    matches!(bytes.len(), 3 | 4 | 6 | 8)
        && bytes.iter().all(u8::is_ascii_hexdigit)
        && (bytes.iter().any(u8::is_ascii_digit)
            || bytes.windows(3).any(|w| w[0] == w[1] && w[1] == w[2])
            || (bytes.len() >= 6 && bytes.chunks(2).all(|pair| pair[0] == pair[1])))
}

/// Where a `#` is no prose.
fn is_quiet(name: &str) -> bool {
    matches!(name, "a" | "code" | "kbd" | "pre" | "samp" | "tt" | "var")
}
