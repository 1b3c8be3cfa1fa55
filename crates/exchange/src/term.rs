//! Tags, categories and series.

use std::collections::HashSet;

use inkstand_model::ImportSeries;

use crate::fields::{Fields, Reach, Reading};
use crate::value::Value;

const POSITION: &[&str] = &["series_order", "series_weight", "series_index", "series_part"];

/// Takes a list of names: a list, or one text, in which commas separate and spaces don't.
///
/// Jekyll splits `tags: rust sqlite` at the space and Hugo doesn't; a tag with a space in it is the likelier thing in
/// the blogs of today, and a wrong split loses it.
pub(crate) fn take_names(fields: &mut Fields, names: &[&str]) -> Vec<String> {
    fields.take(Reach::Tables, names, read_names).unwrap_or_default()
}

fn read_names(value: &Value) -> Reading<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    let mut rest: Vec<Value> = Vec::new();
    collect(value, true, &mut found, &mut rest);
    let mut seen = HashSet::new();
    found.retain(|name| seen.insert(name.clone()));
    if found.is_empty() && !rest.is_empty() {
        Reading::Unlike("a name or a list of names")
    } else if rest.is_empty() {
        Reading::All(found)
    } else {
        Reading::Part(found, Value::List(rest))
    }
}

fn collect(value: &Value, split: bool, found: &mut Vec<String>, rest: &mut Vec<Value>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| collect(item, false, found, rest)),
        Value::Text(text) if split => {
            found.extend(
                text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            );
        }
        Value::Map(_) => match value.entry(&["name", "title", "label"]).and_then(Value::words) {
            Some(name) => found.push(name),
            None => rest.push(value.clone()),
        },
        scalar => found.extend(scalar.words()),
    }
}

/// Takes the series and the place in it. `weight` orders whatever stands in one section, so with a series it is the
/// place in that.
pub(crate) fn take_series(fields: &mut Fields) -> Option<ImportSeries> {
    let mut series = fields.take(Reach::Tables, &["series"], read_series)?;
    if series.position.is_none() {
        series.position = take_position(fields, POSITION).or_else(|| take_position(fields, &["weight"]));
    }
    Some(series)
}

/// Takes a whole number.
pub(crate) fn take_position(fields: &mut Fields, names: &[&str]) -> Option<i32> {
    fields.take(Reach::Tables, names, |value| match value.whole_number() {
        Some(number) => Reading::All(number),
        None => Reading::Unlike("a whole number"),
    })
}

fn read_series(value: &Value) -> Reading<ImportSeries> {
    let unlike = Reading::Unlike("the name of a series");
    match value {
        Value::List(items) => match items.split_first() {
            Some((first, [])) => read_series(first),
            Some((first, rest)) => match read_series(first) {
                Reading::All(series) => Reading::Part(series, Value::List(rest.to_vec())),
                other => other,
            },
            None => unlike,
        },
        Value::Map(entries) => {
            const NAME: &[&str] = &["name", "title"];
            const PLACE: &[&str] = &["order", "position", "weight", "index", "part", "number"];
            let Some(name) = value.entry(NAME).and_then(Value::words) else { return unlike };
            let position = value.entry(PLACE).and_then(Value::whole_number);
            let series = ImportSeries { name, position };
            if entries.len() > 1 + usize::from(position.is_some()) {
                Reading::Part(series, value.clone())
            } else {
                Reading::All(series)
            }
        }
        scalar => match scalar.words() {
            Some(name) => Reading::All(ImportSeries { name, position: None }),
            None => unlike,
        },
    }
}
