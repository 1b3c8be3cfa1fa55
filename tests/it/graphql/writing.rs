//! Posts written over HTTP: their life, those who write at once, and input that nobody should send.

use inkstand_model::{Role, Scope};
use inkstand_tests::{Client, Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

const ERRORS: &str = "userErrors { code field message ... on VersionConflict { current { title version } } }";

/// Sends a mutation with one input, and gives its payload.
async fn write(client: &Client, mutation: &str, input_type: &str, selection: &str, input: Value) -> Value {
    let query = format!(
        "mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ seq {selection} {ERRORS} }} }}"
    );
    client.query_with(&query, json!({ "input": input })).await[mutation].take()
}

const POST: &str = "post { id title slug path status version publishedAt tags { name } authors { handle } }";

async fn step(client: &Client, mutation: &str, input_type: &str, input: Value) -> Value {
    let payload = write(client, mutation, input_type, POST, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation}");
    assert!(payload["seq"].is_string(), "{payload}");
    payload["post"].clone()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_post_lives_its_whole_life(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let ada = blog.member("ada", Role::Author, Scope::Write).await;
    let anybody = blog.client();
    let new = json!({ "title": "Ein Entwurf", "markdown": "Über *Tinte*.", "tags": ["Tinte", "日本語"], "publishedAt": "2024-05-01T10:00:00Z" });
    let post = step(&ada, "createPost", "CreatePostInput", new).await;
    assert_eq!(
        (&post["status"], &post["version"], &post["path"]),
        (&json!("DRAFT"), &json!(1), &json!("/2024/05/ein-entwurf"))
    );
    assert_eq!(post["authors"], json!([{ "handle": "ada" }]), "the byline is made with the first post");
    let id = post["id"].clone();
    let post = step(&ada, "publishPost", "PublishInput", json!({ "id": id, "version": 1 })).await;
    assert_eq!(
        (&post["status"], &post["publishedAt"]),
        (&json!("PUBLISHED"), &json!("2024-05-01T10:00:00Z"))
    );
    blog.wait_for_search().await;
    let found = anybody.query("{ search(text: \"tinte\") { totalCount } posts(filter: { tags: { all: [\"tinte\", \"日本語\"] } }) { totalCount } }").await;
    assert_eq!(found, json!({ "search": { "totalCount": 1 }, "posts": { "totalCount": 1 } }));

    let post = step(
        &ada,
        "updatePost",
        "UpdatePostInput",
        json!({ "id": id, "version": 2, "slug": "Über Tinte", "tags": [] }),
    )
    .await;
    assert_eq!((&post["slug"], &post["tags"]), (&json!("über-tinte"), &json!([])));
    let route = "{ route(path: \"/2024/05/ein-entwurf\") { status location } }";
    assert_eq!(
        anybody.query(route).await["route"],
        json!({ "status": 301, "location": "https://blog.example/2024/05/%C3%BCber-tinte" })
    );
    let stale = write(
        &ada,
        "updatePost",
        "UpdatePostInput",
        POST,
        json!({ "id": id, "version": 2, "title": "Zu spät" }),
    )
    .await;
    assert_eq!((&stale["post"], &stale["seq"]), (&Value::Null, &Value::Null));
    assert_eq!(stale["userErrors"][0]["code"], "VERSION_CONFLICT");
    assert_eq!(stale["userErrors"][0]["current"], json!({ "title": "Ein Entwurf", "version": 3 }));

    let post = step(&ada, "unpublishPost", "UnpublishInput", json!({ "id": id, "private": true })).await;
    assert_eq!(post["status"], "PRIVATE");
    assert_eq!(anybody.query(route).await["route"]["status"], 404);
    let post = step(
        &ada,
        "schedulePost",
        "ScheduleInput",
        json!({ "id": id, "publishedAt": "2100-01-01T00:00:00+02:00" }),
    )
    .await;
    assert_eq!(
        (&post["status"], &post["publishedAt"]),
        (&json!("SCHEDULED"), &json!("2099-12-31T22:00:00Z"))
    );
    step(&ada, "publishPost", "PublishInput", json!({ "id": id, "publishedAt": "2024-05-01T10:00:00Z" }))
        .await;
    assert_eq!(anybody.query(route).await["route"]["status"], 301);
    step(&ada, "trashPost", "StepInput", json!({ "id": id })).await;
    let post = step(&ada, "restorePost", "StepInput", json!({ "id": id })).await;
    assert_eq!(post["status"], "DRAFT");
    step(&ada, "trashPost", "StepInput", json!({ "id": id })).await;
    let gone = write(&ada, "deletePost", "StepInput", "deletedId", json!({ "id": id })).await;
    assert_eq!(gone["deletedId"], id);
    assert_eq!(anybody.query(route).await["route"], json!({ "status": 410, "location": null }));
    let again = write(&ada, "deletePost", "StepInput", "deletedId", json!({ "id": id })).await;
    assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn twenty_who_write_at_once_lose_nothing(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let eve = blog.member("eve", Role::Editor, Scope::Write).await;
    let key = json!({ "title": "One", "markdown": "", "publish": true, "idempotencyKey": "the one wish" });
    let made = (0..20).map(|_| {
        let (eve, key) = (eve.clone(), key.clone());
        tokio::spawn(async move { step(&eve, "createPost", "CreatePostInput", key).await["id"].clone() })
    });
    let mut ids = Vec::new();
    for each in made {
        ids.push(each.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "a wish that is sent twenty times makes one post");
    let id = ids.remove(0);

    let writers = (0..20).map(|writer| {
        let (eve, id) = (eve.clone(), id.clone());
        tokio::spawn(async move {
            let (mut version, mut text) = (json!(1), String::new());
            loop {
                let input = json!({ "id": id, "version": version, "markdown": format!("{text}{writer} ") });
                let payload = write(&eve, "updatePost", "UpdatePostInput", "post { version }", input).await;
                if payload["post"].is_object() {
                    return;
                }
                assert_eq!(payload["userErrors"][0]["code"], "VERSION_CONFLICT", "{payload}");
                let query = "query($id: ID!) { node(id: $id) { ... on Post { version markdown } } }";
                let now = eve.query_with(query, json!({ "id": id })).await["node"].take();
                (version, text) = (now["version"].clone(), now["markdown"].as_str().unwrap().to_owned());
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    let query =
        "query($id: ID!) { node(id: $id) { ... on Post { version markdown revisions { totalCount } } } }";
    let now = eve.query_with(query, json!({ "id": id })).await["node"].take();
    assert_eq!((&now["version"], &now["revisions"]["totalCount"]), (&json!(21), &json!(20)));
    let mut wrote: Vec<u32> =
        now["markdown"].as_str().unwrap().split_whitespace().map(|writer| writer.parse().unwrap()).collect();
    wrote.sort_unstable();
    assert_eq!(wrote, (0..20).collect::<Vec<_>>(), "everybody's words are there");
}
