//! A title for a file that has none in its front matter: its first heading.

/// The first heading of the first level outside of fenced code, as plain text, and the body: without the heading,
/// where that is what the body begins with.
pub(crate) fn take_title(body: &str) -> Option<(String, String)> {
    let mut fence: Option<&str> = None;
    let mut start = 0;
    let mut first = true;
    let mut lines = body.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let end = start + line.len();
        let text = line.trim_end();
        let mark = ["```", "~~~"].into_iter().find(|mark| text.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => {
                let underlined = lines
                    .peek()
                    .map(|next| next.trim_end())
                    .filter(|next| !text.is_empty() && !next.is_empty() && next.bytes().all(|b| b == b'='));
                let title = match (text.strip_prefix('#'), underlined) {
                    (Some(rest), _) if rest.is_empty() || rest.starts_with([' ', '\t']) => Some(rest),
                    (_, Some(_)) => Some(text),
                    _ => None,
                };
                let end = end + underlined.map_or(0, |_| lines.peek().map_or(0, |next| next.len()));
                if let Some(title) = title.map(plain).filter(|title| !title.is_empty()) {
                    let rest = if first { &body[end..] } else { body };
                    return Some((title, rest.trim_start_matches(['\n', '\r']).to_owned()));
                }
            }
            _ => {}
        }
        first &= text.is_empty();
        start = end;
    }
    None
}

/// Without the closing `#`s, an anchor, and the marks of emphasis, code and links.
fn plain(heading: &str) -> String {
    let heading = heading.trim();
    let heading = match heading.rfind(" {#") {
        Some(at) if heading.ends_with('}') => &heading[..at],
        _ => heading,
    };
    let closed = heading.trim_end_matches('#');
    let heading = if closed.is_empty() || closed.ends_with([' ', '\t']) { closed } else { heading };
    let mut text = String::new();
    let mut rest = heading;
    while let Some((before, label, after)) = link(rest) {
        text.push_str(before);
        text.push_str(label);
        rest = after;
    }
    text.push_str(rest);
    text.replace("**", "").replace(['*', '`'], "").trim().to_owned()
}

/// `before [label](target) after`.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let end = middle + text[middle..].find(')')?;
    let before = text[..start].strip_suffix('!').unwrap_or(&text[..start]);
    Some((before, &text[start + 1..middle], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_heading_is_the_title() {
        for (body, title, rest) in [
            ("# Hello\n\nWorld\n", "Hello", "World\n"),
            ("\n\n#  **Bold** `code` [link](x) ##\nWorld", "Bold code link", "World"),
            ("Hello\n=====\n\nWorld", "Hello", "World"),
            ("# C# {#top}\n", "C#", ""),
            ("Intro.\n\n# Later\n\nText", "Later", "Intro.\n\n# Later\n\nText"),
            ("```\n# code\n```\n# Title\n", "Title", "```\n# code\n```\n# Title\n"),
        ] {
            assert_eq!(take_title(body), Some((title.to_owned(), rest.to_owned())), "{body:?}");
        }
        for none in ["", "text", "## Second", "#hashtag", "#\n", "```\n# code\n"] {
            assert_eq!(take_title(none), None, "{none:?}");
        }
    }
}
