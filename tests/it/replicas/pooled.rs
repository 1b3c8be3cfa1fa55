//! Behind a pooler that gives each transaction another connection.

use std::{sync::Arc, time::Duration};

use inkstand_model::{Role, Scope};
use inkstand_server::{Settings, SystemClock};
use inkstand_storage::DatabaseUrl;
use inkstand_tests::{Database, Inkstand, PgBouncer, TestBlog, TestDatabase, database_at, eventually};
use serde_json::json;

use super::write;

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
