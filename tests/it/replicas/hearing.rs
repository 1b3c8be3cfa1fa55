//! What one server writes, the others know.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase, eventually};
use serde_json::{Value, json};

use super::{beside, write};
use crate::live::Socket;

/// Sooner than a server looks that listens: who has it by then was told.
const TOLD: Duration = Duration::from_secs(4);

const LISTENERS: &str = "SELECT CAST(pid AS TEXT) FROM pg_stat_activity WHERE application_name = 'inkstand listener' \
                         AND datname = current_database()";

async fn hears(database: &TestDatabase, servers: usize) -> Vec<String> {
    let all = async || {
        let listeners = database.texts(LISTENERS).await;
        (listeners.len() == servers).then_some(listeners)
    };
    eventually("all servers listen", Duration::from_secs(60), all).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_on_one_is_known_to_all_at_once() {
    let one = TestBlog::start(Database::Postgres).await;
    let two = beside(&one.database, |_| {}).await;
    // The third has nobody to tell it.
    let deaf = beside(&one.database, |settings| settings.no_listening = true).await;
    hears(&one.database, 2).await;
    let ada = one.member("ada", Role::Editor, Scope::Write).await;
    let made = write(
        &ada,
        "createPost",
        "post { id version }",
        json!({ "title": "Ink", "markdown": "", "publish": true }),
    );
    let made = made.await;
    let id = made["post"]["id"].clone();
    let mut version = made["post"]["version"].clone();
    let seq = made["seq"].as_str().unwrap();
    let _ = two.client().with_header("inkstand-after-seq", seq).query("{ site { title } }").await;
    let mut socket = Socket::of(two.address, None).await;
    socket.subscribe("s", "subscription { changes { seq } }", json!({})).await;
    socket.round_trip().await;
    let mut lags = Vec::new();
    for round in 0..20 {
        let word = format!("Quill{round}");
        let query = format!(
            "{{ post(by: {{ id: {id} }}) {{ title }} posts(first: 1) {{ nodes {{ title }} }} search(text: \"{word}\") {{ totalCount complete }} }}"
        );
        let one_page = format!("{{ post(by: {{ id: {id} }}) {{ title }} }}");
        let before = two.query(&one_page).await;
        assert_eq!(two.query(&one_page).await, before, "from memory");
        // Whoever writes, by the same token.
        let writer = if round % 2 == 0 { ada.clone() } else { ada.at(deaf.address) };
        let input = json!({ "id": id, "version": version, "title": word });
        let written = write(&writer, "updatePost", "post { version }", input).await;
        version = written["post"]["version"].clone();
        let began = Instant::now();
        let seq = written["seq"].as_str().unwrap().to_owned();
        if round % 4 < 2 {
            // Nobody waits: each finds it a moment later.
            eventually("the new title", TOLD, || async {
                (two.query(&one_page).await["post"]["title"] == word.as_str()).then_some(())
            })
            .await;
            lags.push(began.elapsed());
        }
        for server in [&one, &two, &deaf] {
            let answer = server.client().with_header("inkstand-after-seq", &seq).query(&query).await;
            let expected = json!({
                "post": { "title": word }, "posts": { "nodes": [{ "title": word }] },
                "search": { "totalCount": 1, "complete": true }
            });
            assert_eq!(answer, expected, "round {round}");
        }
        let event = socket.event().await;
        assert_eq!(event["data"]["changes"]["seq"].as_str(), Some(seq.as_str()), "each once, and in order");
    }
    lags.sort();
    println!(
        "seen by another server after {:?} (median), {:?} (longest)",
        lags[lags.len() / 2],
        lags[lags.len() - 1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_need_not_look() {
    let one = TestBlog::start(Database::Postgres).await;
    let deaf = beside(&one.database, |settings| settings.no_listening = true).await;
    hears(&one.database, 1).await;
    one.wait_for_search().await;
    let before = (one.blog().statements(), deaf.blog().statements());
    // There is nothing to wait for: what is counted is what does not happen.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let hearing = one.blog().statements() - before.0;
    let looking = deaf.blog().statements() - before.1;
    println!("statements in four seconds at rest: {hearing} listening, {looking} looking");
    assert!(hearing <= 4, "{hearing}");
    assert!(looking > 2 * hearing, "{looking} and {hearing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_made_up_for_and_made_anew() {
    let one = TestBlog::start(Database::Postgres).await;
    let two = beside(&one.database, |_| {}).await;
    let ada = one.member("ada", Role::Editor, Scope::Write).await;
    for round in 0..4 {
        let listeners = hears(&one.database, 2).await;
        for pid in &listeners {
            one.database.sql(&format!("SELECT pg_terminate_backend({pid})")).await;
        }
        let title = format!("Round {round}");
        write(&ada, "createPost", "post { id }", json!({ "title": title, "markdown": "", "publish": true }))
            .await;
        eventually("the new post", TOLD, || async {
            let data = two.query("{ posts(first: 1) { nodes { title } } }").await;
            (data["posts"]["nodes"][0]["title"] == title.as_str()).then_some(())
        })
        .await;
        let again = hears(&one.database, 2).await;
        assert!(again.iter().all(|pid| !listeners.contains(pid)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_takes_away_ends_the_sockets_of_the_other() {
    let database = TestDatabase::new(Database::Postgres).await;
    let rarely =
        |settings: &mut inkstand_server::Settings| settings.sockets.check_every = Duration::from_secs(3_600);
    let one = TestBlog::serve_with(database, Arc::new(SystemClock), rarely).await;
    let two = beside(&one.database, rarely).await;
    hears(&one.database, 2).await;
    let olga = one.member("olga", Role::Owner, Scope::Admin).await;
    let ada = one.account("ada", Role::Author).await;
    for change in [json!({ "role": "EDITOR" }), json!({ "disabled": true })] {
        let token = one.token_secret(&ada, Scope::Write).await;
        let mut socket = Socket::of(two.address, Some(&token)).await;
        socket.subscribe("s", "subscription { changes { kind } }", json!({})).await;
        socket.round_trip().await;
        let id = olga.query(r#"{ account(name: "ada") { id } }"#).await["account"]["id"].take();
        let mut input = json!({ "id": id });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        write(&olga, "updateAccount", "account { role }", input).await;
        assert_eq!(socket.closed().await.0, 4403, "{change}");
    }
    let none: Value = two.query("{ viewer { name } }").await;
    assert_eq!(none, json!({ "viewer": null }));
}
