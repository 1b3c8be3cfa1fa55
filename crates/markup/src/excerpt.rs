//! Excerpts: the beginning of a body, or a paragraph of its own.
//!
//! An excerpt stands in lists beside others, so it has no ids and no marks of footnotes.

use crate::fragment::{Element, Piece, end_of};
use crate::text::{folded, is_footnote_mark};

/// Where a first paragraph that goes on and on is cut, in bytes of its words: some 250 words of English.
const MAX_BYTES: usize = 1_500;

/// What stands before `<!--more-->`; else the first paragraph that has words.
pub(crate) fn of_body<'a>(pieces: &[Piece<'a>]) -> Vec<Piece<'a>> {
    if let Some(more) =
        pieces.iter().position(|piece| matches!(piece, Piece::Comment(c) if c.trim() == "more"))
    {
        let before = balanced(portable(&pieces[..more]));
        if has_words(&before) {
            return before;
        }
    }
    first_paragraph(pieces).or_else(|| first_line(pieces)).map(shortened).unwrap_or_default()
}

/// All of it in one paragraph, without blocks.
pub(crate) fn one_paragraph(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let inline = portable(&pieces)
        .into_iter()
        .map(|piece| if piece.is_block_boundary() { Piece::text("\n") } else { piece });
    let inline: Vec<Piece<'_>> = inline.collect();
    let is_picture = inline.iter().any(|piece| matches!(piece, Piece::Open(Element { name: "img", .. })));
    if is_picture || has_words(&inline) { in_paragraph(inline) } else { Vec::new() }
}

fn first_paragraph<'a>(pieces: &[Piece<'a>]) -> Option<Vec<Piece<'a>>> {
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let Piece::Open(element) = piece else {
            at += 1;
            continue;
        };
        if element.name == "p" || is_aside(element) {
            let end = end_of(pieces, at);
            if element.name == "p" {
                let paragraph = portable(&pieces[at..end]);
                if has_words(&paragraph) {
                    return Some(paragraph);
                }
            }
            at = end;
        } else {
            at += 1;
        }
    }
    None
}

/// Where there are no paragraphs, the first words between two blocks make one.
fn first_line<'a>(pieces: &[Piece<'a>]) -> Option<Vec<Piece<'a>>> {
    let mut from = 0;
    let mut at = 0;
    while at <= pieces.len() {
        let piece = pieces.get(at);
        if piece.is_none_or(Piece::is_block_boundary) {
            let line = balanced(portable(&pieces[from..at]));
            if has_words(&line) {
                return Some(in_paragraph(line));
            }
            let skip = matches!(piece, Some(Piece::Open(e)) if is_aside(e) || is_no_prose(e));
            at = if skip { end_of(pieces, at) } else { at + 1 };
            from = at;
        } else {
            at += 1;
        }
    }
    None
}

/// What a reader of the first paragraph would not call it.
fn is_aside(element: &Element<'_>) -> bool {
    matches!(element.name, "aside" | "figure" | "table") || element.has_class("footnotes")
}

fn is_no_prose(element: &Element<'_>) -> bool {
    matches!(element.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre")
}

/// Without what cannot leave its page: ids, comments, the marks of footnotes and the footnotes.
fn portable<'a>(pieces: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut kept = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        match piece {
            Piece::Open(element) if is_footnote_mark(element) || element.has_class("footnotes") => {
                at = end_of(pieces, at);
                continue;
            }
            Piece::Open(element) => {
                let mut element = element.clone();
                element.remove("id");
                element.remove("name");
                kept.push(Piece::Open(element));
            }
            Piece::Close(_) | Piece::Text(_) => kept.push(piece.clone()),
            Piece::Comment(_) => {}
        }
        at += 1;
    }
    kept
}

/// Closes what is open and drops ends without a beginning: any stretch of pieces made whole.
fn balanced(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut open = Vec::new();
    let mut whole = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match &piece {
            Piece::Open(element) if !element.is_void() => open.push(element.name),
            Piece::Close(_) if open.pop().is_none() => continue,
            _ => {}
        }
        whole.push(piece);
    }
    whole.extend(open.into_iter().rev().map(Piece::Close));
    whole
}

/// Cut behind the last word that fits, with an ellipsis.
fn shortened(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut room = MAX_BYTES;
    let mut kept = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if let Piece::Text(text) = &piece {
            if text.len() > room {
                let fits = &text[..text.floor_char_boundary(room)];
                let words = fits.rfind(char::is_whitespace).map_or(fits, |space| &fits[..space]);
                kept.push(Piece::text(format!("{}…", words.trim_end())));
                return balanced(kept);
            }
            room -= text.len();
        }
        kept.push(piece);
    }
    kept
}

fn in_paragraph(inline: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut paragraph = vec![Piece::Open(Element::new("p"))];
    let is_blank = |piece: &Piece<'_>| matches!(piece, Piece::Text(text) if text.trim().is_empty());
    paragraph.extend(inline.into_iter().skip_while(is_blank));
    while paragraph.last().is_some_and(is_blank) {
        paragraph.pop();
    }
    if let Some(Piece::Text(text)) = paragraph.last_mut() {
        let trimmed = text.trim_end().len();
        text.to_mut().truncate(trimmed);
    }
    paragraph.push(Piece::Close("p"));
    paragraph
}

fn has_words(pieces: &[Piece<'_>]) -> bool {
    !folded(pieces).is_empty()
}
