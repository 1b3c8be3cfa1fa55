//! The schema of the schema (GraphQL §4.2), which the library answers and does not print.

/// Its types, as the library answers them.
pub(super) const SDL: &str = "
    type Query { __schema: __Schema! __type(name: String!): __Type }
    type __Schema {
        description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type
        directives: [__Directive!]!
    }
    type __Type {
        kind: __TypeKind! name: String description: String specifiedByURL: String isOneOf: Boolean ofType: __Type
        fields(includeDeprecated: Boolean): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
        enumValues(includeDeprecated: Boolean): [__EnumValue!]
        inputFields(includeDeprecated: Boolean): [__InputValue!]
    }
    type __Field {
        name: String! description: String args(includeDeprecated: Boolean): [__InputValue!]! type: __Type!
        isDeprecated: Boolean! deprecationReason: String
    }
    type __InputValue {
        name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean!
        deprecationReason: String
    }
    type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
    type __Directive {
        name: String! description: String locations: [__DirectiveLocation!]! isRepeatable: Boolean!
        args(includeDeprecated: Boolean): [__InputValue!]!
    }
";

/// How long its lists count as: they are read from memory, so types less than there are.
pub(super) fn length(field: &str) -> u64 {
    match field {
        "types" => 60,
        "fields" => 8,
        "possibleTypes" => 6,
        "enumValues" | "inputFields" => 5,
        _ => 3,
    }
}
