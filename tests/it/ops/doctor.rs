//! Each thing damaged behind Inkstand's back, found, and mended.

use inkstand_tests::{Database, Inkstand, TestDatabase, eventually};
use rstest::rstest;
use serde_json::json;

use super::{READING, run, small_blog};

/// SQL for SQLite and for PostgreSQL, what is said of what it does, and whether `--repair` puts that right.
struct Damage {
    sqlite: &'static str,
    postgres: &'static str,
    said: &'static str,
    mended: bool,
}

const fn damage(sql: &'static str, said: &'static str, mended: bool) -> Damage {
    Damage { sqlite: sql, postgres: sql, said, mended }
}

/// The tests' own database has no foreign keys left, as one that was written to without them.
const DAMAGES: [Damage; 20] = [
    damage(
        "UPDATE tag SET post_count = 7 WHERE slug = 'ink'",
        "the tag ink counts 7 published posts and has 2",
        true,
    ),
    damage(
        "UPDATE category SET post_count = 0",
        "the category craft counts 0 published posts and has 1",
        true,
    ),
    damage("UPDATE author SET post_count = -1 WHERE slug = 'bo'", "the author bo counts -1", true),
    damage(
        "UPDATE series SET post_count = 9",
        "the series beginnings counts 9 published posts and has 2",
        true,
    ),
    damage("UPDATE counter SET next = 2 WHERE kind = 'entry'", "the next entry would get the number 2", true),
    damage("DELETE FROM counter WHERE kind = 'tag'", "the next tag would get the number 1", true),
    damage(
        "DELETE FROM permalink WHERE key = '/2024/05/hello'",
        "\"Hello\" cannot be reached at its address /2024/05/hello",
        true,
    ),
    damage(
        "UPDATE permalink SET role = 'former' WHERE key = '/2024/05/again'",
        "\"Again\" cannot be reached",
        true,
    ),
    damage(
        "UPDATE permalink SET role = 'current' WHERE key = '/old/hello'",
        "2 addresses are each the current one",
        true,
    ),
    damage("UPDATE permalink SET entry_id = NULL WHERE key = '/2024/05/third'", "answers \"gone\"", false),
    damage(
        "UPDATE permalink SET role = 'sideways' WHERE key = '/old/hello'",
        "the address /old/hello cannot be read",
        false,
    ),
    damage(
        "DELETE FROM tag WHERE slug = 'paper'",
        "2 rows of entry_tag name a row of tag (tag_id) that is not there",
        true,
    ),
    damage(
        "DELETE FROM entry WHERE title = 'Third'",
        "1 row of entry_body name a row of entry (entry_id) that is not there; it may be all",
        false,
    ),
    damage("DELETE FROM account", "1 row of api_token name a row of account", true),
    damage("DELETE FROM entry_body WHERE source LIKE '%oak galls%'", "\"Hello\" (", false),
    damage(
        "UPDATE entry_body SET html = '<p>Advertisement</p>' WHERE source LIKE '%oak galls%'",
        "what is shown of \"Hello\"",
        true,
    ),
    damage("UPDATE entry SET word_count = 1 WHERE title = 'Hello'", "what is shown of \"Hello\"", true),
    damage("UPDATE entry SET published_at = NULL WHERE title = 'Again'", "the post \"Again\"", false),
    damage(
        "UPDATE change SET keys = 'nonsense' WHERE seq = 1",
        "the change 1 of the log cannot be read",
        false,
    ),
    damage("UPDATE category SET parent_id = id", "the category \"craft\" is above itself", false),
];

async fn without_foreign_keys(kind: Database) -> TestDatabase {
    let database = small_blog(kind).await;
    if kind == Database::Postgres {
        let drop = "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', conrelid::regclass::text, conname) \
                    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace";
        for statement in database.texts(drop).await {
            database.sql(&statement).await;
        }
    }
    database
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_damage_is_found_and_what_follows_from_the_rest_is_mended(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
    #[values(0, 1, 2, 3)] part: usize,
) {
    for damage in DAMAGES.iter().skip(part * 5).take(5) {
        let database = without_foreign_keys(kind).await;
        let healthy = run(&database, &["doctor"]).await.well();
        assert!(healthy.stdout.contains("nothing is wrong"), "{}", healthy.stdout);
        let sql = match kind {
            Database::Sqlite => format!("PRAGMA foreign_keys = OFF; {}", damage.sqlite),
            Database::Postgres => damage.postgres.to_owned(),
        };
        database.sql(&sql).await;
        let found = run(&database, &["doctor"]).await.with_code(2);
        assert!(found.stdout.contains(damage.said), "{sql}\n{}", found.stdout);
        let again = run(&database, &["doctor"]).await.with_code(2);
        assert_eq!(found.stdout, again.stdout, "who only looks changes nothing");

        let repaired = run(&database, &["doctor", "--repair"]).await;
        let after = run(&database, &["doctor"]).await;
        if damage.mended {
            let (repaired, after) = (repaired.well(), after.well());
            assert!(repaired.stdout.contains("left: 0"), "{sql}\n{}", repaired.stdout);
            assert!(after.stdout.contains("nothing is wrong"), "{sql}\n{}", after.stdout);
            let audit = run(&database, &["audit"]).await.well();
            assert!(audit.stdout.contains("doctor.mend"), "{sql}\n{}", audit.stdout);
        } else {
            let (repaired, after) = (repaired.with_code(2), after.with_code(2));
            assert!(repaired.stdout.contains(damage.said), "{sql}\n{}", repaired.stdout);
            assert!(after.stdout.contains(damage.said), "{sql}\n{}", after.stdout);
        }
    }
}

/// What a server remembers and keeps follows a repair, which another process makes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_follows_the_repair(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = small_blog(kind).await;
    let served = Inkstand::on(&database).serve().await;
    served.client.caught_up(&database).await;
    let right = served.client.query(READING).await;
    served.stop().await;
    for sql in [
        "UPDATE tag SET post_count = 7 WHERE slug = 'ink'",
        "DELETE FROM permalink WHERE key = '/old/hello' OR key = '/2024/05/hello'",
        "UPDATE entry_body SET html = '<p>Advertisement</p>' WHERE source LIKE '%oak galls%'",
    ] {
        database.sql(sql).await;
    }
    let served = Inkstand::on(&database).serve().await;
    let reading = READING.replace("/old/hello", "/2024/05/hello");
    let wrong = served.client.query(&reading).await;
    assert!(wrong.to_string().contains("Advertisement"), "{wrong}");
    assert_eq!(wrong["route"]["status"], 404, "{wrong}");
    let looked = run(&database, &["doctor"]).await.with_code(2);
    assert!(looked.stdout.contains("in use by a running server"), "{}", looked.stdout);
    let _ = run(&database, &["doctor", "--repair"]).await.well();
    served.client.caught_up(&database).await;
    let mended = served.client.query(&reading).await;
    assert_eq!(mended["tags"], right["tags"]);
    assert_eq!(mended["posts"], right["posts"]);
    assert_eq!(mended["route"]["status"], 200, "{mended}");
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_index_is_compared_and_built_anew(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = small_blog(kind).await;
    let unseen = database.folder.path().join("unseen.md");
    std::fs::write(unseen, "---\ntitle: Unseen\ndraft: true\n---\nText").unwrap();
    let _ = run(&database, &["import", "unseen.md"]).await.well();
    let absent = run(&database, &["doctor"]).await.well();
    assert!(absent.stdout.contains("no search index"), "{}", absent.stdout);
    let served = Inkstand::on(&database).serve().await;
    served.client.caught_up(&database).await;
    served.stop().await;
    let whole = run(&database, &["doctor"]).await.well();
    assert!(whole.stdout.contains("5 entries in the search index"), "{}", whole.stdout);

    // What is written while nobody serves is nothing wrong.
    let _ = run(&database, &["site", "set", "title", "Later"]).await.well();
    let late = database.folder.path().join("late.md");
    std::fs::write(late, "---\ntitle: Late\ndate: 2024-06-01\n---\nText").unwrap();
    let _ = run(&database, &["import", "late.md"]).await.well();
    let behind = run(&database, &["doctor"]).await.well();
    assert!(behind.stdout.contains("changes behind"), "{}", behind.stdout);

    // Behind the log's back, one more and one less.
    database
        .sql("UPDATE entry SET status = 'published', published_at = 1714600000000 WHERE title = 'Not yet'")
        .await;
    database.sql("UPDATE entry SET status = 'draft' WHERE title = 'Imprint'").await;
    // And other words than the index learned, of what everybody sees and of what nobody does.
    database.sql("UPDATE entry SET title = 'Otherwise' WHERE title = 'Again'").await;
    database.sql("UPDATE entry SET title = 'Otherwise, too' WHERE title = 'Unseen'").await;
    let found = run(&database, &["doctor"]).await.with_code(2);
    assert_eq!(found.stdout.matches("has another title or text").count(), 2, "{}", found.stdout);
    assert!(found.stdout.contains("is published, but not in the search index"), "{}", found.stdout);
    assert!(found.stdout.contains("is in the search index, but not published"), "{}", found.stdout);
    let repaired = run(&database, &["doctor", "--repair"]).await;
    assert!(repaired.stdout.contains("builds its search index anew"), "{}", repaired.stdout);
    let waiting = run(&database, &["doctor"]).await.well();
    assert!(waiting.stdout.contains("built anew by the next server"), "{}", waiting.stdout);
    let served = Inkstand::on(&database).serve().await;
    served.client.caught_up(&database).await;
    served.stop().await;
    let whole = run(&database, &["doctor"]).await.well();
    assert!(whole.stdout.contains("6 entries in the search index"), "{}", whole.stdout);

    // A flipped byte.
    let index = database.folder.path().join("index");
    let store = std::fs::read_dir(&index)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "store"))
        .unwrap();
    let mut bytes = std::fs::read(&store).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    std::fs::write(&store, bytes).unwrap();
    let damaged = run(&database, &["doctor"]).await.with_code(2);
    assert!(damaged.stdout.contains("the search index cannot be used"), "{}", damaged.stdout);
    let served = Inkstand::on(&database).serve().await;
    eventually("an index that is whole again", std::time::Duration::from_secs(60), || async {
        let data = served.client.query("{ search(text: \"galls\") { totalCount complete } }").await;
        (data["search"] == json!({ "totalCount": 1, "complete": true })).then_some(())
    })
    .await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_told_apart() {
    let database = small_blog(Database::Sqlite).await;
    let path = database.folder.path().join("blog.sqlite");
    let root = "SELECT CAST(rootpage AS TEXT) FROM sqlite_schema WHERE name = 'ix_entry_path'";
    let page: usize = database.texts(root).await[0].parse().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(page - 1) * 4096 + 8..page * 4096].fill(0);
    std::fs::write(&path, bytes).unwrap();
    let found = run(&database, &["doctor"]).await.with_code(2);
    assert!(found.stdout.contains("the file is damaged"), "{}", found.stdout);
    let _ = run(&database, &["doctor", "--repair"]).await.with_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_would_give_a_number_twice_is_found() {
    let database = small_blog(Database::Postgres).await;
    database.sql("SELECT setval(pg_get_serial_sequence('change', 'seq'), 1)").await;
    let found = run(&database, &["doctor"]).await.with_code(2);
    assert!(found.stdout.contains("the change log would go on behind 1"), "{}", found.stdout);
    let _ = run(&database, &["doctor", "--repair"]).await.well();
    let _ = run(&database, &["site", "set", "title", "Goes on"]).await.well();
}
