//! A disk that is full, with the index and the log on it, while the database has room on another one.

use std::{path::PathBuf, time::Duration};

use inkstand_storage::DatabaseUrl;
use inkstand_tests::{Database, Inkstand, LOG, TestDatabase, eventually};
use serde_json::json;

use super::full_disk::{create, fill, owner};

const LONG: Duration = Duration::from_secs(120);

/// What the line of a request has.
const REQUEST: &str = "\"message\":\"request\"";

/// MiB of the disk that is to be full.
const DISK: usize = 32;

#[tokio::test(flavor = "multi_thread")]
async fn the_blog_goes_on_without_room_for_index_and_log() {
    let elsewhere = tempfile::tempdir().unwrap();
    let mut database = TestDatabase::new(Database::Sqlite).await;
    database.url_text = format!("sqlite:{}", elsewhere.path().join("blog.sqlite").display());
    database.url = DatabaseUrl::parse(&database.url_text).unwrap();
    let served = Inkstand::on_small_disk_with_log(&database, DISK)
        .args(["--no-sample", "--log-level", "info,inkstand_http=debug"])
        .serve()
        .await;
    let seen_there = PathBuf::from(format!("/proc/{}/root", served.id()));
    let folder = seen_there.join(database.folder.path().strip_prefix("/").unwrap());
    let writer = owner(&served).await;
    for number in 0..5 {
        create(&writer, &format!("before{number}")).await.expect("room");
    }
    found(&served.client, "before4").await;
    let logged = || std::fs::read_to_string(folder.join(LOG)).unwrap();
    let requests = || logged().lines().filter(|line| line.contains(REQUEST)).count();
    assert!(requests() > 5, "{}", logged());

    let filler = folder.join("filler");
    fill(&filler);
    let before = requests();
    for number in 0..60 {
        create(&writer, &format!("meanwhile{number}")).await.expect("the database has room");
        fill(&filler);
    }
    let data = served.client.query("{ posts(first: 1) { totalCount nodes { title } } }").await;
    assert_eq!(data["posts"], json!({ "totalCount": 65, "nodes": [{ "title": "meanwhile59" }] }));
    // What the index knows is found, and nobody is told that this is all.
    let search = served.client.query("{ search { totalCount complete } }").await;
    let known = search["search"]["totalCount"].as_u64().unwrap();
    assert!((5..65).contains(&known), "thrown away, or a disk that is not full: {search}");
    assert_eq!(search["search"]["complete"], false, "{search}");
    let written = requests() - before;
    assert!(written < 62, "a log with room for {written} lines");

    std::fs::remove_file(&filler).unwrap();
    let (_, took) = found(&served.client, "meanwhile59").await;
    println!("the index was whole {took:?} after there was room");
    eventually("new lines in the log", LONG, || async {
        served.client.query("{ site { title } }").await;
        (requests() > before + written).then_some(())
    })
    .await;
    assert!(!logged().contains("panicked"), "{}", logged());
    served.stop().await;
}

/// Waits until a post is found by its title, and the index is whole.
async fn found(client: &inkstand_tests::Client, title: &str) -> ((), Duration) {
    eventually("a whole index", LONG, || async {
        let search = client.query_with(
            "query($text: String!) { search(text: $text) { complete totalCount nodes { node { title } } } }",
            json!({ "text": format!("\"{title}\"") }),
        );
        let search = search.await["search"].take();
        let expected =
            json!({ "complete": true, "totalCount": 1, "nodes": [{ "node": { "title": title } }] });
        (search == expected).then_some(())
    })
    .await
}
