//! Many posts, and big ones.

use std::time::Duration;

use inkstand_tests::{Database, Inkstand, TestDatabase, eventually};
use rstest::rstest;
use serde_json::json;

use super::site::{import_files, numbers};

/// What an import of thousands of posts may take of memory, in KiB: it reads ahead, but not everything.
const MEMORY: u64 = 300 * 1024;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_posts(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    const POSTS: u16 = 5000;
    let database = TestDatabase::new(kind).await;
    let folder = database.folder.path().join("site");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..POSTS {
        let text = format!(
            "---\ntitle: Post {number}\ndate: 2014-01-{:02}\ntags: [t{}, all]\nauthor: a{}\n---\nSome *words* about {number}.\n",
            number % 28 + 1,
            number % 50,
            number % 9
        );
        std::fs::write(folder.join(format!("p{number:04}.md")), text).unwrap();
    }
    let served = Inkstand::on(&database).serve().await;
    let began = std::time::Instant::now();
    let mut import = Inkstand::on(&database).args(["import", "site"]).spawn();
    let pid = import.id().unwrap();
    let mut memory = 0;
    let status = loop {
        if let Some(status) = import.try_wait().unwrap() {
            break status;
        }
        memory = memory.max(peak_memory(pid).unwrap_or(0));
        let _ = tokio::time::timeout(Duration::from_millis(20), import.wait()).await;
    };
    let took = began.elapsed();
    assert!(status.success());
    let ((), lag) = eventually("all of them in the search", Duration::from_secs(60), || async {
        let data = served.client.query(r#"{ search(text: "words") { totalCount } }"#).await;
        (data["search"]["totalCount"] == POSTS).then_some(())
    })
    .await;
    println!(
        "{kind:?}: {POSTS} posts in {took:.1?}, {:.0} posts/s (debug build), peak {} MiB, found {lag:.2?} later",
        f64::from(POSTS) / took.as_secs_f64(),
        memory / 1024
    );
    assert!(memory < MEMORY, "{memory} KiB");
    let data = served
        .client
        .query(
            "{ posts { totalCount } tag(slug: \"all\") { postCount } author(handle: \"a0\") { postCount } }",
        )
        .await;
    assert_eq!(
        data,
        json!({ "posts": { "totalCount": 5000 }, "tag": { "postCount": 5000 }, "author": { "postCount": 556 } })
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_post_of_five_megabytes(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let paragraph = "The quick brown fox jumps over *the* lazy dog, and `so` on. ".repeat(10) + "\n\n";
    let body = paragraph.repeat(5 * 1024 * 1024 / paragraph.len()) + "gallnut\n";
    let big = format!("---\ntitle: Big\ndate: 2014-01-01\n---\n{body}");
    let too_big = "x".repeat(11 * 1024 * 1024);
    let ended = import_files(
        &database,
        &[("big.md", &big), ("small.md", "---\ntitle: Small\ndate: 2014-01-02\n---\n")],
    )
    .await;
    assert_eq!(numbers(&ended), [2, 0, 0, 0], "{}", ended.stdout);
    println!("{kind:?}: a post of 5 MB in {:.1?} (debug build)", ended.took);
    let served = Inkstand::on(&database).serve().await;
    eventually("its last word", Duration::from_secs(30), || async {
        let data = served.client.query(r#"{ search(text: "gallnut") { totalCount } }"#).await;
        (data["search"]["totalCount"] == 1).then_some(())
    })
    .await;
    let data = served.client.query(r#"{ post(by: { slug: "big" }) { html wordCount excerptText } }"#).await;
    assert!(data["post"]["html"].as_str().unwrap().len() > 5_000_000);
    assert!(data["post"]["excerptText"].as_str().unwrap().len() < 2000);

    std::fs::write(database.folder.path().join("site/huge.md"), too_big).unwrap();
    let ended = Inkstand::on(&database).args(["import", "site"]).run().await.with_code(2);
    assert!(ended.stdout.contains("refused  huge.md: the file is larger than 10 MiB"), "{}", ended.stdout);
}

/// The greatest amount of memory that a process had so far, in KiB; only Linux tells.
fn peak_memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}
