//! The commands beside `serve` and `import`.

use std::time::Duration;

use inkstand_tests::{Database, Inkstand, TestDatabase, eventually};
use rstest::rstest;

async fn help(args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let ended = Inkstand::new(folder.path()).args(args).env("COLUMNS", "100").run().await.well();
    assert_eq!(ended.stderr, "");
    ended.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn help_tells_what_each_command_does() {
    let rows: [(&[&str], &[&str]); 17] = [
        (
            &["--help"],
            &[
                "serve",
                "import",
                "sample",
                "site",
                "reindex",
                "schema",
                "--listen",
                "--data-dir",
                "INKSTAND_LISTEN",
            ],
        ),
        (
            &["serve", "--help"],
            &["--listen", "INKSTAND_PUBLIC_URL", "--no-sample", "--database-url", "127.0.0.1:8080"],
        ),
        (
            &["import", "--help"],
            &["Jekyll, Hugo, Zola", ".tar.gz", "Exit code", "--source", "--database-url", "redirect_from"],
        ),
        (
            &["post", "--help"],
            &["new", "trash", "$EDITOR", "Examples", "iron-gall-ink", "Exit code", "front matter"],
        ),
        (&["post", "new", "--help"], &["--publish", "--from", "--page", "code --wait", "must be there"]),
        (&["post", "edit", "--help"], &["--if-version", "nothing is overwritten", "post_"]),
        (&["post", "schedule", "--help"], &["time zone", "2026-12-24 18:30"]),
        (&["sample", "--help"], &["remove", "sample posts"]),
        (&["sample", "remove", "--help"], &["Remove the sample posts", "--data-dir"]),
        (&["site", "set", "--help"], &["time-zone", "permalinks", "/{yyyy}/{mm}/{slug}", "Europe/Berlin"]),
        (&["reindex", "--help"], &["search index", "--new-log", "pg_restore"]),
        (&["migrate", "--help"], &["--check", "ALTER DEFAULT PRIVILEGES", "Exit code", "--migrate never"]),
        (&["backup", "--help"], &["nothing is ever overwritten", "inkstand restore", "pg_dump"]),
        (&["restore", "--help"], &["must be empty", "--data-dir", "revoke"]),
        (&["copy", "--help"], &["--from", "--to", "INKSTAND_COPY_TO", "checksum"]),
        (&["doctor", "--help"], &["--repair", "Exit code", "inkstand audit"]),
        (&["schema", "--help"], &["GraphQL schema"]),
    ];
    for (args, words) in rows {
        let text = help(args).await;
        for word in words {
            assert!(text.contains(word), "{args:?} says nothing of {word}\n{text}");
        }
    }
    assert_eq!(help(&["--version"]).await, format!("inkstand {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test(flavor = "multi_thread")]
async fn help_shows_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let inkstand = Inkstand::new(folder.path()).args(["--help"]);
    let ended = inkstand.env("INKSTAND_DATABASE_URL", "postgres://u:s3cret@h/d").run().await.well();
    assert!(!ended.stdout.contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_the_committed_one() {
    let committed = include_str!("../../../schema/inkstand.graphql");
    assert_eq!(help(&["schema"]).await, committed, "write it anew with `just schema`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_usage_error_is_not_taken_for_a_partial_import() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["import", "--bogus", "x"][..], &["import"], &["frobnicate"], &["--listen", "nonsense"]] {
        let ended = Inkstand::new(folder.path()).args(args).run().await.with_code(1);
        assert!(ended.stderr.starts_with("error: ") && ended.stdout.is_empty(), "{}", ended.stderr);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn site_settings_go_round(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let served = Inkstand::on(&database).serve().await;
    for (setting, value) in [
        ("title", "  Tinte & Feder  "),
        ("tagline", "<b>наблюдения</b> 🖋"),
        ("language", "pt-BR"),
        ("time-zone", "Europe/Berlin"),
        ("permalinks", "/{yyyy}/{slug}"),
        ("preview-url", "https://blog.example/p?t={token}"),
    ] {
        let _ = Inkstand::on(&database).args(["site", "set", setting, value]).run().await.well();
    }
    let shown = Inkstand::on(&database).args(["site", "show"]).run().await.well();
    insta::allow_duplicates! {
        insta::assert_snapshot!(shown.stdout, @r"
        title       Tinte & Feder
        tagline     <b>наблюдения</b> 🖋
        language    pt-BR
        time-zone   Europe/Berlin
        permalinks  /{yyyy}/{slug}
        preview-url https://blog.example/p?t={token}
        ");
    }
    let data = served.client.query("{ site { title tagline language timeZone } }").await;
    assert_eq!(
        data["site"],
        serde_json::json!({
            "title": "Tinte & Feder", "tagline": "<b>наблюдения</b> 🖋", "language": "pt-BR", "timeZone": "Europe/Berlin",
        })
    );

    for (setting, value) in [
        ("title", " "),
        ("title", "a\nb"),
        ("language", "not a language"),
        ("time-zone", "Mars/Olympus"),
        ("permalinks", "no-slash-and-no-slug"),
        ("permalinks", "/{nonsense}"),
        ("preview-url", "https://blog.example/"),
    ] {
        let refused = Inkstand::on(&database).args(["site", "set", setting, value]).run().await.with_code(1);
        assert_eq!(refused.stderr.lines().count(), 1, "{setting} {value:?}: {}", refused.stderr);
    }
    let unchanged = Inkstand::on(&database).args(["site", "show"]).run().await.well();
    assert_eq!(unchanged.stdout, shown.stdout);

    // New posts stand where the pattern says, in the site's zone.
    let file = database.folder.path().join("eve.md");
    std::fs::write(&file, "---\ntitle: Eve\ndate: 2023-12-31T23:30:00Z\n---\nText").unwrap();
    let _ = Inkstand::on(&database).args(["import", "eve.md"]).run().await.well();
    let data = served.client.query("{ posts { nodes { path language } } }").await;
    assert_eq!(data["posts"]["nodes"][0], serde_json::json!({ "path": "/2024/eve", "language": "pt-BR" }));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reindex_reaches_a_running_server(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let file = database.folder.path().join("post.md");
    std::fs::write(&file, "---\ntitle: Before\ndate: 2024-05-01\n---\nText").unwrap();
    let _ = Inkstand::on(&database).args(["import", "post.md"]).run().await.well();
    let served = Inkstand::on(&database).serve().await;
    let title = || async {
        let data =
            served.client.query(r#"{ search(text: "text") { complete nodes { title { html } } } }"#).await;
        data["search"]["nodes"][0]["title"]["html"].as_str().map(ToOwned::to_owned)
    };
    eventually("the post", Duration::from_secs(5), title).await;
    // Behind the log's back, so that only a new build can find it.
    database.sql("UPDATE entry_body SET text = 'Text gallnut'").await;
    let ended = Inkstand::on(&database).args(["reindex"]).run().await.well();
    assert!(ended.stdout.contains("anew"), "{}", ended.stdout);
    eventually("the index built anew", Duration::from_secs(5), || async {
        let data = served.client.query(r#"{ search(text: "gallnut") { totalCount complete } }"#).await;
        (data["search"] == serde_json::json!({ "totalCount": 1, "complete": true })).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_need_a_blog_make_none() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["site", "show"][..],
        &["sample", "remove"],
        &["reindex"],
        &["doctor"],
        &["backup", "file"],
        &["copy", "--to", "sqlite:other/copy.sqlite"],
    ] {
        let ended = Inkstand::new(folder.path()).args(args).run().await.with_code(1);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(ended.stderr.contains("--data-dir"), "{}", ended.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
