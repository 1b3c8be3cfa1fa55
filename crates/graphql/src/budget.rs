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

use crate::code;

/// Fields of a document with every fragment written out. The largest of our own operations has about 60,
/// GraphiQL's introspection about 500.
const MOST_FIELDS: u64 = 3_000;

/// Fields within fields, fragments written out; GraphiQL's introspection needs 14.
const DEEPEST: u64 = 24;

/// Fields and spreads within one another that are followed at all: each is a call within a call, and a chain of
/// fragments is as long as a request may be.
const FURTHEST: usize = 128;

/// Why a document is refused: a code, and a message for whoever wrote it.
pub(crate) fn over_budget(document: &ExecutableDocument) -> Option<(&'static str, String)> {
    let mut measuring = Measuring::of(&document.fragments);
    let mut fields: u64 = 0;
    let mut depth: u64 = 0;
    for (_, operation) in document.operations.iter() {
        let measure = measuring.selections(&operation.node.selection_set.node);
        fields = fields.saturating_add(measure.fields);
        depth = depth.max(measure.depth);
    }
    for (name, fragment) in &document.fragments {
        // Unused ones are walked by the validation too.
        measuring.fragment(name, fragment);
    }
    let own: u64 = measuring.known.values().flatten().map(|measure| measure.own_fields).sum();
    if fields.saturating_add(own) > MOST_FIELDS {
        let message = format!("the query asks for more than {MOST_FIELDS} fields, fragments written out");
        return Some((code::TOO_EXPENSIVE, message));
    }
    if depth > DEEPEST || measuring.too_far {
        let message = format!("the query is more than {DEEPEST} fields deep, fragments written out");
        return Some((code::TOO_EXPENSIVE, message));
    }
    // The validation would say so too, were it not for the library's own look at the depth, which comes first,
    // knows no circles, and walks whatever stands before one in full.
    measuring.circle.map(|name| {
        (
            code::VALIDATION_FAILED,
            format!("the fragment `{name}` spreads itself; leave out one of its spreads"),
        )
    })
}

#[derive(Clone, Copy, Default)]
struct Measure {
    /// Fields with every spread written out; a spread and an inline fragment count as one more.
    fields: u64,
    /// What is written here.
    own_fields: u64,
    /// Fields within fields.
    depth: u64,
}

struct Measuring<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` for a fragment under measure.
    known: HashMap<Name, Option<Measure>>,
    level: usize,
    /// Something lies further down than [`FURTHEST`], and was not measured.
    too_far: bool,
    /// A fragment that spreads itself.
    circle: Option<Name>,
}

impl<'a> Measuring<'a> {
    fn of(fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>) -> Self {
        Self { fragments, known: HashMap::new(), level: 0, too_far: false, circle: None }
    }

    fn selections(&mut self, set: &SelectionSet) -> Measure {
        if self.level >= FURTHEST {
            self.too_far = true;
            return Measure::default();
        }
        self.level += 1;
        let mut total = Measure::default();
        for selection in &set.items {
            let inner = match &selection.node {
                Selection::Field(field) => {
                    let below = self.selections(&field.node.selection_set.node);
                    Measure { depth: below.depth + 1, ..below }
                }
                Selection::InlineFragment(inline) => self.selections(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // The validation tells of fragments that are nowhere.
                    let fragment = self.fragments.get(name);
                    let spread = fragment.map(|fragment| self.fragment(name, fragment)).unwrap_or_default();
                    Measure { own_fields: 0, ..spread }
                }
            };
            total.fields = total.fields.saturating_add(inner.fields).saturating_add(1);
            total.own_fields = total.own_fields.saturating_add(inner.own_fields).saturating_add(1);
            total.depth = total.depth.max(inner.depth);
        }
        self.level -= 1;
        total
    }

    fn fragment(&mut self, name: &Name, fragment: &Positioned<FragmentDefinition>) -> Measure {
        match self.known.get(name) {
            Some(Some(known)) => *known,
            Some(None) => {
                self.circle.get_or_insert_with(|| name.clone());
                Measure::default()
            }
            None => {
                self.known.insert(name.clone(), None);
                let measure = self.selections(&fragment.node.selection_set.node);
                self.known.insert(name.clone(), Some(measure));
                measure
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn check(query: &str) -> Option<(&'static str, String)> {
        over_budget(&parse_query(query).unwrap())
    }

    fn fan_out(levels: usize) -> String {
        let mut fragments = format!("fragment F{levels} on Query {{ __typename }}");
        for n in 0..levels {
            fragments.push_str(&format!(" fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1));
        }
        fragments
    }

    #[test]
    fn fragments_that_spread_the_next_one_twice_are_refused_at_once() {
        let (code, message) = check(&format!("{{ ...F0 }} {}", fan_out(60))).unwrap();
        assert_eq!(code, code::TOO_EXPENSIVE);
        assert!(message.contains("more than 3000 fields"), "{message}");
    }

    #[test]
    fn a_circle_hides_nothing() {
        for circle in ["fragment C on Query { ...C }", "fragment C on Query { ...F0 ...C }"] {
            let (code, _) = check(&format!("{{ ...C ...F0 }} {circle} {}", fan_out(40))).unwrap();
            assert_eq!(code, code::TOO_EXPENSIVE, "{circle}");
        }
        let (code, message) = check("{ ...C } fragment C on Query { ...C }").unwrap();
        assert_eq!(code, code::VALIDATION_FAILED);
        assert!(message.contains("`C` spreads itself"), "{message}");
    }

    #[test]
    fn a_chain_of_fragments_is_not_followed_to_its_end() {
        let mut query = "{ ...F0 } fragment F1000 on Query { __typename }".to_owned();
        for n in 0..1000 {
            query.push_str(&format!(" fragment F{n} on Query {{ ...F{} }}", n + 1));
        }
        assert_eq!(check(&query).unwrap().0, code::TOO_EXPENSIVE);
    }

    #[test]
    fn what_people_ask_passes() {
        for query in
            ["{ site { title } }", "query A { ...F } query B { ...F } fragment F on Query { site { title } }"]
        {
            assert_eq!(check(query), None, "{query}");
        }
        let deep = format!("{}{}", "{a".repeat(30), "}".repeat(30));
        assert!(check(&deep).unwrap().1.contains("deep"));
    }
}
