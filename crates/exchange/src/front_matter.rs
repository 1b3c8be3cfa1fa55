//! Finds the front matter of a file and reads it, in whichever notation it is.

use crate::fields::{Field, Fields};
use crate::value::Value;
use crate::{mend, yaml};

/// Front matter longer than this is refused: it is read whole, and what it expands to is a multiple.
pub(crate) const MAX_FRONT_MATTER: usize = 64 * 1024;
/// More keys than this are refused.
const MAX_KEYS: usize = 1_000;

/// A file taken apart.
pub(crate) struct Document<'a> {
    /// `None` where the file has no front matter at all.
    pub(crate) fields: Option<Fields>,
    pub(crate) body: &'a str,
}

/// What cannot be read, and where in the file, from 1.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) line: Option<u32>,
    pub(crate) reason: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Notation {
    Yaml,
    Toml,
    Json,
}

/// Whether a file begins with front matter, without reading it.
pub(crate) fn is_present(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(256)];
    notation(without_bom(&String::from_utf8_lossy(head))).is_some()
}

/// Takes a file apart.
pub(crate) fn read(text: &str) -> Result<Document<'_>, Unreadable> {
    read_within(text, MAX_FRONT_MATTER)
}

/// The same, with front matter of at most so many bytes.
pub(crate) fn read_within(text: &str, limit: usize) -> Result<Document<'_>, Unreadable> {
    let text = without_bom(text);
    let Some(notation) = notation(text) else {
        return Ok(Document { fields: None, body: text });
    };
    let (fields, body) = match notation {
        Notation::Json => read_json(text, limit)?,
        Notation::Yaml | Notation::Toml => {
            let (front, body) = between_marks(text, notation, limit)?;
            let fields = if notation == Notation::Yaml { read_yaml(front) } else { read_toml(front) }?;
            (fields, body)
        }
    };
    if fields.len() > MAX_KEYS {
        return Err(refuse(
            None,
            format!("the front matter has {} keys; at most {MAX_KEYS} are read", fields.len()),
        ));
    }
    Ok(Document { fields: Some(fields), body })
}

fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A JSON object must begin at once with a key, or `{{ template }}` and `{% tag %}` would count as one.
fn notation(text: &str) -> Option<Notation> {
    let first = text.lines().next()?;
    match first.trim_end() {
        "---" => Some(Notation::Yaml),
        "+++" => Some(Notation::Toml),
        _ => text
            .strip_prefix('{')
            .is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
            .then_some(Notation::Json),
    }
}

/// What stands between the marks and after them.
fn between_marks(text: &str, notation: Notation, limit: usize) -> Result<(&str, &str), Unreadable> {
    let (opening, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        let closes = match line.trim_end() {
            "---" | "..." => notation == Notation::Yaml,
            "+++" => notation == Notation::Toml,
            _ => false,
        };
        if closes {
            return Ok((&rest[..length], &rest[length + line.len()..]));
        }
        length += line.len();
        if length > limit {
            break;
        }
    }
    let mark = opening.trim_end();
    let reason = if length > limit {
        format!("the front matter does not end within {} KiB; close it with a line {mark}", limit / 1024)
    } else {
        format!("the front matter that begins here is never closed; end it with a line {mark}")
    };
    Err(refuse(Some(1), reason))
}

fn read_yaml(front: &str) -> Result<Fields, Unreadable> {
    if front.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Fields::default());
    }
    let first = match yaml::read(front) {
        Ok(node) => return fields_of_yaml(node, front),
        Err(error) => error,
    };
    let line = first.line.unwrap_or(1).saturating_add(1);
    if first.beyond_limits {
        let reason = "the front matter is nested too deeply or expands to too much";
        return Err(refuse(Some(line), format!("{reason}: {}", first.reason)));
    }
    let mended = mend::mend(front, |line| yaml::read(line).is_ok());
    if let Ok(node) = yaml::read(&mended.text) {
        let mut fields = fields_of_yaml(node, &mended.text)?;
        for (line, note) in mended.notes {
            fields.warn(Some(line.saturating_add(1)), format!("the front matter is not valid YAML: {note}"));
        }
        return Ok(fields);
    }
    Err(refuse(Some(line), format!("the front matter is not valid YAML: {}", first.reason)))
}

fn fields_of_yaml(node: yaml::Node, source: &str) -> Result<Fields, Unreadable> {
    let yaml::Kind::Map(entries) = node.kind else {
        let reason = "the front matter is no list of keys and values, such as `title: Hello`".to_owned();
        return Err(refuse(Some(node.line.saturating_add(1)), reason));
    };
    // The front matter begins on the second line of the file.
    Ok(Fields::of(entries.into_iter().map(|(key, node)| Field {
        line: u32::try_from(key.referenced.line()).ok().map(|line| line.saturating_add(1)),
        name: key.value,
        value: node.into_value(source),
    })))
}

fn read_toml(front: &str) -> Result<Fields, Unreadable> {
    let table: toml::Table = toml::from_str(front).map_err(|error| {
        let line = error.span().map(|span| line_at(front, span.start).saturating_add(1));
        let reason = error.message().lines().next().unwrap_or_default().to_owned();
        refuse(line.or(Some(1)), format!("the front matter is not valid TOML: {reason}"))
    })?;
    Ok(Fields::of(table.into_iter().map(|(name, value)| Field { name, line: None, value: value.into() })))
}

fn read_json(text: &str, limit: usize) -> Result<(Fields, &str), Unreadable> {
    // The end is known only after reading, so the limit is a window; a character may straddle its edge.
    let mut window = text.len().min(limit);
    while !text.is_char_boundary(window) {
        window -= 1;
    }
    let mut values = serde_json::Deserializer::from_str(&text[..window]).into_iter::<serde_json::Value>();
    let object = match values.next() {
        Some(Ok(serde_json::Value::Object(object))) => object,
        Some(Err(error)) if error.is_eof() && window < text.len() => {
            let reason = format!("the front matter does not end within {} KiB", limit / 1024);
            return Err(refuse(Some(1), reason));
        }
        Some(Err(error)) if error.is_eof() => {
            return Err(refuse(Some(1), "the JSON front matter that begins here is never closed".to_owned()));
        }
        Some(Err(error)) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let line = u32::try_from(error.line()).ok();
            return Err(refuse(line, format!("the front matter is not valid JSON: {message}")));
        }
        _ => return Err(refuse(Some(1), "the JSON front matter is no object".to_owned())),
    };
    let rest = &text[values.byte_offset()..];
    let body =
        rest.split_once('\n').filter(|(line, _)| line.trim().is_empty()).map_or(rest, |(_, body)| body);
    let fields =
        object.into_iter().map(|(name, value)| Field { name, line: None, value: Value::from(value) });
    Ok((Fields::of(fields), body))
}

/// The line of a byte, from 1.
pub(crate) fn line_at(text: &str, byte: usize) -> u32 {
    let before = &text.as_bytes()[..byte.min(text.len())];
    u32::try_from(before.iter().filter(|&&b| b == b'\n').count() + 1).unwrap_or(u32::MAX)
}

fn refuse(line: Option<u32>, reason: String) -> Unreadable {
    Unreadable { line, reason }
}
