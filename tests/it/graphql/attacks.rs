//! What is known to bring GraphQL servers down, sent to ours in a process of its own: each is refused, or answered, at
//! little cost, and others are answered meanwhile.
//!
//! The binary of the tests is not optimised; in a release the figures are a small part of these.

use std::{fmt::Write, time::Duration};

use inkstand_graphql::code;
use inkstand_tests::{Database, Inkstand, Served, TestDatabase, strained};
use serde_json::{Value, json};

/// Time of the processor that an attack may take. The bound is 100 ms; the binary of the tests is not optimised, and on a
/// loaded machine the same work takes several times as long.
const MOST_CPU: Duration = Duration::from_millis(300);

/// Bytes by which the process may grow.
const MOST_MEMORY: u64 = 50_000_000;

struct Attack {
    name: &'static str,
    body: String,
    /// The code of the refusal; `None` where it is answered.
    code: Option<&'static str>,
}

fn attack(name: &'static str, query: impl Into<String>, code: Option<&'static str>) -> Attack {
    attack_with(name, query, json!({}), code)
}

fn attack_with(
    name: &'static str,
    query: impl Into<String>,
    variables: Value,
    code: Option<&'static str>,
) -> Attack {
    let body = json!({ "query": query.into(), "variables": variables }).to_string();
    Attack { name, body, code }
}

/// `count` times what `one` makes of a number.
fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, n| {
        write!(all, "{} ", one(n)).unwrap();
        all
    })
}

fn fan_out(levels: usize) -> String {
    let fragments = many(levels, |n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1));
    format!("{{ ...F0 }} {fragments} fragment F{levels} on Query {{ __typename }}")
}

const TOO_EXPENSIVE: Option<&str> = Some(code::TOO_EXPENSIVE);
const INVALID: Option<&str> = Some(code::VALIDATION_FAILED);
const UNREADABLE: Option<&str> = Some(code::PARSE_FAILED);
const NO_REQUEST: Option<&str> = Some(code::BAD_REQUEST);

fn documents() -> Vec<Attack> {
    vec![
        attack(
            "100 000 aliases",
            format!("{{ {} }}", many(100_000, |n| format!("a{n}: __typename"))),
            TOO_EXPENSIVE,
        ),
        attack(
            "200 aliases of a search",
            format!("{{ {} }}", many(200, |n| format!("a{n}: search(text: \"a\") {{ totalCount }}"))),
            TOO_EXPENSIVE,
        ),
        attack(
            "1 000 directives on a field",
            format!("{{ __typename {} }}", "@include(if: true) ".repeat(1_000)),
            TOO_EXPENSIVE,
        ),
        attack(
            "directives that nobody knows",
            format!("{{ {} }}", many(3_000, |_| "a @b".to_owned())),
            TOO_EXPENSIVE,
        ),
        attack("30 000 fields", format!("{{ {} }}", "id ".repeat(20_000)), TOO_EXPENSIVE),
        attack(
            "5 900 fields that nothing has",
            format!("{{ site {{ {} }} }}", many(5_900, |n| format!("f{n}"))),
            INVALID,
        ),
        attack(
            "1 800 arguments that nothing has",
            format!(
                "{{ {} }}",
                many(20, |n| format!("site({}) {{ title }}", many(90, |m| format!("a{n}b{m}: 1"))))
            ),
            INVALID,
        ),
        attack(
            "950 wrong arguments",
            format!("{{ posts {{ nodes {{ {} }} }} }}", "text(maxLength: \"a\") ".repeat(950)),
            INVALID,
        ),
        attack(
            "500 fragments",
            format!("{{ ...F0 }} {}", many(500, |n| format!("fragment F{n} on Query {{ __typename }}"))),
            TOO_EXPENSIVE,
        ),
        attack(
            "fragments in a circle",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            INVALID,
        ),
        attack("30 levels of fragments that fan out", fan_out(30), TOO_EXPENSIVE),
        attack("150 levels of fragments that fan out", fan_out(150), TOO_EXPENSIVE),
        attack(
            "a long fragment in many selections",
            format!(
                "{{ {} }} fragment F on Post {{ {} }}",
                many(90, |n| format!("a{n}: posts(first: 0) {{ nodes {{ ...F }} }}")),
                "title ".repeat(4_000)
            ),
            TOO_EXPENSIVE,
        ),
        attack(
            "5 000 levels of selections",
            format!("{}{}", "{a".repeat(5_000), "}".repeat(5_000)),
            TOO_EXPENSIVE,
        ),
        attack(
            "20 000 levels of lists",
            format!("{{ nodes(ids: {}{}) {{ id }} }}", "[".repeat(20_000), "]".repeat(20_000)),
            TOO_EXPENSIVE,
        ),
        attack(
            "10 000 levels of objects",
            format!("{{ posts(filter: {}1{}) {{ totalCount }} }}", "{a:".repeat(10_000), "}".repeat(10_000)),
            TOO_EXPENSIVE,
        ),
        attack(
            "lists of lists of pages",
            "{ tags(first: 100) { nodes { posts(first: 100) { nodes { tags { posts(first: 100) { nodes { title } } } } } } } }",
            TOO_EXPENSIVE,
        ),
        attack(
            "a circle of the introspection",
            format!(
                "{{ __schema {{ types {{ {}name{} }} }} }}",
                "fields { type { ".repeat(8),
                " } }".repeat(8)
            ),
            TOO_EXPENSIVE,
        ),
        attack(
            "another one",
            format!(
                "{{ __type(name: \"Node\") {{ {}name{} }} }}",
                "possibleTypes { interfaces { ".repeat(6),
                " } }".repeat(6)
            ),
            TOO_EXPENSIVE,
        ),
        attack("300 operations", many(300, |n| format!("query Q{n} {{ __typename }}")), INVALID),
        attack("a name of 60 000 letters", format!("{{ {} }}", "a".repeat(60_000)), TOO_EXPENSIVE),
        attack(
            "a number of 60 000 digits",
            format!("{{ posts(first: {}) {{ totalCount }} }}", "9".repeat(60_000)),
            TOO_EXPENSIVE,
        ),
        attack(
            "a text of 10 000 escapes",
            format!("{{ tag(slug: \"{}\") {{ name }} }}", "\\u0041".repeat(10_000)),
            None,
        ),
        attack("60 000 commas", format!("{{ __typename {} }}", ",".repeat(60_000)), None),
        attack("30 000 comments", format!("{{ __typename {} }}", "#\n".repeat(30_000)), None),
        attack("a query of 2 MB", "a".repeat(2_000_000), TOO_EXPENSIVE),
        attack("a text that does not end", format!("{{ tag(slug: \"{}", "a".repeat(60_000)), UNREADABLE),
        attack("5 900 marks that mean nothing", "! ".repeat(5_900), UNREADABLE),
        attack(
            "the longest document that is let through",
            format!("{{ posts(first: 1) {{ nodes {{ {} }} }} }}", "title ".repeat(5_900)),
            None,
        ),
        attack(
            "as many selections",
            format!(
                "{{ {} }}",
                many(55, |_| format!("posts(first: 1) {{ nodes {{ {} }} }}", "title ".repeat(90)))
            ),
            None,
        ),
        attack(
            "fields that cannot merge, at the end",
            format!("{{ posts(first: 0) {{ nodes {{ {} title: path }} }} }}", "title ".repeat(5_800)),
            INVALID,
        ),
        attack(
            "interfaces and objects in each other",
            {
                let level = |below: String| {
                    format!(
                        "translations {{ id {below} }} ... on Post {{ translations {{ id }} }} ... on Page {{ translations {{ id }} }}"
                    )
                };
                let levels = (0..24).fold(String::new(), |below, _| level(below));
                format!("{{ nodes(ids: []) {{ ... on Entry {{ {levels} }} }} }}")
            },
            TOO_EXPENSIVE,
        ),
    ]
}

fn variables() -> Vec<Attack> {
    let query = "query($v: PostFilter) { posts(filter: $v) { totalCount } }";
    let nested = |open: &str, levels: usize, close: &str| {
        format!(
            r#"{{"query":"{query}","variables":{{"v":{}1{}}}}}"#,
            open.repeat(levels),
            close.repeat(levels)
        )
    };
    let raw = |name, body, code| Attack { name, body, code };
    let uses = |count: usize| many(count, |n| format!("a{n}: tag(slug: $s) {{ name }}"));
    vec![
        raw("variables of 100 levels", nested("[", 100, "]"), TOO_EXPENSIVE),
        raw("variables of 500 000 levels", nested("[", 500_000, "]"), NO_REQUEST),
        raw("objects of 300 000 levels", nested(r#"{"a":"#, 300_000, "}"), NO_REQUEST),
        raw("a number of 1 000 000 digits", nested(&"9".repeat(1_000_000), 1, ""), NO_REQUEST),
        raw("a number of a great exponent", nested("1e99999999", 1, ""), NO_REQUEST),
        attack_with("500 000 values", query, json!({ "v": vec![1; 500_000] }), TOO_EXPENSIVE),
        attack_with(
            "100 000 variables",
            query,
            Value::Object((0..100_000).map(|n| (format!("v{n}"), json!(n))).collect()),
            TOO_EXPENSIVE,
        ),
        attack_with(
            "a text of 1.9 MB",
            "query($s: String!) { search(text: $s, first: 1) { totalCount } }",
            json!({ "s": "a ".repeat(950_000) }),
            TOO_EXPENSIVE,
        ),
        attack_with(
            "the longest search",
            "query($s: String!) { search(text: $s, first: 1) { totalCount } }",
            json!({ "s": "a ".repeat(16 * 1024) }),
            None,
        ),
        attack_with(
            "a long text in many places",
            format!("query($s: Slug!) {{ {} }}", uses(90)),
            json!({ "s": "a".repeat(1_900_000) }),
            TOO_EXPENSIVE,
        ),
        attack_with(
            "2 000 uses of 200 variables",
            format!(
                "query({}) {{ posts(filter: {{tags: {{any: [{}]}}}}) {{ totalCount }} }}",
                many(200, |n| format!("$v{n}: Int")),
                many(2_000, |n| format!("$v{}", n % 200))
            ),
            json!({}),
            INVALID,
        ),
        raw(
            "a batch of 50 000",
            format!("[{}{{}}]", r#"{"query":"{ __typename }"},"#.repeat(50_000)),
            NO_REQUEST,
        ),
        raw("2 MB of brackets", "[".repeat(2_000_000), NO_REQUEST),
    ]
}

#[tokio::test]
async fn documents_made_to_cost_cost_little() {
    let database = TestDatabase::new(Database::Sqlite).await;
    withstand(&Inkstand::on(&database).serve().await, documents()).await;
}

#[tokio::test]
async fn bodies_and_variables_made_to_cost_cost_little() {
    let database = TestDatabase::new(Database::Sqlite).await;
    withstand(&Inkstand::on(&database).serve().await, variables()).await;
}

/// Sends all of them, each while a probe asks, before it says which went wrong.
async fn withstand(served: &Served, attacks: Vec<Attack>) {
    let mut wrong = Vec::new();
    for Attack { name, body, code } in attacks {
        let request = served
            .client
            .http
            .post(served.client.url("/graphql"))
            .header("content-type", "application/json")
            .body(body);
        let (answer, strain) = strained(served, name, async {
            let answer = request.send().await.expect("an answer");
            answer.json::<Value>().await.expect("JSON")
        })
        .await;
        let got = answer["errors"][0]["extensions"]["code"].as_str();
        if got != code {
            let answer = answer.to_string();
            wrong.push(format!("{name}: {}", answer.chars().take(300).collect::<String>()));
        }
        // How long a probe took depends on whatever else the machine does; that each was answered does not.
        if strain.cpu > MOST_CPU || strain.memory > MOST_MEMORY || strain.lost > 0 {
            wrong.push(strain.to_string());
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
