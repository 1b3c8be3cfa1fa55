//! Markdown to HTML: CommonMark with GitHub's extensions, raw HTML let through to the sanitiser.

use comrak::{Options, markdown_to_html};

/// HTML as the author meant it, not yet safe.
pub(crate) fn to_html(source: &str) -> String {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.render.r#unsafe = true;
    options.render.tasklist_classes = true;
    // `\#word` is no hashtag, which only the parser knows; `hashtag` dissolves these spans.
    options.render.escaped_char_spans = true;
    markdown_to_html(source, &options)
}

/// Containers within each other, beyond which no author goes. Every line, blank ones too, is compared with all that
/// are open, and the parser itself limits only those that begin on one line.
const MAX_DEPTH: usize = 100;

/// Whether the parser can bear this Markdown.
///
/// A line opens a container with each quote or list marker that it begins with, and holds one open that began on an
/// earlier line with at least two columns of indentation.
pub(crate) fn is_bearable(source: &str) -> bool {
    source.lines().all(|line| line.len() <= MAX_DEPTH || depth_of(line) <= MAX_DEPTH)
}

fn depth_of(line: &str) -> usize {
    let (mut markers, mut columns) = (0, 0);
    let mut bytes = line.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let ends_word = bytes.peek().is_none_or(u8::is_ascii_whitespace);
        match byte {
            b'>' => markers += 1,
            b'-' | b'+' | b'*' | b'.' | b')' if ends_word => markers += 1,
            b' ' => columns += 1,
            b'\t' => columns += 4,
            b'0'..=b'9' => {}
            _ => break,
        }
    }
    if markers == 0 { 0 } else { markers + columns / 2 }
}
