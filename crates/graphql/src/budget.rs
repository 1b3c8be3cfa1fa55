//! What a query may ask for, decided before anything walks it.
//!
//! The library's own limits do not hold: its parser and validation recurse without bound on nested values and
//! chains of fragments (a few kilobytes overflow the stack), they walk a fragment each time it is spread (thirty
//! fragments that spread the next one twice are a billion visits), and no limit knows that `first: 100` makes a
//! hundred of everything below. Here a text is weighed before it is parsed, each fragment is measured once, lists
//! multiply, and no recursion is deeper than [`MOST_LEVELS`].

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use serde_json::Map;

use crate::schema_map::{SchemaMap, named, root_type};

/// Bytes of a query; what is long belongs into variables.
const MOST_BYTES: usize = 64 * 1024;

/// Brackets within brackets, of any kind. GraphiQL's introspection needs 15.
const MOST_NESTING: usize = 64;

/// Fragments of a document.
const MOST_FRAGMENTS: usize = 200;

/// Selections within selections, with fragments written out. GraphiQL's introspection needs 16.
const MOST_LEVELS: u64 = 32;

/// Units of one request. A leaf costs one, a list what is below it times its length, and what asks the database or
/// the index some more ([`weight`]). A hundred posts with everything on them cost about 20 000.
const MOST_COST: u64 = 100_000;

/// The greatest page that any field gives (`changes`). What asks for more is refused when it is read, in words of
/// its own, and costs nothing.
const GREATEST_PAGE: u64 = 1_000;

/// The length of a list whose page size is a variable without a value: the greatest that is allowed.
const LONGEST_PAGE: u64 = 100;

/// Why a document is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It asks for too much; what of, in a sentence.
    TooMuch(String),
    /// A fragment spreads itself, directly or through others.
    Circular(String),
}

/// Weighs a text that is not parsed yet.
pub(crate) fn check_text(query: &str) -> Result<(), Refusal> {
    if query.len() > MOST_BYTES {
        return Err(too_much(format!(
            "a query has at most {MOST_BYTES} bytes; put long values into variables"
        )));
    }
    if nesting(query) > MOST_NESTING {
        return Err(too_much(format!("a query has at most {MOST_NESTING} brackets within brackets")));
    }
    Ok(())
}

/// Weighs a parsed document, and says what it costs; its text has been weighed.
pub(crate) fn check_document(
    document: &ExecutableDocument,
    variables: &Map<String, serde_json::Value>,
    schema: &SchemaMap,
) -> Result<u64, Refusal> {
    if document.fragments.len() > MOST_FRAGMENTS {
        return Err(too_much(format!("a document has at most {MOST_FRAGMENTS} fragments")));
    }
    let mut scales = Scales { document, variables, schema, fragments: HashMap::new() };
    let mut cost: u64 = 0;
    for (_, operation) in document.operations.iter() {
        let root = root_type(operation.node.ty);
        let measure = scales.measure(&operation.node.selection_set.node, root, 0)?;
        cost = cost.saturating_add(measure.cost).saturating_add(measure.item);
    }
    // The validation walks unused fragments as well.
    for (name, fragment) in &document.fragments {
        scales.measure_fragment(name, fragment, 0)?;
    }
    if cost > MOST_COST {
        return Err(too_much(format!(
            "the query costs about {cost}, more than the {MOST_COST} that one request may; ask for shorter pages, or \
             in several requests"
        )));
    }
    Ok(cost)
}

/// What a field costs by itself, before anything below it: statements and searches are dearer than leaves, and a
/// mutation is a transaction that waits for every other one.
fn weight(parent: &str, field: &str) -> u64 {
    match field {
        _ if parent == "Mutation" => 2_000,
        "search" | "previewMarkdown" => 1_000,
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

/// How often what is below a field of the introspection comes, about.
fn introspected(field: &str) -> Option<u64> {
    Some(match field {
        "types" => 60,
        "fields" => 8,
        "possibleTypes" => 6,
        "enumValues" | "inputFields" => 5,
        "directives" | "args" | "interfaces" => 3,
        _ => return None,
    })
}

#[derive(Clone, Copy, Default)]
struct Measure {
    /// Units, lists multiplied and fragments written out.
    cost: u64,
    /// Units of each item of the connection that the selection is of.
    item: u64,
    /// Selections within selections, fragments written out.
    height: u64,
}

struct Scales<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Map<String, serde_json::Value>,
    schema: &'a SchemaMap,
    /// `None` while a fragment is being measured: to come upon it again is a circle.
    fragments: HashMap<&'a Name, Option<Measure>>,
}

impl<'a> Scales<'a> {
    fn measure(&mut self, set: &'a SelectionSet, parent: &str, level: u64) -> Result<Measure, Refusal> {
        if level > MOST_LEVELS {
            return Err(too_deep());
        }
        let mut total = Measure::default();
        for selection in &set.items {
            let measure = match &selection.node {
                Selection::Field(field) => self.measure_field(&field.node, parent, level)?,
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
                    Measure { cost: measure.cost.saturating_add(1), ..measure }
                }
            };
            total.cost = total.cost.saturating_add(measure.cost);
            total.item = total.item.saturating_add(measure.item);
            total.height = total.height.max(measure.height + 1);
        }
        Ok(total)
    }

    fn measure_field(&mut self, field: &'a Field, parent: &str, level: u64) -> Result<Measure, Refusal> {
        let name = field.name.node.as_str();
        let shape = self.schema.field(parent, name);
        let (length, below) = match shape {
            Some(shape) if shape.paged => (self.page(field).unwrap_or(shape.length), named(&shape.ty)),
            Some(_) if name == "nodes" && field.get_argument("ids").is_some() => (self.ids(field), "Node"),
            Some(shape) => (shape.length, named(&shape.ty)),
            None => (introspected(name).unwrap_or(1), ""),
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
        Ok(Measure { cost: cost.saturating_add(weight(parent, name)), item, height: below.height })
    }

    fn measure_fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a Positioned<FragmentDefinition>,
        level: u64,
    ) -> Result<Measure, Refusal> {
        let measure = match self.fragments.get(name) {
            Some(Some(known)) => *known,
            Some(None) => return Err(Refusal::Circular(name.to_string())),
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

    /// The page size that a field's arguments ask for.
    fn page(&self, field: &Field) -> Option<u64> {
        let argument = field.get_argument("first").or_else(|| field.get_argument("last"))?;
        Some(match &argument.node {
            // A negative or fractional size is refused when it is read.
            Value::Number(number) => number.as_u64().unwrap_or(0).min(GREATEST_PAGE),
            Value::Variable(name) => self.variable(name).min(GREATEST_PAGE),
            _ => return None,
        })
    }

    fn variable(&self, name: &Name) -> u64 {
        if let Some(value) = self.variables.get(name.as_str()) {
            return value.as_u64().unwrap_or(0);
        }
        let definitions = self.document.operations.iter().flat_map(|(_, op)| &op.node.variable_definitions);
        let defaults =
            definitions.filter(|definition| definition.node.name.node == *name).map(|definition| {
                match definition.node.default_value.as_ref().map(|value| &value.node) {
                    Some(async_graphql::Value::Number(number)) => number.as_u64().unwrap_or(0),
                    _ => LONGEST_PAGE,
                }
            });
        defaults.max().unwrap_or(LONGEST_PAGE)
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

fn too_much(reason: String) -> Refusal {
    Refusal::TooMuch(reason)
}

fn too_deep() -> Refusal {
    too_much(format!("a query has at most {MOST_LEVELS} selections within selections, fragments written out"))
}

/// The most brackets that are open at once, outside of strings and comments (GraphQL §2.1).
fn nesting(query: &str) -> usize {
    let bytes = query.as_bytes();
    let (mut open, mut most, mut at) = (0_usize, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' | b'(' => {
                open += 1;
                most = most.max(open);
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            b'#' => {
                at += bytes[at..].iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(bytes.len() - at);
            }
            b'"' => {
                at += string_length(&bytes[at..]);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    most
}

/// The bytes of the string at the beginning of `bytes`, quotes included; all of them where it does not end.
fn string_length(bytes: &[u8]) -> usize {
    let (quote, escape): (&[u8], &[u8]) =
        if bytes.starts_with(b"\"\"\"") { (b"\"\"\"", b"\\\"\"\"") } else { (b"\"", b"\\") };
    let mut at = quote.len();
    while at < bytes.len() {
        if bytes[at..].starts_with(escape) {
            // After a single backslash, the character behind it is no quote.
            at += escape.len().max(2);
        } else if bytes[at..].starts_with(quote) {
            return at + quote.len();
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;
    use crate::Gateway;

    fn check_with(query: &str, variables: serde_json::Value) -> Result<(), Refusal> {
        check_text(query)?;
        let schema = SchemaMap::read(&Gateway::new("").sdl());
        check_document(&parse_query(query).unwrap(), variables.as_object().unwrap(), &schema).map(|_| ())
    }

    fn check(query: &str) -> Result<(), Refusal> {
        check_with(query, json!({}))
    }

    fn is_too_much(query: &str) {
        assert!(matches!(check(query), Err(Refusal::TooMuch(_))), "{}", &query[..query.len().min(200)]);
    }

    /// `F0` spreads `F1`, and so on, each `times`; the last one asks for `last`.
    fn chain(length: usize, times: usize, last: &str) -> String {
        let mut query = "{ ...F0 }".to_owned();
        for n in 0..length {
            let spreads = format!("...F{} ", n + 1).repeat(times);
            query.push_str(&format!(" fragment F{n} on Query {{ {spreads} }}"));
        }
        format!("{query} fragment F{length} on Query {{ {last} }}")
    }

    #[test]
    fn what_grows_out_of_proportion_is_refused_at_once() {
        for query in [
            chain(30, 2, "__typename"),
            chain(150, 1, "__typename"),
            chain(1_000, 1, "__typename"),
            format!("{{a(b:{}{})}}", "[".repeat(4_000), "]".repeat(4_000)),
            format!("{{a(b:{}1{})}}", "{c:".repeat(4_000), "}".repeat(4_000)),
            format!("{}{}", "{a".repeat(5_000), "}".repeat(5_000)),
            format!("{}{}", "{a".repeat(40), "}".repeat(40)),
            format!("{{ {} }}", "a ".repeat(40_000)),
            "{ tags(first:100) { nodes { posts(first:100) { nodes { tags { name posts { nodes { title } } } } } } } }"
                .to_owned(),
            format!(
                "{{ __type(name:\"Node\") {{ {}name{} }} }}",
                "possibleTypes { interfaces { ".repeat(6),
                " } }".repeat(6)
            ),
            format!("{{ {} }}", (0..900).map(|n| format!("a{n}: changes(first:1000) {{ next }} ")).collect::<String>()),
            format!(
                "{{ {} }}",
                (0..1_400).map(|n| format!("a{n}: posts {{ totalCount }} ")).collect::<String>()
            ),
        ] {
            is_too_much(&query);
        }
    }

    #[test]
    fn circles_are_named_also_beside_what_doubles() {
        for query in [
            "{ ...C } fragment C on Query { ...C }".to_owned(),
            format!("{} fragment C on Query {{ ...C }}", chain(20, 2, "...C")),
            "{ ...A } fragment A on Query { ...B } fragment B on Query { site { title } ...A }".to_owned(),
        ] {
            assert!(matches!(check(&query), Err(Refusal::Circular(_))), "{query}");
        }
    }

    #[test]
    fn what_people_ask_passes() {
        for query in [
            "{ site { title } }",
            "query A { ...F } query B { ...F } fragment F on Query { site { title } }",
            "{ posts(first: 100) { totalCount nodes { id title html authors { name } tags { name slug } categories { \
             name } series { position series { name } } newer { title } older { title } translations { path } seo { \
             title description } headings { text } } } }",
            "{ search(text: \"((({{{[[[\") { totalCount nodes { node { title } body { html parts { text hit } } } a: \
             facets(of: TAG) { value } b: facets(of: AUTHOR) { value } c: facets(of: YEAR) { value } } }",
            "{ a: __typename # }}} \" \n b: __typename }",
        ] {
            assert_eq!(check(query), Ok(()), "{query}");
        }
        for operation in
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/operations")).unwrap()
        {
            let path = operation.unwrap().path();
            assert_eq!(check(&std::fs::read_to_string(&path).unwrap()), Ok(()), "{}", path.display());
        }
    }

    #[test]
    fn the_introspection_of_graphiql_passes() {
        let type_ref = "kind name ofType { ".repeat(9) + "name" + &" }".repeat(9);
        let query = format!(
            "query IntrospectionQuery {{ __schema {{ description queryType {{ name }} mutationType {{ name }} \
             subscriptionType {{ name }} types {{ ...FullType }} directives {{ name description isRepeatable locations \
             args(includeDeprecated: true) {{ ...InputValue }} }} }} }} fragment FullType on __Type {{ kind name \
             description specifiedByURL fields(includeDeprecated: true) {{ name description args(includeDeprecated: \
             true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
             inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
             enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes \
             {{ ...TypeRef }} }} fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} \
             defaultValue isDeprecated deprecationReason }} fragment TypeRef on __Type {{ {type_ref} }}"
        );
        assert_eq!(check(&query), Ok(()));
    }

    #[test]
    fn page_sizes_come_from_variables_and_their_defaults() {
        let query = "query Q($n: Int = 1) { tags(first: $n) { nodes { posts(first: 100) { nodes { title tags { name } \
                     authors { name } } } } } }";
        assert_eq!(check(query), Ok(()));
        assert!(check_with(query, json!({ "n": 100 })).is_err());
        assert!(check(&query.replace(" = 1", "")).is_err());
    }

    #[test]
    fn strings_and_comments_open_no_brackets() {
        for (query, depth) in [
            ("{a}", 1),
            ("{a(b: \"{{{\\\"{{{\")}", 2),
            ("{a(b: \"\"\"{{ \" {{ \\\"\"\" {{\"\"\")}", 2),
            ("{a # {{{{\n}", 1),
            ("{a(b: \"", 2),
            ("}}}{", 1),
            ("\"\\", 0),
        ] {
            assert_eq!(nesting(query), depth, "{query}");
        }
    }
}
