//! Whether the values of variables are what the operation says they are (GraphQL §6.1.2), before it runs.
//!
//! The library finds out at the field that uses a variable, in the middle of the execution, and says which argument
//! was wrong: after other fields have run, and without the place within the value.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use serde_json::{Map, Value};

use crate::{
    refusal::Refusal,
    schema_map::{InputShape, SchemaMap},
};

/// Characters of a value that are repeated in a message.
const LONGEST_EXCERPT: usize = 60;

/// Checks the value of each variable of an operation. Values that it has no variable for are nobody's business.
pub(crate) fn check_values(
    operation: &OperationDefinition,
    values: &Map<String, Value>,
    schema: &SchemaMap,
    suggestions: bool,
) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let name = variable.name.node.as_str();
        let ty = &variable.var_type.node;
        let checked = match values.get(name) {
            Some(value) => Values { schema, suggestions, path: format!("${name}") }.check(value, ty),
            None if ty.nullable || variable.default_value.is_some() => Ok(()),
            None => Err(mistake(format!("the variable `${name}` of type `{ty}` is missing"))),
        };
        checked.map_err(|refusal| Refusal { at: vec![definition.pos], ..refusal })?;
    }
    Ok(())
}

/// Of a value; where its variable stands is added at the end.
fn mistake(message: String) -> Refusal {
    Refusal::invalid(message, Vec::new())
}

struct Values<'a> {
    schema: &'a SchemaMap,
    /// Whether it may be told what a value could have been.
    suggestions: bool,
    /// Where the value stands: `$input.tags[2]`.
    path: String,
}

impl Values<'_> {
    fn check(&mut self, value: &Value, ty: &Type) -> Result<(), Refusal> {
        if value.is_null() {
            let path = &self.path;
            let null = || mistake(format!("`{path}` must be of type `{ty}`, and is null"));
            return if ty.nullable { Ok(()) } else { Err(null()) };
        }
        match (&ty.base, value) {
            (BaseType::List(item), Value::Array(values)) => values
                .iter()
                .enumerate()
                .try_for_each(|(index, value)| self.below(&format!("[{index}]"), value, item)),
            // One value is as good as a list of it (§3.12).
            (BaseType::List(item), single) => self.check(single, item),
            (BaseType::Named(name), value) => match self.schema.input(name) {
                Some(shape) => self.check_named(value, name, shape),
                // The validation says of a type that it is none, or no input.
                None => Ok(()),
            },
        }
    }

    fn below(&mut self, step: &str, value: &Value, ty: &Type) -> Result<(), Refusal> {
        let length = self.path.len();
        self.path.push_str(step);
        let checked = self.check(value, ty);
        self.path.truncate(length);
        checked
    }

    fn check_named(&mut self, value: &Value, name: &str, shape: &InputShape) -> Result<(), Refusal> {
        let fits = match (shape, value) {
            (InputShape::Int, value) => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            (InputShape::Float, value) => value.is_number(),
            (InputShape::String, value) => value.is_string(),
            (InputShape::Boolean, value) => value.is_boolean(),
            (InputShape::Id, value) => value.is_string() || value.is_i64() || value.is_u64(),
            (InputShape::Text(check), Value::String(text)) => {
                return check(text).map_err(|reason| Refusal::unreadable(&self.path, name, &reason));
            }
            (InputShape::Enum(values), Value::String(text)) => {
                return if values.contains(text.as_str()) {
                    Ok(())
                } else {
                    Err(self.no_such_value(value, name, values.iter()))
                };
            }
            (InputShape::Object { fields, one_of }, Value::Object(values)) => {
                return self.check_object(values, name, fields, *one_of);
            }
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err(mistake(format!("`{}` must be of type `{name}`, and is {}", self.path, excerpt(value))))
        }
    }

    fn no_such_value<'a>(
        &self,
        value: &Value,
        name: &str,
        values: impl Iterator<Item = &'a async_graphql::Name>,
    ) -> Refusal {
        let mut message =
            format!("`{}` is {}, which is none of the values of `{name}`", self.path, excerpt(value));
        if self.suggestions {
            let mut values: Vec<_> = values.map(async_graphql::Name::as_str).collect();
            values.sort_unstable();
            message = format!("{message}: {}", values.join(", "));
        }
        mistake(message)
    }

    fn check_object(
        &mut self,
        values: &Map<String, Value>,
        name: &str,
        fields: &async_graphql::indexmap::IndexMap<async_graphql::Name, crate::schema_map::InputField>,
        one_of: bool,
    ) -> Result<(), Refusal> {
        for (key, value) in values {
            let Some(field) = fields.get(key.as_str()) else {
                let (path, key) = (&self.path, excerpt(&Value::String(key.clone())));
                return Err(mistake(format!("`{path}` has the field {key}, which `{name}` does not have")));
            };
            self.below(&format!(".{key}"), value, &field.ty)?;
        }
        if one_of && (values.len() != 1 || values.values().any(Value::is_null)) {
            let path = &self.path;
            return Err(mistake(format!(
                "`{path}` must have exactly one of the fields of `{name}`, and not as null"
            )));
        }
        let missing = fields.iter().find(|(key, field)| {
            !field.ty.nullable && !field.has_default && !values.contains_key(key.as_str())
        });
        missing.map_or(Ok(()), |(key, field)| {
            Err(mistake(format!("`{}.{key}` of type `{}` is missing", self.path, field.ty)))
        })
    }
}

/// A value as JSON, cut off where it is long.
fn excerpt(value: &Value) -> String {
    // Not `to_string`, which would write megabytes to throw them away.
    let shortened = match value {
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "an object".to_owned(),
        Value::String(text) if text.chars().nth(LONGEST_EXCERPT).is_some() => {
            let text: String = text.chars().take(LONGEST_EXCERPT).collect();
            Value::String(format!("{text}…"))
        }
        other => other.clone(),
    };
    shortened.to_string()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;
    use crate::code;

    const SDL: &str = "
        type Query { a: Int }
        enum Color { RED GREEN }
        scalar Slug
        scalar DateTime
        input Post { title: String! tags: [String!] count: Int = 1 color: Color parent: Post by: By at: DateTime }
        input By @oneOf { id: ID slug: Slug }
    ";

    fn check(variable: &str, values: Value) -> Result<(), Refusal> {
        let document = parse_query(format!("query({variable}) {{ a }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        check_values(&operation.node, values.as_object().unwrap(), &SchemaMap::read(SDL), true)
    }

    #[test]
    fn what_fits_passes() {
        for (variable, value) in [
            ("$v: Int", json!(-2_147_483_648)),
            ("$v: Int", json!(null)),
            ("$v: Float", json!(1)),
            ("$v: Float!", json!(1.5)),
            ("$v: ID!", json!(7)),
            ("$v: ID!", json!("7")),
            ("$v: [Int!]!", json!(7)),
            ("$v: [[Int]]", json!([[1, null], null, 2])),
            ("$v: Color", json!("RED")),
            ("$v: By", json!({ "slug": "Rust & SQLite" })),
            (
                "$v: Post",
                json!({ "title": "", "tags": "one", "parent": { "title": "b", "by": { "id": 1 } } }),
            ),
            ("$v: Nothing", json!({ "whatever": 1 })),
        ] {
            assert_eq!(check(variable, json!({ "v": value, "unknown": 1 })), Ok(()), "{variable} {value}");
        }
        assert_eq!(check("$v: Int", json!({})), Ok(()));
        assert_eq!(check("$v: Int! = 3", json!({})), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        for (variable, value, expected) in [
            ("$v: Int", json!(2_147_483_648_u64), "`$v` must be of type `Int`, and is 2147483648"),
            ("$v: Int", json!(1.5), "`$v` must be of type `Int`, and is 1.5"),
            ("$v: Int", json!(1e30), "`$v` must be of type `Int`, and is 1e+30"),
            ("$v: Int", json!("1"), "`$v` must be of type `Int`, and is \"1\""),
            ("$v: Int!", json!(null), "`$v` must be of type `Int!`, and is null"),
            ("$v: String", json!(1), "`$v` must be of type `String`, and is 1"),
            ("$v: Boolean", json!("true"), "`$v` must be of type `Boolean`, and is \"true\""),
            ("$v: ID", json!(1.5), "`$v` must be of type `ID`, and is 1.5"),
            ("$v: [Int!]", json!([1, null]), "`$v[1]` must be of type `Int!`, and is null"),
            ("$v: [[Int]]", json!([[1], [2, "3"]]), "`$v[1][1]` must be of type `Int`, and is \"3\""),
            (
                "$v: Color",
                json!("BLUE"),
                "`$v` is \"BLUE\", which is none of the values of `Color`: GREEN, RED",
            ),
            ("$v: Color", json!(1), "`$v` must be of type `Color`, and is 1"),
            ("$v: Slug", json!("!!"), "`$v` is no `Slug`: a slug has at least one letter or digit"),
            ("$v: Slug", json!(1), "`$v` must be of type `Slug`, and is 1"),
            ("$v: Post", json!([]), "`$v` must be of type `Post`, and is a list"),
            ("$v: Post", json!({}), "`$v.title` of type `String!` is missing"),
            ("$v: Post", json!({ "title": null }), "`$v.title` must be of type `String!`, and is null"),
            (
                "$v: Post",
                json!({ "title": "a", "tags": ["a", 2] }),
                "`$v.tags[1]` must be of type `String`, and is 2",
            ),
            (
                "$v: Post",
                json!({ "title": "a", "parent": { "title": "b", "x": 1 } }),
                "`$v.parent` has the field \"x\", which `Post` does not have",
            ),
            (
                "$v: Post",
                json!({ "title": "a", "by": {} }),
                "`$v.by` must have exactly one of the fields of `By`, and not as null",
            ),
            (
                "$v: By",
                json!({ "id": 1, "slug": "a" }),
                "`$v` must have exactly one of the fields of `By`, and not as null",
            ),
            (
                "$v: By",
                json!({ "id": null }),
                "`$v` must have exactly one of the fields of `By`, and not as null",
            ),
        ] {
            let refusal = check(variable, json!({ "v": value })).unwrap_err();
            assert_eq!(refusal.message, expected);
            let is_text = expected.contains("is no `");
            assert_eq!(refusal.code, if is_text { code::BAD_INPUT } else { code::VALIDATION_FAILED });
        }
        let missing = check("$v: Int!", json!({})).unwrap_err();
        assert_eq!(missing.message, "the variable `$v` of type `Int!` is missing");
        let date = check("$v: DateTime", json!({ "v": "yesterday" })).unwrap_err();
        assert!(date.message.starts_with("`$v` is no `DateTime`: "), "{date:?}");
        let long = check("$v: Int", json!({ "v": "ä".repeat(1_000) })).unwrap_err();
        assert!(long.message.len() < 200, "{long:?}");
    }
}
