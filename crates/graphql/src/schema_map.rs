//! What the schema says of each field, read once from our own SDL: whether it is a list, how long it is unless an
//! argument says otherwise, and what it may be.

use std::collections::HashMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition},
};

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

/// The fields of every type.
#[derive(Default)]
pub(crate) struct SchemaMap {
    types: HashMap<String, HashMap<String, FieldShape>>,
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
        let Ok(document) = parse_schema(sdl) else { return Self::default() };
        let mut types = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            let shapes =
                fields.into_iter().map(|field| (field.node.name.node.to_string(), shape(&field.node)));
            types.insert(definition.node.name.node.to_string(), shapes.collect());
        }
        Self { types }
    }

    /// What is known of a field of a type; `None` for what the validation will refuse, and for introspection.
    pub(crate) fn field(&self, parent: &str, field: &str) -> Option<&FieldShape> {
        self.types.get(parent)?.get(field)
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
    FieldShape {
        ty: field.ty.node.clone(),
        length: if first.is_some() || (is_list && !items) { by_default.unwrap_or(USUAL_LIST) } else { 1 },
        paged: first.is_some(),
        items,
    }
}

/// The type behind lists and marks: `Post` of `[Post!]!`.
pub(crate) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}
