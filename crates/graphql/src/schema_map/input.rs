//! What values an input type takes.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    indexmap::IndexMap,
    parser::types::{ConstDirective, InputValueDefinition, Type, TypeKind},
};

use crate::scalar;

/// A type of values that clients send.
pub(crate) enum InputShape {
    Int,
    Float,
    String,
    Boolean,
    Id,
    /// A scalar of ours: a text, which its own parser reads.
    Text(scalar::Check),
    Enum(HashSet<Name>),
    Object {
        fields: IndexMap<Name, InputField>,
        one_of: bool,
    },
}

/// A field of an input object, or an argument.
#[derive(Clone, Debug)]
pub(crate) struct InputField {
    pub(crate) ty: Type,
    pub(crate) has_default: bool,
}

impl InputField {
    pub(super) fn of(definition: &InputValueDefinition) -> Self {
        Self { ty: definition.ty.node.clone(), has_default: definition.default_value.is_some() }
    }
}

/// The scalars that every schema has.
pub(super) fn built_in() -> HashMap<String, InputShape> {
    [
        ("Int", InputShape::Int),
        ("Float", InputShape::Float),
        ("String", InputShape::String),
        ("Boolean", InputShape::Boolean),
        ("ID", InputShape::Id),
    ]
    .into_iter()
    .map(|(name, shape)| (name.to_owned(), shape))
    .collect()
}

impl InputShape {
    /// `None` for what is no input, and for scalars that `scalar` does not list.
    pub(super) fn of(name: &str, kind: TypeKind, directives: &[Positioned<ConstDirective>]) -> Option<Self> {
        match kind {
            TypeKind::Scalar => scalar::check_of(name).map(Self::Text),
            TypeKind::Enum(values) => {
                Some(Self::Enum(values.values.into_iter().map(|value| value.node.value.node).collect()))
            }
            TypeKind::InputObject(object) => {
                let fields = object
                    .fields
                    .iter()
                    .map(|field| (field.node.name.node.clone(), InputField::of(&field.node)));
                let one_of = directives.iter().any(|directive| directive.node.name.node == "oneOf");
                Some(Self::Object { fields: fields.collect(), one_of })
            }
            _ => None,
        }
    }
}
