//! The keys and values of front matter, taken out one by one; what nobody takes is kept as it was.

use std::collections::HashMap;

use crate::value::{Value, normal_name};

/// A key with its value.
pub(crate) struct Field {
    /// As spelled.
    pub(crate) name: String,
    /// In the file, from 1, where it is known.
    pub(crate) line: Option<u32>,
    pub(crate) value: Value,
}

/// All of them, and what was odd about them.
#[derive(Default)]
pub(crate) struct Fields {
    entries: Vec<Entry>,
    warnings: Vec<String>,
}

struct Entry {
    field: Field,
    normal: String,
    /// The spelling of the table that it stands in: Zola's `[taxonomies]` and `[extra]`, Hugo's `params`.
    table: Option<String>,
    /// Looked at and left where it is, so that nobody complains about it twice: the complaint.
    left: Option<String>,
}

/// What a reader makes of a value.
pub(crate) enum Reading<T> {
    /// All of it is used up.
    All(T),
    /// This was used, and the value says more than that: it is kept as well.
    Part(T, Value),
    /// Nothing: the value is not what the sentence says.
    Unlike(&'static str),
}

/// Where a key may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At the top alone: `extra.path` may be anything.
    Top,
    /// Also in the tables below it.
    Tables,
}

/// Past so many, the rest is only counted.
const MAX_WARNINGS: usize = 50;

impl Fields {
    pub(crate) fn of(fields: impl IntoIterator<Item = Field>) -> Self {
        let mut all = Self::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        for field in fields {
            let is_table = ["taxonomies", "extra", "params"].contains(&normal_name(&field.name).as_str());
            if is_table && let Value::Map(inner) = field.value {
                all.entries.extend(inner.into_iter().map(|(name, value)| {
                    Entry::new(Field { name, line: field.line, value }, Some(field.name.clone()))
                }));
                continue;
            }
            match places.get(&field.name).and_then(|&place| all.entries.get_mut(place)) {
                Some(earlier) => {
                    let message = format!("the key `{}` stands here again; the last one counts", field.name);
                    let line = field.line;
                    *earlier = Entry::new(field, None);
                    all.warn(line, message);
                }
                None => {
                    places.insert(field.name.clone(), all.entries.len());
                    all.entries.push(Entry::new(field, None));
                }
            }
        }
        all
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Notes something odd for the owner of the file.
    pub(crate) fn warn(&mut self, line: Option<u32>, message: impl AsRef<str>) {
        let message = message.as_ref();
        self.warnings.push(match line {
            Some(line) => format!("line {line}: {message}"),
            None => message.to_owned(),
        });
    }

    /// The first value that `read` understands, by the order of the names, at the top before the tables. What it
    /// doesn't understand is warned about and stays.
    pub(crate) fn take<T>(
        &mut self,
        reach: Reach,
        names: &[&str],
        mut read: impl FnMut(&Value) -> Reading<T>,
    ) -> Option<T> {
        for place in self.places(reach, names) {
            let Some(entry) = self.entries.get_mut(place) else { continue };
            match read(&entry.field.value) {
                Reading::All(value) => {
                    self.entries.remove(place);
                    return Some(value);
                }
                Reading::Part(value, rest) => {
                    entry.field.value = rest;
                    entry.left = Some(format!("`{}` says more than is understood", entry.field.name));
                    return Some(value);
                }
                Reading::Unlike(expected) => {
                    let complaint = format!("`{}` is not {expected}", entry.field.name);
                    let message = format!("{complaint}; kept as it is");
                    entry.left = Some(complaint);
                    let line = entry.field.line;
                    self.warn(line, message);
                }
            }
        }
        None
    }

    /// Like [`Fields::take`], and what `read` doesn't understand is left for others without a word.
    pub(crate) fn take_if<T>(
        &mut self,
        reach: Reach,
        names: &[&str],
        mut read: impl FnMut(&Value) -> Option<T>,
    ) -> Option<T> {
        for place in self.places(reach, names) {
            if let Some(value) = self.entries.get(place).and_then(|entry| read(&entry.field.value)) {
                self.entries.remove(place);
                return Some(value);
            }
        }
        None
    }

    /// Where each key stands, by its name without case and marks.
    pub(crate) fn lines(&self) -> HashMap<String, u32> {
        let lines = self.entries.iter().filter_map(|entry| Some((entry.normal.clone(), entry.field.line?)));
        lines.collect()
    }

    /// What nobody took and says something: its line, and what is wrong with it; `unknown` words that of a key that
    /// nobody asked for.
    pub(crate) fn untaken(&self, unknown: impl Fn(&str) -> String) -> Vec<(Option<u32>, String)> {
        let untaken = self.entries.iter().filter(|entry| !entry.field.value.is_empty());
        let told = |entry: &Entry| {
            (entry.field.line, entry.left.clone().unwrap_or_else(|| unknown(&entry.field.name)))
        };
        untaken.map(told).collect()
    }

    /// What was odd so far.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Everything that nobody took, as a JSON object in the original spelling, and all the warnings.
    pub(crate) fn rest(self) -> (Option<String>, Vec<String>) {
        let mut object = serde_json::Map::new();
        for Entry { field, table, .. } in self.entries {
            let value = field.value.into_json();
            match table {
                None => {
                    object.insert(field.name, value);
                }
                Some(table) => {
                    let table =
                        object.entry(table).or_insert_with(|| serde_json::Value::Object(Default::default()));
                    if let Some(table) = table.as_object_mut() {
                        table.insert(field.name, value);
                    }
                }
            }
        }
        let mut warnings = self.warnings;
        if warnings.len() > MAX_WARNINGS {
            let more = warnings.len() - MAX_WARNINGS;
            warnings.truncate(MAX_WARNINGS);
            warnings.push(format!("and {more} more"));
        }
        let extra = (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string());
        (extra, warnings)
    }

    /// Where the names stand. A value that says nothing is dropped: an empty `image:` is no image.
    fn places(&mut self, reach: Reach, names: &[&str]) -> Vec<usize> {
        let names: Vec<String> = names.iter().map(|name| normal_name(name)).collect();
        let known = |entry: &Entry| {
            (reach == Reach::Tables || entry.table.is_none())
                && entry.left.is_none()
                && names.contains(&entry.normal)
        };
        self.entries.retain(|entry| !(known(entry) && entry.field.value.is_empty()));
        let mut places: Vec<usize> = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| known(entry))
            .map(|(place, _)| place)
            .collect();
        places.sort_by_key(|&place| {
            let entry = &self.entries[place];
            (entry.table.is_some(), names.iter().position(|name| *name == entry.normal))
        });
        places
    }
}

impl Entry {
    fn new(field: Field, table: Option<String>) -> Self {
        Self { normal: normal_name(&field.name), field, table, left: None }
    }
}
