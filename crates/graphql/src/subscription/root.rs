//! The root of a subscription: exactly one field (GraphQL §5.2.4.1).
//!
//! The library begins each field that stands at the root itself, and none that comes by a fragment. So fragments at
//! the root are written out, and what is not one field then is refused.

use std::collections::HashSet;

use async_graphql::{
    Pos, Positioned, ServerError,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};

use crate::document::{is_conditional, meant, operations_mut};

/// Makes the subscription that is meant one field, or says why it cannot be. The document is within the budget, and
/// its fragments go in no circles.
pub(crate) fn with_one_root(
    document: &mut ExecutableDocument,
    name: Option<&str>,
) -> Result<(), ServerError> {
    let Ok((_, operation)) = meant(document, name) else { return Ok(()) };
    let (pos, set) = (operation.pos, &operation.node.selection_set.node);
    let mut fields = Vec::new();
    collect(set, document, &mut fields)?;
    let mut fields = fields.into_iter();
    // Only fragments that are not there: the validation names them.
    let Some(first) = fields.next() else { return Ok(()) };
    let mut one = first.clone();
    for field in fields {
        let (known, other) = (&first.node, &field.node);
        if known.response_key().node != other.response_key().node {
            return Err(refused(
                pos,
                "a subscription has exactly one field; send the others in operations of their own",
            ));
        }
        if known.name.node != other.name.node || known.arguments != other.arguments {
            return Err(refused(field.pos, "two fields of the same name ask for different things"));
        }
        one.node.selection_set.node.items.extend(other.selection_set.node.items.iter().cloned());
    }
    if one.node.name.node.starts_with("__") {
        return Err(refused(one.pos, "a subscription has a field of its own, and no introspection"));
    }
    if matches!(&set.items[..], [Positioned { node: Selection::Field(_), .. }]) {
        return Ok(());
    }
    let one = Positioned::new(Selection::Field(one.clone()), one.pos);
    if let Some((_, operation)) = operations_mut(document).find(|(_, operation)| operation.pos == pos) {
        operation.node.selection_set.node.items = vec![one];
    }
    drop_unused_fragments(document);
    Ok(())
}

fn refused(pos: Pos, message: &str) -> ServerError {
    ServerError::new(message, Some(pos))
}

/// The fields of the root, those of fragments among them.
fn collect<'a>(
    set: &'a SelectionSet,
    document: &'a ExecutableDocument,
    fields: &mut Vec<&'a Positioned<Field>>,
) -> Result<(), ServerError> {
    for selection in &set.items {
        let directives = match &selection.node {
            Selection::Field(field) => &field.node.directives,
            Selection::InlineFragment(inline) => &inline.node.directives,
            Selection::FragmentSpread(spread) => &spread.node.directives,
        };
        if is_conditional(directives) {
            return Err(refused(
                selection.pos,
                "the field of a subscription is neither skipped nor included by a condition",
            ));
        }
        let (on, below) = match &selection.node {
            Selection::Field(field) => {
                fields.push(field);
                continue;
            }
            Selection::InlineFragment(inline) => {
                (inline.node.type_condition.as_ref(), &inline.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) else {
                    continue;
                };
                (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
            }
        };
        if on.is_some_and(|on| on.node.on.node != "Subscription") {
            return Err(refused(
                selection.pos,
                "a fragment at the root of a subscription is on Subscription",
            ));
        }
        collect(below, document, fields)?;
    }
    Ok(())
}

/// The validation refuses fragments that nothing spreads, and those that were written out are such now.
fn drop_unused_fragments(document: &mut ExecutableDocument) {
    let mut used = HashSet::new();
    let mut open: Vec<&SelectionSet> =
        document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node).collect();
    while let Some(set) = open.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => open.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && used.insert(name.clone())
                    {
                        open.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    document.fragments.retain(|name, _| used.contains(name));
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    /// The root fields and the fragments that are left, or what is wrong.
    fn check(query: &str, expected: Result<(&str, usize), &str>) {
        let mut document = parse_query(query).unwrap();
        let found = with_one_root(&mut document, None).map_err(|error| error.message);
        match expected {
            Err(part) => {
                assert!(found.as_ref().is_err_and(|message| message.contains(part)), "{query}: {found:?}");
            }
            Ok((key, fragments)) => {
                found.unwrap();
                let items = &meant(&document, None).unwrap().1.node.selection_set.node.items;
                let [Positioned { node: Selection::Field(field), .. }] = &items[..] else {
                    panic!("{items:?}")
                };
                assert_eq!(field.node.response_key().node, key, "{query}");
                assert_eq!(document.fragments.len(), fragments, "{query}");
            }
        }
    }

    #[test]
    fn one_field_is_left() {
        check("subscription { changes { id } }", Ok(("changes", 0)));
        check("subscription { ...F } fragment F on Subscription { c: changes { id } }", Ok(("c", 0)));
        check(
            "subscription { ... { changes { id } } ... on Subscription { changes { kind } } }",
            Ok(("changes", 0)),
        );
        check(
            "subscription { ...F changes { ...G } } fragment F on Subscription { changes { id } } fragment G on EntryChange { at }",
            Ok(("changes", 1)),
        );
    }

    #[test]
    fn everything_else_is_refused() {
        check("subscription { a: changes { id } b: changes { id } }", Err("exactly one field"));
        check(
            "subscription { changes { id } ...F } fragment F on Subscription { x: changes { id } }",
            Err("exactly one"),
        );
        check("subscription { __typename }", Err("no introspection"));
        check("subscription { __schema { types { name } } }", Err("no introspection"));
        check("subscription { changes @skip(if: true) { id } }", Err("condition"));
        check("subscription { ... @include(if: true) { changes { id } } }", Err("condition"));
        check("subscription { ... on Query { changes { id } } }", Err("on Subscription"));
        check("subscription { changes(after: \"1\") { id } changes { id } }", Err("different things"));
    }
}
