//! Mends the slightly broken YAML that real blogs hold, line by line, and only where one reading makes sense.
//!
//! Every line that is YAML on its own is left alone. What remains is quoted, closed or freed of tabs, and the new
//! line counts only if it in turn is YAML. Block scalars and strings over several lines are not touched.

use std::collections::HashSet;

/// A text of as many lines, and what was done to which of them (counted from 1).
pub(crate) struct Mended {
    pub(crate) text: String,
    pub(crate) notes: Vec<(u32, &'static str)>,
}

/// How far the end of a string or a bracket is looked for.
const MOST_LINES: usize = 200;

const TABS: &str = "turned tabs into spaces";
const QUOTED: &str = "put the value in quotes";
const CLOSED: &str = "closed the quotes";
const SPACED: &str = "put a space after the colon";

/// Mends what it can; `is_yaml` tells whether a single line is in order.
pub(crate) fn mend(text: &str, is_yaml: impl Fn(&str) -> bool) -> Mended {
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let anchors = anchors(text);
    let is_alias = |value: &str| value.strip_prefix('*').is_some_and(|name| anchors.contains(name));
    let mut mended = Mended { text: String::with_capacity(text.len() + 16), notes: Vec::new() };
    let mut block_indent = None;
    let mut untouched_until = 0;
    for (i, &line) in lines.iter().enumerate() {
        let number = u32::try_from(i + 1).unwrap_or(u32::MAX);
        let spaced = spaces_for_tabs(line);
        let in_block = block_indent.is_some_and(|n| spaced.trim().is_empty() || indent(&spaced) > n);
        if i < untouched_until || spaced.trim().is_empty() || spaced.trim_start().starts_with('#') {
            mended.push_line(if in_block { &spaced } else { line.trim_end_matches('\t') });
            continue;
        }
        if in_block {
            mended.push(number, line, &spaced, TABS);
            continue;
        }
        block_indent = None;
        let Parts { head, value } = Parts::of(&spaced);
        if opens_block(value) {
            block_indent = Some(indent(&spaced));
        } else if let Some(end) = end_of_several_lines(&lines[i..], value) {
            untouched_until = i + end + 1;
        } else if !is_yaml(spaced.trim()) && !is_alias(value) {
            let fixed = requoted(value)
                .map(|(value, note)| (format!("{head}{value}"), note))
                .filter(|(fixed, _)| is_yaml(fixed.trim()));
            if let Some((fixed, note)) = fixed {
                mended.push(number, line, &fixed, note);
                continue;
            }
        } else if let Some(fixed) = with_space_after_colon(&spaced) {
            mended.push(number, line, &fixed, SPACED);
            continue;
        }
        mended.push(number, line, &spaced, TABS);
    }
    mended
}

impl Mended {
    fn push(&mut self, number: u32, before: &str, after: &str, note: &'static str) {
        if before.trim_end_matches(' ') != after.trim_end_matches(' ') {
            self.notes.push((number, note));
        }
        self.push_line(after);
    }

    fn push_line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// `  - key: ` and what follows.
struct Parts<'a> {
    head: &'a str,
    value: &'a str,
}

impl<'a> Parts<'a> {
    fn of(line: &'a str) -> Self {
        let mut start = indent(line);
        while line[start..].starts_with("- ") {
            start += 2;
            start += indent(&line[start..]);
        }
        let rest = &line[start..];
        let colon = rest.find(": ").map(|at| at + 1).or_else(|| rest.ends_with(':').then_some(rest.len()));
        let key_end = colon.filter(|&end| {
            let key = &rest[..end - 1];
            !key.is_empty()
                && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\''))
        });
        let value = start + key_end.map_or(0, |end| end + indent(&rest[end..]));
        Self { head: &line[..value], value: line[value..].trim_end() }
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Tabs before the text become two spaces each; tabs after a dash, a colon or the text are taken away.
fn spaces_for_tabs(line: &str) -> String {
    let line = line.trim_end_matches(['\t', ' ']);
    if !line.contains('\t') {
        return line.to_owned();
    }
    let text = line.trim_start_matches(['\t', ' ']);
    let mut spaced = line[..line.len() - text.len()].replace('\t', "  ");
    let text = match text.strip_prefix("-\t") {
        Some(item) => format!("- {}", item.trim_start_matches(['\t', ' '])),
        None => text.to_owned(),
    };
    match text.split_once(":\t") {
        Some((key, value)) if key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ')) => {
            spaced.push_str(&format!("{key}: {}", value.trim_start_matches(['\t', ' '])));
        }
        _ => spaced.push_str(&text),
    }
    spaced
}

fn opens_block(value: &str) -> bool {
    let mark = value.split(" #").next().unwrap_or_default().trim_end();
    mark.strip_prefix(['|', '>']).is_some_and(|rest| rest.chars().all(|c| matches!(c, '+' | '-' | '0'..='9')))
}

/// The names that `&name` gives to values anywhere in the text.
fn anchors(text: &str) -> HashSet<&str> {
    text.split('&').skip(1).map(|rest| rest.split(char::is_whitespace).next().unwrap_or_default()).collect()
}

/// How many lines further a quoted string or a bracket that opens here ends properly, if it does so at all: a line
/// that looks like the next key says that it doesn't.
fn end_of_several_lines(lines: &[&str], value: &str) -> Option<usize> {
    let first = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '[' | '{'))?;
    let mut scan = Scan::new(first);
    if scan.closes_in(&value[1..]) || value.starts_with("{{") || value.starts_with("{%") {
        return None;
    }
    for (i, line) in lines.iter().enumerate().take(MOST_LINES).skip(1) {
        let key = line.split_once(':').map_or("", |(key, _)| key);
        let next_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if next_key && !line.starts_with(' ') {
            return None;
        }
        if scan.closes_in(line) {
            return Some(i);
        }
    }
    None
}

/// Walks through a quoted string or a bracket with all that it holds.
struct Scan {
    quote: Option<char>,
    brackets: usize,
}

impl Scan {
    fn new(first: char) -> Self {
        match first {
            '[' | '{' => Self { quote: None, brackets: 1 },
            quote => Self { quote: Some(quote), brackets: 0 },
        }
    }

    fn closes_in(&mut self, text: &str) -> bool {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (self.quote, c) {
                (Some('"'), '\\') => {
                    chars.next();
                }
                (Some('\''), '\'') if chars.peek() == Some(&'\'') => {
                    chars.next();
                }
                (Some(quote), c) if c == quote => self.quote = None,
                (None, '"' | '\'') => self.quote = Some(c),
                (None, '[' | '{') => self.brackets += 1,
                (None, ']' | '}') => self.brackets = self.brackets.saturating_sub(1),
                _ => continue,
            }
            if self.quote.is_none() && self.brackets == 0 {
                return true;
            }
        }
        false
    }
}

/// The value in single quotes, in which nothing but the quote itself has a meaning.
fn requoted(value: &str) -> Option<(String, &'static str)> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let first = value.chars().next()?;
    match first {
        '"' | '\'' => {
            let rest = &value[1..];
            let plain = rest.replace(if first == '"' { "\\\"" } else { "''" }, &first.to_string());
            match rest.strip_suffix(first) {
                Some(_) => Some((quoted(plain.strip_suffix(first)?), QUOTED)),
                None if !rest.contains(first) => Some((quoted(rest), CLOSED)),
                None => Some((quoted(value), QUOTED)),
            }
        }
        // A template, or words after a bracket; a bracket that holds something unreadable is a list nobody can tell.
        '[' | '{' => {
            let template = value.starts_with("{{") || value.starts_with("{%");
            let words_after = Scan::new(first).closes_in(&value[1..]) && !value.ends_with([']', '}']);
            (template || words_after).then(|| (quoted(value), QUOTED))
        }
        // A tag or an anchor, which has a meaning.
        '!' | '&' => None,
        // What follows ` #` might be a comment or not.
        _ if value.contains(" #") => None,
        _ => Some((quoted(value), QUOTED)),
    }
}

/// `title:Words` at the left edge is neither a text nor an address.
fn with_space_after_colon(line: &str) -> Option<String> {
    let (key, value) = line.split_once(':')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_key && !value.is_empty() && !value.starts_with([' ', '/'])).then(|| format!("{key}: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn check(broken: &str, expected: &str, notes: &[(u32, &str)]) {
        let mended = mend(broken, |line| yaml::read(line).is_ok());
        assert_eq!(mended.text.trim_end(), expected, "{broken:?}");
        assert_eq!(mended.notes, notes, "{broken:?}");
        assert!(yaml::read(&mended.text).is_ok(), "{broken:?}");
    }

    #[test]
    fn what_is_unambiguous_is_mended() {
        for (broken, expected, line, note) in [
            ("tags:\n- a\t\t\n- b", "tags:\n- a\n- b", 2, TABS),
            ("tags:\n\t- a", "tags:\n  - a", 2, TABS),
            ("title: Intro: the end", "title: 'Intro: the end'", 1, QUOTED),
            ("title: @home", "title: '@home'", 1, QUOTED),
            ("title: `code` of it", "title: '`code` of it'", 1, QUOTED),
            ("title: *Loud*", "title: '*Loud*'", 1, QUOTED),
            ("title: %done", "title: '%done'", 1, QUOTED),
            ("title: [Draft] It's", "title: '[Draft] It''s'", 1, QUOTED),
            ("title: {{ page.title }} x", "title: '{{ page.title }} x'", 1, QUOTED),
            ("title: \"Quoted\" and more", "title: '\"Quoted\" and more'", 1, QUOTED),
            ("title: \"a \"b\" c\"", "title: 'a \"b\" c'", 1, QUOTED),
            ("title: 'It's here'", "title: 'It''s here'", 1, QUOTED),
            ("title: \"Open\ndate: 2014-01-01", "title: 'Open'\ndate: 2014-01-01", 1, CLOSED),
            ("title:Words\ndate: x", "title: Words\ndate: x", 1, SPACED),
            ("authors:\n- @jane", "authors:\n- '@jane'", 2, QUOTED),
        ] {
            check(broken, expected, &[(line, note)]);
        }
    }

    #[test]
    fn what_is_in_order_stays() {
        for text in [
            "a: |\n  x: y: z\n  @home\nb: c",
            "a: \"one\n  two: three\n  four\"\nb: c",
            "a: [b,\n  'c: d']\ne: f",
            "a: &x 1\nb: *x",
            "a: {b: c}\nd: http://x.example/y",
        ] {
            check(text, text, &[]);
        }
    }
}
