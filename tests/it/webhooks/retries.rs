//! Receivers that fail: when they are asked again, and when no more.

use inkstand_model::Clock;
use inkstand_tests::{Answering, Database, Receiver};
use rstest::rstest;
use serde_json::json;

use super::{blog_at, change, hook, latest, look_at, pass, publish, titles};

const MORNING: &str = "2024-06-01T08:00:00Z";

#[rstest]
#[tokio::test]
async fn what_failed_comes_again_and_nothing_overtakes_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (blog, clock) = blog_at(database, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    receiver.answer(Answering::Status(500));
    publish(&blog, [1]).await;
    latest(&blog, &hook, "the first attempt failed", |message| message["attempts"] == 1).await;
    publish(&blog, [2]).await;
    // The pauses are 5, 10 and 20 seconds, or up to a quarter less.
    for (attempt, pause) in [(2, 5), (3, 10), (4, 20)] {
        let early = pause * 3 / 4 - 1;
        pass(&blog, &clock, early);
        pass(&blog, &clock, pause - early);
        let told = receiver.wait_for(attempt).await;
        assert_eq!(told.len(), attempt);
        assert_eq!(told[attempt - 1].id, told[0].id);
        assert!(told[attempt - 1].timestamp > told[attempt - 2].timestamp);
        assert!(told[attempt - 1].is_signed_by(&hook.secret));
        let recorded = async || {
            let seen = look_at(&blog, &hook).await;
            (seen["deliveries"]["nodes"][1]["attempts"] == attempt).then_some(seen)
        };
        let (seen, _) =
            inkstand_tests::eventually("it is written", std::time::Duration::from_secs(30), recorded).await;
        let (first, second) = (&seen["deliveries"]["nodes"][1], &seen["deliveries"]["nodes"][0]);
        assert_eq!((&first["status"], &first["error"]), (&json!(500), &json!("the answer was 500")));
        assert_eq!((&first["state"], &second["attempts"]), (&json!("PENDING"), &json!(0)));
        assert_eq!(seen["failingSince"], MORNING);
    }
    receiver.answer(Answering::Status(200));
    pass(&blog, &clock, 40);
    let seen = latest(&blog, &hook, "both are delivered", |message| message["state"] == "DELIVERED").await;
    assert_eq!(titles(&receiver.received())[3..], ["Post 001", "Post 001", "Post 002"]);
    assert_eq!(seen["failingSince"], json!(null));
    let first = &seen["deliveries"]["nodes"][1];
    assert_eq!(
        (&first["state"], &first["attempts"], &first["error"]),
        (&json!("DELIVERED"), &json!(5), &json!(null))
    );
}

#[tokio::test]
async fn one_that_fails_keeps_no_other_waiting() {
    let (blog, _) = blog_at(Database::Sqlite, MORNING).await;
    let (bad, good) = (Receiver::start().await, Receiver::start().await);
    bad.answer(Answering::Never);
    hook(&blog, &bad.url(), &["POST_PUBLISHED"]).await;
    hook(&blog, &good.url(), &["POST_PUBLISHED"]).await;
    publish(&blog, 1..=3).await;
    good.wait_for(3).await;
    assert_eq!(bad.wait_for(1).await.len(), 1);
}

#[tokio::test]
async fn who_names_a_time_is_left_alone_until_then() {
    let (blog, clock) = blog_at(Database::Sqlite, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    receiver.answer(Answering::Later(503, 3600));
    publish(&blog, [1]).await;
    let seen = latest(&blog, &hook, "it failed", |message| message["attempts"] == 1).await;
    assert_eq!(seen["deliveries"]["nodes"][0]["nextAttemptAt"], "2024-06-01T09:00:00Z");
    receiver.answer(Answering::Status(204));
    pass(&blog, &clock, 3600);
    latest(&blog, &hook, "it came then", |message| message["state"] == "DELIVERED").await;
}

#[rstest]
#[tokio::test]
async fn who_answers_410_is_told_no_more(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (blog, _) = blog_at(database, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    receiver.answer(Answering::Status(410));
    publish(&blog, [1]).await;
    let seen = latest(&blog, &hook, "it is a dead letter", |message| message["state"] == "DEAD").await;
    assert_eq!(seen["active"], false);
    assert_eq!(seen["disabledReason"], "it answered 410 Gone: it does not want to be told any more");
    receiver.answer(Answering::Status(204));
    publish(&blog, [2]).await;

    let dead = seen["deliveries"]["nodes"][0]["id"].clone();
    let refused = change(&blog, "retryDelivery", json!({ "id": dead }), "delivery { state }").await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_POSSIBLE");
    let again = json!({ "id": hook.id, "active": true });
    let on = change(&blog, "updateWebhook", again, "webhook { active disabledReason }").await;
    assert_eq!(on["webhook"], json!({ "active": true, "disabledReason": null }));
    publish(&blog, [3]).await;
    receiver.wait_for(2).await;
    let retried = change(&blog, "retryDelivery", json!({ "id": dead }), "delivery { state attempts }").await;
    assert_eq!(retried["delivery"], json!({ "state": "PENDING", "attempts": 0 }));
    let told = receiver.wait_for(3).await;
    assert_eq!(titles(&told), ["Post 001", "Post 003", "Post 001"], "what came meanwhile it is never told");
    assert_eq!(dead, told[2].id.as_str());
}

#[rstest]
#[tokio::test]
async fn days_of_failure_make_dead_letters_and_switch_the_webhook_off(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (blog, clock) = blog_at(database, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    receiver.answer(Answering::Status(503));
    publish(&blog, 1..=2).await;
    let mut attempts = 0;
    let off = loop {
        attempts += 1;
        receiver.wait_for(attempts).await;
        let recorded = async || {
            let seen = look_at(&blog, &hook).await;
            let nodes = seen["deliveries"]["nodes"].as_array().unwrap();
            let sum: u64 = nodes.iter().map(|message| message["attempts"].as_u64().unwrap()).sum();
            (sum >= attempts as u64).then_some(sum as usize)
        };
        // The next one has its first turn at the moment when the one before it is given up.
        let (sum, _) =
            inkstand_tests::eventually("it is written", std::time::Duration::from_secs(30), recorded).await;
        attempts = sum;
        // The webhook and its messages are read one after the other, and the outcome may be written between.
        let seen = look_at(&blog, &hook).await;
        if seen["active"] == false {
            break seen;
        }
        assert!(attempts < 40, "{seen:#}");
        let nodes = seen["deliveries"]["nodes"].as_array().unwrap();
        let next = nodes.iter().rev().find(|message| message["state"] == "PENDING").unwrap();
        let next = super::moment(next["nextAttemptAt"].as_str().unwrap());
        // One that was never tried is due since it was made, and already on its way.
        if next > clock.now() {
            clock.set(next);
            blog.blog().wake();
        }
    };
    let nodes = off["deliveries"]["nodes"].as_array().unwrap();
    assert_eq!((&nodes[1]["state"], &nodes[1]["attempts"]), (&json!("DEAD"), &json!(21)));
    assert_eq!(nodes[0]["state"], "PENDING", "what was not tried often enough waits");
    assert!(attempts > 21, "the next one had its turn: {attempts}");
    assert_eq!(
        off["disabledReason"],
        "for three days there were nothing but failures; the last: the answer was 503"
    );

    receiver.answer(Answering::Status(200));
    change(&blog, "updateWebhook", json!({ "id": hook.id, "active": true }), "seq").await;
    latest(&blog, &hook, "it goes on", |message| message["state"] == "DELIVERED").await;
    change(&blog, "retryDelivery", json!({ "id": nodes[1]["id"] }), "seq").await;
    latest(&blog, &hook, "the dead letter arrives", |message| {
        message["id"] == nodes[1]["id"] && message["state"] == "DELIVERED"
    })
    .await;
}

#[tokio::test]
async fn for_a_day_two_secrets_sign() {
    let (blog, clock) = blog_at(Database::Sqlite, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    let rotated = change(
        &blog,
        "rotateWebhookSecret",
        json!({ "id": hook.id }),
        "secret webhook { previousSecretUntil }",
    )
    .await;
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, hook.secret);
    assert_eq!(rotated["webhook"]["previousSecretUntil"], "2024-06-02T08:00:00Z");
    publish(&blog, [1]).await;
    pass(&blog, &clock, 24 * 3600 - 1);
    publish(&blog, [2]).await;
    for message in receiver.wait_for(2).await {
        assert_eq!(message.signatures.len(), 2);
        assert!(message.is_signed_by(new) && message.is_signed_by(&hook.secret));
    }
    pass(&blog, &clock, 1);
    publish(&blog, [3]).await;
    let last = &receiver.wait_for(3).await[2];
    assert_eq!(last.signatures.len(), 1);
    assert!(last.is_signed_by(new) && !last.is_signed_by(&hook.secret));
}
