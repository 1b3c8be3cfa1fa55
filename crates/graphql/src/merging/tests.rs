//! The examples of the specification, and what is hidden below them.

use async_graphql::parser::parse_query;

use super::*;
use crate::code;

/// The types of the specification's examples (§5, "Type System" and §5.3.2).
const SDL: &str = "
    type Query { dog: Dog pet: Pet cat: Cat dogs: [Dog] box: SomeBox }
    interface Pet { name: String! nickname: String barkVolume: Int friend: Pet }
    enum DogCommand { SIT DOWN HEEL }
    type Dog implements Pet {
        friend: Pet name: String! nickname: String barkVolume: Int doesKnowCommand(dogCommand: DogCommand): Boolean!
        isHouseTrained(atOtherHomes: Boolean): Boolean! owner: Human volume: Int weight(unit: Unit, of: Of): Float
    }
    type Cat implements Pet {
        friend: Pet name: String! nickname: String barkVolume: Int meowVolume: Int color: String! owner: Human
        doesKnowCommand(catCommand: String): Boolean!
    }
    type Human { name: String! pets: [Pet] self: Human dog: Dog }
    interface SomeBox { deep: SomeBox unrelated: String }
    type IntBox implements SomeBox { scalar: Int deep: IntBox unrelated: String lists: [IntBox] boxes: IntBox }
    type StringBox implements SomeBox { scalar: String deep: StringBox unrelated: String lists: StringBox boxes: StringBox }
    type NonNullBox implements SomeBox { scalar: String! deep: StringBox unrelated: String boxes: StringBox! }
";

fn check(query: &str) -> Result<(), Refusal> {
    check_merging(&parse_query(query).unwrap(), &SchemaMap::read(SDL))
}

#[test]
fn what_can_merge_passes() {
    for query in [
        "{ dog { name name } }",
        "{ dog { otherName: name otherName: name } }",
        "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: SIT) } }",
        "query($c: DogCommand) { dog { doesKnowCommand(dogCommand: $c) doesKnowCommand(dogCommand: $c) } }",
        "{ dog { weight(unit: KG, of: {a: 1, b: [2, {c: 3}]}) weight(of: {b: [2, {c: 3}], a: 1}, unit: KG) } }",
        // Of objects of different types, of one shape.
        "{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }",
        "{ pet { ... on Dog { doesKnowCommand(dogCommand: SIT) } ... on Cat { doesKnowCommand(catCommand: \"a\") } } }",
        "{ pet { ... on Dog { ... { v: barkVolume } } ... on Cat { ... { v: meowVolume } } } }",
        "{ pet { ... on Dog { owner { a: name } } ... on Cat { owner { a: name } } } }",
        // The parents above exclude each other, so what is below is never one object.
        "{ pet { ... on Dog { o: owner { n: name } } ... on Cat { o: owner { n: name } } } }",
        "{ pet { ...D ...D } } fragment D on Dog { name ...N } fragment N on Pet { name }",
        "{ dog { name @include(if: true) name @skip(if: true) } }",
        "{ box { ... on IntBox { deep { unrelated } } ... on StringBox { deep { unrelated } } } }",
        "{ __schema { types { name } } __schema { types { name kind } } }",
        "{ dog { unknown unknown } nothing { x } }",
    ] {
        assert_eq!(check(query), Ok(()), "{query}");
    }
}

#[test]
fn what_cannot_merge_is_found_at_any_depth() {
    for query in [
        "{ dog { name: nickname name } }",
        "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: HEEL) } }",
        "query($c: DogCommand) { dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: $c) } }",
        "query($a: DogCommand, $b: DogCommand) { dog { doesKnowCommand(dogCommand: $a) doesKnowCommand(dogCommand: $b) } }",
        "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand } }",
        "{ dog { weight(of: {a: [1, 2]}) weight(of: {a: [2, 1]}) } }",
        // Different shapes, also of objects of different types.
        "{ pet { ... on Dog { some: nickname } ... on Cat { some: meowVolume } } }",
        "{ pet { ... on Dog { some: name } ... on Cat { some: nickname } } }",
        "{ box { ... on IntBox { scalar } ... on StringBox { scalar } } }",
        "{ box { ... on StringBox { scalar } ... on NonNullBox { scalar } } }",
        "{ box { ... on IntBox { boxes { scalar } } ... on StringBox { boxes { scalar } } } }",
        "{ box { ... on IntBox { lists { scalar } } ... on StringBox { lists { s: scalar } } } }",
        "{ box { ... on StringBox { boxes { unrelated } } ... on NonNullBox { boxes { unrelated } } } }",
        "{ box { ... on IntBox { deep { x: scalar } } ... on StringBox { deep { x: scalar } } } }",
        // An interface excludes none of its types.
        "{ pet { ... on Dog { x: name } ... on Pet { x: nickname } } }",
        "{ pet { x: name ... on Dog { x: barkVolume } } }",
        // Levels below: what the library's rule does not see.
        "{ dog { owner { name } } dog { owner { name: self { name } } } }",
        "{ dog { owner { a: name } owner { a: self { name } } } }",
        "{ dog { ...A ...B } } fragment A on Dog { owner { x: name } } fragment B on Dog { owner { x: self { name } } }",
        "{ ...A ...B } fragment A on Query { dog { isHouseTrained(atOtherHomes: true) } } fragment B on Query { dog { isHouseTrained } }",
        "{ pet { ... on Dog { o: owner { x: name } } ... on Cat { o: owner { x: self { name } } } } }",
        "{ dog { ... { name } ... { name: nickname } } }",
        "{ __schema { types { name } } __schema { types { name: kind } } }",
        "{ dog { name } ...F } fragment F on Query { dog { ...G } } fragment G on Dog { ... { name: nickname } }",
    ] {
        let refusal = check(query).expect_err(query);
        assert_eq!((refusal.code, refusal.at.len()), (code::VALIDATION_FAILED, 2), "{query}");
    }
    let refusal = check("{ dog { name } dog { name: nickname } }").unwrap_err();
    assert_eq!(
        refusal.message,
        "two fields are called `name` at the same place, and they give `String!` and `String`; give one of them an \
         alias"
    );
}

#[test]
fn time_grows_with_the_document() {
    let visits = |query: &str| {
        let (document, schema) = (parse_query(query).unwrap(), SchemaMap::read(SDL));
        let mut merging = Merging { document: &document, schema: &schema, visits: 0 };
        let (_, operation) = document.operations.iter().next().unwrap();
        let all = [Below { set: &operation.node.selection_set.node, parent: "Query" }];
        merging.check_shapes(&all).and_then(|()| merging.check_names(&all)).map(|()| merging.visits)
    };
    // Two thousand fields of one key are two million pairs.
    assert_eq!(visits(&format!("{{ {} }}", "dog { name } ".repeat(2_000))), Ok(8_000));
    // Each level merges what is asked of an interface with what is asked of two of its types, and each of these goes
    // on by itself: 2, 4, 8 … That ends.
    let levels = |count: usize| {
        let friends = |below: &str| {
            format!(
                "friend {{ {below} }} ... on Dog {{ friend {{ name }} }} ... on Cat {{ friend {{ name }} }}"
            )
        };
        format!("{{ pet {{ {} }} }}", (0..count).fold("name".to_owned(), |below, _| friends(&below)))
    };
    assert!(visits(&levels(4)).is_ok_and(|visits| visits < 1_000));
    let refusal = visits(&levels(28)).unwrap_err();
    assert_eq!(refusal.code, code::TOO_EXPENSIVE);
}
