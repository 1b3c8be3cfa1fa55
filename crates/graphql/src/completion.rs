//! What the specification wants of a result and the library does not do: fields in the order of the query (§6.3),
//! and a failed field as `null`, or its nearest ancestor that may be null (§6.4.4).
//!
//! async-graphql inserts fields as they come to their end, and leaves a failed one out. The plan of an operation,
//! its response keys in order with their types, is enough to mend both afterwards. What [`presence`](crate::presence)
//! has added goes.

use async_graphql::{
    Name, PathSegment, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, ExecutableDocument, Selection, SelectionSet, Type},
};

use crate::{
    document::meant,
    presence::PRESENCE,
    schema_map::{SchemaMap, named, root_type},
};

/// The response keys of a selection in order, fields of the same key merged and fragments written out. What may be
/// under a type condition has its place, too, whether or not it comes.
#[derive(Default)]
pub(crate) struct Plan {
    keys: IndexMap<Name, Field>,
}

#[derive(Default)]
struct Field {
    /// `None` for introspection.
    ty: Option<Type>,
    below: Plan,
}

impl Plan {
    /// The plan of an operation; its document is within the budget, and so is the plan's size.
    pub(crate) fn new(
        document: &ExecutableDocument,
        operation_name: Option<&str>,
        schema: &SchemaMap,
    ) -> Self {
        let mut plan = Self::default();
        if let Ok((_, operation)) = meant(document, operation_name) {
            let root = root_type(operation.node.ty);
            plan.add(&operation.node.selection_set.node, root, document, schema);
        }
        plan
    }

    fn add(&mut self, set: &SelectionSet, parent: &str, document: &ExecutableDocument, schema: &SchemaMap) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let shape = schema.field(parent, &field.node.name.node);
                    let planned = self.keys.entry(field.node.response_key().node.clone()).or_default();
                    let below = shape.map_or("", |shape| named(&shape.ty));
                    planned.below.add(&field.node.selection_set.node, below, document, schema);
                    planned.ty = shape.map(|shape| shape.ty.clone());
                }
                Selection::InlineFragment(inline) => {
                    let on =
                        inline.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                    self.add(&inline.node.selection_set.node, on, document, schema);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.add(&fragment.node.selection_set.node, on, document, schema);
                    }
                }
            }
        }
    }

    /// Puts fields in order, and nulls where fields failed.
    pub(crate) fn complete(&self, data: Value, errors: &[ServerError]) -> Value {
        let mut data = data;
        let mut nulls: Vec<&[PathSegment]> = errors
            .iter()
            .filter(|error| !error.path.is_empty())
            .map(|error| self.null_for(&error.path))
            .collect();
        // Shallow ones first: what is below a null is gone.
        nulls.sort_by_key(|path| path.len());
        let mut placed: Vec<&[PathSegment]> = Vec::with_capacity(nulls.len());
        for path in nulls {
            if !placed.iter().any(|above| path.starts_with(above)) {
                place_null(&mut data, path);
                placed.push(path);
            }
        }
        self.order(&mut data);
        data
    }

    /// The nearest place, from the failed one upwards, that may be null; the root, if no other.
    fn null_for<'a>(&self, path: &'a [PathSegment]) -> &'a [PathSegment] {
        let mut nullable = 0;
        let mut plan = Some(self);
        let mut ty: Option<Type> = None;
        for (depth, segment) in path.iter().enumerate() {
            match segment {
                PathSegment::Field(key) => {
                    let field = plan.and_then(|plan| plan.keys.get(key.as_str()));
                    ty = field.and_then(|field| field.ty.clone());
                    plan = field.map(|field| &field.below);
                }
                PathSegment::Index(_) => {
                    ty = ty.and_then(|ty| match ty.base {
                        BaseType::List(item) => Some(*item),
                        BaseType::Named(_) => None,
                    });
                }
            }
            // What the schema knows nothing of does no harm as a null.
            if ty.as_ref().is_none_or(|ty| ty.nullable) {
                nullable = depth + 1;
            }
        }
        &path[..nullable]
    }

    fn order(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.shift_remove(PRESENCE);
                // Most are in order already: only what waited for a look-up comes late.
                let mut next = 0;
                let mut in_order = true;
                for (key, value) in fields.iter_mut() {
                    let Some((place, _, field)) = self.keys.get_full(key) else { continue };
                    in_order &= place >= next;
                    next = place;
                    field.below.order(value);
                }
                if !in_order {
                    fields.sort_by_cached_key(|key, _| self.keys.get_index_of(key).unwrap_or(usize::MAX));
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.order(item)),
            _ => {}
        }
    }
}

/// Makes the value at `path` a null, and objects on the way to it that came out empty objects again: the library
/// makes a null of an object all of whose fields failed.
fn place_null(data: &mut Value, path: &[PathSegment]) {
    let mut at = data;
    for segment in path {
        at = match segment {
            PathSegment::Field(key) => {
                if matches!(at, Value::Null) {
                    *at = Value::Object(IndexMap::new());
                }
                let Value::Object(fields) = at else { return };
                fields.entry(Name::new(key)).or_insert(Value::Null)
            }
            PathSegment::Index(index) => {
                let Value::List(items) = at else { return };
                let Some(item) = items.get_mut(*index) else { return };
                item
            }
        };
    }
    *at = Value::Null;
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    const SDL: &str = "type Query { a: Thing b: Thing! list: [Thing!]! n: Int } \
                       type Thing { x: Int! y: Int a: Thing! }";

    fn check(query: &str, data: serde_json::Value, failed: &[&[&str]], expected: &str) {
        let plan = Plan::new(&parse_query(query).unwrap(), None, &SchemaMap::read(SDL));
        let errors: Vec<ServerError> = failed
            .iter()
            .map(|path| {
                let mut error = ServerError::new("failed", None);
                error.path = path
                    .iter()
                    .map(|s| {
                        s.parse().map_or_else(|_| PathSegment::Field((*s).to_owned()), PathSegment::Index)
                    })
                    .collect();
                error
            })
            .collect();
        let completed = plan.complete(Value::from_json(data).unwrap(), &errors);
        assert_eq!(serde_json::to_string(&completed).unwrap(), expected, "{query}");
    }

    #[test]
    fn failed_fields_are_null_or_their_nearest_ancestor_that_may_be() {
        check("{ n a { y } }", json!({ "a": { "y": 1 } }), &[&["n"]], r#"{"n":null,"a":{"y":1}}"#);
        check("{ a { y x } n }", json!({ "a": { "y": 1 }, "n": 1 }), &[&["a", "x"]], r#"{"a":null,"n":1}"#);
        check("{ a { y } n }", json!({ "a": null, "n": 1 }), &[&["a", "y"]], r#"{"a":{"y":null},"n":1}"#);
        check("{ b { x } n }", json!({ "b": null, "n": 1 }), &[&["b", "x"]], "null");
        check("{ a { a { x } y } }", json!({ "a": { "y": 2 } }), &[&["a", "a", "x"]], r#"{"a":null}"#);
        check(
            "{ list { y x } }",
            json!({ "list": [{ "x": 1 }, { "x": 2, "y": 3 }] }),
            &[&["list", "0", "y"]],
            r#"{"list":[{"y":null,"x":1},{"y":3,"x":2}]}"#,
        );
        check("{ list { x } n }", json!({ "list": [null], "n": 1 }), &[&["list", "0", "x"]], "null");
        check(
            "{ a { x y } n }",
            json!({ "a": null, "n": 1 }),
            &[&["a", "y"], &["a", "x"]],
            r#"{"a":null,"n":1}"#,
        );
    }

    #[test]
    fn fields_come_in_the_order_of_the_query() {
        check(
            "{ n ...F b { y ... on Thing { x } } } fragment F on Query { a { y x } z: n }",
            json!({ "z": 1, "b": { "x": 1, "y": 2 }, "a": { "x": 1, "y": 2 }, "n": 3 }),
            &[],
            r#"{"n":3,"a":{"y":2,"x":1},"z":1,"b":{"y":2,"x":1}}"#,
        );
    }
}
