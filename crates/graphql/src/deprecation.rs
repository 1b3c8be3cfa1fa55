//! How something in the schema is given up: `Use X instead. Removed after YYYY-MM-DD.`
//!
//! `#[graphql(deprecation = "Use `permalink` instead. Removed after 2027-06-30.")]` on a field, an argument, a field of
//! an input or a value of an enum. What is required cannot be given up: it becomes optional first. These tests see to
//! the form, so that a client's tools can read the day.

use async_graphql::{
    EmptyMutation, EmptySubscription, Enum, InputObject, Object, Schema,
    parser::{
        parse_schema,
        types::{ConstDirective, TypeKind, TypeSystemDefinition},
    },
};
use inkstand_model::Instant;

use crate::Gateway;

/// Every `@deprecated` in a schema, as (where, reason).
fn deprecations(sdl: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut note = |place: String, directives: &[async_graphql::Positioned<ConstDirective>]| {
        for directive in directives.iter().filter(|directive| directive.node.name.node == "deprecated") {
            let reason = directive.node.get_argument("reason").map(|reason| reason.node.clone());
            let Some(async_graphql::Value::String(reason)) = reason else {
                panic!("{place} gives no reason")
            };
            found.push((place.clone(), reason));
        }
    };
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let ty = definition.node.name.node;
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::InputObject(input) => {
                for field in input.fields {
                    note(format!("{ty}.{}", field.node.name.node), &field.node.directives);
                }
                continue;
            }
            TypeKind::Enum(values) => {
                for value in values.values {
                    note(format!("{ty}.{}", value.node.value.node), &value.node.directives);
                }
                continue;
            }
            _ => continue,
        };
        for field in fields {
            let place = format!("{ty}.{}", field.node.name.node);
            note(place.clone(), &field.node.directives);
            for argument in field.node.arguments {
                note(format!("{place}({})", argument.node.name.node), &argument.node.directives);
            }
        }
    }
    found
}

/// Whether a reason names what to use instead, and the day after which the thing may be gone.
fn is_in_form(reason: &str) -> bool {
    let day = reason
        .strip_prefix("Use ")
        .and_then(|rest| rest.strip_suffix('.'))
        .and_then(|rest| rest.split_once(" instead. Removed after "))
        .filter(|(replacement, _)| !replacement.trim().is_empty())
        .map(|(_, day)| day);
    day.is_some_and(|day| day.len() == 10 && Instant::parse_rfc3339(&format!("{day}T00:00:00Z")).is_ok())
}

#[test]
fn everything_that_is_given_up_says_what_to_use_and_until_when() {
    for (place, reason) in deprecations(&Gateway::new("").sdl()) {
        assert!(
            is_in_form(&reason),
            "{place}: {reason:?} should be \"Use `x` instead. Removed after 2027-06-30.\""
        );
    }
}

#[test]
fn the_form_is_told_from_others() {
    for (reason, expected) in [
        ("Use `permalink` instead. Removed after 2027-06-30.", true),
        ("Use `posts(filter: {tags: …})` instead. Removed after 2027-12-31.", true),
        ("Use `permalink` instead.", false),
        ("Use  instead. Removed after 2027-06-30.", false),
        ("Use `permalink` instead. Removed after 2027-02-30.", false),
        ("Use `permalink` instead. Removed after June 2027.", false),
        ("No longer supported", false),
    ] {
        assert_eq!(is_in_form(reason), expected, "{reason}");
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Order {
    Newest,
    #[graphql(deprecation = "Use `NEWEST` instead. Removed after 2027-06-30.")]
    Latest,
}

#[derive(InputObject)]
struct Filter {
    tag: Option<String>,
    #[graphql(deprecation = "Use `tag` instead. Removed after 2027-06-30.")]
    label: Option<String>,
}

struct Query;

#[Object]
impl Query {
    async fn posts(
        &self,
        filter: Option<Filter>,
        #[graphql(deprecation = "Use `filter` instead. Removed after 2027-06-30.")] label: Option<String>,
        order: Option<Order>,
    ) -> usize {
        let Filter { tag, label: old } = filter.unwrap_or(Filter { tag: None, label: None });
        [tag, old, label].iter().flatten().count() + usize::from(order == Some(Order::Latest))
    }

    #[graphql(deprecation = "Use `posts` instead. Removed after 2027-06-30.")]
    async fn entries(&self) -> usize {
        0
    }
}

#[test]
fn inputs_are_given_up_like_fields() {
    let sdl = Schema::new(Query, EmptyMutation, EmptySubscription).sdl();
    let mut found = deprecations(&sdl);
    found.sort();
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["Filter.label", "Order.LATEST", "Query.entries", "Query.posts(label)"], "{sdl}");
    assert!(found.iter().all(|(_, reason)| is_in_form(reason)), "{found:?}");
}
