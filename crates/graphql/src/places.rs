//! Whether values and variables fit the places in which they stand (GraphQL §5.6.1 and §5.8.5), as far as the library
//! lets pass what does not: it never compares a variable's type with its place, takes a text for a value of an enum,
//! and finds an `Int` of 33 bits, a number for an input object or a date that is none in the middle of the execution.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        BaseType, Directive, ExecutableDocument, Selection, SelectionSet, Type, VariableDefinition,
    },
};
use async_graphql_value::Value;

use crate::{
    refusal::Refusal,
    schema_map::{InputShape, SchemaMap, named, root_type},
};

/// Checks every argument of a document, whose selections have been counted.
pub(crate) fn check_places(document: &ExecutableDocument, schema: &SchemaMap) -> Result<(), Refusal> {
    let condition = Type { base: BaseType::Named(Name::new("Boolean")), nullable: false };
    for (_, operation) in document.operations.iter() {
        let definitions = &operation.node.variable_definitions;
        let variables = definitions.iter().map(|variable| (&variable.node.name.node, &variable.node));
        let variables = variables.collect();
        let mut places = Places {
            document,
            schema,
            condition: &condition,
            variables,
            seen: HashSet::new(),
            at: operation.pos,
            path: String::new(),
        };
        for definition in definitions {
            places.at = definition.pos;
            if let Some(default) = &definition.node.default_value {
                places.path = format!("${}", definition.node.name.node);
                places.check(&default.node.clone().into_value(), &definition.node.var_type.node, false)?;
            }
        }
        places.walk(&operation.node.selection_set.node, root_type(operation.node.ty))?;
    }
    Ok(())
}

struct Places<'a> {
    document: &'a ExecutableDocument,
    schema: &'a SchemaMap,
    /// The type of the condition of `@skip` and `@include`.
    condition: &'a Type,
    /// Those of the operation.
    variables: HashMap<&'a Name, &'a VariableDefinition>,
    /// The fragments that the operation has spread so far.
    seen: HashSet<&'a Name>,
    at: Pos,
    /// Where a value stands from the argument on: `input.tags[2]`.
    path: String,
}

impl<'a> Places<'a> {
    fn walk(&mut self, set: &'a SelectionSet, parent: &'a str) -> Result<(), Refusal> {
        for selection in &set.items {
            self.at = selection.pos;
            match &selection.node {
                Selection::Field(field) => {
                    self.check_directives(&field.node.directives)?;
                    let Some(shape) = self.schema.field(parent, &field.node.name.node) else { continue };
                    for (name, value) in &field.node.arguments {
                        if let Some(argument) = shape.arguments.get(&name.node) {
                            self.at = name.pos;
                            name.node.as_str().clone_into(&mut self.path);
                            self.check(&value.node, &argument.ty, argument.has_default)?;
                        }
                    }
                    self.walk(&field.node.selection_set.node, named(&shape.ty))?;
                }
                Selection::InlineFragment(inline) => {
                    self.check_directives(&inline.node.directives)?;
                    let on =
                        inline.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                    self.walk(&inline.node.selection_set.node, on)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.check_directives(&spread.node.directives)?;
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name).filter(|_| self.seen.insert(name));
                    if let Some(fragment) = fragment {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.walk(&fragment.node.selection_set.node, on)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn check_directives(&mut self, directives: &[Positioned<Directive>]) -> Result<(), Refusal> {
        let conditions = directives.iter().filter_map(|directive| directive.node.get_argument("if"));
        "if".clone_into(&mut self.path);
        let condition = self.condition;
        conditions.map(|condition| &condition.node).try_for_each(|value| self.check(value, condition, false))
    }

    fn check(&mut self, value: &Value, ty: &Type, has_default: bool) -> Result<(), Refusal> {
        match (value, &ty.base) {
            (Value::Variable(name), _) => self.check_variable(name, ty, has_default),
            // The library says where null may not stand.
            (Value::Null, _) => Ok(()),
            (Value::List(values), BaseType::List(item)) => values
                .iter()
                .enumerate()
                .try_for_each(|(index, value)| self.below(&format!("[{index}]"), value, item, false)),
            (value, BaseType::List(item)) => self.check(value, item, false),
            (value, BaseType::Named(name)) => match self.schema.input(name) {
                Some(shape) => self.check_named(value, name, shape),
                None => Ok(()),
            },
        }
    }

    fn below(&mut self, step: &str, value: &Value, ty: &Type, has_default: bool) -> Result<(), Refusal> {
        let length = self.path.len();
        self.path.push_str(step);
        let checked = self.check(value, ty, has_default);
        self.path.truncate(length);
        checked
    }

    fn check_named(&mut self, value: &Value, name: &Name, shape: &InputShape) -> Result<(), Refusal> {
        match (shape, value) {
            (InputShape::Int, Value::Number(number))
                if number.as_i64().is_none_or(|number| i32::try_from(number).is_err()) =>
            {
                Err(self.misplaced(format!("{number} is no `Int`: that is a whole number of 32 bits")))
            }
            (InputShape::Text(check), Value::String(text)) => check(text).map_err(|reason| Refusal {
                at: vec![self.at],
                ..Refusal::unreadable(&self.path, name, &reason)
            }),
            (InputShape::Text(_), _) => {
                Err(self.misplaced(format!("`{}` is no `{name}`: that is a text in quotes", self.path)))
            }
            (InputShape::Enum(_), Value::String(_)) => {
                Err(self.misplaced(format!("a value of `{name}` is written without quotes")))
            }
            (InputShape::Object { fields, one_of }, Value::Object(values)) => {
                values.iter().try_for_each(|(key, value)| match fields.get(key) {
                    Some(field) if *one_of => {
                        // Its one field may not be null, and so not a variable that may be.
                        let never_null = Type { nullable: false, ..field.ty.clone() };
                        self.below(&format!(".{key}"), value, &never_null, false)
                    }
                    Some(field) => self.below(&format!(".{key}"), value, &field.ty, field.has_default),
                    None => Ok(()),
                })
            }
            (InputShape::Object { .. }, _) => {
                Err(self.misplaced(format!("a value of `{name}` is an object: {{field: …}}")))
            }
            _ => Ok(()),
        }
    }

    /// §5.8.5, IsVariableUsageAllowed.
    fn check_variable(&self, name: &Name, ty: &Type, has_default: bool) -> Result<(), Refusal> {
        // The library says which variable is not defined.
        let Some(variable) = self.variables.get(name) else { return Ok(()) };
        let given = &variable.var_type.node;
        let never_null = has_default
            || variable
                .default_value
                .as_ref()
                .is_some_and(|default| default.node != async_graphql::Value::Null);
        let nullable = ty.nullable || (given.nullable && never_null);
        if fits(given, &Type { nullable, ..ty.clone() }) {
            return Ok(());
        }
        let message =
            format!("the variable `${name}` is of type `{given}`, and stands where `{ty}` is wanted");
        Err(self.misplaced(message))
    }

    fn misplaced(&self, message: String) -> Refusal {
        Refusal::invalid(message, vec![self.at])
    }
}

/// §5.8.5, AreTypesCompatible.
fn fits(given: &Type, wanted: &Type) -> bool {
    (wanted.nullable || !given.nullable)
        && match (&given.base, &wanted.base) {
            (BaseType::List(given), BaseType::List(wanted)) => fits(given, wanted),
            (BaseType::Named(given), BaseType::Named(wanted)) => given == wanted,
            _ => false,
        }
}
