//! Posts written over HTTP: their life, those who write at once, and input that nobody should send.

use std::sync::Arc;

use inkstand_model::{FixedClock, Instant, Role, Scope};
use inkstand_server::Settings;
use inkstand_tests::{Client, Database, Receiver, TestBlog};
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
    let post = step(&ada, "publishPost", "PublishEntryInput", json!({ "id": id, "version": 1 })).await;
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

    let post = step(&ada, "unpublishPost", "UnpublishEntryInput", json!({ "id": id, "private": true })).await;
    assert_eq!(post["status"], "PRIVATE");
    assert_eq!(anybody.query(route).await["route"]["status"], 404);
    let post = step(
        &ada,
        "schedulePost",
        "ScheduleEntryInput",
        json!({ "id": id, "publishedAt": "2100-01-01T00:00:00+02:00" }),
    )
    .await;
    assert_eq!(
        (&post["status"], &post["publishedAt"]),
        (&json!("SCHEDULED"), &json!("2099-12-31T22:00:00Z"))
    );
    step(
        &ada,
        "publishPost",
        "PublishEntryInput",
        json!({ "id": id, "publishedAt": "2024-05-01T10:00:00Z" }),
    )
    .await;
    assert_eq!(anybody.query(route).await["route"]["status"], 301);
    step(&ada, "trashPost", "EntryStepInput", json!({ "id": id })).await;
    let post = step(&ada, "restorePost", "EntryStepInput", json!({ "id": id })).await;
    assert_eq!(post["status"], "DRAFT");
    step(&ada, "trashPost", "EntryStepInput", json!({ "id": id })).await;
    let gone = write(&ada, "deletePost", "EntryStepInput", "deletedId", json!({ "id": id })).await;
    assert_eq!(gone["deletedId"], id);
    assert_eq!(anybody.query(route).await["route"], json!({ "status": 410, "location": null }));
    let again = write(&ada, "deletePost", "EntryStepInput", "deletedId", json!({ "id": id })).await;
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

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn another_ones_draft_is_as_if_it_were_not_there(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let ada = blog.member("ada", Role::Author, Scope::Write).await;
    let bob = blog.member("bob", Role::Author, Scope::Write).await;
    let eve = blog.member("eve", Role::Editor, Scope::Write).await;
    let wish =
        json!({ "title": "Draft", "markdown": "Mine.", "redirectFrom": ["/old"], "idempotencyKey": "a" });
    let id = step(&ada, "createPost", "CreatePostInput", wish.clone()).await["id"].clone();
    let nothing = json!("post_00000000000000000000000000000000");
    let revision = "revision_00000000000000000000000000000000";
    let mut told = Vec::new();
    for id in [&id, &nothing] {
        let mut answers = Vec::new();
        for (mutation, input_type, rest) in [
            ("restoreRevision", "RestoreRevisionInput", json!({ "version": 1, "revision": revision })),
            ("updatePost", "UpdatePostInput", json!({ "version": 1, "title": "Mine now" })),
            ("publishPost", "PublishEntryInput", json!({})),
            ("createPreview", "CreatePreviewInput", json!({})),
        ] {
            let mut input = rest;
            input["id"] = id.clone();
            let query = format!(
                "mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ userErrors {{ code field message }} }} }}"
            );
            answers.push(bob.ask(&query, json!({ "input": input })).await);
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    let mine = json!({ "title": "Bob's", "redirectFrom": ["/old"], "publish": true });
    step(&bob, "createPost", "CreatePostInput", mine).await;

    // An editor goes on with it under another byline: what ada began is not hers to read any more.
    let byline =
        write(&eve, "createAuthor", "CreateAuthorInput", "author { id }", json!({ "handle": "desk" })).await;
    let edit =
        json!({ "id": id, "version": 1, "markdown": "Confidential.", "authors": [byline["author"]["id"]] });
    step(&eve, "updatePost", "UpdatePostInput", edit).await;
    let again = write(&ada, "createPost", "CreatePostInput", "post { html }", wish).await;
    assert_eq!((&again["post"], &again["userErrors"][0]["code"]), (&Value::Null, &json!("NOT_FOUND")));
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn an_editor_gets_back_what_it_wrote(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let ada = blog.member("ada", Role::Author, Scope::Write).await;
    let seo = json!({ "title": "For machines", "noindex": true });
    let input = json!({ "title": "One", "markdown": "A *body*.", "excerpt": "An *excerpt*.", "seo": seo, "publishedAt": "2024-05-01T00:00:00Z" });
    let id = step(&ada, "createPost", "CreatePostInput", input).await["id"].clone();
    let query = "query($id: ID!) { node(id: $id) { ... on Entry { source { markdown htmlSource excerpt publishedAt seoTitle seoDescription seoCanonicalUrl seoNoindex } } } }";
    let source = ada.query_with(query, json!({ "id": id })).await["node"]["source"].take();
    let expected = json!({
        "markdown": "A *body*.", "htmlSource": null, "excerpt": "An *excerpt*.",
        "publishedAt": "2024-05-01T00:00:00Z", "seoTitle": "For machines", "seoDescription": null,
        "seoCanonicalUrl": null, "seoNoindex": true,
    });
    assert_eq!(source, expected);
    step(&ada, "publishPost", "PublishEntryInput", json!({ "id": id })).await;
    let seen = blog.client().query_with(query, json!({ "id": id })).await;
    assert_eq!(seen["node"], json!({ "source": null }));
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_scheduled_post_reaches_readers_search_and_webhooks_once(#[case] database: Database) {
    let moment = |text: &str| Instant::parse_rfc3339(text).unwrap();
    let clock = Arc::new(FixedClock::at(moment("2024-06-01T08:00:00Z")));
    let database = TestBlog::start(database).await.stop().await;
    let allow = |settings: &mut Settings| settings.webhooks_allow_private = true;
    let blog = TestBlog::serve_with(database, clock.clone(), allow).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let receiver = Receiver::start().await;
    let hook =
        json!({ "url": receiver.url(), "events": ["POST_PUBLISHED", "POST_UPDATED", "POST_UNPUBLISHED"] });
    let made = write_webhook(&owner, hook).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    let new = json!({ "title": "Later", "markdown": "Scheduled ink.", "publish": true, "publishedAt": "2024-06-02T06:00:00Z" });
    let post = step(&owner, "createPost", "CreatePostInput", new).await;
    assert_eq!(post["status"], "SCHEDULED");
    let id = post["id"].clone();

    // Its time comes while no server runs.
    let database = blog.stop().await;
    clock.set(moment("2024-06-03T00:00:00Z"));
    let blog = TestBlog::serve_with(database, clock, allow).await;
    let received = receiver.wait_for(1).await;
    assert_eq!((received[0].event().as_str(), &received[0].data("id")), ("post.published", &id));
    blog.wait_for_search().await;
    let reader = blog.client();
    let found = reader.query("{ search(text: \"scheduled\") { nodes { node { id publishedAt } } } changes { nodes { id action } } }").await;
    assert_eq!(
        found["search"]["nodes"],
        json!([{ "node": { "id": id, "publishedAt": "2024-06-02T06:00:00Z" } }])
    );
    let of_post: Vec<&Value> =
        found["changes"]["nodes"].as_array().unwrap().iter().filter(|change| change["id"] == id).collect();
    assert_eq!(of_post, [&json!({ "id": id, "action": "PUBLISHED" })]);
    assert_eq!(receiver.received().len(), 1);
}

async fn write_webhook(owner: &Client, input: Value) -> Value {
    let query =
        "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { message } } }";
    owner.query_with(query, json!({ "input": input })).await["createWebhook"].take()
}

#[tokio::test]
async fn whoever_waits_for_a_write_finds_it() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let ada = blog.member("ada", Role::Author, Scope::Write).await;
    for n in 0..20 {
        let input = json!({ "title": format!("Number {n}"), "publish": true });
        let payload = write(&ada, "createPost", "CreatePostInput", "post { id }", input).await;
        let reader = blog.client().with_header("inkstand-after-seq", payload["seq"].as_str().unwrap());
        let found = reader
            .query(&format!("{{ search(text: \"number {n} \") {{ nodes {{ node {{ id }} }} }} }}"))
            .await;
        assert_eq!(found["search"]["nodes"][0]["node"]["id"], payload["post"]["id"], "{n}");
    }
}
