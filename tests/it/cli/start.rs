//! The first minutes with Inkstand.

use std::time::Duration;

use inkstand_tests::{Database, Inkstand, TestDatabase, eventually};
use serde_json::Value;

/// A folder for a blog that no database URL is named for.
async fn home() -> TestDatabase {
    TestDatabase::new(Database::Sqlite).await
}

fn in_folder(home: &TestDatabase) -> Inkstand {
    Inkstand::new(home.folder.path()).args(["--data-dir", "."])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_says_what_there_is_and_what_to_do() {
    let home = home().await;
    let mut served = in_folder(&home).args(["--log-format", "human"]).serve().await;
    assert!(served.stderr.has(|line| line.contains("started")).await);
    let (said, logged) = (served.stdout.lines(), served.stderr.lines());
    assert!(said.len() + logged.len() <= 8, "{said:#?}\n{logged:#?}");
    assert_eq!(logged.len(), 1, "{logged:#?}");
    let text = served.stdout.text();
    assert!(text.contains(&format!("Inkstand {}", env!("CARGO_PKG_VERSION"))), "{text}");
    assert!(text.contains("./blog.sqlite"), "{text}");
    assert!(text.contains(&format!("http://{}/graphql", served.client.address)), "{text}");

    // As many as it says, the page and the draft among them.
    let counted: u64 =
        text.split(" sample posts").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    let data = served.client.query("{ posts { totalCount } pages { totalCount } }").await;
    let public =
        data["posts"]["totalCount"].as_u64().unwrap() + data["pages"]["totalCount"].as_u64().unwrap();
    assert!(public >= 12 && public <= counted && counted - public <= 1, "{counted} {data}");

    // The search works as it is printed.
    let search = said.iter().find_map(|line| line.trim_start().strip_prefix("search")).unwrap().trim();
    eventually("three hits", Duration::from_secs(1), || async {
        let answer = tokio::process::Command::new("sh").arg("-c").arg(search).output().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
        (answer["data"]["search"]["totalCount"].as_u64().unwrap() >= 3).then_some(())
    })
    .await;

    // So do the commands.
    let commands: Vec<&str> =
        text.split(" sample remove").next().unwrap().rsplit("remove: ").take(1).collect();
    assert!(std::path::Path::new(commands[0]).is_file(), "{commands:?}");
    assert!(text.contains("import FOLDER|.tar.gz|.zip"), "{text}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_start_keeps_everything() {
    let home = home().await;
    let query = "{ posts(first: 100) { totalCount nodes { id number title updatedAt } } }";
    let served = in_folder(&home).serve().await;
    let before = served.client.query(query).await;
    served.stop().await;
    let changes = home.texts("SELECT CAST(COUNT(*) AS TEXT) FROM change").await;
    let served = in_folder(&home).serve().await;
    assert!(served.stdout.text().contains(" sample posts (remove:"));
    assert_eq!(served.client.query(query).await, before);
    served.stop().await;
    assert_eq!(home.texts("SELECT CAST(COUNT(*) AS TEXT) FROM change").await, changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sample_where_none_is_wanted() {
    let count = "{ posts { totalCount } pages { totalCount } }";
    let none = serde_json::json!({ "posts": { "totalCount": 0 }, "pages": { "totalCount": 0 } });

    let unwanted = home().await;
    let served = in_folder(&unwanted).args(["--no-sample"]).serve().await;
    assert_eq!(served.client.query(count).await, none);
    assert!(!served.stdout.text().contains("sample"), "{}", served.stdout.text());
    served.stop().await;
    // Nor later: the database is not new any more.
    let served = in_folder(&unwanted).serve().await;
    assert_eq!(served.client.query(count).await, none);

    for kind in [Database::Sqlite, Database::Postgres] {
        let named = TestDatabase::new(kind).await;
        let served = Inkstand::on(&named).serve().await;
        assert_eq!(served.client.query(count).await, none);
    }

    let imported = home().await;
    std::fs::write(imported.folder.path().join("mine.md"), "---\ntitle: Mine\ndate: 2024-05-01\n---\nText")
        .unwrap();
    let _ = in_folder(&imported).args(["import", "mine.md"]).run().await.well();
    let served = in_folder(&imported).serve().await;
    let data = served.client.query("{ posts { nodes { title } } }").await;
    assert_eq!(data["posts"]["nodes"], serde_json::json!([{ "title": "Mine" }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_leaves_nothing_behind() {
    let home = home().await;
    let served = in_folder(&home).serve().await;
    let file = home.folder.path().join("mine.md");
    std::fs::write(&file, "---\ntitle: Mine\ndate: 2024-05-01\ntags: [ink, mine]\n---\nA blotter").unwrap();
    let _ = in_folder(&home).args(["import", "mine.md"]).run().await.well();
    let removed = in_folder(&home).args(["sample", "remove"]).run().await.well();
    insta::assert_snapshot!(removed.stdout, @"removed 15 sample posts");
    let data = served
        .client
        .query(
            "{ posts { nodes { title } } pages { totalCount } tags { nodes { name postCount } }
                 categories { totalCount } authors { totalCount } }",
        )
        .await;
    assert_eq!(
        data,
        serde_json::json!({
            "posts": { "nodes": [{ "title": "Mine" }] }, "pages": { "totalCount": 0 },
            "tags": { "nodes": [{ "name": "ink", "postCount": 1 }, { "name": "mine", "postCount": 1 }] },
            "categories": { "totalCount": 0 }, "authors": { "totalCount": 0 },
        })
    );
    // The running server's search follows.
    let (hits, _) = eventually("the search without the sample", Duration::from_secs(5), || async {
        let data = served.client.query(r#"{ search(text: "blotter") { nodes { node { title } } } }"#).await;
        let hits = data["search"]["nodes"].as_array().unwrap().clone();
        (hits.len() == 1).then_some(hits)
    })
    .await;
    assert_eq!(hits[0]["node"]["title"], "Mine");

    let again = in_folder(&home).args(["sample", "remove"]).run().await.well();
    insta::assert_snapshot!(again.stdout, @"there are no sample posts here");
    served.stop().await;
    let served = in_folder(&home).serve().await;
    assert!(!served.stdout.text().contains("sample"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_post_that_was_edited_here_stays() {
    let home = home().await;
    in_folder(&home).serve().await.stop().await;
    home.sql("UPDATE entry SET version = version + 1 WHERE slug = 'about'").await;
    home.sql("UPDATE entry SET version = version + 1 WHERE number = 1").await;
    let removed = in_folder(&home).args(["sample", "remove"]).run().await.well();
    assert!(removed.stdout.contains("were edited here, and so stay"), "{}", removed.stdout);
    let left = home.texts("SELECT CAST(COUNT(*) AS TEXT) FROM entry").await;
    assert!(left == ["1"] || left == ["2"], "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_is_what_inkstand_does_and_its_flags_may_stand_anywhere() {
    for args in [&["serve", "--no-sample"][..], &["--no-sample", "serve"], &["--no-sample"]] {
        let home = home().await;
        let mut inkstand = Inkstand::new(home.folder.path()).args(["--data-dir", "blog"]).args(args);
        inkstand = inkstand.args(["--public-url", "https://blog.example/"]);
        let served = inkstand.serve().await;
        let data = served.client.query("{ site { url } posts { totalCount } }").await;
        assert_eq!(data["posts"]["totalCount"], 0, "{args:?}");
        assert!(data["site"]["url"].as_str().unwrap().starts_with("https://blog.example"), "{data}");
        assert!(home.folder.path().join("blog/blog.sqlite").exists(), "{args:?}");
        served.stop().await;
    }
}
