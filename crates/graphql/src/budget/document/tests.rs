use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;
use crate::Gateway;
use crate::budget::{check_text, check_variables};

fn cost_with(query: &str, variables: serde_json::Value) -> Result<u64, Refusal> {
    check_text(query)?;
    check_variables(variables.as_object().unwrap())?;
    let schema = SchemaMap::read(&Gateway::new("").sdl());
    let document = parse_query(query).unwrap();
    let (_, meant) = document.operations.iter().next().unwrap();
    Weigher::new(&document, variables.as_object().unwrap(), &schema, true).cost(&meant.node)
}

fn check_with(query: &str, variables: serde_json::Value) -> Result<(), Refusal> {
    let cost = cost_with(query, variables)?;
    if cost > MOST_COST { Err(Refusal::too_much(format!("{cost}"))) } else { Ok(()) }
}

fn check(query: &str) -> Result<(), Refusal> {
    check_with(query, json!({}))
}

fn is_too_much(query: &str) {
    assert!(
        check(query).is_err_and(|refusal| refusal.code == code::TOO_EXPENSIVE),
        "{}",
        &query[..query.len().min(200)]
    );
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
        let refusal = check(&query).unwrap_err();
        assert!(refusal.message.contains("spreads itself"), "{refusal:?} {query}");
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
fn nulls_and_the_lesser_of_two_sizes_hide_no_page() {
    let below = "nodes { posts(first: 100) { nodes { title tags { name } authors { name } } } }";
    for arguments in ["first: null, last: 100", "first: 1, last: 100", "first: 100, last: 1"] {
        is_too_much(&format!("{{ tags({arguments}) {{ {below} }} }}"));
    }
    assert_eq!(check(&format!("{{ tags(first: null) {{ {below} }} }}")), Ok(()));
    let query = format!("query($a: Int, $b: Int) {{ tags(first: $a, last: $b) {{ {below} }} }}");
    assert!(check_with(&query, json!({ "a": null, "b": 100 })).is_err());
    assert!(check_with(&query, json!({ "a": null, "b": 1 })).is_ok());
}

#[test]
fn a_value_costs_wherever_it_is_copied_to() {
    let uses =
        |count: usize| (0..count).map(|n| format!("f{n}: tag(slug: $s) {{ name }} ")).collect::<String>();
    let query = |count| format!("query($s: Slug!) {{ {} }}", uses(count));
    let long = json!({ "s": "a".repeat(1_000_000) });
    assert_eq!(check_with(&query(1), long.clone()), Ok(()));
    assert!(check_with(&query(90), long).is_err());
    assert_eq!(check_with(&query(90), json!({ "s": "a" })), Ok(()));
    let default = format!("query($s: Slug! = \"{}\") {{ {} }}", "a".repeat(60_000), uses(90));
    assert!(check(&default).is_err());
    // Also where nothing runs, since the validation copies it.
    let none = format!(
        "query($s: Slug!) {{ posts(first: 0) {{ nodes {{ {} }} }} }}",
        "a: posts(after: $s) { totalCount } ".repeat(90)
    );
    assert!(check_with(&none, json!({ "s": "a".repeat(1_000_000) })).is_err());
}

#[test]
fn each_fragment_is_looked_at_once() {
    let schema = SchemaMap::read(&Gateway::new("").sdl());
    let query = chain(30, 2, "__typename");
    let document = parse_query(&query).unwrap();
    let (_, meant) = document.operations.iter().next().unwrap();
    let variables = Map::new();
    let began = std::time::Instant::now();
    let mut weigher = Weigher::new(&document, &variables, &schema, true);
    let refusal = weigher.cost(&meant.node).unwrap_err();
    println!("30 levels of two fragments each: {:?}, {refusal:?}", began.elapsed());
    assert_eq!(weigher.looked_at, 1 + 30 * 2 + 1);
    // A billion selections, if they were written out.
    assert_eq!(refusal.code, code::TOO_EXPENSIVE);
}

#[test]
fn what_the_validation_walks_again_and_again_is_counted() {
    // A fragment of many fields, in many selections.
    let fields = "title ".repeat(300);
    let spreads: String = (0..90).map(|n| format!("a{n}: posts(first: 0) {{ nodes {{ ...F }} }} ")).collect();
    is_too_much(&format!("{{ {spreads} }} fragment F on Post {{ {fields} }}"));
    // Inline fragments in each other, each of which is looked through at all levels above.
    is_too_much(
        &format!("{{ {} {} {} }}", "... { ".repeat(30), "__typename ".repeat(90), "} ".repeat(30))
            .replace("__typename", &"site { title } ".repeat(20)),
    );
}

#[test]
fn names_that_are_not_in_the_schema_are_not_pondered_for_long() {
    let fields = |count: usize| (0..count).map(|n| format!("nothing{n} ")).collect::<String>();
    assert_eq!(check(&format!("{{ posts {{ nodes {{ {} }} }} }}", fields(20))), Ok(()));
    let refusal = check(&format!("{{ posts {{ nodes {{ {} }} }} }}", fields(21))).unwrap_err();
    assert_eq!(refusal.code, code::VALIDATION_FAILED);
    assert!(refusal.message.contains("nothing20"), "{refusal:?}");
}

#[test]
fn the_schemas_own_operations_fit_with_room_to_spare() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/operations");
    for operation in std::fs::read_dir(folder).unwrap() {
        let path = operation.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let cost = cost_with(&std::fs::read_to_string(&path).unwrap(), json!({})).unwrap();
        println!("{name}: {cost}");
        assert!(cost * 4 < MOST_COST, "{name} costs {cost}");
    }
}
