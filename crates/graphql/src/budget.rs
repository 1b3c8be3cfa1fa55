//! What a query may ask for, decided before anything walks it.
//!
//! Fragments are why: validation and execution of async-graphql walk a spread each time it stands somewhere, so
//! thirty fragments that each spread the next one twice make a billion visits of a thousand bytes. Here each
//! fragment is measured once and its measure remembered.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

/// Fields of a document with every fragment written out. The largest of our own operations has about 60,
/// GraphiQL's introspection about 500.
const MOST_FIELDS: u64 = 3_000;

/// Fields within fields, fragments written out; GraphiQL's introspection needs 14.
const DEEPEST: u64 = 24;

/// Why a document is refused.
pub(crate) fn over_budget(document: &ExecutableDocument) -> Option<String> {
    let mut measures = HashMap::new();
    let mut fields: u64 = 0;
    let mut depth: u64 = 0;
    let fragments = &document.fragments;
    for (_, operation) in document.operations.iter() {
        let measure = measure(&operation.node.selection_set.node, fragments, &mut measures)?;
        fields = fields.saturating_add(measure.fields);
        depth = depth.max(measure.depth);
    }
    for (name, fragment) in fragments {
        // Unused ones are walked by the validation too.
        measure_fragment(name, fragment, fragments, &mut measures);
    }
    let unused: u64 = measures.values().map(|measure| measure.map_or(0, |m| m.own_fields)).sum();
    if fields.saturating_add(unused) > MOST_FIELDS {
        return Some(format!("the query asks for more than {MOST_FIELDS} fields, fragments written out"));
    }
    if depth > DEEPEST {
        return Some(format!("the query is more than {DEEPEST} fields deep, fragments written out"));
    }
    None
}

#[derive(Clone, Copy, Default)]
struct Measure {
    /// Fields with every spread written out.
    fields: u64,
    /// Fields written here.
    own_fields: u64,
    /// Fields within fields.
    depth: u64,
}

/// `None` for a fragment under measure: it spreads itself, which the validation refuses in words of its own.
type Measures = HashMap<Name, Option<Measure>>;

fn measure(
    set: &SelectionSet,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    measures: &mut Measures,
) -> Option<Measure> {
    let mut total = Measure::default();
    for selection in &set.items {
        let (inner, own) = match &selection.node {
            Selection::Field(field) => {
                let below = measure(&field.node.selection_set.node, fragments, measures)?;
                (Measure { fields: below.fields.saturating_add(1), depth: below.depth + 1, ..below }, 1)
            }
            Selection::InlineFragment(inline) => {
                (measure(&inline.node.selection_set.node, fragments, measures)?, 0)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let Some(fragment) = fragments.get(name) else { continue };
                let spread = measure_fragment(name, fragment, fragments, measures)?;
                (Measure { own_fields: 0, fields: spread.fields.saturating_add(1), ..spread }, 0)
            }
        };
        total.fields = total.fields.saturating_add(inner.fields);
        total.own_fields = total.own_fields.saturating_add(inner.own_fields + own);
        total.depth = total.depth.max(inner.depth);
    }
    Some(total)
}

fn measure_fragment(
    name: &Name,
    fragment: &Positioned<FragmentDefinition>,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    measures: &mut Measures,
) -> Option<Measure> {
    if let Some(known) = measures.get(name) {
        return *known;
    }
    measures.insert(name.clone(), None);
    let measured = measure(&fragment.node.selection_set.node, fragments, measures);
    measures.insert(name.clone(), measured);
    measured
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn check(query: &str) -> Option<String> {
        over_budget(&parse_query(query).unwrap())
    }

    #[test]
    fn fragments_that_spread_the_next_one_twice_are_refused_at_once() {
        let mut query = "{ ...F0 }".to_owned();
        for n in 0..60 {
            query.push_str(&format!(" fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1));
        }
        query.push_str(" fragment F60 on Query { __typename }");
        assert!(check(&query).unwrap().contains("more than 3000 fields"));
    }

    #[test]
    fn what_people_ask_passes() {
        for query in [
            "{ site { title } }",
            "query A { ...F } query B { ...F } fragment F on Query { site { title } }",
            // Circular: refused by the validation, which names the fragment.
            "{ ...F } fragment F on Query { ...F }",
        ] {
            assert_eq!(check(query), None, "{query}");
        }
        let deep = format!("{}{}", "{a".repeat(30), "}".repeat(30));
        assert!(check(&deep).unwrap().contains("deep"));
    }
}
