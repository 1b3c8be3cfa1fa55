//! Followers miss nothing, however late and out of order the writers' transactions end.
//!
//! Numbers of the log are given out before a transaction ends. Only because writers wait for each other do they become
//! visible in their order; the second test takes that away, and shows that the first one would notice.

use std::{collections::HashSet, time::Duration};

use inkstand_model::{CacheKey, ChangeKind, ChangeOp, Seq};
use inkstand_server::SystemClock;
use inkstand_storage::{Storage, StorageOptions};
use inkstand_tests::{Database, TestDatabase};
use uuid::Uuid;

const WRITERS: u128 = 8;
const WRITES: u128 = 25;

/// Between a transaction's numbers and its end lies a while of chance.
const SLOW_ENDS: &str = "
    CREATE FUNCTION wait_a_while() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END $$;
    CREATE TRIGGER wait_a_while AFTER INSERT ON change FOR EACH STATEMENT EXECUTE FUNCTION wait_a_while()";

/// What three followers saw while many wrote, and what was written.
async fn followed(disordered: bool) -> (Vec<Vec<Uuid>>, HashSet<Uuid>) {
    let database = TestDatabase::new(Database::Postgres).await;
    database.sql(SLOW_ENDS).await;
    let open = async || {
        let options = StorageOptions { disordered, ..StorageOptions::default() };
        Storage::open_with(&database.url, options, &SystemClock).await.unwrap()
    };
    let from = open().await.last_seq().await.unwrap();
    let (done, _) = tokio::sync::watch::channel(false);
    let mut followers = tokio::task::JoinSet::new();
    for limit in [1, 7, 500] {
        let (storage, done) = (open().await, done.subscribe());
        followers.spawn(async move { follow(&storage, from, limit, || *done.borrow()).await });
    }
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let storage = open().await;
        writers.spawn(async move {
            for write in 0..WRITES {
                let id = Uuid::from_u128(1 + writer * WRITES + write);
                let mut writing = storage.write("test", &SystemClock).await.unwrap();
                writing.record(ChangeKind::Post, id, ChangeOp::Updated, [CacheKey::site()]);
                #[expect(
                    clippy::disallowed_methods,
                    reason = "there is no blog here whose memory would be wrong by it"
                )]
                writing.commit().await.unwrap();
            }
        });
    }
    writers.join_all().await;
    done.send_replace(true);
    (followers.join_all().await, (1..=WRITERS * WRITES).map(Uuid::from_u128).collect())
}

/// Follows the log until the writers are done, and then to its end.
async fn follow(storage: &Storage, mut at: Seq, limit: u64, done: impl Fn() -> bool) -> Vec<Uuid> {
    let mut seen = Vec::new();
    loop {
        let done = done();
        let after = storage.changes_after(at, limit).await.unwrap();
        match after.changes.last() {
            Some(last) => at = last.seq,
            None if done => return seen,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
        seen.extend(after.changes.iter().map(|change| change.id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_follower_sees_each_change_once() {
    let (followers, written) = followed(false).await;
    for seen in followers {
        assert_eq!(seen.len(), written.len());
        assert_eq!(seen.into_iter().collect::<HashSet<_>>(), written);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_of_the_writers_they_would_miss_some() {
    let (followers, written) = followed(true).await;
    let missed: Vec<usize> = followers.iter().map(|seen| written.len() - seen.len()).collect();
    println!("missed without the lock: {missed:?} of {}", written.len());
    assert!(missed.iter().any(|missed| *missed > 0), "the other test would notice nothing");
}
