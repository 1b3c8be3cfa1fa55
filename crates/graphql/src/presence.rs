//! An object of which nothing is asked is an empty object, and no null (GraphQL §6.3).
//!
//! The library takes out what is skipped before it executes, and makes a null of an object that comes out without
//! fields; where the same field stands twice, it then also loses what the other selection gives. So a selection of
//! which nothing may be left, because of conditions or of types that do not apply, gets a field more, whose name no
//! query can have; [`completion`](crate::completion) takes it out again.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

use crate::{
    document::{is_conditional, operations_mut},
    schema_map::{SchemaMap, named, root_type},
};

/// The key of that field. Names have no spaces (§2.1.9), so none is mistaken for it.
pub(crate) const PRESENCE: &str = "is there";

/// Adds the field wherever nothing else may be left. The document is within the budget, and has no circles.
pub(crate) fn mark_presence(document: &mut ExecutableDocument, schema: &SchemaMap) {
    let sure = Sure::of(document);
    let marks = Marks { sure: &sure, schema };
    for (_, operation) in operations_mut(document) {
        let root = root_type(operation.node.ty);
        let set = &mut operation.node.selection_set;
        if operation.node.ty == OperationType::Subscription {
            // Its one field is neither skipped nor of another type, and each field is begun for itself.
            marks.below(&mut set.node, root);
        } else {
            marks.add(set, root);
        }
    }
    for fragment in document.fragments.values_mut() {
        let on = fragment.node.type_condition.node.on.node.clone();
        // The selection that spreads it has the field, if need be.
        marks.below(&mut fragment.node.selection_set.node, &on);
    }
}

struct Marks<'a> {
    sure: &'a Sure,
    schema: &'a SchemaMap,
}

impl Marks<'_> {
    /// Marks a selection of a field, and what is below.
    fn add(&self, set: &mut Positioned<SelectionSet>, parent: &str) {
        if !set.node.items.is_empty()
            && self.schema.is_composite(parent)
            && !self.sure.is_sure(&set.node, parent)
        {
            let field =
                Positioned::new(Selection::Field(Positioned::new(presence(set.pos), set.pos)), set.pos);
            set.node.items.push(field);
        }
        self.below(&mut set.node, parent);
    }

    fn below(&self, set: &mut SelectionSet, parent: &str) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => {
                    let shape = self.schema.field(parent, &field.node.name.node);
                    self.add(&mut field.node.selection_set, shape.map_or("", |shape| named(&shape.ty)));
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.clone());
                    let on = on.as_ref().map_or(parent, Name::as_str);
                    self.below(&mut inline.node.selection_set.node, on);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

fn presence(at: Pos) -> Field {
    Field {
        alias: Some(Positioned::new(Name::new(PRESENCE), at)),
        name: Positioned::new(Name::new("__typename"), at),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    }
}

/// Which fragments leave a field in every object of their type, by their names.
struct Sure(HashMap<Name, (Name, bool)>);

impl Sure {
    fn of(document: &ExecutableDocument) -> Self {
        let mut sure = Self(HashMap::new());
        for name in document.fragments.keys() {
            sure.learn(name, document);
        }
        sure
    }

    /// Learns of a fragment, after those that it spreads.
    fn learn(&mut self, name: &Name, document: &ExecutableDocument) {
        let Some(fragment) = document.fragments.get(name) else { return };
        if self.0.contains_key(name) {
            return;
        }
        let set = &fragment.node.selection_set.node;
        for spread in spread_in(set) {
            self.learn(spread, document);
        }
        let on = fragment.node.type_condition.node.on.node.clone();
        let sure = self.is_sure(set, &on);
        self.0.insert(name.clone(), (on, sure));
    }

    /// Whether a field is left of a selection of `parent`, whatever is skipped and whichever type the object has.
    fn is_sure(&self, set: &SelectionSet, parent: &str) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => !is_conditional(&field.node.directives),
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                !is_conditional(&inline.node.directives)
                    && on.is_none_or(|on| on.node.on.node == parent)
                    && self.is_sure(&inline.node.selection_set.node, parent)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.0.get(&spread.node.fragment_name.node);
                !is_conditional(&spread.node.directives)
                    && fragment.is_some_and(|(on, sure)| *sure && on == parent)
            }
        })
    }
}

/// The fragments that a selection spreads at its own level.
fn spread_in(set: &SelectionSet) -> Vec<&Name> {
    let mut spread = Vec::new();
    for selection in &set.items {
        match &selection.node {
            Selection::Field(_) => {}
            Selection::InlineFragment(inline) => {
                spread.extend(spread_in(&inline.node.selection_set.node));
            }
            Selection::FragmentSpread(fragment) => spread.push(&fragment.node.fragment_name.node),
        }
    }
    spread
}
