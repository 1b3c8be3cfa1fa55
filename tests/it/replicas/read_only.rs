//! A server that writes nothing.

use std::sync::Arc;

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, Inkstand, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::write;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_and_writes_are_refused(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let blog = TestBlog::start(kind).await;
    let ada = blog.account("ada", Role::Editor).await;
    let token = blog.token_secret(&ada, Scope::Write).await;
    let input = json!({ "title": "Ink", "markdown": "Ink.", "publish": true });
    write(&blog.client().with_token(&token), "createPost", "post { id }", input).await;
    let draft = json!({ "title": "Due", "markdown": "" });
    write(&blog.client().with_token(&token), "createPost", "post { id }", draft).await;
    let database = blog.stop().await;
    // Its time has come, and it has to wait.
    database.sql("UPDATE entry SET status = 'scheduled', published_at = 1 WHERE title = 'Due'").await;
    let state = "SELECT (SELECT CAST(count(*) AS TEXT) FROM change) || ' ' || (SELECT CAST(count(*) AS TEXT) FROM audit) || ' ' || \
                 (SELECT CAST(count(*) AS TEXT) FROM sign_in_attempt) || ' ' || (SELECT CAST(count(*) AS TEXT) FROM session)";
    let before = database.texts(state).await;

    let blog =
        TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.read_only = true).await;
    blog.wait_for_search().await;
    let data = blog.query("{ posts { totalCount } search(text: \"ink\") { totalCount complete } }").await;
    assert_eq!(
        data,
        json!({ "posts": { "totalCount": 1 }, "search": { "totalCount": 1, "complete": true } })
    );
    let known = blog.client().with_token(&token);
    assert_eq!(known.query("{ viewer { name } }").await["viewer"]["name"], "ada");
    for refused in [
        "mutation { createPost(input: { title: \"No\", markdown: \"\" }) { userErrors { code } } }",
        "mutation { signIn(input: { name: \"ada\", password: \"a notebook is a log\" }) { userErrors { code } } }",
    ] {
        let answer =
            known.http.post(known.url("/graphql")).json(&json!({ "query": refused })).send().await.unwrap();
        assert_eq!(answer.status(), 503, "{refused}");
        assert_eq!(answer.headers()["retry-after"], "60");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "READ_ONLY", "{body}");
    }
    let ready = blog.http.get(blog.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    assert_eq!(blog.database.texts(state).await, before);
    // And writes again.
    let database = blog.stop().await;
    let blog = TestBlog::serve(database, Arc::new(SystemClock)).await;
    inkstand_tests::eventually("what was due", std::time::Duration::from_secs(60), || async {
        (blog.query("{ posts { totalCount } }").await["posts"]["totalCount"] == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn it_begins_no_blog() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Inkstand::new(folder.path())
        .args(["--read-only", "--listen", "127.0.0.1:0"])
        .run()
        .await
        .with_code(1);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    assert!(!folder.path().join("data/blog.sqlite").exists());
}
