//! Values of front matter, whichever of the three notations they were written in.

use std::collections::HashMap;

/// A value as its author wrote it.
///
/// Numbers keep their spelling: a tag `1.10` is not a tag `1.1`. Text holds no NUL, which PostgreSQL cannot store.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A map in which the last of several equal keys counts.
    pub(crate) fn map(entries: impl IntoIterator<Item = (String, Self)>) -> Self {
        let mut map: Vec<(String, Self)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (key, value) in entries {
            match places.get(&key).and_then(|&place| map.get_mut(place)) {
                Some(earlier) => earlier.1 = value,
                None => {
                    places.insert(key.clone(), map.len());
                    map.push((without_nul(key), value));
                }
            }
        }
        Self::Map(map)
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(without_nul(text.into()))
    }

    /// Says nothing: null, blank text, an empty list or map.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) | Self::Number(_) => false,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
        }
    }

    /// The words of a scalar, trimmed, never empty: a number or a boolean is a fine title or tag.
    pub(crate) fn words(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Self::Number(number) => Some(number.clone()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// Also the spellings of YAML 1.1, which many blogs were written for.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Number(number) => number.parse::<f64>().ok().map(|number| number > 0.0),
            Self::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "y" | "1" => Some(true),
                "false" | "no" | "off" | "n" | "0" => Some(false),
                _ => None,
            },
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    pub(crate) fn whole_number(&self) -> Option<i32> {
        match self {
            Self::Number(text) | Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The entry of a map by any of its names, in the order of the names.
    pub(crate) fn entry(&self, names: &[&str]) -> Option<&Value> {
        let Self::Map(entries) = self else { return None };
        names.iter().find_map(|name| {
            entries
                .iter()
                .find(|(key, value)| same_name(key, name) && !value.is_empty())
                .map(|(_, value)| value)
        })
    }

    pub(crate) fn into_json(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => value.into(),
            Self::Number(number) => number.parse().map_or_else(|_| number.into(), serde_json::Value::Number),
            Self::Text(text) => text.into(),
            Self::List(items) => items.into_iter().map(Self::into_json).collect(),
            Self::Map(entries) => entries.into_iter().map(|(key, value)| (key, value.into_json())).collect(),
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => Self::Number(number.to_string()),
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(entries) => {
                Self::map(entries.into_iter().map(|(key, value)| (key, Self::from(value))))
            }
        }
    }
}

impl From<toml::Value> for Value {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::String(text) => Self::text(text),
            toml::Value::Integer(number) => Self::Number(number.to_string()),
            toml::Value::Float(number) if number.is_finite() => Self::Number(format!("{number:?}")),
            toml::Value::Float(number) => Self::Text(number.to_string()),
            toml::Value::Boolean(value) => Self::Bool(value),
            toml::Value::Datetime(date) => Self::Text(date.to_string()),
            toml::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            toml::Value::Table(entries) => {
                Self::map(entries.into_iter().map(|(key, value)| (key, Self::from(value))))
            }
        }
    }
}

/// Whether two keys mean the same: `publishedAt`, `published_at` and `Published-At` do.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    a == b || normal_name(a) == normal_name(b)
}

pub(crate) fn normal_name(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}
