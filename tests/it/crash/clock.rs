//! The machine's clock jumps, an hour ahead and back.

use std::{collections::BTreeSet, path::Path, time::Duration};

use inkstand_chance::Dice;
use inkstand_model::{Clock, Instant};
use inkstand_server::SystemClock;
use inkstand_tests::{Client, Database, Inkstand, PASSWORD, Receiver, TestDatabase, eventually};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    killed::under_load,
    ledger::{Writer, all, examine, settle},
    seed, token,
};
use crate::webhooks::Desk;

const LONG: Duration = Duration::from_secs(60);

/// In milliseconds.
const HOUR: i64 = 3_600_000;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_loses_nothing(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let receiver = Receiver::start().await;
    Desk::on(&database).await.hook(&receiver.url()).await;
    let clock = tempfile::NamedTempFile::new().unwrap();
    set(clock.path(), 0);
    let served = Inkstand::on(&database)
        .args(["--no-sample", "--webhooks-allow-private"])
        .by_the_clock_of(clock.path())
        .serve()
        .await;
    let token = token(&database).await;
    let (client, anybody) = (served.client.with_token(&token), served.client.clone());
    let session = anybody.with_cookie(&anybody.sign_in("ada", PASSWORD).await);
    let mut dice = Dice::new(seed());
    let mut writers: Vec<Writer> = (0..4).map(|name| Writer::new(name, dice.roll())).collect();
    let mut before = 0;
    for (round, hours) in [1, 0, -1, 0, 1].into_iter().enumerate() {
        let due = if hours > before {
            let in_between = by_hours(before).millis() + HOUR / 2;
            Some(schedule(&client, &format!("Due {round}"), Instant::from_millis(in_between).unwrap()).await)
        } else {
            None
        };
        writers = under_load(writers, &client, 20, async { set(clock.path(), hours) }).await;
        writers = under_load(writers, &client, 40, async {}).await;
        settle(&mut writers, &client, &anybody).await;
        let (id, at) = publish(&client, &format!("Heard {round}")).await;
        assert!((at.millis() - by_hours(hours).millis()).abs() < HOUR / 10, "the clock of the server: {at}");
        receiver
            .wait_until(|received| received.iter().any(|message| message.data("id") == id.as_str()))
            .await;
        let again = anybody.with_cookie(&anybody.sign_in("ada", PASSWORD).await);
        for session in [&session, &again] {
            assert_eq!(session.query("{ viewer { name } }").await["viewer"]["name"], "ada");
        }
        if let Some(due) = due {
            eventually("what is due", LONG, || async {
                let query = "query($id: ID!) { post(by: { id: $id }) { status } }";
                let status = anybody.query_with(query, json!({ "id": due })).await;
                (status["post"]["status"] == "PUBLISHED").then_some(())
            })
            .await;
        }
        let listed = all(&anybody, "posts", "", "nodes { id publishedAt }", Value::clone).await;
        let at = |node: &Value| Instant::parse_rfc3339(node["publishedAt"].as_str().unwrap()).unwrap();
        let dates: Vec<Instant> = listed.iter().map(at).collect();
        assert!(dates.is_sorted_by(|newer, older| newer >= older), "{dates:?}");
        let ids: BTreeSet<&str> = listed.iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), listed.len(), "each once");
        before = hours;
    }
    let messages = receiver.received();
    let ids: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), messages.len(), "a message came twice");
    println!("{} acknowledged", writers.iter().map(Writer::acknowledged).sum::<usize>());
    let log = served.stderr.clone();
    examine(served, &database).await;
    assert!(!log.text().contains("panicked"), "{}", log.text());
}

/// What time it is so many hours ahead.
fn by_hours(ahead: i64) -> Instant {
    Instant::from_millis(SystemClock.now().millis() + ahead * HOUR).unwrap()
}

fn set(clock: &Path, hours: i64) {
    // At once: half of it would be another time.
    let next = clock.with_extension("next");
    std::fs::write(&next, format!("{hours:+}h\n")).unwrap();
    std::fs::rename(next, clock).unwrap();
}

/// Publishes a post, and gives its id and when that was, by the server's clock.
async fn publish(client: &Client, title: &str) -> (String, Instant) {
    let query =
        "mutation($title: String!) { createPost(input: { title: $title, markdown: \"\", publish: true }) {
        post { id publishedAt } userErrors { message } } }";
    let made = client.query_with(query, json!({ "title": title })).await;
    let post = &made["createPost"]["post"];
    let text = |field: &str| post[field].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    (text("id"), Instant::parse_rfc3339(&text("publishedAt")).unwrap())
}

/// Has a post go out at that time, which is to come, and gives its id.
async fn schedule(client: &Client, title: &str, at: Instant) -> String {
    let draft =
        "mutation($title: String!) { createPost(input: { title: $title, markdown: \"\" }) { post { id } } }";
    let made = client.query_with(draft, json!({ "title": title })).await;
    let id = made["createPost"]["post"]["id"].as_str().unwrap().to_owned();
    let query = "mutation($input: ScheduleEntryInput!) { schedulePost(input: $input) { post { status } userErrors { message } } }";
    let input = json!({ "id": id, "publishedAt": at.to_string() });
    let scheduled = client.query_with(query, json!({ "input": input })).await;
    assert_eq!(scheduled["schedulePost"]["post"]["status"], "SCHEDULED", "{scheduled}");
    id
}
