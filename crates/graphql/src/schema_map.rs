//! What the schema says of each type, read once from our own SDL: the fields with their types, whether they are
//! lists, how long these are unless an argument says otherwise; and what inputs may hold.

mod input;
mod introspection;

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition},
    },
};

pub(crate) use input::{InputField, InputShape};

/// The length that a list without a page size is taken for: tags of a post, authors, children.
const USUAL_LIST: u64 = 10;

/// The type that an operation selects from.
pub(crate) const fn root_type(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The fields of every type, and the inputs.
pub(crate) struct SchemaMap {
    types: HashMap<String, Composite>,
    inputs: HashMap<String, InputShape>,
    typename: FieldShape,
}

/// A type that is selected from.
#[derive(Default)]
struct Composite {
    /// An object, rather than an interface or a union.
    is_object: bool,
    fields: HashMap<String, FieldShape>,
}

/// What is known of a field.
#[derive(Clone, Debug)]
pub(crate) struct FieldShape {
    /// The type that it gives, such as `[Post!]!`.
    pub(crate) ty: Type,
    /// How often what is below it may come: 1, or the length of a list or a page.
    pub(crate) length: u64,
    /// Whether `first` or `last` sets that length.
    pub(crate) paged: bool,
    /// Whether it gives the items of the connection that it stands in, which the connection's length counts.
    pub(crate) items: bool,
    /// What it takes.
    pub(crate) arguments: HashMap<Name, InputField>,
}

impl FieldShape {
    /// Whether it gives a list itself, rather than an object that has one, such as a connection.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.ty.base, BaseType::List(_))
    }
}

impl SchemaMap {
    /// Reads our own SDL; the library wrote it, so it parses.
    pub(crate) fn read(sdl: &str) -> Self {
        let typename = Type { base: BaseType::Named(Name::new("String")), nullable: false };
        let typename =
            FieldShape { ty: typename, length: 1, paged: false, items: false, arguments: HashMap::new() };
        let mut map = Self { types: HashMap::new(), inputs: input::built_in(), typename };
        map.add(sdl);
        map.add(introspection::SDL);
        map
    }

    fn add(&mut self, sdl: &str) {
        let Ok(document) = parse_schema(sdl) else { return };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let name = definition.name.node.to_string();
            let (is_object, fields) = match definition.kind {
                TypeKind::Object(object) => (true, object.fields),
                TypeKind::Interface(interface) => (false, interface.fields),
                TypeKind::Union(_) => (false, Vec::new()),
                kind => {
                    if let Some(input) = InputShape::of(&name, kind, &definition.directives) {
                        self.inputs.insert(name, input);
                    }
                    continue;
                }
            };
            let shapes = fields.iter().map(|field| (field.node.name.node.to_string(), shape(&field.node)));
            let shapes: HashMap<_, _> = shapes.collect();
            let composite = self.types.entry(name).or_default();
            composite.is_object = is_object;
            composite.fields.extend(shapes);
        }
    }

    /// What is known of a field of a type; `None` for what the validation will refuse.
    pub(crate) fn field(&self, parent: &str, field: &str) -> Option<&FieldShape> {
        let parent = self.types.get(parent)?;
        if field == "__typename" { Some(&self.typename) } else { parent.fields.get(field) }
    }

    /// Whether there is a type of that name that is selected from.
    pub(crate) fn is_composite(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// Whether it is an object, rather than an interface, a union, or nothing that we know.
    pub(crate) fn is_object(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|ty| ty.is_object)
    }

    /// What an input type may hold.
    pub(crate) fn input(&self, name: &str) -> Option<&InputShape> {
        self.inputs.get(name)
    }
}

fn shape(field: &FieldDefinition) -> FieldShape {
    let first = field.arguments.iter().find(|argument| argument.node.name.node == "first");
    let by_default = first.and_then(|first| match &first.node.default_value.as_ref()?.node {
        async_graphql::Value::Number(number) => number.as_u64(),
        _ => None,
    });
    let is_list = matches!(field.ty.node.base, BaseType::List(_));
    let items = matches!(field.name.node.as_str(), "nodes" | "edges") && field.arguments.is_empty();
    let usual = || {
        let of_introspection = named(&field.ty.node).starts_with("__");
        if of_introspection { introspection::length(&field.name.node) } else { USUAL_LIST }
    };
    FieldShape {
        ty: field.ty.node.clone(),
        length: if first.is_some() || (is_list && !items) { by_default.unwrap_or_else(usual) } else { 1 },
        paged: first.is_some(),
        items,
        arguments: field
            .arguments
            .iter()
            .map(|argument| (argument.node.name.node.clone(), InputField::of(&argument.node)))
            .collect(),
    }
}

/// The type behind lists and marks: `Post` of `[Post!]!`.
pub(crate) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}
