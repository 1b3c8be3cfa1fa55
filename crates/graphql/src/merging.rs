//! Fields of one response key must be one field (GraphQL §5.3.2, "Fields can merge").
//!
//! The library compares only what stands in one selection; `{ a { x: b } a { x: c } }` is two levels apart, and it
//! answers with whichever came last. Here whole levels are compared: all selections that would be merged at one
//! place of the answer are gathered by response key, and each key is looked at once, so that the time grows with the
//! document and not with the pairs of its fields (after Adameit, "GraphQL overlapping fields can be merged fast").
//!
//! Two passes: all fields of a key have one shape; and of those that can come of one object, all have one name and
//! the same arguments.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned,
    indexmap::IndexMap,
    parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type, TypeCondition},
};

use crate::{
    document::operations_mut,
    refusal::Refusal,
    schema_map::{SchemaMap, named, root_type},
};

/// Selections that are looked at. A document that `budget` lets pass has at most half of that, unless objects of
/// many types are selected from within interfaces, again and again.
const MOST_VISITS: usize = 40_000;

/// Whether the fields of a document can merge. It has no circles, and its selections have been counted.
pub(crate) fn check_merging(document: &ExecutableDocument, schema: &SchemaMap) -> Result<(), Refusal> {
    let mut merging = Merging { document, schema, visits: 0 };
    for (_, operation) in document.operations.iter() {
        let all = [Below { set: &operation.node.selection_set.node, parent: root_type(operation.node.ty) }];
        merging.check_shapes(&all)?;
        merging.check_names(&all)?;
    }
    Ok(())
}

/// Names the type of each inline fragment that names none: the library's own comparison takes those of one place for
/// selections of one object, wherever they stand, and refuses what can merge. Nothing else becomes of it.
pub(crate) fn name_types(document: &mut ExecutableDocument, schema: &SchemaMap) {
    for (_, operation) in operations_mut(document) {
        let root = root_type(operation.node.ty);
        name_types_in(&mut operation.node.selection_set.node, root, schema);
    }
    for fragment in document.fragments.values_mut() {
        let on = fragment.node.type_condition.node.on.node.clone();
        name_types_in(&mut fragment.node.selection_set.node, &on, schema);
    }
}

fn name_types_in(set: &mut SelectionSet, parent: &str, schema: &SchemaMap) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let below = schema.field(parent, &field.node.name.node).map_or("", |shape| named(&shape.ty));
                name_types_in(&mut field.node.selection_set.node, below, schema);
            }
            Selection::InlineFragment(inline) => {
                if inline.node.type_condition.is_none() && schema.is_composite(parent) {
                    let on = Positioned::new(Name::new(parent), inline.pos);
                    inline.node.type_condition = Some(Positioned::new(TypeCondition { on }, inline.pos));
                }
                let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.clone());
                let on = on.as_ref().map_or(parent, Name::as_str);
                name_types_in(&mut inline.node.selection_set.node, on, schema);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// A selection of a type.
#[derive(Clone, Copy)]
struct Below<'a> {
    set: &'a SelectionSet,
    parent: &'a str,
}

/// A field in its place.
#[derive(Clone, Copy)]
struct Placed<'a> {
    field: &'a Positioned<Field>,
    parent: &'a str,
    /// `None` for what the schema does not have, which the validation says.
    ty: Option<&'a Type>,
}

impl<'a> Placed<'a> {
    fn below(&self) -> Option<Below<'a>> {
        let set = &self.field.node.selection_set.node;
        let parent = self.ty.map_or("", named);
        (!set.items.is_empty()).then_some(Below { set, parent })
    }
}

struct Merging<'a> {
    document: &'a ExecutableDocument,
    schema: &'a SchemaMap,
    visits: usize,
}

type Level<'a> = IndexMap<&'a Name, Vec<Placed<'a>>>;

impl<'a> Merging<'a> {
    /// §5.3.2, SameResponseShape, of everything that is merged here and below.
    fn check_shapes(&mut self, selections: &[Below<'a>]) -> Result<(), Refusal> {
        for (key, fields) in self.level(selections)? {
            let mut known = fields.iter().filter_map(|field| Some((field, field.ty?)));
            if let Some((first, ty)) = known.next()
                && let Some((other, another)) = known.find(|(_, another)| !self.have_one_shape(ty, another))
            {
                let reason = format!("they give `{ty}` and `{another}`");
                return Err(conflict(key, first, other, &reason));
            }
            self.check_shapes(&below(&fields))?;
        }
        Ok(())
    }

    /// §5.3.2, FieldsInSetCanMerge without the shapes.
    fn check_names(&mut self, selections: &[Below<'a>]) -> Result<(), Refusal> {
        for (key, fields) in self.level(selections)? {
            for of_one_object in self.by_object(fields) {
                if let [first, others @ ..] = of_one_object.as_slice() {
                    for other in others {
                        differ(first, other)
                            .map_or(Ok(()), |reason| Err(conflict(key, first, other, &reason)))?;
                    }
                }
                self.check_names(&below(&of_one_object))?;
            }
        }
        Ok(())
    }

    /// The fields that can come of the same object: of an interface with those of each type of objects.
    fn by_object(&mut self, fields: Vec<Placed<'a>>) -> Vec<Vec<Placed<'a>>> {
        let mut of_interfaces = Vec::new();
        let mut of_objects: IndexMap<&str, Vec<Placed<'a>>> = IndexMap::new();
        for field in fields {
            if self.schema.is_object(field.parent) {
                of_objects.entry(field.parent).or_default().push(field);
            } else {
                of_interfaces.push(field);
            }
        }
        if of_objects.is_empty() {
            return vec![of_interfaces];
        }
        self.visits += of_interfaces.len() * (of_objects.len() - 1);
        let with_interfaces = |of_object: Vec<_>| of_interfaces.iter().copied().chain(of_object).collect();
        of_objects.into_values().map(with_interfaces).collect()
    }

    /// All fields of one place by their response keys, fragments written out, each once.
    fn level(&mut self, selections: &[Below<'a>]) -> Result<Level<'a>, Refusal> {
        let mut level = Level::new();
        let mut spread = HashSet::new();
        for selection in selections {
            self.gather(*selection, &mut level, &mut spread)?;
        }
        Ok(level)
    }

    fn gather(
        &mut self,
        selection: Below<'a>,
        level: &mut Level<'a>,
        spread: &mut HashSet<&'a Name>,
    ) -> Result<(), Refusal> {
        let Below { set, parent } = selection;
        for selection in &set.items {
            self.visits += 1;
            if self.visits > MOST_VISITS {
                return Err(Refusal::too_much(
                    "the query asks for too many fields at the same places of its answer to see whether they agree; \
                     ask in several requests",
                ));
            }
            match &selection.node {
                Selection::Field(field) => {
                    let ty = self.schema.field(parent, &field.node.name.node).map(|shape| &shape.ty);
                    let key = &field.node.response_key().node;
                    level.entry(key).or_default().push(Placed { field, parent, ty });
                }
                Selection::InlineFragment(inline) => {
                    let on =
                        inline.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                    let set = &inline.node.selection_set.node;
                    self.gather(Below { set, parent: on }, level, spread)?;
                }
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name).filter(|_| spread.insert(name))
                    else {
                        continue;
                    };
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    let set = &fragment.node.selection_set.node;
                    self.gather(Below { set, parent: on }, level, spread)?;
                }
            }
        }
        Ok(())
    }

    fn have_one_shape(&self, one: &Type, other: &Type) -> bool {
        if one.nullable != other.nullable {
            return false;
        }
        match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => self.have_one_shape(one, other),
            (BaseType::Named(one), BaseType::Named(other)) => {
                one == other || (self.schema.is_composite(one) && self.schema.is_composite(other))
            }
            _ => false,
        }
    }
}

fn below<'a>(fields: &[Placed<'a>]) -> Vec<Below<'a>> {
    fields.iter().filter_map(Placed::below).collect()
}

/// Why two fields are not the same, if they are not.
fn differ(one: &Placed<'_>, other: &Placed<'_>) -> Option<String> {
    let (one, other) = (&one.field.node, &other.field.node);
    if one.name.node != other.name.node {
        return Some(format!("`{}` and `{}` are different fields", one.name.node, other.name.node));
    }
    let same = one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            other.get_argument(&name.node).is_some_and(|another| another.node == value.node)
        });
    (!same).then(|| "they have different arguments".to_owned())
}

fn conflict(key: &Name, one: &Placed<'_>, other: &Placed<'_>, reason: &str) -> Refusal {
    let message =
        format!("two fields are called `{key}` at the same place, and {reason}; give one of them an alias");
    Refusal::invalid(message, vec![one.field.pos, other.field.pos])
}

#[cfg(test)]
mod tests;
