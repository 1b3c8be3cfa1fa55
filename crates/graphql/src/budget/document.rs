//! A parsed document, weighed before it is validated.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Value};
use serde_json::Map;

use super::variables::{VALUE_WEIGHT, weight as weight_of_variable};
use crate::{
    code,
    refusal::Refusal,
    schema_map::{SchemaMap, named, root_type},
};

/// Operations of a document, of which one runs.
const MOST_OPERATIONS: usize = 50;

/// Fragments of a document.
const MOST_FRAGMENTS: usize = 200;

/// Variables of an operation.
const MOST_VARIABLES: usize = 200;

/// Arguments of a field or a directive.
const MOST_ARGUMENTS: usize = 100;

/// Fields of the root, with fragments written out.
const MOST_ROOT_FIELDS: u64 = 100;

/// Selections within selections, with fragments written out. GraphiQL's introspection needs 16.
const MOST_LEVELS: u64 = 32;

/// Selections with fragments written out, each as often as the validation comes upon it, long arguments by their
/// weight. GraphiQL's introspection has 1 000.
const MOST_VISITS: u64 = 20_000;

/// Fields that no type has, before it is not worth while to name each with what may have been meant.
const MOST_UNKNOWN: u64 = 20;

/// Units of one request. A leaf costs one, a list what is below it times its length, and what asks the database or
/// the index some more ([`weight`]). A hundred posts with everything on them cost about 20 000.
pub(crate) const MOST_COST: u64 = 100_000;

/// Bytes of a text that is searched for: it is taken apart word by word.
const LONGEST_SEARCH: u64 = 32 * 1024;

/// Bytes of an argument's value that cost a unit: each use copies it.
const BYTES_A_UNIT: u64 = 256;

/// The greatest page that any field gives (`changes`). What asks for more is refused when it is read, in words of
/// its own, and costs nothing.
const GREATEST_PAGE: u64 = 1_000;

/// The length of a list whose page size is a variable without a value: the greatest that is allowed.
const LONGEST_PAGE: u64 = 100;

#[derive(Clone, Copy, Default)]
struct Measure {
    /// Units, lists multiplied and fragments written out.
    cost: u64,
    /// Units of each item of the connection that the selection is of.
    item: u64,
    /// Selections within selections, fragments written out.
    height: u64,
    /// Fields of this level alone, those of its fragments with them.
    fields: u64,
    /// Selections of this level alone, those of its fragments with them, and their arguments.
    flat: u64,
    /// `flat` of this level and of all below: what the validation walks, which looks through all fragments of a
    /// level at each of them.
    visits: u64,
}

/// Weighs a document; its text and its variables have been counted.
pub(crate) struct Weigher<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Map<String, serde_json::Value>,
    schema: &'a SchemaMap,
    /// Whether the schema may be asked for.
    introspection: bool,
    /// `None` while a fragment is being measured: to come upon it again is a circle.
    fragments: HashMap<&'a Name, Option<Measure>>,
    /// What each variable weighs.
    weights: HashMap<&'a str, u64>,
    defaults: HashMap<&'a Name, DefaultValue>,
    unknown: u64,
    /// What is said of too many of them, unless the document asks for too much besides.
    too_many_unknown: Option<Refusal>,
    /// Selections that were looked at.
    looked_at: u64,
}

impl<'a> Weigher<'a> {
    pub(crate) fn new(
        document: &'a ExecutableDocument,
        variables: &'a Map<String, serde_json::Value>,
        schema: &'a SchemaMap,
        introspection: bool,
    ) -> Self {
        let weights = variables.iter().map(|(name, value)| (name.as_str(), weight_of_variable(value)));
        let mut defaults: HashMap<&Name, DefaultValue> = HashMap::new();
        for definition in document.operations.iter().flat_map(|(_, op)| &op.node.variable_definitions) {
            let known =
                defaults.entry(&definition.node.name.node).or_insert(DefaultValue { size: 0, weight: 0 });
            let default = DefaultValue::of(&definition.node);
            known.size = known.size.max(default.size);
            known.weight = known.weight.max(default.weight);
        }
        Self {
            document,
            variables,
            schema,
            introspection,
            fragments: HashMap::new(),
            weights: weights.collect(),
            defaults,
            unknown: 0,
            too_many_unknown: None,
            looked_at: 0,
        }
    }

    /// What `meant` costs, which [`MOST_COST`] bounds: an operation of the document. Directives that leave something out do not make it cheaper.
    pub(crate) fn cost(&mut self, meant: &OperationDefinition) -> Result<u64, Refusal> {
        let (operations, fragments) =
            (self.document.operations.iter().count(), self.document.fragments.len());
        if operations > MOST_OPERATIONS {
            let message =
                format!("a document has at most {MOST_OPERATIONS} operations; send the one that is meant");
            return Err(Refusal::too_much(message));
        }
        if fragments > MOST_FRAGMENTS {
            let message =
                format!("a document has at most {MOST_FRAGMENTS} fragments; send the ones that are used");
            return Err(Refusal::too_much(message));
        }
        let (mut cost, mut visits) = (0, 0_u64);
        // The validation walks each fragment by itself as well. They come first, so that a circle is told as such.
        for (name, fragment) in &self.document.fragments {
            visits = visits.saturating_add(self.measure_fragment(name, fragment, 0)?.visits);
        }
        for (_, operation) in self.document.operations.iter() {
            let operation = &operation.node;
            let measure = self.measure_operation(operation)?;
            visits = visits.saturating_add(measure.visits);
            if std::ptr::eq(operation, meant) {
                cost = measure.cost.saturating_add(measure.item);
            }
        }
        if visits > MOST_VISITS {
            return Err(Refusal::too_much(format!(
                "the query has about {visits} selections with its fragments written out, and may have {MOST_VISITS}; \
                 ask for less, or in several requests"
            )));
        }
        self.too_many_unknown.take().map_or(Ok(cost), Err)
    }

    fn measure_operation(&mut self, operation: &'a OperationDefinition) -> Result<Measure, Refusal> {
        if operation.variable_definitions.len() > MOST_VARIABLES {
            return Err(Refusal::too_much(format!(
                "an operation has at most {MOST_VARIABLES} variables; put several values into one list or object"
            )));
        }
        let measure = self.measure(&operation.selection_set.node, root_type(operation.ty), 0)?;
        if measure.fields > MOST_ROOT_FIELDS {
            return Err(Refusal::too_much(format!(
                "an operation has at most {MOST_ROOT_FIELDS} fields at its root; ask in several requests"
            )));
        }
        Ok(measure)
    }

    fn measure(&mut self, set: &'a SelectionSet, parent: &'a str, level: u64) -> Result<Measure, Refusal> {
        if level > MOST_LEVELS {
            return Err(too_deep());
        }
        let mut total = Measure::default();
        for selection in &set.items {
            self.looked_at += 1;
            let measure = match &selection.node {
                Selection::Field(field) => self.measure_field(field, parent, level)?,
                Selection::InlineFragment(inline) => {
                    let on =
                        inline.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                    self.measure(&inline.node.selection_set.node, on, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // The validation says which fragment is missing.
                    let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
                        continue;
                    };
                    let measure = self.measure_fragment(name, fragment, level + 1)?;
                    Measure {
                        cost: measure.cost.saturating_add(1),
                        flat: measure.flat.saturating_add(1),
                        ..measure
                    }
                }
            };
            total.cost = total.cost.saturating_add(measure.cost);
            total.item = total.item.saturating_add(measure.item);
            total.height = total.height.max(measure.height + 1);
            total.fields = total.fields.saturating_add(measure.fields);
            total.flat = total.flat.saturating_add(measure.flat);
            total.visits = total.visits.saturating_add(measure.visits);
        }
        total.visits = total.visits.saturating_add(total.flat);
        Ok(total)
    }

    fn measure_field(
        &mut self,
        field: &'a Positioned<Field>,
        parent: &'a str,
        level: u64,
    ) -> Result<Measure, Refusal> {
        let name = field.node.name.node.as_str();
        if !self.introspection && matches!(name, "__schema" | "__type") {
            let message =
                "this blog does not show its schema; its owner may have it printed by `inkstand schema`";
            return Err(Refusal {
                code: code::INTROSPECTION_OFF,
                message: message.to_owned(),
                at: vec![field.pos],
            });
        }
        let schema = self.schema;
        let shape = schema.field(parent, name);
        if shape.is_none() {
            self.unknown(field, parent);
        }
        let arguments = self.arguments(&field.node)?;
        let field = &field.node;
        if matches!(name, "search" | "suggest") {
            self.check_search(field)?;
        }
        let (length, below) = match shape {
            Some(shape) if shape.paged => (self.page(field).unwrap_or(shape.length), named(&shape.ty)),
            Some(_) if name == "nodes" && field.get_argument("ids").is_some() => (self.ids(field), "Node"),
            Some(shape) => (shape.length, named(&shape.ty)),
            None => (1, ""),
        };
        let below = self.measure(&field.selection_set.node, below, level + 1)?;
        let all = below.cost.saturating_add(below.item);
        let (cost, item) = match shape {
            Some(shape) if shape.items => (0, all.saturating_add(1)),
            // What a connection has once, such as its total, is not multiplied; its items are read from the
            // database whether or not they are selected.
            Some(shape) if shape.paged && !shape.is_list() => {
                let items = below.item.saturating_add(1).saturating_mul(length);
                (below.cost.saturating_add(items), 0)
            }
            _ => (all.saturating_mul(length), 0),
        };
        Ok(Measure {
            cost: cost.saturating_add(weight(parent, name)).saturating_add(arguments),
            item,
            height: below.height,
            fields: 1,
            flat: arguments.saturating_add(1),
            visits: below.visits,
        })
    }

    fn measure_fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a Positioned<FragmentDefinition>,
        level: u64,
    ) -> Result<Measure, Refusal> {
        let measure = match self.fragments.get(name) {
            Some(Some(known)) => *known,
            Some(None) => {
                let message = format!(
                    "the fragment {name:?} spreads itself, directly or through others; leave the last of them out"
                );
                return Err(Refusal::invalid(message, vec![fragment.pos]));
            }
            None => {
                self.fragments.insert(name, None);
                let on = fragment.node.type_condition.node.on.node.as_str();
                let measure = self.measure(&fragment.node.selection_set.node, on, level)?;
                self.fragments.insert(name, Some(measure));
                measure
            }
        };
        if level + measure.height > MOST_LEVELS { Err(too_deep()) } else { Ok(measure) }
    }

    /// The library would look through all fields of the type for what may have been meant, however many it does not
    /// know.
    fn unknown(&mut self, field: &Positioned<Field>, parent: &str) {
        self.unknown += 1;
        if self.unknown == MOST_UNKNOWN + 1 {
            let name = &field.node.name.node;
            let place = if parent.is_empty() { String::new() } else { format!(" on {parent:?}") };
            let message = format!(
                "more than {MOST_UNKNOWN} fields are not in the schema, {name:?}{place} among them; compare with the \
                 schema"
            );
            self.too_many_unknown = Some(Refusal::invalid(message, vec![field.pos]));
        }
    }

    fn check_search(&self, field: &Field) -> Result<(), Refusal> {
        let mut texts =
            ["text", "matching", "prefix"].into_iter().filter_map(|name| field.get_argument(name));
        if texts.any(|text| self.weight(&text.node) > LONGEST_SEARCH + VALUE_WEIGHT) {
            let message =
                format!("a search is for at most {LONGEST_SEARCH} bytes; send the words that matter");
            return Err(Refusal::too_much(message));
        }
        Ok(())
    }

    /// Units of a field's arguments, and of its directives'.
    fn arguments(&self, field: &'a Field) -> Result<u64, Refusal> {
        let directives = field.directives.iter().map(|directive| &directive.node.arguments);
        let mut bytes: u64 = 0;
        for arguments in std::iter::once(&field.arguments).chain(directives) {
            if arguments.len() > MOST_ARGUMENTS {
                let message = format!(
                    "a field has at most {MOST_ARGUMENTS} arguments; leave out what it does not know"
                );
                return Err(Refusal::too_much(message));
            }
            for (_, value) in arguments {
                bytes = bytes.saturating_add(self.weight(&value.node));
            }
        }
        Ok(bytes / BYTES_A_UNIT)
    }

    fn weight(&self, value: &Value) -> u64 {
        let below: u64 = match value {
            Value::Variable(name) => {
                let given = self.weights.get(name.as_str()).copied();
                return given.unwrap_or_else(|| self.defaults.get(name).map_or(0, |default| default.weight));
            }
            Value::String(text) => text.len() as u64,
            Value::List(items) => items.iter().map(|item| self.weight(item)).sum(),
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| name.len() as u64 + self.weight(value)).sum()
            }
            _ => 0,
        };
        VALUE_WEIGHT + below
    }

    /// The page size that a field's arguments ask for: the greater one, where somebody asks for both.
    fn page(&self, field: &Field) -> Option<u64> {
        let sizes = ["first", "last"].into_iter().filter_map(|name| field.get_argument(name));
        let sizes = sizes.filter_map(|size| match &size.node {
            // A negative or fractional size is refused when it is read.
            Value::Number(number) => Some(number.as_u64().unwrap_or(0)),
            Value::Variable(name) => match self.variables.get(name.as_str()) {
                Some(serde_json::Value::Null) => None,
                Some(value) => Some(value.as_u64().unwrap_or(0)),
                None => Some(self.defaults.get(name).map_or(LONGEST_PAGE, |default| default.size)),
            },
            _ => None,
        });
        sizes.map(|size| size.min(GREATEST_PAGE)).max()
    }

    /// The number of ids that `nodes` is asked for.
    fn ids(&self, field: &Field) -> u64 {
        match field.get_argument("ids").map(|ids| &ids.node) {
            Some(Value::List(ids)) => ids.len() as u64,
            Some(Value::Variable(name)) => match self.variables.get(name.as_str()) {
                Some(serde_json::Value::Array(ids)) => ids.len() as u64,
                _ => LONGEST_PAGE,
            },
            _ => 1,
        }
    }
}

/// What is known of a variable without a value; the greatest of all operations.
struct DefaultValue {
    /// As a page size.
    size: u64,
    weight: u64,
}

impl DefaultValue {
    fn of(definition: &VariableDefinition) -> Self {
        let Some(default) = definition.default_value.as_ref().map(|value| &value.node) else {
            return Self { size: LONGEST_PAGE, weight: VALUE_WEIGHT };
        };
        let size = match default {
            ConstValue::Number(number) => number.as_u64().unwrap_or(0),
            _ => LONGEST_PAGE,
        };
        let weight = default.clone().into_json().map_or(VALUE_WEIGHT, |value| weight_of_variable(&value));
        Self { size, weight }
    }
}

fn too_deep() -> Refusal {
    Refusal::too_much(format!(
        "a query has at most {MOST_LEVELS} selections within selections, fragments written out; ask for what is deeper \
         in another request"
    ))
}

/// What a field costs by itself, before anything below it: statements and searches are dearer than leaves, and a
/// mutation is a transaction that waits for every other one.
fn weight(parent: &str, field: &str) -> u64 {
    match field {
        _ if parent == "Mutation" => 2_000,
        "search" | "previewMarkdown" => 1_000,
        "related" => 500,
        "suggest" => 300,
        "facets" => 100,
        "archive" => 200,
        "totalCount" => 100,
        "revisions" => 50,
        "content" => 200,
        "posts" | "pages" | "tags" | "categories" | "allSeries" | "authors" | "changes" | "route"
        | "post" | "page" => 10,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
