//! Safe HTML as a flat list of pieces.
//!
//! The sanitiser writes a small, regular language: lower-case names, every attribute quoted, five entities, every
//! element closed unless it is void. That is read here without a tree. This is no parser for anybody else's HTML.

use std::borrow::Cow;

/// One piece of a fragment. Opens and closes are balanced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A start tag; of a void element, the whole of it.
    Open(Element<'a>),
    /// An end tag.
    Close(&'a str),
    /// Text, decoded.
    Text(Cow<'a, str>),
    /// A comment: read for `<!--more-->`, never written.
    Comment(&'a str),
}

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// In lower case.
    pub(crate) name: &'a str,
    /// Names and decoded values.
    pub(crate) attributes: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Element<'a> {
    pub(crate) fn new(name: &'a str) -> Self {
        Self { name, attributes: Vec::new() }
    }

    /// The same element with one more attribute.
    pub(crate) fn with(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| &**value)
    }

    pub(crate) fn set(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name, value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.attributes.retain(|(n, _)| *n != name);
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split_ascii_whitespace().any(|c| c == class))
    }

    /// Whether no end tag follows.
    pub(crate) fn is_void(&self) -> bool {
        matches!(self.name, "br" | "col" | "hr" | "img" | "input" | "source" | "track" | "wbr")
    }
}

impl<'a> Piece<'a> {
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether words on its two sides stand in different paragraphs.
    pub(crate) fn is_block_boundary(&self) -> bool {
        match self {
            Self::Open(Element { name, .. }) | Self::Close(name) => is_block(name),
            Self::Text(_) | Self::Comment(_) => false,
        }
    }
}

/// How far from `start`, which opens an element, its end tag lies: the index behind it.
pub(crate) fn end_of(pieces: &[Piece<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, piece) in pieces.iter().enumerate().skip(start) {
        match piece {
            Piece::Open(element) if !element.is_void() => depth += 1,
            Piece::Close(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    pieces.len()
}

/// Reads what the sanitiser wrote. Should it ever write something else, that is text.
pub(crate) fn parse(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let parsed = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->").map(|(comment, rest)| (Piece::Comment(comment), rest))
        } else if let Some(close) = rest.strip_prefix("</") {
            close.split_once('>').map(|(name, rest)| (Piece::Close(name), rest))
        } else if let Some(open) = rest.strip_prefix('<') {
            parse_open(open)
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            Some((Piece::Text(decode_text(&rest[..end])), &rest[end..]))
        };
        let Some((piece, tail)) = parsed else {
            pieces.push(Piece::text(rest));
            break;
        };
        pieces.push(piece);
        rest = tail;
    }
    pieces
}

/// Reads `name a="b">` and gives what follows too.
fn parse_open(tag: &str) -> Option<(Piece<'_>, &str)> {
    let (name, mut rest) = tag.split_at(tag.find([' ', '>'])?);
    let mut element = Element::new(name);
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (name, value) = attribute.split_once("=\"")?;
        let (value, tail) = value.split_once('"')?;
        element.attributes.push((name, decode(value)));
        rest = tail;
    }
    Some((Piece::Open(element), rest.strip_prefix('>')?))
}

/// Writes safe HTML, canonical again: what the sanitiser would leave alone.
pub(crate) fn write(pieces: &[Piece<'_>]) -> String {
    let mut html = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open(element) => {
                html.push('<');
                html.push_str(element.name);
                for (name, value) in &element.attributes {
                    html.push(' ');
                    html.push_str(name);
                    html.push_str("=\"");
                    escape(value, &mut html, true);
                    html.push('"');
                }
                html.push('>');
                // A parser swallows one newline right behind `<pre>`, so one that counts needs another before it.
                if element.name == "pre" && begins_with_newline(&pieces[index + 1..]) {
                    html.push('\n');
                }
            }
            Piece::Close(name) => {
                html.push_str("</");
                html.push_str(name);
                html.push('>');
            }
            Piece::Text(text) => escape_text(text, &mut html),
            Piece::Comment(_) => {}
        }
    }
    html
}

/// Whether the first thing that is written of these pieces is a newline; comments are not written.
fn begins_with_newline(pieces: &[Piece<'_>]) -> bool {
    let written = pieces.iter().find(|piece| match piece {
        Piece::Comment(_) => false,
        Piece::Text(text) => !text.is_empty(),
        Piece::Open(_) | Piece::Close(_) => true,
    });
    matches!(written, Some(Piece::Text(text)) if text.starts_with('\n'))
}

/// Appends text to HTML.
pub(crate) fn escape_text(text: &str, html: &mut String) {
    escape(text, html, false);
}

/// Whether XML 1.0 may hold the character (its production `Char`).
pub(crate) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn escape(text: &str, html: &mut String, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\u{a0}' => html.push_str("&nbsp;"),
            '"' if in_attribute => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

/// Text that came as an entity, such as `&#1;`, may still be a control character.
fn decode_text(text: &str) -> Cow<'_, str> {
    let text = decode(text);
    if text.chars().all(is_xml) { text } else { text.chars().filter(|&c| is_xml(c)).collect() }
}

fn decode(text: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, char); 5] =
        [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&nbsp;", '\u{a0}')];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (entity, c) = ENTITIES.into_iter().find(|(e, _)| rest.starts_with(e)).unwrap_or(("&", '&'));
        decoded.push(c);
        rest = &rest[entity.len()..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for html in [
            "",
            "words &amp; &lt;more&gt;&nbsp;of them",
            "<p>a<br>b</p>",
            "<a href=\"/?a=1&amp;b=%22\" title=\"say &quot;hi&quot; &lt;now&gt;\">x</a>",
            "<pre>\n\nx</pre>",
        ] {
            // `<pre>` is the one place where the two differ: the sanitiser's own writer loses that newline.
            let once = write(&parse(html));
            assert_eq!(once.replace("<pre>\n\n\n", "<pre>\n\n"), html);
        }
    }

    #[test]
    fn what_is_no_canonical_html_is_text() {
        for (html, written) in [
            ("a<b", "a&lt;b"),
            ("<a href=x>", "&lt;a href=x&gt;"),
            ("<!--more", "&lt;!--more"),
            ("&x", "&amp;x"),
        ] {
            assert_eq!(write(&parse(html)), written);
        }
    }
}
