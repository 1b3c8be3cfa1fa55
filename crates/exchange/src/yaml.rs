//! YAML front matter: read within a budget, with the line and the spelling of what was read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Error, Options, Spanned, options::NonFiniteFloatPolicy};

use crate::value::Value;

/// A node with its place in the source.
pub(crate) struct Node {
    /// From 1, in the text that was read.
    pub(crate) line: u32,
    bytes: Option<(usize, usize)>,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

/// Why a text is no YAML.
pub(crate) struct NotYaml {
    pub(crate) line: Option<u32>,
    pub(crate) reason: String,
    /// It may be in order, and is more than we want to read.
    pub(crate) beyond_limits: bool,
}

pub(crate) fn read(text: &str) -> Result<Node, NotYaml> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let error = error.without_snippet();
        let line = error.location().and_then(|place| u32::try_from(place.line()).ok());
        NotYaml { line, reason: one_line(&error.to_string()), beyond_limits: is_limit(error) }
    })
}

impl Node {
    /// The value, with numbers spelled as in `source`, from which the node was read.
    pub(crate) fn into_value(self, source: &str) -> Value {
        match self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(value),
            Kind::Text(text) => Value::text(text),
            Kind::List(items) => Value::List(items.into_iter().map(|item| item.into_value(source)).collect()),
            Kind::Map(entries) => {
                Value::map(entries.into_iter().map(|(key, node)| (key.value, node.into_value(source))))
            }
            Kind::Number(number) => {
                let spelled = self
                    .bytes
                    .and_then(|(start, length)| source.get(start..start.checked_add(length)?))
                    .map(str::trim)
                    .filter(|spelled| spelled.parse::<f64>().ok() == number.parse::<f64>().ok());
                Value::Number(spelled.map_or(number.clone(), ToOwned::to_owned))
            }
        }
    }
}

/// Front matter has at most 64 KiB; these limits bound what aliases and nesting make of that.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            flow_nesting_limit: 32,
            max_nodes: 100_000,
            max_events: 200_000,
            max_aliases: 100,
            max_total_scalar_bytes: 1 << 20,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 10_000,
            max_replay_stack_depth: 8,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        strict_booleans: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn is_limit(error: &Error) -> bool {
    match error {
        Error::AliasError { error, .. } => is_limit(error),
        error => matches!(
            error,
            Error::Budget { .. }
                | Error::AliasReplayCounterOverflow { .. }
                | Error::AliasReplayLimitExceeded { .. }
                | Error::AliasExpansionLimitExceeded { .. }
                | Error::AliasReplayStackDepthExceeded { .. }
        ),
    }
}

/// The parser's message without the place, which we say ourselves and count in the file.
fn one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let end = line.find(" at line ").or_else(|| line.find(" (line ")).unwrap_or(line.len());
    let line = match line.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
        Some((_, rest)) => rest,
        None => &line[..end],
    };
    line.trim_end_matches(['.', ':']).to_owned()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        let span = spanned.defined.span();
        let bytes = span
            .byte_offset()
            .zip(span.byte_len())
            .and_then(|(start, length)| Some((usize::try_from(start).ok()?, usize::try_from(length).ok()?)));
        let line = u32::try_from(spanned.referenced.line()).unwrap_or(u32::MAX);
        Ok(Self { line, bytes, kind: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("front matter")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Kind, E> {
        Ok(Kind::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Kind, E> {
        Ok(Kind::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Number(format!("{value:?}")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Kind, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Kind::Map(map))
    }
}
