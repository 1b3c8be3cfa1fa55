//! The network to the database is cut, and nobody is told.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase, Wire, database_at, eventually};
use serde_json::Value;

use super::{
    away::{ask, create, header},
    beside,
};

const LONG: Duration = Duration::from_secs(60);

/// Less than the 30 seconds after which a request ends whatever it waits for.
const SOON: Duration = Duration::from_secs(20);

/// A post of this name is in the middle of its transaction for a while.
const SLOWLY: &str = "
    CREATE FUNCTION take_a_while() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.title = 'Slow' THEN PERFORM pg_sleep(2); END IF; RETURN NEW; END $$;
    CREATE TRIGGER take_a_while BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION take_a_while()";

const AT_WORK: &str = "SELECT CAST(pid AS TEXT) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_cut_off_while_writing_holds_nobody_up_and_comes_back() {
    let database = TestDatabase::new(Database::Postgres).await;
    database.sql(SLOWLY).await;
    let wire = Wire::before(&database).await;
    let cut_off = database_at(&wire.url(&database));
    let one = TestBlog::serve_with(cut_off, Arc::new(SystemClock), |_| {}).await;
    let two = beside(&database, |_| {}).await;
    let ada = one.member("ada", Role::Editor, Scope::Write).await;
    let kept = "{ site { title } }";
    for _ in 0..2 {
        assert_eq!(ask(&one.client(), kept).await.status(), 200);
    }
    // Many connections are open, and idle from now on.
    let mut readers = tokio::task::JoinSet::new();
    for number in 1..=30 {
        let client = one.client();
        readers.spawn(async move {
            ask(&client, &format!("{{ posts(first: {number}) {{ totalCount }} }}")).await.status()
        });
    }
    assert!(readers.join_all().await.iter().all(|status| *status == 200));

    let writer = ada.clone();
    let slow = tokio::spawn(async move { ask(&writer, &create("Slow")).await });
    eventually("the middle of a transaction", LONG, || async {
        (database.texts(AT_WORK).await.len() == 1).then_some(())
    })
    .await;
    wire.cut();
    let began = Instant::now();
    let answer = slow.await.unwrap();
    println!("who was writing is told after {:?}", began.elapsed());
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert_eq!(answer.status(), 503);
    assert!(header(&answer, "retry-after").is_some());
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{body}");
    let (stale, _) = eventually("a stale answer", LONG, || async {
        let answer = ask(&one.client(), kept).await;
        assert_eq!(answer.status(), 200);
        header(&answer, "inkstand-stale").is_some().then_some(answer)
    })
    .await;
    assert!(stale.text().await.unwrap().contains("Inkstand"));

    // Its transaction is still open, for all that the server knows, and it has the lock of the writers.
    let by_two = ada.at(two.address);
    eventually("a write of another server", LONG, || async {
        let answer = ask(&by_two, &create("By another")).await;
        assert!(matches!(answer.status().as_u16(), 200 | 503), "{}", answer.status());
        (answer.status() == 200).then_some(())
    })
    .await;
    println!("another server writes again {:?} after the cut", began.elapsed());

    // Those connections that were there before are never heard of again.
    wire.mend();
    let began = Instant::now();
    eventually("it is ready", LONG, || async {
        let ready = one.http.get(one.url("/readyz")).send().await.unwrap();
        (ready.status() == 200).then_some(())
    })
    .await;
    println!("ready again after {:?}", began.elapsed());
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..60 {
        let (client, query) = if number % 5 == 0 {
            (ada.clone(), create(&format!("Back {number}")))
        } else {
            (
                one.client(),
                format!("{{ posts(first: {}) {{ totalCount }} tags {{ totalCount }} }}", number + 31),
            )
        };
        asking.spawn(async move { (ask(&client, &query).await.status().as_u16(), number) });
    }
    let answered = asking.join_all().await;
    assert!(answered.iter().all(|(status, _)| *status == 200), "{answered:?}");
    let mut titles = database.texts("SELECT title FROM entry").await;
    assert_eq!(titles.len(), 13, "{titles:?}");
    titles.retain(|title| title == "Slow");
    assert_eq!(titles, [""; 0], "nobody was told that it was written");
    one.wait_for_search().await;
    let there = one.query("{ posts { totalCount } search { totalCount complete } }").await;
    assert_eq!(
        there,
        serde_json::json!({ "posts": { "totalCount": 13 }, "search": { "totalCount": 13, "complete": true } })
    );
    let _ = one.stop().await;
    let _ = two.stop().await;
}
