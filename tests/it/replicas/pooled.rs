//! Behind a pooler that gives each transaction another connection.

use std::{sync::Arc, time::Duration};

use inkstand_model::{Role, Scope};
use inkstand_server::{Settings, SystemClock};
use inkstand_storage::DatabaseUrl;
use inkstand_tests::{Database, Inkstand, PgBouncer, TestBlog, TestDatabase, database_at, eventually};
use serde_json::json;

use super::write;

/// An empty database is migrated by several at once, each by a pooler: by the way past it, or through it with a clear
/// word about that way.
#[tokio::test(flavor = "multi_thread")]
async fn migrating_where_a_pooler_stands_between() {
    let database = TestDatabase::new(Database::Postgres).await;
    for statement in ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"] {
        database.sql(statement).await;
    }
    let bouncer = PgBouncer::before(&database).await;
    let pooled = bouncer.url(&database);
    let migrate = |more: &[&str]| {
        let folder = database.folder.path();
        Inkstand::new(folder).args(["--data-dir", ".", "--database-url", &pooled, "migrate"]).args(more).run()
    };
    for args in [&[][..], &["--check"]] {
        let refused = migrate(args).await.with_code(1);
        assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
        assert!(refused.stderr.contains("--direct-database-url"), "{}", refused.stderr);
    }
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.texts(tables).await, [""; 0]);
    let past = ["--direct-database-url", database.url_text.as_str()];
    let ended = futures::future::join_all((0..5).map(|_| migrate(&past))).await;
    let done = ended.into_iter().map(|ended| ended.well().stdout);
    assert_eq!(done.filter(|said| said.contains("m0001_blog")).count(), 1);
    // No lock stayed behind with a connection of the pooler.
    let locks = "SELECT CAST(count(*) AS TEXT) FROM pg_locks WHERE locktype = 'advisory' AND \
                 database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(database.texts(locks).await, ["0"]);
    let checked = migrate(&["--check", past[0], past[1]]).await;
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let serving = Inkstand::new(database.folder.path())
        .args(["--data-dir", ".", "--database-url", &pooled, past[0], past[1], "--no-sample"])
        .serve()
        .await;
    assert_eq!(serving.client.query("{ posts { totalCount } }").await["posts"]["totalCount"], 0);
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_behind_pgbouncer() {
    let database = TestDatabase::new(Database::Postgres).await;
    let bouncer = PgBouncer::before(&database).await;
    let pooled = bouncer.url(&database);
    let direct = |settings: &mut Settings| {
        settings.direct_database = Some(DatabaseUrl::parse(&database.url_text).unwrap());
        // Everything asks the database.
        settings.entity_cache = 0;
        settings.response_cache = 0;
    };
    let serve = async || TestBlog::serve_with(database_at(&pooled), Arc::new(SystemClock), direct).await;
    let (one, two) = (serve().await, serve().await);
    let ada = one.member("ada", Role::Editor, Scope::Write).await;
    let query = "{ posts(first: 50) { totalCount nodes { title tags { name } authors { name } } } site { title } \
                 search(text: \"ink\") { totalCount } }";
    for round in 1..=5 {
        // Far more statements at once than PgBouncer has connections, by connections of two servers.
        let mut readers = tokio::task::JoinSet::new();
        for reader in 0..40 {
            let client = if reader % 2 == 0 { one.client() } else { two.client() };
            readers.spawn(async move { client.ask(query, json!({})).await });
        }
        let input =
            json!({ "title": format!("Ink {round}"), "markdown": "Ink.", "tags": ["ink"], "publish": true });
        write(&ada, "createPost", "post { id }", input).await;
        while let Some(answer) = readers.join_next().await {
            let answer = answer.unwrap();
            assert!(answer.get("errors").is_none(), "{answer:#}");
        }
        eventually("the other one hears of it", Duration::from_secs(4), || async {
            let data =
                two.query("{ search(text: \"ink\") { totalCount complete } posts { totalCount } }").await;
            let expected = json!({
                "search": { "totalCount": round, "complete": true }, "posts": { "totalCount": round }
            });
            (data == expected).then_some(())
        })
        .await;
    }
    let listed = Inkstand::new(one.database.folder.path())
        .args(["post", "list", "--database-url", &pooled, "--direct-database-url", &database.url_text])
        .run()
        .await
        .well();
    assert!(listed.stdout.contains("Ink 5"), "{}", listed.stdout);
    let wrong = Inkstand::new(one.database.folder.path())
        .args([
            "post",
            "list",
            "--database-url",
            "sqlite:x.sqlite",
            "--direct-database-url",
            &database.url_text,
        ])
        .run()
        .await
        .with_code(1);
    assert!(wrong.stderr.contains("--direct-database-url"), "{}", wrong.stderr);
    let (one, two) = (one.stop().await, two.stop().await);
    drop((one, two, bouncer));
}
