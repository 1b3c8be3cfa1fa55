//! The same import once more.

use inkstand_tests::{Database, Inkstand, TestDatabase};
use rstest::rstest;
use serde_json::{Value, json};

use super::site::{Packed, import, import_files, numbers, write};

const EVERYTHING: &str =
    "{ posts(first: 100) { nodes { id number slug path title updatedAt publishedAt tags { name } } } }";

async fn changes(database: &TestDatabase) -> Vec<String> {
    database.texts("SELECT CAST(MAX(seq) AS TEXT) FROM change").await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn changes_nothing(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let site = [
        ("2014-01-01-a.md", "---\ntitle: A\ntags: [x, X]\naliases: [/old-a]\n---\nText.\n"),
        ("b.md", "---\ntitle: B\nauthor: jane\n---\nNo date.\n"),
        ("c.md", "---\ntitle: C\ndraft: true\n---\nText.\n"),
    ];
    let first = import_files(&database, &site).await;
    assert_eq!(numbers(&first), [3, 0, 0, 0], "{}", first.stdout);
    let served = Inkstand::on(&database).serve().await;
    let (before, log) = (served.client.query(EVERYTHING).await, changes(&database).await);
    for packed in [Packed::Folder, Packed::TarGz, Packed::Zip] {
        // The archive has the folder's name, and so is the same source.
        let path = write(&site, packed, database.folder.path());
        let again = import(&database, &path).await.well();
        assert_eq!(numbers(&again), [0, 0, 3, 0], "{packed:?}\n{}", again.stdout);
        assert!(again.stdout.contains("(3 the same as before, 0 edited here since)"), "{}", again.stdout);
    }
    assert_eq!(changes(&database).await, log);
    assert_eq!(served.client.query(EVERYTHING).await, before);
    // Under another name it is another blog.
    let path = database.folder.path().join("site");
    let other = Inkstand::on(&database).args([
        "import".as_ref(),
        path.as_os_str(),
        "--source".as_ref(),
        "other".as_ref(),
    ]);
    assert_eq!(numbers(&other.run().await.well()), [3, 0, 0, 0]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn brings_what_changed_there(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    import_files(
        &database,
        &[
            ("2014-01-01-a.md", "---\ntitle: A\ntags: [x]\n---\nFirst words.\n"),
            ("2014-01-02-b.md", "---\ntitle: B\n---\nText.\n"),
        ],
    )
    .await;
    let served = Inkstand::on(&database).serve().await;
    let post = |path: &'static str| {
        let client = served.client.clone();
        async move {
            let query = "query($path: String!) { post(by: { path: $path }) { id number slug path title text tags { name } } }";
            client.query_with(query, json!({ "path": path })).await["post"].take()
        }
    };
    let before = post("/2014/01/a").await;

    // Text, tags and slug.
    let ended = import_files(
        &database,
        &[("2014-01-01-a.md", "---\ntitle: A2\nslug: anew\ntags: [y]\n---\nOther words.\n")],
    )
    .await;
    assert_eq!(numbers(&ended), [0, 1, 1, 0], "{}", ended.stdout);
    served.client.caught_up(&database).await;
    let after = post("/2014/01/anew").await;
    assert_eq!((&after["id"], &after["number"]), (&before["id"], &before["number"]));
    assert_eq!(after["title"], "A2");
    assert_eq!(after["text"], "Other words.");
    assert_eq!(after["tags"], json!([{ "name": "y" }]));

    // Then an address of its own.
    let ended = import_files(
        &database,
        &[("2014-01-01-a.md", "---\ntitle: A2\nslug: anew\npermalink: /own/\n---\nOther words.\n")],
    )
    .await;
    assert_eq!(numbers(&ended), [0, 1, 1, 0], "{}", ended.stdout);
    served.client.caught_up(&database).await;
    for old in ["/2014/01/a", "/2014/01/anew"] {
        let route = served.client.operation("route", json!({ "path": old })).await["route"].take();
        assert_eq!(route["status"], 301, "{old}");
        assert!(route["location"].as_str().unwrap().contains("/own"), "{route}");
        assert_eq!(post(old).await["id"], before["id"], "{old}");
    }
    let route = served.client.operation("route", json!({ "path": "/own/" })).await;
    assert_ne!(route["route"]["node"], Value::Null);

    // And back again to where it began.
    import_files(&database, &[("2014-01-01-a.md", "---\ntitle: A\ntags: [x]\n---\nFirst words.\n")]).await;
    served.client.caught_up(&database).await;
    assert_eq!(post("/2014/01/a").await, before);
    let route = served.client.operation("route", json!({ "path": "/own/" })).await;
    assert_eq!(route["route"]["status"], 301);
    let counts = database.texts("SELECT slug || CAST(post_count AS TEXT) FROM tag ORDER BY slug").await;
    assert_eq!(counts, ["x1", "y0"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn leaves_alone_what_was_edited_here(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let file = "2014-01-01-a.md";
    import_files(&database, &[(file, "---\ntitle: A\n---\nText.\n")]).await;
    database.sql("UPDATE entry SET version = version + 1, title = 'Edited here'").await;
    let same = import_files(&database, &[(file, "---\ntitle: A\n---\nText.\n")]).await;
    assert_eq!(numbers(&same), [0, 0, 1, 0], "{}", same.stdout);
    let log = changes(&database).await;
    let ended = import_files(&database, &[(file, "---\ntitle: Changed there\n---\nText.\n")]).await;
    assert_eq!(numbers(&ended), [0, 0, 1, 0], "{}", ended.stdout);
    assert!(ended.stdout.contains("edited here since, left alone  2014-01-01-a.md"), "{}", ended.stdout);
    assert!(ended.stdout.contains("(0 the same as before, 1 edited here since)"), "{}", ended.stdout);
    assert_eq!(database.texts("SELECT title FROM entry").await, ["Edited here"]);
    assert_eq!(changes(&database).await, log);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn publishes_and_withdraws(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let served = Inkstand::on(&database).serve().await;
    for (draft, status) in [(true, 404), (false, 200), (true, 404), (false, 200)] {
        let file = format!("---\ntitle: A\ntags: [x]\ndraft: {draft}\n---\nUnmistakable.\n");
        import_files(&database, &[("2014-01-01-a.md", file.as_str())]).await;
        served.client.caught_up(&database).await;
        let route = served.client.operation("route", json!({ "path": "/2014/01/a" })).await;
        assert_eq!(route["route"]["status"], status, "draft: {draft}");
        let count = if draft { "0" } else { "1" };
        assert_eq!(database.texts("SELECT CAST(post_count AS TEXT) FROM tag").await, [count]);
        inkstand_tests::eventually("the search", std::time::Duration::from_secs(5), || async {
            let data = served.client.query(r#"{ search(text: "unmistakable") { totalCount } }"#).await;
            (data["search"]["totalCount"] == i32::from(!draft)).then_some(())
        })
        .await;
    }
}
