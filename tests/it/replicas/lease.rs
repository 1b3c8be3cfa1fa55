//! What one server at a time does: it moves within seconds, and never two do it.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use inkstand_server::SystemClock;
use inkstand_storage::Storage;
use inkstand_tests::{Answering, Database, Inkstand, Receiver, Served, TestDatabase, eventually};
use rstest::rstest;
use tempfile::TempDir;
use uuid::Uuid;

use crate::webhooks::Desk;

const LEASE: &str = "test";

#[rstest]
#[tokio::test]
async fn who_held_it_before_writes_nothing(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let storage = Storage::open(&database.url, &SystemClock).await.unwrap();
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let short = Duration::from_millis(300);
    let first = storage.take_lease(LEASE, one, short).await.unwrap().unwrap();
    assert!(storage.renew_lease(LEASE, first, short).await.unwrap());
    if kind == Database::Postgres {
        let rest = storage.lease_of_another(LEASE, two).await.unwrap().unwrap();
        assert!(rest <= short, "{rest:?}");
        assert_eq!(storage.take_lease(LEASE, two, short).await.unwrap(), None);
    }
    let (second, _) = eventually("the end of the lease", Duration::from_secs(30), || async {
        storage.take_lease(LEASE, two, Duration::from_secs(30)).await.unwrap()
    })
    .await;
    assert!(second > first);
    // The first one was asleep meanwhile, and knows nothing of it.
    assert!(!storage.renew_lease(LEASE, first, short).await.unwrap());
    storage.release_lease(LEASE, first).await.unwrap();
    let writing = storage.write("test", &SystemClock).await.unwrap();
    assert!(!writing.still_leased(LEASE, first).await.unwrap());
    assert!(writing.still_leased(LEASE, second).await.unwrap());
    writing.rollback().await.unwrap();
    // Given back, it is free at once.
    storage.release_lease(LEASE, second).await.unwrap();
    assert_eq!(storage.lease_of_another(LEASE, one).await.unwrap(), None);
    assert!(storage.take_lease(LEASE, one, short).await.unwrap().unwrap() > second);
}

/// Two servers on one PostgreSQL: the first has a message under way that is never answered, and so the lease.
async fn sending(database: &TestDatabase, receiver: &Receiver, desk: &mut Desk) -> (Served, Served, TempDir) {
    receiver.answer(Answering::Never);
    let count = receiver.received().len();
    let serve = |folder: &std::path::Path| {
        let url = database.url_text.as_str();
        Inkstand::new(folder).args(["--database-url", url, "--webhooks-allow-private", "--no-sample"]).serve()
    };
    let one = serve(database.folder.path()).await;
    desk.publish(2).await;
    receiver.wait_for(count + 1).await;
    let folder = tempfile::tempdir().unwrap();
    let two = serve(folder.path()).await;
    (one, two, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_moves_within_seconds_when_its_holder_is_killed() {
    let database = TestDatabase::new(Database::Postgres).await;
    let receiver = Receiver::start().await;
    let mut desk = Desk::on(&database).await;
    desk.hook(&receiver.url()).await;
    let mut times = Vec::new();
    for _ in 0..3 {
        let (one, two, _folder) = sending(&database, &receiver, &mut desk).await;
        let count = receiver.received().len();
        let began = Instant::now();
        one.signal("KILL").await;
        receiver.answer(Answering::Status(204));
        receiver.wait_for(count + 1).await;
        times.push(began.elapsed());
        receiver.wait_for(count + 2).await;
        one.ended().await;
        two.stop().await;
    }
    println!("handed over after {times:?}");
    // The lease is of five seconds; a busy machine has its own ideas, but none of half a minute.
    assert!(times.iter().all(|time| *time < Duration::from_secs(20)), "{times:?}");
    let attempts = "SELECT CAST(max(attempts) AS TEXT) FROM delivery";
    assert_eq!(database.texts(attempts).await, ["1"], "what the dead did not write down was no attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_stopped_and_goes_on_acts_no_more() {
    let database = TestDatabase::new(Database::Postgres).await;
    let receiver = Receiver::start().await;
    let mut desk = Desk::on(&database).await;
    desk.hook(&receiver.url()).await;
    let (mut one, two, _folder) = sending(&database, &receiver, &mut desk).await;
    let count = receiver.received().len();
    one.signal("STOP").await;
    receiver.answer(Answering::Status(204));
    let told = receiver.wait_for(count + 2).await;
    assert_eq!(told[count].id, told[count - 1].id, "the same message again, by the other one");
    one.signal("CONT").await;
    assert!(one.stderr.has(|line| line.contains("broken off, since the lease")).await);
    // From now on either may send, and each message comes once.
    desk.publish(10).await;
    let all = receiver.wait_for(count + 12).await;
    let ids: HashSet<&str> = all[count..].iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), 12);
    eventually("all is written down", Duration::from_secs(60), || async {
        let rest = "SELECT CAST(COUNT(*) AS TEXT) FROM delivery WHERE state <> 'delivered' OR attempts <> 1";
        (database.texts(rest).await == ["0"]).then_some(())
    })
    .await;
    one.stop().await;
    two.stop().await;
}
