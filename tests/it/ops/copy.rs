//! A blog moved between databases, while it is written to.

use inkstand_tests::{Database, Ended, Inkstand, TestDatabase};
use rstest::rstest;
use tokio::sync::oneshot;

use super::{READING, owner, publish, run, small_blog, writing};

async fn copy(from: &TestDatabase, to: &TestDatabase) -> Ended {
    run(from, &["copy", "--to", &to.url_text]).await
}

/// The lines of the report that tell of tables, with their checksums.
fn tables(copied: &Ended) -> Vec<&str> {
    copied.stdout.lines().filter(|line| line.contains(" rows  ")).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_blog_goes_there_and_back_and_loses_nothing(
    #[values(Database::Sqlite, Database::Postgres)] from: Database,
    #[values(Database::Sqlite, Database::Postgres)] to: Database,
) {
    let source = small_blog(from).await;
    let served = Inkstand::on(&source).serve().await;
    publish(&owner(&source, &served).await, "By mutation").await;
    let before = served.client.query(READING).await;
    served.stop().await;

    let target = TestDatabase::new(to).await;
    let there = copy(&source, &target).await.well();
    assert!(there.stdout.contains("same checksum on both sides"), "{}", there.stdout);
    assert!(tables(&there).len() >= 15, "{}", there.stdout);
    // Numbers go on where they were, also where the end of the log was taken back.
    let _ = run(&target, &["doctor"]).await.well();
    let log = "SELECT CAST(max(seq) AS TEXT) FROM change";
    let log_id = "SELECT value FROM setting WHERE key = 'log_id'";
    assert_eq!(source.texts(log).await, target.texts(log).await);
    assert_ne!(source.texts(log_id).await, target.texts(log_id).await, "a log of its own");
    let served = Inkstand::on(&target).serve().await;
    assert_eq!(served.client.query(READING).await, before);
    served.client.caught_up(&target).await;
    let found = served.client.query("{ search(text: \"galls\") { totalCount complete } }").await;
    assert_eq!(found["search"]["totalCount"], 1, "{found}");
    served.stop().await;

    // Back again: every checksum is the same, apart from what the copy itself left behind.
    let back = TestDatabase::new(from).await;
    let again = copy(&target, &back).await.well();
    let unchanged =
        |line: &&&str| !["audit", "setup_token", "follower"].iter().any(|other| line.starts_with(other));
    assert_eq!(
        tables(&there).iter().filter(unchanged).collect::<Vec<_>>(),
        tables(&again).iter().filter(unchanged).collect::<Vec<_>>()
    );
    let served = Inkstand::on(&back).serve().await;
    let client = owner(&back, &served).await;
    publish(&client, "Goes on").await;
    served.stop().await;
    let after: i64 = back.texts(log).await[0].parse().unwrap();
    assert!(after > source.texts(log).await[0].parse().unwrap());
    let _ = run(&back, &["doctor"]).await.well();
}

#[rstest]
#[case(Database::Sqlite, Database::Postgres)]
#[case(Database::Postgres, Database::Sqlite)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_is_copied_as_of_one_moment(#[case] from: Database, #[case] to: Database) {
    let source = small_blog(from).await;
    let served = Inkstand::on(&source).serve().await;
    let client = owner(&source, &served).await;
    let (stop, stopped) = oneshot::channel();
    let (mut acknowledged, writer) = writing(client, stopped);
    for round in 0..3 {
        let before = *acknowledged.wait_for(|so_far| *so_far >= round * 4 + 3).await.unwrap();
        let target = TestDatabase::new(to).await;
        let _ = copy(&source, &target).await.well();
        let after = *acknowledged.borrow();
        let kept = target.texts("SELECT title FROM entry WHERE title LIKE 'Load %' ORDER BY number").await;
        let all: Vec<String> = (1..=kept.len()).map(|number| format!("Load {number}")).collect();
        assert_eq!(kept, all, "a prefix of what was written");
        assert!((before..=after + 1).contains(&kept.len()), "{before} <= {} <= {after}", kept.len());
        let healthy = run(&target, &["doctor"]).await.well();
        assert!(healthy.stdout.contains("nothing is wrong"), "{}", healthy.stdout);
    }
    drop(stop);
    writer.await.unwrap();
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_a_trimmed_log_are_not_given_twice(
    #[values(Database::Sqlite, Database::Postgres)] from: Database,
    #[values(Database::Sqlite, Database::Postgres)] to: Database,
) {
    let source = small_blog(from).await;
    let last: i64 = source.texts("SELECT CAST(max(seq) AS TEXT) FROM change").await[0].parse().unwrap();
    source.sql("DELETE FROM change").await;
    let target = TestDatabase::new(to).await;
    let _ = copy(&source, &target).await.well();
    let _ = run(&target, &["site", "set", "title", "Elsewhere"]).await.well();
    let next: i64 = target.texts("SELECT CAST(max(seq) AS TEXT) FROM change").await[0].parse().unwrap();
    assert_eq!(next, last + 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_copied_leaves_the_target_empty(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let source = small_blog(kind).await;
    let target = TestDatabase::new(kind).await;
    let empty = "SELECT CAST(count(*) AS TEXT) FROM entry";

    let refused = run(&source, &["copy", "--to", "mysql://x"]).await.with_code(1);
    assert!(refused.stderr.contains("--to") && refused.stderr.contains("sqlite:PATH"), "{}", refused.stderr);
    let refused = run(&source, &["copy", "--to", &source.url_text]).await.with_code(1);
    assert!(refused.stderr.contains("is not empty"), "{}", refused.stderr);

    // A table that this version does not know would be forgotten.
    source.sql("CREATE TABLE novelty (id text)").await;
    let refused = copy(&source, &target).await.with_code(1);
    assert!(refused.stderr.contains("novelty"), "{}", refused.stderr);
    source.sql("DROP TABLE novelty").await;
    source.sql("ALTER TABLE tag ADD COLUMN colour text").await;
    let refused = copy(&source, &target).await.with_code(1);
    assert!(refused.stderr.contains("table tag"), "{}", refused.stderr);
    source.sql("ALTER TABLE tag DROP COLUMN colour").await;
    assert_eq!(target.texts(empty).await, ["0"]);

    // Rows that the target's own rules do not take.
    if kind == Database::Sqlite {
        source.sql("PRAGMA foreign_keys = OFF; DELETE FROM tag").await;
    } else {
        source.sql("ALTER TABLE entry_tag DROP CONSTRAINT fk_entry_tag_tag_id").await;
        source.sql("DELETE FROM tag").await;
    }
    let refused = copy(&source, &target).await.with_code(1);
    assert!(refused.stderr.contains("entry_tag") && refused.stderr.contains("doctor"), "{}", refused.stderr);
    assert_eq!(target.texts(empty).await, ["0"]);
    // With what doctor can mend mended, it goes.
    let _ = run(&source, &["doctor", "--repair"]).await.well();
    let _ = copy(&source, &target).await.well();
    let refused = copy(&source, &target).await.with_code(1);
    assert!(refused.stderr.contains("is not empty"), "{}", refused.stderr);
}
