//! What receivers are told, byte by byte, and in which order.

use std::sync::Arc;

use inkstand_model::{CacheKey, ChangeKind, ChangeOp};
use inkstand_storage::Storage;
use inkstand_tests::{Database, Receiver};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    EVERYTHING, assert_documented, blog_at, change, hook, latest, look_at, moment, pass, publish, titles,
};

const MORNING: &str = "2024-06-01T08:00:00Z";

#[rstest]
#[tokio::test]
async fn each_publication_is_told_as_documented(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (blog, _) = blog_at(database, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &EVERYTHING).await;
    let text = "---\ntitle: Größe & \"ink\"\nslug: ink\ndate: 2024-05-01T10:00:00Z\nauthors: [ada]\ntags: [Rust]\n---\nText.\n";
    blog.import(&[("ink.md", text)]).await;
    let received = receiver.wait_for(2).await;

    let [stale, published] = &received[..] else { panic!("{received:#?}") };
    for message in &received {
        assert!(message.is_signed_by(&hook.secret), "{message:?}");
        assert_documented(message);
        assert_eq!(message.signatures.len(), 1);
        assert_eq!(message.content_type, "application/json");
        assert_eq!(message.timestamp, moment(MORNING).millis() / 1000);
        assert!(message.id.starts_with("delivery_"), "{}", message.id);
    }
    assert_ne!(stale.id, published.id);
    let known = blog.query("{ post(by: { slug: \"ink\" }) { id url } changes { next } }").await;
    let id = known["post"]["id"].as_str().unwrap();
    assert_eq!(published.data("url"), known["post"]["url"]);
    let (seq, stale_seq) = (published.data("seq"), stale.data("seq"));
    assert!(as_number(&seq) <= as_number(&stale_seq));
    assert_eq!(stale_seq, known["changes"]["next"]);

    let seq = format!("\"seq\":{seq}");
    let body = published.body.replace(id, "post_ID").replace(&seq, "\"seq\":\"SEQ\"");
    insta::assert_snapshot!(body, @r#"{"type":"post.published","timestamp":"2024-06-01T08:00:00Z","data":{"id":"post_ID","kind":"post","seq":"SEQ","paths":["/2024/05/ink"],"url":"https://blog.example/2024/05/ink","title":"Größe & \"ink\"","publishedAt":"2024-05-01T10:00:00Z","updatedAt":"2024-05-01T10:00:00Z","tags":[{"slug":"rust","name":"Rust"}],"authors":[{"slug":"ada","name":"ada"}]}}"#);
    let mut said = stale.json();
    said["data"]["keys"] = said["data"]["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key.as_str().unwrap())
        .filter(|key| ["list:", "path:", "slug:"].iter().any(|of| key.starts_with(of)))
        .collect();
    said["data"]["seq"] = json!("SEQ");
    insta::assert_snapshot!(said.to_string(), @r#"{"data":{"keys":["list:authors","list:posts","list:tags","path:/2024/05/ink","slug:author:ada","slug:post:ink","slug:tag:rust"],"paths":["/2024/05/ink"],"seq":"SEQ"},"timestamp":"2024-06-01T08:00:00Z","type":"cache.invalidated"}"#);
    assert!(stale.body.contains(&id.replace("post_", "entry:")), "{}", stale.body);
}

fn as_number(seq: &Value) -> i64 {
    seq.as_str().unwrap().parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_whole_life_is_told_and_drafts_never(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (blog, clock) = blog_at(database, MORNING).await;
    let receiver = Receiver::start().await;
    hook(&blog, &receiver.url(), &EVERYTHING[..8]).await;
    let mut lives = Vec::new();
    for (kind, head) in [("post", ""), ("page", "type: page\n")] {
        let file = |title: &str, more: &str| {
            format!("---\ntitle: {title}\nslug: a-{kind}\ndate: 2024-05-01\n{head}{more}---\nText.\n")
        };
        let path = format!("{kind}.md");
        // Each with the number of messages after it: a message says what is to be seen when it is made, so the next
        // change waits until it has come.
        for (text, messages) in [
            (file("Not yet", "draft: true\n"), 0),
            (file("Still not", "draft: true\n"), 0),
            (file("First", ""), 1),
            (file("Second", ""), 2),
            (file("Third", "draft: true\n"), 3),
            (file("Fourth", ""), 4),
        ] {
            pass(&blog, &clock, 60);
            blog.import(&[(&path, &text)]).await;
            receiver.wait_for(lives.len() + messages).await;
        }
        let told = receiver.received();
        lives = told.iter().map(|message| (message.event(), message.data("title"))).collect();
    }
    blog.blog().remove_import(&inkstand_model::Viewer::Operator, "test").await.unwrap();
    let told = receiver.wait_for(10).await;
    let mut gone: Vec<String> = told[8..].iter().map(inkstand_tests::Received::event).collect();
    gone.sort();
    assert_eq!(gone, ["page.deleted", "post.deleted"]);
    let life = |kind: &str| {
        [
            (format!("{kind}.published"), json!("First")),
            (format!("{kind}.updated"), json!("Second")),
            (format!("{kind}.unpublished"), Value::Null),
            (format!("{kind}.published"), json!("Fourth")),
        ]
    };
    assert_eq!(lives, [life("post"), life("page")].concat());
    // What is not public any more is named by its id and its former addresses, and no more.
    for message in told.iter().filter(|message| message.data("title").is_null()) {
        let names: Vec<String> = message.json()["data"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["id", "kind", "paths", "seq"]);
        assert_eq!(message.data("paths").as_array().unwrap().len(), 1, "{}", message.body);
    }
}

#[rstest]
#[tokio::test]
async fn many_stale_keys_come_in_several_messages(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (blog, clock) = blog_at(database, MORNING).await;
    let receiver = Receiver::start().await;
    hook(&blog, &receiver.url(), &["CACHE_INVALIDATED"]).await;
    let storage = Storage::open(&blog.database.url, clock.as_ref()).await.unwrap();
    let mut writing = storage.write("test", clock.as_ref()).await.unwrap();
    let keys = (0..250).map(|n| CacheKey::list(&format!("{n:03}")));
    writing.record(ChangeKind::Site, uuid::Uuid::nil(), ChangeOp::Updated, keys);
    #[expect(clippy::disallowed_methods, reason = "behind the back of the blog")]
    writing.commit().await.unwrap();
    storage.close().await;
    let told = receiver.wait_for(3).await;
    let counts: Vec<usize> =
        told.iter().map(|message| message.data("keys").as_array().unwrap().len()).collect();
    assert_eq!(counts, [100, 100, 50]);
    assert_eq!(told[2].data("keys")[49], "list:249");
    assert!(told.iter().all(|message| message.data("seq") == told[0].data("seq")));
}

#[tokio::test]
async fn each_webhook_is_told_what_it_asked_for_and_in_order() {
    let (blog, _) = blog_at(Database::Sqlite, MORNING).await;
    publish(&blog, [0]).await;
    let (all, some, none) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    hook(&blog, &all.url(), &["POST_PUBLISHED", "POST_DELETED"]).await;
    hook(&blog, &some.url(), &["POST_DELETED"]).await;
    let quiet = hook(&blog, &none.url(), &EVERYTHING).await;
    let switched = change(&blog, "updateWebhook", json!({ "id": quiet.id, "active": false }), "seq").await;
    assert_eq!(switched["userErrors"], json!([]));
    publish(&blog, 1..=30).await;
    blog.blog().remove_import(&inkstand_model::Viewer::Operator, "test").await.unwrap();
    let told = all.wait_for(61).await;
    let expected: Vec<String> = (1..=30).map(|number| format!("Post {number:03}")).collect();
    assert_eq!(titles(&told[..30]), expected, "from the moment when the webhook was made");
    some.wait_for(31).await;
    assert_eq!((all.received().len(), some.received().len(), none.received().len()), (61, 31, 0));
}

#[tokio::test]
async fn another_log_is_gone_on_with_from_its_end() {
    let (blog, clock) = blog_at(Database::Sqlite, MORNING).await;
    let receiver = Receiver::start().await;
    let hook = hook(&blog, &receiver.url(), &["POST_PUBLISHED"]).await;
    publish(&blog, [1]).await;
    receiver.wait_for(1).await;
    latest(&blog, &hook, "the first is delivered", |message| message["state"] == "DELIVERED").await;
    // As a restored database: the log is another one, and what it holds is not told.
    let database = blog.stop().await;
    database
        .sql("UPDATE setting SET value = '01234567-89ab-7def-8123-456789abcdef' WHERE key = 'log_id'")
        .await;
    let (path, text) = super::post(2);
    let storage = Storage::open(&database.url, clock.as_ref()).await.unwrap();
    let command =
        inkstand_blog::Blog::open(storage, inkstand_blog::BlogOptions::default(), Arc::clone(&clock) as _)
            .await
            .unwrap();
    let (sender, items) = tokio::sync::mpsc::channel(1);
    sender.send(inkstand_tests::item(&path, &text)).await.unwrap();
    drop(sender);
    command.import(&inkstand_model::Viewer::Operator, "test", items, |_| {}).await.unwrap();
    command.close().await;
    let blog = inkstand_tests::TestBlog::serve(database, clock).await;
    let caught_up = async || {
        let log = "SELECT value FROM setting WHERE key = 'log_id'";
        let log = blog.database.texts(log).await.remove(0).replace('-', "");
        let seen = blog.database.texts("SELECT lower(hex(log_id)) FROM follower").await.remove(0);
        (seen == log).then_some(())
    };
    inkstand_tests::eventually("the follower goes on", std::time::Duration::from_secs(30), caught_up).await;
    publish(&blog, [3]).await;
    let told = receiver.wait_for(2).await;
    assert_eq!(titles(&told), ["Post 001", "Post 003"]);
    assert_eq!(look_at(&blog, &hook).await["deliveries"]["nodes"].as_array().unwrap().len(), 2);
}
