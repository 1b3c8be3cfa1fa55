//! The words of a fragment without its markup.

use crate::fragment::{Element, Piece, end_of};

/// The words, paragraphs apart by a blank line, white space folded except in `<pre>`.
///
/// The marks of footnotes are left out: a `1` glued to the last word is no word of the text.
pub(crate) fn plain(pieces: &[Piece<'_>]) -> String {
    let mut words = Words::default();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        match piece {
            Piece::Open(element) if is_footnote_mark(element) => {
                at = end_of(pieces, at);
                continue;
            }
            Piece::Open(Element { name: "br", .. }) => words.gap(Gap::Line),
            Piece::Open(Element { name: "td" | "th", .. }) => words.gap(Gap::Word),
            Piece::Close("td" | "th") => {}
            Piece::Open(Element { name: "pre", .. }) => {
                words.gap(Gap::Paragraph);
                words.verbatim += 1;
            }
            Piece::Close("pre") => {
                words.verbatim = words.verbatim.saturating_sub(1);
                words.gap(Gap::Paragraph);
            }
            Piece::Text(text) if words.verbatim > 0 => words.lines(text),
            Piece::Text(text) => words.prose(text),
            _ if piece.is_block_boundary() => words.gap(Gap::Paragraph),
            _ => {}
        }
        at += 1;
    }
    words.text.truncate(words.text.trim_end().len());
    words.text
}

/// The words on one line.
pub(crate) fn folded(pieces: &[Piece<'_>]) -> String {
    let plain = plain(pieces);
    let mut folded = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// Whether it is the number that refers to a footnote, or the arrow that leads back.
pub(crate) fn is_footnote_mark(element: &Element<'_>) -> bool {
    match element.name {
        "sup" => element.has_class("footnote-ref"),
        "a" => element.has_class("footnote-backref"),
        _ => false,
    }
}

/// What stands between two words.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Word,
    Line,
    Paragraph,
}

#[derive(Default)]
struct Words {
    text: String,
    gap: Gap,
    verbatim: u32,
}

impl Words {
    fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn prose(&mut self, text: &str) {
        if text.starts_with(char::is_whitespace) {
            self.gap(Gap::Word);
        }
        for word in text.split_whitespace() {
            self.push(word);
            self.gap = Gap::Word;
        }
        if !text.ends_with(char::is_whitespace) && !text.is_empty() {
            self.gap = Gap::None;
        }
    }

    fn lines(&mut self, text: &str) {
        let text = if self.gap == Gap::Paragraph { text.trim_start_matches('\n') } else { text };
        if !text.is_empty() {
            self.push(text);
        }
    }

    fn push(&mut self, text: &str) {
        if !self.text.is_empty() {
            match self.gap {
                Gap::None => {}
                Gap::Word => self.text.push(' '),
                Gap::Line => self.text.push('\n'),
                Gap::Paragraph => {
                    self.text.truncate(self.text.trim_end().len());
                    self.text.push_str("\n\n");
                }
            }
        }
        self.text.push_str(text);
        self.gap = Gap::None;
    }
}
