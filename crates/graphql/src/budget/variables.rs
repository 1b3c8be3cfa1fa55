//! The variables of a request, counted before they are used.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Lists and objects within each other. No input of ours has more than five.
const MOST_NESTING: u64 = 16;

/// Values, those in lists and objects counted one by one.
const MOST_VALUES: u64 = 50_000;

/// Variables of a request, whether or not the query has them.
const MOST_VARIABLES: usize = 200;

/// What a value weighs beside its text: about the bytes that the library keeps for it.
pub(super) const VALUE_WEIGHT: u64 = 64;

/// Counts what the variables hold. How long their texts are is bounded by the body.
pub(crate) fn check_variables(variables: &Map<String, Value>) -> Result<(), Refusal> {
    if variables.len() > MOST_VARIABLES {
        return Err(Refusal::too_much(format!(
            "a request has at most {MOST_VARIABLES} variables; put several values into one list or object"
        )));
    }
    let mut values = 0;
    variables.values().try_for_each(|value| count(value, 0, &mut values))
}

fn count(value: &Value, level: u64, values: &mut u64) -> Result<(), Refusal> {
    *values += 1;
    if *values > MOST_VALUES {
        return Err(Refusal::too_much(format!(
            "the variables of a request hold at most {MOST_VALUES} values; send them in several requests"
        )));
    }
    if level > MOST_NESTING {
        return Err(Refusal::too_much(format!(
            "the variables of a request hold at most {MOST_NESTING} lists and objects within each other; no input is \
             deeper"
        )));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| count(item, level + 1, values)),
        Value::Object(fields) => fields.values().try_for_each(|field| count(field, level + 1, values)),
        _ => Ok(()),
    }
}

/// About how many bytes a value takes wherever it is copied to.
pub(super) fn weight(value: &Value) -> u64 {
    let below: u64 = match value {
        Value::String(text) => text.len() as u64,
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() as u64 + weight(value)).sum(),
        _ => 0,
    };
    VALUE_WEIGHT + below
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_refused(variables: Value) -> bool {
        check_variables(variables.as_object().unwrap()).is_err()
    }

    fn nested(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
        json!({ "v": (0..levels).fold(json!(1), |inner, _| wrap(inner)) })
    }

    #[test]
    fn values_are_counted_and_so_is_their_depth() {
        assert!(!is_refused(json!({})));
        assert!(!is_refused(json!({ "input": { "markdown": "a".repeat(1_000_000), "tags": ["a", "b"] } })));
        assert!(!is_refused(json!({ "ids": vec![1; 49_999] })));
        assert!(is_refused(json!({ "ids": vec![1; 50_000] })));
        assert!(is_refused(json!({ "a": vec![json!({ "b": 1 }); 25_000] })));
        assert!(!is_refused(nested(16, |inner| json!([inner]))));
        assert!(is_refused(nested(17, |inner| json!([inner]))));
        assert!(is_refused(nested(17, |inner| json!({ "a": inner }))));
        assert!(is_refused(Value::Object((0..201).map(|n| (n.to_string(), json!(n))).collect())));
    }
}
