//! The schema, brought up to date by many at once, by another role, or not at all.

use futures::future::join_all;
use inkstand_tests::{Database, Inkstand, TestDatabase};
use rstest::rstest;

use super::{READING, run, small_blog};

/// What the second migration made, taken back: the schema of the version before, with a blog in it.
async fn before_the_last_migration(kind: Database) -> TestDatabase {
    let database = TestDatabase::new(kind).await;
    let post = database.folder.path().join("post.md");
    std::fs::write(post, "---\ntitle: Kept\ndate: 2024-05-01\n---\nText").unwrap();
    let _ = run(&database, &["import", "post.md"]).await.well();
    let cascade = if kind == Database::Postgres { " CASCADE" } else { "" };
    for table in [
        "session",
        "api_token",
        "account",
        "setup_token",
        "sign_in_attempt",
        "audit",
        "revision",
        "idempotency",
        "term_alias",
        "menu",
        "delivery",
        "webhook",
        "follower",
        "lease",
    ] {
        database.sql(&format!("DROP TABLE {table}{cascade}")).await;
    }
    for index in ["ix_author_account_id", "ix_entry_status_published_at", "ix_entry_path"] {
        database.sql(&format!("DROP INDEX {index}")).await;
    }
    database.sql("ALTER TABLE author DROP COLUMN account_id").await;
    database.sql("ALTER TABLE entry DROP COLUMN edited_by").await;
    database.sql("DELETE FROM seaql_migrations WHERE version <> 'm0001_blog'").await;
    database
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ten_at_once_migrate_a_blog_once(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = before_the_last_migration(kind).await;
    let check = run(&database, &["migrate", "--check"]).await.with_code(2);
    assert!(check.stdout.contains("lacks m0002_writing"), "{}", check.stdout);
    let never = ["serve", "--migrate", "never", "--listen", "127.0.0.1:0"];
    let refused = run(&database, &never).await.with_code(1);
    assert!(
        refused.stderr.contains("inkstand migrate") && refused.stderr.contains("m0002"),
        "{}",
        refused.stderr
    );
    let refused = Inkstand::on(&database).env("INKSTAND_MIGRATE", "never").args(["site", "show"]).run().await;
    assert!(refused.with_code(1).stderr.contains("m0002_writing"));

    let ended = join_all((0..10).map(|_| run(&database, &["migrate"]))).await;
    let done = ended.into_iter().map(|ended| ended.well().stdout);
    assert_eq!(done.filter(|said| said.contains("by m0002_writing")).count(), 1);
    let _ = run(&database, &["migrate", "--check"]).await.well();
    let served = Inkstand::on(&database).args(["--migrate", "never"]).serve().await;
    let data = served.client.query("{ posts { nodes { title html } } }").await;
    assert_eq!(data["posts"]["nodes"][0]["title"], "Kept", "{data}");
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_breaks_off_leaves_the_schema_as_it_was(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = before_the_last_migration(kind).await;
    // Made behind our back, so that the migration cannot make its own, the last of its tables.
    database.sql("CREATE TABLE lease (name text)").await;
    let refused = run(&database, &["migrate"]).await.with_code(1);
    assert!(refused.stderr.contains("cannot bring the schema"), "{}", refused.stderr);
    let made = match kind {
        Database::Sqlite => "SELECT name FROM sqlite_schema WHERE name = 'account'",
        Database::Postgres => "SELECT tablename::text FROM pg_tables WHERE tablename = 'account'",
    };
    assert_eq!(database.texts(made).await, [""; 0]);
    database.sql("DROP TABLE lease").await;
    let _ = run(&database, &["migrate"]).await.well();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_and_left_alone(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = small_blog(kind).await;
    database.sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)").await;
    for args in [&["migrate"][..], &["migrate", "--check"], &["site", "show"], &["doctor"]] {
        let refused = run(&database, args).await.with_code(1);
        assert!(
            refused.stderr.contains("newer version") && refused.stderr.contains("m9999"),
            "{}",
            refused.stderr
        );
    }
}

/// By its name: a roll to the next version can be taken back, and an old server be started again amid one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_that_only_expands_is_served(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = small_blog(kind).await;
    let next = || Inkstand::on(&database).env("INKSTAND_TEST_EXTRA_MIGRATION", "1");
    let migrated = next().args(["migrate"]).run().await.well();
    assert!(migrated.stdout.contains("m9000_extra_expands"), "{}", migrated.stdout);
    let _ = run(&database, &["migrate", "--check"]).await.well();
    let served = Inkstand::on(&database).args(["--migrate", "never"]).serve().await;
    let _ = served.client.query(READING).await;
    let import = database.folder.path().join("later.md");
    std::fs::write(import, "---\ntitle: Later\ndate: 2024-05-01\n---\nText").unwrap();
    let _ = run(&database, &["import", "later.md"]).await.well();
    served.stop().await;
    assert_eq!(database.texts("SELECT CAST(extra AS TEXT) FROM entry WHERE title = 'Later'").await, ["7"]);
    // Of what it has not itself, a version has nothing to go on with.
    database.sql("DELETE FROM seaql_migrations WHERE version = 'm0003_lease_epoch'").await;
    let refused = run(&database, &["migrate"]).await.with_code(1);
    assert!(refused.stderr.contains("newer version"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let check = Inkstand::new(folder.path()).args(["migrate", "--check"]).run().await.with_code(2);
    assert!(check.stdout.contains("m0001_blog, m0002_writing"), "{}", check.stdout);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let made = Inkstand::new(folder.path()).args(["migrate"]).run().await.well();
    assert!(made.stdout.contains("m0001_blog"), "{}", made.stdout);
    let _ = Inkstand::new(folder.path()).args(["migrate", "--check"]).run().await.well();
}

/// The grants are those of `inkstand migrate --help`; the second role is made by `.ci/postgres`.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_change_the_schema_serves() {
    const SERVING: &str = "inkstand_serving";
    let database = TestDatabase::new(Database::Postgres).await;
    let as_serving = database.url_text.replace("://inkstand@", &format!("://{SERVING}@"));
    assert_ne!(as_serving, database.url_text, "the tests' role is called inkstand");
    for statement in [
        "DROP SCHEMA public CASCADE".to_owned(),
        "CREATE SCHEMA public".to_owned(),
        format!("GRANT USAGE ON SCHEMA public TO {SERVING}"),
        format!(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {SERVING}"
        ),
        format!("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {SERVING}"),
    ] {
        database.sql(&statement).await;
    }
    let serving = |args: &[&str]| {
        Inkstand::new(database.folder.path())
            .args(["--data-dir", ".", "--database-url", &as_serving])
            .args(args)
    };
    let refused = serving(&["--listen", "127.0.0.1:0"]).run().await.with_code(1);
    assert!(refused.stderr.contains("inkstand migrate"), "{}", refused.stderr);
    assert!(refused.stderr.contains("permission denied"), "{}", refused.stderr);

    let _ = run(&database, &["migrate"]).await.well();
    let served = serving(&[]).serve().await;
    let post = database.folder.path().join("post.md");
    std::fs::write(post, "---\ntitle: Served\ndate: 2024-05-01\n---\nText").unwrap();
    let _ = serving(&["import", "post.md"]).run().await.well();
    served.client.caught_up(&database).await;
    let data = served.client.query(READING).await;
    assert_eq!(data["posts"]["nodes"][0]["title"], "Served", "{data}");
    let _ = serving(&["doctor"]).run().await.well();
    let _ = serving(&["migrate", "--check"]).run().await.well();
    served.stop().await;
}
