//! What owners do with webhooks, and nobody else.

use inkstand_tests::{Answering, Database, Receiver, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{EVERYTHING, assert_documented, change, hook, latest, look_at, publish};

const NOBODY: &str = "webhook_00000000000000000000000000000000";

#[tokio::test]
async fn webhooks_are_for_owners() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    publish(&blog, [1]).await;
    let seen = latest(&blog, &hook, "it arrives", |message| message["state"] == "DELIVERED").await;
    let message = seen["deliveries"]["nodes"][0]["id"].as_str().unwrap();
    let id = &hook.id;
    for query in [
        "{ webhooks { url } }".to_owned(),
        format!("{{ webhook(id: \"{id}\") {{ url }} }}"),
        r#"mutation { createWebhook(input: { url: "https://a.example", events: [POST_DELETED] }) { secret } }"#.to_owned(),
        format!("mutation {{ updateWebhook(input: {{ id: \"{id}\", active: false }}) {{ seq }} }}"),
        format!("mutation {{ rotateWebhookSecret(input: {{ id: \"{id}\" }}) {{ secret }} }}"),
        format!("mutation {{ deleteWebhook(input: {{ id: \"{id}\" }}) {{ seq }} }}"),
        format!("mutation {{ testWebhook(input: {{ id: \"{id}\" }}) {{ test {{ status }} }} }}"),
        format!("mutation {{ retryDelivery(input: {{ id: \"{message}\" }}) {{ seq }} }}"),
    ] {
        let answer = blog.ask(&query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{query}\n{answer:#}");
    }
    assert_eq!(receiver.received().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_webhook_is_made_changed_and_removed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let blog = TestBlog::start(database).await;
    let receiver = Receiver::start().await;
    let input = json!({ "url": " https://HOOKS.example/a ", "events": ["POST_UPDATED", "POST_PUBLISHED", "POST_UPDATED"] });
    let all = "webhook { id number url events active disabledReason failingSince previousSecretUntil }";
    let mut made = change(&blog, "createWebhook", input, &format!("{all} secret")).await;
    let id = made["webhook"]["id"].take();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let expected = json!({
        "id": null, "number": 1, "url": "https://hooks.example/a", "events": ["POST_PUBLISHED", "POST_UPDATED"],
        "active": true, "disabledReason": null, "failingSince": null, "previousSecretUntil": null,
    });
    assert_eq!(made["webhook"], expected);

    let input = json!({ "id": id, "url": receiver.url(), "events": ["PAGE_DELETED"] });
    let changed = change(&blog, "updateWebhook", input, "webhook { url events active } seq").await;
    let expected = json!({ "url": receiver.url(), "events": ["PAGE_DELETED"], "active": true });
    assert_eq!(changed["webhook"], expected);
    assert!(changed["seq"].is_string());

    receiver.answer(Answering::Status(418));
    let test = "test { delivered status body error }";
    let tested = change(&blog, "testWebhook", json!({ "id": id }), test).await;
    let expected = json!({ "delivered": false, "status": 418, "body": "", "error": "the answer was 418" });
    assert_eq!(tested["test"], expected);
    receiver.answer(Answering::Status(200));
    let tested = change(&blog, "testWebhook", json!({ "id": id }), test).await;
    assert_eq!(tested["test"], json!({ "delivered": true, "status": 200, "body": "", "error": null }));
    let told = receiver.received();
    assert_eq!((told[0].event(), told[0].data("webhook")), ("webhook.test".to_owned(), id.clone()));
    assert_documented(&told[0]);
    assert!(told[0].is_signed_by(made["secret"].as_str().unwrap()));
    assert_ne!(told[0].id, told[1].id);

    let removed = change(&blog, "deleteWebhook", json!({ "id": id }), "deletedId seq").await;
    assert_eq!(removed["deletedId"], id);
    assert_eq!(blog.query_as_operator("{ webhooks { id } }", json!({})).await["webhooks"], json!([]));
    assert_eq!(blog.database.texts("SELECT name FROM follower").await, Vec::<String>::new());
    for mutation in ["updateWebhook", "rotateWebhookSecret", "deleteWebhook", "testWebhook"] {
        let gone = change(&blog, mutation, json!({ "id": id }), "").await;
        assert_eq!(gone["userErrors"][0]["code"], "NOT_FOUND", "{mutation}");
    }
    let deeds = blog.database.texts("SELECT action FROM audit ORDER BY id").await;
    assert_eq!(deeds, ["webhook.create", "webhook.update", "webhook.delete"]);
}

#[tokio::test]
async fn bad_input_is_refused_with_what_to_do() {
    let blog = TestBlog::start(Database::Sqlite).await;
    hook(&blog, "https://taken.example/", &EVERYTHING).await;
    let long = format!("https://a.example/{}", "a".repeat(3_000));
    for (url, code) in [
        ("", "INVALID"),
        ("   ", "INVALID"),
        ("hooks", "INVALID"),
        ("ftp://hooks.example/", "INVALID"),
        ("javascript:alert(1)", "INVALID"),
        ("https://user:secret@hooks.example/", "INVALID"),
        ("https://hooks.example/#a", "INVALID"),
        ("https://hooks.example/\u{0}", "INVALID"),
        ("https://hooks.example/\u{202E}", "OK"),
        ("https://hooks.example/a\nb", "INVALID"),
        ("https://münchen.example/über", "OK"),
        (&long, "TOO_LONG"),
        ("https://taken.example", "TAKEN"),
    ] {
        let input = json!({ "url": url, "events": ["POST_DELETED"] });
        let answer = change(&blog, "createWebhook", input, "secret").await;
        let code_of = answer["userErrors"][0]["code"].as_str().unwrap_or("OK").to_owned();
        assert_eq!(code_of, code, "{url:?} {answer}");
        if code != "OK" {
            assert_eq!(answer["userErrors"][0]["field"], json!(["url"]));
        }
    }
    let both = change(&blog, "createWebhook", json!({ "url": "x", "events": [] }), "secret").await;
    let fields: Vec<&Value> =
        both["userErrors"].as_array().unwrap().iter().map(|error| &error["field"][0]).collect();
    assert_eq!(fields, ["url", "events"]);
    let gone =
        change(&blog, "updateWebhook", json!({ "id": NOBODY, "url": "https://b.example/" }), "seq").await;
    assert_eq!(gone["userErrors"][0]["code"], "NOT_FOUND");
    for id in ["", "1", "post_00000000000000000000000000000000", "webhook_1"] {
        let answer =
            blog.ask_as_operator("query ($id: ID!) { webhook(id: $id) { url } }", json!({ "id": id })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT", "{id}");
    }
}

#[tokio::test]
async fn there_are_at_most_fifty() {
    let blog = TestBlog::start(Database::Sqlite).await;
    for n in 0..50 {
        hook(&blog, &format!("https://hooks.example/{n}"), &["POST_DELETED"]).await;
    }
    let input = json!({ "url": "https://hooks.example/more", "events": ["POST_DELETED"] });
    let refused = change(&blog, "createWebhook", input, "secret").await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_POSSIBLE");
}

#[rstest]
#[tokio::test]
async fn messages_are_paged_and_filtered_in_one_statement_for_all_webhooks(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let blog = TestBlog::start(database).await;
    let (one, two) = (Receiver::start().await, Receiver::start().await);
    two.answer(Answering::Status(500));
    let first = hook(&blog, &one.url(), &["POST_PUBLISHED"]).await;
    let second = hook(&blog, &two.url(), &["POST_PUBLISHED"]).await;
    publish(&blog, 1..=5).await;
    one.wait_for(5).await;
    latest(&blog, &first, "all arrive", |message| message["state"] == "DELIVERED").await;
    let page = async |after: Option<&str>| {
        let query =
            "query ($id: ID!, $after: String) { webhook(id: $id) { deliveries(first: 2, after: $after) {
            nodes { payload } pageInfo { hasNextPage endCursor } } } }";
        let page = blog.query_as_operator(query, json!({ "id": first.id, "after": after })).await;
        page["webhook"]["deliveries"].clone()
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let part = page(after.as_deref()).await;
        seen.extend(part["nodes"].as_array().unwrap().iter().map(|node| {
            let payload: Value = serde_json::from_str(node["payload"].as_str().unwrap()).unwrap();
            payload["data"]["title"].as_str().unwrap().to_owned()
        }));
        after = part["pageInfo"]["endCursor"].as_str().map(str::to_owned);
        if part["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, ["Post 005", "Post 004", "Post 003", "Post 002", "Post 001"]);
    let query =
        "query ($state: WebhookDeliveryState) { webhooks { deliveries(state: $state) { nodes { state } } } }";
    let count = async |state: &str| {
        let found = blog.query_as_operator(query, json!({ "state": state })).await;
        let count = |n: usize| found["webhooks"][n]["deliveries"]["nodes"].as_array().unwrap().len();
        (count(0), count(1))
    };
    assert_eq!(
        (count("PENDING").await, count("DELIVERED").await, count("DEAD").await),
        ((0, 5), (5, 0), (0, 0))
    );
    let bad =
        blog.ask_as_operator("{ webhooks { deliveries(after: \"x\") { nodes { id } } } }", json!({})).await;
    assert_eq!(bad["errors"][0]["extensions"]["code"], "BAD_CURSOR");
    let none = look_at(&blog, &second).await;
    assert_eq!(none["deliveries"]["pageInfo"]["hasNextPage"], false);
}
