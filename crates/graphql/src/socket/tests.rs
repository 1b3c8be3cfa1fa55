use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const RULES: Rules = Rules { most_operations: 2, init_wait: Duration::from_secs(3) };
const INIT: &str = r#"{"type":"connection_init"}"#;

fn opened() -> Machine {
    Machine::open([PROTOCOL], RULES).unwrap()
}

/// What is done, with the keys of what is sent in one order, whichever it has.
fn done(outputs: &[Output]) -> Vec<Output> {
    let plain = |output: &Output| match output {
        Output::Send(text) => Output::Send(serde_json::from_str::<Value>(text).unwrap().to_string()),
        other => other.clone(),
    };
    outputs.iter().map(plain).collect()
}

fn ready() -> Machine {
    let mut machine = opened();
    assert_eq!(done(&machine.take(Input::Text(INIT))), [Output::Identify { authorization: None }]);
    let ack = r#"{"type":"connection_ack","payload":{"seq":"7"}}"#;
    assert_eq!(
        done(&machine.take(Input::Admitted(json!({ "seq": "7" })))),
        done(&[Output::Send(ack.to_owned())])
    );
    machine
}

fn subscribe(id: &str) -> String {
    json!({ "id": id, "type": "subscribe", "payload": { "query": "{a}" } }).to_string()
}

/// Begins an operation, and gives its run.
fn begin(machine: &mut Machine, id: &str) -> Run {
    match &machine.take(Input::Text(&subscribe(id)))[..] {
        [Output::Start(run, asked)] => {
            assert_eq!(asked.query, "{a}");
            *run
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn closes(mut machine: Machine, input: Input<'_>, code: u16) {
    match &machine.take(input.clone())[..] {
        [Output::Close(close)] => {
            assert_eq!(close.code, code, "{input:?}");
            assert!(close.reason.len() <= 123 && !close.reason.is_empty(), "{close:?}");
        }
        other => panic!("{input:?}: {other:?}"),
    }
    assert_eq!(done(&machine.take(Input::Text(INIT))), [], "nothing comes after it");
}

#[test]
fn what_is_no_message_closes_the_socket() {
    let long = subscribe(&"x".repeat(257));
    for text in [
        "",
        "no JSON",
        "[]",
        "null",
        "\"ping\"",
        "{}",
        r#"{"type":1}"#,
        r#"{"type":"start"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"error","id":"1","payload":[]}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"connection_init","payload":"x"}"#,
        r#"{"type":"connection_init","payload":{"authorization":7}}"#,
        r#"{"type":"ping","payload":[1]}"#,
        r#"{"type":"pong","payload":"x"}"#,
        r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":1}}"#,
        r#"{"type":"complete"}"#,
        &long,
    ] {
        closes(opened(), Input::Text(text), 4400);
        closes(ready(), Input::Text(text), 4400);
    }
    closes(ready(), Input::Unreadable("binary"), 4400);
}

#[test]
fn each_step_out_of_turn_has_its_code() {
    assert_eq!(Machine::open(["graphql-ws"], RULES).unwrap_err().code, 4406);
    assert_eq!(Machine::open([], RULES).unwrap_err().code, 4406);
    closes(opened(), Input::Text(&subscribe("1")), 4401);
    let mut early = opened();
    early.take(Input::Text(INIT));
    closes(early, Input::Text(&subscribe("1")), 4401);
    let mut refused = opened();
    refused.take(Input::Text(INIT));
    closes(refused, Input::Refused("no such token"), 4403);
    closes(ready(), Input::Refused("revoked"), 4403);
    let mut twice = opened();
    twice.take(Input::Text(INIT));
    closes(twice, Input::Text(INIT), 4429);
    closes(ready(), Input::Text(INIT), 4429);
    let mut again = ready();
    begin(&mut again, "é".repeat(100).as_str());
    closes(again, Input::Text(&subscribe(&"é".repeat(100))), 4409);
    closes(ready(), Input::Stopping, 1001);
    closes(ready(), Input::Failed, 1011);
    closes(opened(), Input::Open(Duration::from_secs(3)), 4408);
    assert_eq!(done(&opened().take(Input::Open(Duration::from_secs(2)))), []);
    // Finding out who it is may take its time.
    let mut slow = opened();
    slow.take(Input::Text(INIT));
    assert_eq!(done(&slow.take(Input::Open(Duration::from_secs(9)))), []);
}

#[test]
fn credentials_come_under_any_spelling_of_their_name() {
    for key in ["authorization", "Authorization", "AUTHORIZATION"] {
        let init = json!({ "type": "connection_init", "payload": { key: "Bearer x", "other": 1 } });
        let expected = Output::Identify { authorization: Some("Bearer x".to_owned()) };
        assert_eq!(done(&opened().take(Input::Text(&init.to_string()))), [expected]);
    }
    for none in ["{}", "null", r#"{"authorization":null}"#] {
        let init = format!(r#"{{"type":"connection_init","payload":{none}}}"#);
        assert_eq!(done(&opened().take(Input::Text(&init))), [Output::Identify { authorization: None }]);
    }
}

#[test]
fn pings_are_answered_at_any_time() {
    for mut machine in [opened(), ready()] {
        let pong = |text: &str| done(&[Output::Send(text.to_owned())]);
        assert_eq!(done(&machine.take(Input::Text(r#"{"type":"ping"}"#))), pong(r#"{"type":"pong"}"#));
        assert_eq!(
            done(&machine.take(Input::Text(r#"{"type":"ping","payload":null}"#))),
            pong(r#"{"type":"pong"}"#)
        );
        assert_eq!(
            done(&machine.take(Input::Text(r#"{"payload":{"a":[1]},"type":"ping"}"#))),
            pong(r#"{"payload":{"a":[1]},"type":"pong"}"#)
        );
        assert_eq!(done(&machine.take(Input::Text(r#"{"type":"pong"}"#))), []);
    }
}

#[test]
fn operations_run_side_by_side_and_end_once() {
    let mut machine = ready();
    let (a, b) = (begin(&mut machine, "a\""), begin(&mut machine, "b"));
    let sent = |text: &str| done(&[Output::Send(text.to_owned())]);
    let third = machine.take(Input::Text(&subscribe("c")));
    assert!(matches!(&third[..], [Output::Send(text)] if text.contains("TOO_MANY_OPERATIONS")), "{third:?}");
    assert_eq!(
        done(&machine.take(Input::Delivered(a, Delivery::Event("{}".to_owned())))),
        sent(r#"{"id":"a\"","type":"next","payload":{}}"#)
    );
    assert_eq!(
        done(&machine.take(Input::Delivered(b, Delivery::Answer("{}".to_owned())))),
        [sent(r#"{"id":"b","type":"next","payload":{}}"#), sent(r#"{"id":"b","type":"complete"}"#)].concat()
    );
    assert_eq!(done(&machine.take(Input::Ended(b))), [], "it has ended");
    assert_eq!(done(&machine.take(Input::Text(r#"{"type":"complete","id":"b"}"#))), []);
    assert_eq!(done(&machine.take(Input::Ended(a))), sent(r#"{"id":"a\"","type":"complete"}"#));
    let c = begin(&mut machine, "c");
    assert_eq!(
        done(&machine.take(Input::Delivered(c, Delivery::Errors("[1]".to_owned())))),
        sent(r#"{"id":"c","type":"error","payload":[1]}"#)
    );
    // The client ends one, and uses its id again: what was under way for the first is not for the second.
    let first = begin(&mut machine, "c");
    assert_eq!(done(&machine.take(Input::Text(r#"{"type":"complete","id":"c"}"#))), [Output::Stop(first)]);
    let second = begin(&mut machine, "c");
    for late in
        [Delivery::Event("1".to_owned()), Delivery::Answer("1".to_owned()), Delivery::Errors("1".to_owned())]
    {
        assert_eq!(done(&machine.take(Input::Delivered(first, late))), []);
    }
    assert_eq!(done(&machine.take(Input::Ended(first))), []);
    assert_eq!(done(&machine.take(Input::Ended(second))), sent(r#"{"id":"c","type":"complete"}"#));
}

#[derive(Clone, Debug)]
enum Step {
    Text(String),
    Unreadable,
    Open(u64),
    Admitted,
    Refused,
    Delivered(u64, Delivery),
    Ended(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let id = prop_oneof![Just("a"), Just("b"), Just("c")];
    let message = prop_oneof![
        4 => Just(INIT.to_owned()),
        8 => id.clone().prop_map(subscribe),
        4 => id.prop_map(|id| json!({ "type": "complete", "id": id }).to_string()),
        1 => Just(r#"{"type":"ping"}"#.to_owned()),
        1 => ".{0,40}",
    ];
    let run = 0..6_u64;
    let delivery = prop_oneof![
        Just(Delivery::Event("{}".to_owned())),
        Just(Delivery::Answer("{}".to_owned())),
        Just(Delivery::Errors("[]".to_owned())),
    ];
    prop_oneof![
        12 => message.prop_map(Step::Text),
        1 => Just(Step::Unreadable),
        1 => (0..4_u64).prop_map(Step::Open),
        6 => Just(Step::Admitted),
        1 => Just(Step::Refused),
        8 => (run.clone(), delivery).prop_map(|(run, delivery)| Step::Delivered(run, delivery)),
        4 => run.prop_map(Step::Ended),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_it_keeps_to_the_protocol(steps in prop::collection::vec(step(), 0..60)) {
        let mut machine = opened();
        let (mut acked, mut closed) = (false, false);
        // Ids for which something may come.
        let mut open: HashSet<String> = HashSet::new();
        for step in steps {
            let mut rejected = None;
            let input = match &step {
                Step::Text(text) => {
                    let value: Value = serde_json::from_str(text).unwrap_or_default();
                    if value["type"] == "complete" && let Some(id) = value["id"].as_str() {
                        open.remove(id);
                    }
                    rejected = value["id"].as_str().filter(|_| value["type"] == "subscribe").map(str::to_owned);
                    Input::Text(text)
                }
                Step::Unreadable => Input::Unreadable("binary"),
                Step::Open(seconds) => Input::Open(Duration::from_secs(*seconds)),
                Step::Admitted => Input::Admitted(json!({})),
                Step::Refused => Input::Refused("gone"),
                Step::Delivered(run, delivery) => Input::Delivered(Run(*run), delivery.clone()),
                Step::Ended(run) => Input::Ended(Run(*run)),
            };
            for output in machine.take(input) {
                prop_assert!(!closed, "{output:?} after the end");
                match output {
                    Output::Send(text) => {
                        let sent: Value = serde_json::from_str(&text).unwrap();
                        let id = sent["id"].as_str().unwrap_or_default();
                        match sent["type"].as_str().unwrap() {
                            "connection_ack" => prop_assert!(!std::mem::replace(&mut acked, true)),
                            "pong" => {}
                            "next" => prop_assert!(acked && open.contains(id)),
                            "complete" => prop_assert!(acked && open.remove(id)),
                            "error" => prop_assert!(acked && (open.remove(id) || rejected.as_deref() == Some(id))),
                            other => prop_assert!(false, "{other}"),
                        }
                    }
                    Output::Start(..) => {
                        prop_assert!(acked && open.insert(rejected.clone().unwrap()));
                        prop_assert!(open.len() <= RULES.most_operations);
                    }
                    Output::Close(_) => closed = true,
                    Output::Identify { .. } | Output::Stop(_) => {}
                }
            }
        }
    }
}
