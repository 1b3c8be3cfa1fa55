//! The search index can be lost, spoiled or of another log: it is made anew while the server answers.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use inkstand_tests::{Client, Database, Inkstand, Served, TestDatabase, eventually};
use rstest::rstest;
use serde_json::json;

const POSTS: usize = 400;

/// A blog whose index is complete, stopped.
async fn indexed(kind: Database) -> TestDatabase {
    let database = TestDatabase::new(kind).await;
    let site = database.folder.path().join("site");
    std::fs::create_dir(&site).unwrap();
    for number in 0..POSTS {
        let text = format!("---\ntitle: Post {number}\ndate: 2014-01-01\n---\nSome words about {number}.\n");
        std::fs::write(site.join(format!("p{number:03}.md")), text).unwrap();
    }
    let _ = Inkstand::on(&database).args(["import", "site"]).run().await.well();
    let served = Inkstand::on(&database).serve().await;
    complete(&served.client, POSTS).await;
    served.stop().await;
    database
}

async fn search(client: &Client) -> (bool, usize) {
    let data = client.query(r#"{ search(text: "words") { totalCount complete } }"#).await;
    let count = data["search"]["totalCount"].as_u64().unwrap();
    (data["search"]["complete"].as_bool().unwrap(), usize::try_from(count).unwrap())
}

async fn complete(client: &Client, expected: usize) {
    eventually("a complete index", Duration::from_secs(30), || async {
        (search(client).await == (true, expected)).then_some(())
    })
    .await;
}

/// Starts, and looks on until the index is whole again; meanwhile the server answers.
async fn rebuilt(database: &TestDatabase) -> Served {
    let served = Inkstand::on(database).serve().await;
    eventually("a complete index", Duration::from_secs(30), || async {
        let data = served
            .client
            .query("{ posts { totalCount } search(text: \"words\") { complete totalCount } }")
            .await;
        assert_eq!(data["posts"]["totalCount"], POSTS);
        (data["search"] == json!({ "complete": true, "totalCount": POSTS })).then_some(())
    })
    .await;
    let ready: serde_json::Value =
        served.client.http.get(served.client.url("/readyz")).send().await.unwrap().json().await.unwrap();
    assert_eq!((&ready["ready"], &ready["search"]["complete"]), (&json!(true), &json!(true)));
    served
}

fn index_of(database: &TestDatabase) -> PathBuf {
    database.folder.path().join("index")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_index(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = indexed(kind).await;
    std::fs::remove_dir_all(index_of(&database)).unwrap();
    let served = Inkstand::on(&database).serve().await;
    // The first answers come before the index is whole, and say so.
    let first = search(&served.client).await;
    assert_eq!(first, (false, 0), "the build of {POSTS} posts takes longer than a request");
    complete(&served.client, POSTS).await;
    served.stop().await;
}

#[rstest]
#[case::every_file(|_: &str| true)]
#[case::the_list(|name: &str| name == "meta.json")]
#[case::the_terms(|name: &str| name.ends_with(".term"))]
#[case::the_texts(|name: &str| name.ends_with(".store"))]
#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_it(#[case] spoiled: fn(&str) -> bool) {
    for length in [0, 700] {
        let database = indexed(Database::Sqlite).await;
        let mut count = 0;
        for path in files_of(&index_of(&database)) {
            if spoiled(path.file_name().unwrap().to_str().unwrap()) {
                std::fs::write(path, vec![0xa5; length]).unwrap();
                count += 1;
            }
        }
        assert!(count > 0);
        rebuilt(&database).await.stop().await;
        // And stays whole.
        let served = Inkstand::on(&database).serve().await;
        complete(&served.client, POSTS).await;
        assert!(!served.stderr.text().contains("anew"), "{}", served.stderr.text());
    }
}

/// As an older version of Inkstand left it: the list of its fields lacks one, or its position is written otherwise.
#[rstest]
#[case::other_fields("fields")]
#[case::another_position("position")]
#[tokio::test(flavor = "multi_thread")]
async fn of_an_older_format(
    #[case] older: &str,
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = indexed(kind).await;
    for folder in [index_of(&database), index_of(&database).join("unpublished")] {
        let list = folder.join("meta.json");
        let mut meta: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&list).unwrap()).unwrap();
        if older == "fields" {
            meta["schema"].as_array_mut().unwrap().pop().expect("a field");
        } else {
            let position = meta["payload"].as_str().unwrap();
            meta["payload"] = json!(position.replacen("1:", "0:", 1));
        }
        std::fs::write(list, meta.to_string()).unwrap();
    }
    let served = Inkstand::on(&database).serve().await;
    assert_eq!(
        search(&served.client).await,
        (false, 0),
        "the build of {POSTS} posts takes longer than a request"
    );
    let posts = served.client.query("{ posts { totalCount } }").await;
    assert_eq!(posts["posts"]["totalCount"], POSTS);
    complete(&served.client, POSTS).await;
    served.stop().await;
    // And it is one of this version now.
    let served = Inkstand::on(&database).serve().await;
    complete(&served.client, POSTS).await;
    assert!(!served.stderr.text().contains("anew"), "{}", served.stderr.text());
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_another_log(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = indexed(kind).await;
    // As a restored backup would have it: another log, and other content at the same position.
    database
        .sql("UPDATE setting SET value = '01890000-0000-7000-8000-000000000001' WHERE key LIKE '%log%'")
        .await;
    database.sql("UPDATE entry_body SET text = 'Some words about restoring'").await;
    let served = rebuilt(&database).await;
    let data = served.client.query(r#"{ search(text: "restoring") { totalCount } }"#).await;
    assert_eq!(data["search"]["totalCount"], POSTS);
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ahead_of_the_log(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = indexed(kind).await;
    // As a fail-over that lost the end of the log would have it.
    database.sql("DELETE FROM change WHERE seq > 10").await;
    if kind == Database::Sqlite {
        database.sql("UPDATE sqlite_sequence SET seq = 10 WHERE name = 'change'").await;
    }
    database.sql("UPDATE entry_body SET text = 'Some words about failing over'").await;
    let served = rebuilt(&database).await;
    let data = served.client.query(r#"{ search(text: "failing") { totalCount } }"#).await;
    assert_eq!(data["search"]["totalCount"], POSTS);
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_log_that_was_trimmed(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = indexed(kind).await;
    // What the index has not seen yet is followed by something, and itself gone.
    database.sql("UPDATE entry_body SET text = 'Some words about trimming'").await;
    for _ in 0..2 {
        let _ = Inkstand::on(&database).args(["site", "set", "tagline", "Ink"]).run().await.well();
    }
    database.sql("DELETE FROM change WHERE seq < (SELECT max(seq) FROM change)").await;
    let served = rebuilt(&database).await;
    let data = served.client.query(r#"{ search(text: "trimming") { totalCount } }"#).await;
    assert_eq!(data["search"]["totalCount"], POSTS);
    served.stop().await;
}

/// A single bit, anywhere: the checksums tell, or the answer is right all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_any_of_its_files() {
    let database = indexed(Database::Sqlite).await;
    let folder = index_of(&database);
    let whole: Vec<(PathBuf, Vec<u8>)> =
        files_of(&folder).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    assert!(whole.len() > 5, "{whole:?}");
    for (place, (path, bytes)) in whole.iter().enumerate() {
        for turn in 0..3 {
            std::fs::remove_dir_all(&folder).unwrap();
            for (path, bytes) in &whole {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            // The beginning, the end (where the footer is), and somewhere between.
            let at = match turn {
                0 => 0,
                1 => bytes.len().saturating_sub(1),
                _ => bytes.len() * (place + 1) / (whole.len() + 1),
            };
            let mut flipped = bytes.clone();
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 1 << (place % 8);
            }
            std::fs::write(path, flipped).unwrap();
            let served = Inkstand::on(&database).serve().await;
            eventually("right answers", Duration::from_secs(60), || async {
                let word =
                    served.client.query(r#"{ search(text: "\"about 7\"") { totalCount complete } }"#).await;
                (word["search"] == json!({ "totalCount": 1, "complete": true })
                    && search(&served.client).await == (true, POSTS))
                    .then_some(())
            })
            .await;
            served.stop().await;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn renderings_of_an_older_version(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = indexed(kind).await;
    let before = database.texts("SELECT html FROM entry_body ORDER BY html").await;
    let versions =
        "SELECT slug || CAST(version AS TEXT) || ' ' || CAST(updated_at AS TEXT) FROM entry ORDER BY slug";
    let unchanged = database.texts(versions).await;
    database.sql("UPDATE entry_body SET render_version = 0, html = 'old', text = 'stale'").await;
    let served = Inkstand::on(&database).serve().await;
    eventually("new renderings", Duration::from_secs(30), || async {
        let old = database.texts("SELECT html FROM entry_body WHERE html = 'old'").await;
        old.is_empty().then_some(())
    })
    .await;
    assert_eq!(database.texts("SELECT html FROM entry_body ORDER BY html").await, before);
    assert_eq!(database.texts(versions).await, unchanged, "their authors said nothing new");
    complete(&served.client, POSTS).await;
    eventually("nothing stale in the search", Duration::from_secs(30), || async {
        let data = served.client.query(r#"{ search(text: "stale") { totalCount } }"#).await;
        (data["search"]["totalCount"] == 0).then_some(())
    })
    .await;
    served.stop().await;
}

/// The files of an index and of the folders in it, but for its locks.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if path.is_dir() {
            files.extend(files_of(&path));
        } else if path.extension().is_none_or(|ending| ending != "lock") {
            files.push(path);
        }
    }
    files
}
