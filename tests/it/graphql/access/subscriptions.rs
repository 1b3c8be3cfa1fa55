//! What is not published is told by no subscription: whoever may not see secrets hears, while they are kept, exactly
//! what they would hear if there were none.

use std::collections::BTreeSet;

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, item};
use rstest::rstest;
use serde_json::{Value, json};

use super::reads::{SECRET, World};
use crate::live::Socket;

/// Every subscription, by its field, with whatever could lead to a secret; `{after}` is where it begins. Positions are
/// not compared: they say that something happened, not what.
const WAYS: [(&str, &str); 5] = [
    ("changes", "subscription { changes{after} { id kind action at paths cacheKeys } }"),
    (
        "postPublished",
        "subscription { postPublished{after} { slug path title html status tags { slug postCount } series { series { slug } position } \
         older { title } newer { title } version revisions { totalCount } } }",
    ),
    ("postPublished", "subscription { postPublished{and}tag: \"zyx-tag\") { title } }"),
    ("postPublished", "subscription { postPublished{and}tag: \"ink\") { title tags { slug } } }"),
    ("postPublished", "subscription { postPublished{and}series: \"zyx-series\") { title } }"),
];

/// The way, from the present on or from the beginning of the log.
fn from(way: &str, beginning: bool) -> String {
    let (after, and) = if beginning { ("(after: \"0\")", "(after: \"0\", ") } else { ("", "(") };
    way.replace("{after}", after).replace("{and}", and)
}

/// Publishes two posts: the first one ends the ways that lead to public posts, and the second one, by which the terms
/// that were secret become public, those that lead to secret terms.
async fn publish_last(world: &World) {
    for (slug, filed) in [("marker", "tags: [ink]"), ("closing", "tags: [zyx-tag]\nseries: zyx-series")] {
        let post = format!("---\ntitle: {slug}\ndate: 2024-11-30\n{filed}\n---\nThe end.\n");
        world.blog.import_items(slug, vec![item(&format!("{slug}.md"), &post)]).await;
    }
}

/// What each way tells before it tells of its last post.
async fn heard(socket: &mut Socket) -> Vec<Vec<Value>> {
    let mut heard = vec![Vec::new(); WAYS.len()];
    let mut ended = [false; WAYS.len()];
    while ended != [true; WAYS.len()] {
        let mut message = socket.next().await;
        assert_eq!(message["type"], "next", "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        let way: usize = message["id"].as_str().unwrap().parse().unwrap();
        let data = message["payload"]["data"].take();
        let last = if WAYS[way].1.contains(SECRET) { "closing" } else { "marker" };
        if data["postPublished"]["title"] == last || data["changes"]["paths"].to_string().contains(last) {
            ended[way] = true;
        } else if !ended[way] {
            heard[way].push(data);
        }
    }
    heard
}

async fn subscribe(socket: &mut Socket, beginning: bool) {
    for (number, (_, way)) in WAYS.iter().enumerate() {
        socket.subscribe(&number.to_string(), &from(way, beginning), json!({})).await;
    }
    socket.round_trip().await;
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn no_subscription_tells_of_what_is_not_published(#[case] database: Database) {
    let (with, without) = (World::new(database).await, World::new(database).await);
    let fields = with.anybody.query("{ __schema { subscriptionType { fields { name } } } }").await;
    let fields: BTreeSet<&str> = fields["__schema"]["subscriptionType"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    let walked: BTreeSet<&str> = WAYS.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, walked, "a new subscription needs a row here");

    let mut listeners = Vec::new();
    for name in [None, Some("sam"), Some("bob"), Some("ada"), Some("eve")] {
        let mut pair = Vec::new();
        for world in [&with, &without] {
            let mut token = None;
            if let Some(name) = name {
                let account = world.blog.account(name, Role::Subscriber).await;
                token = Some(world.blog.token_secret(&account, Scope::Read).await);
            }
            let mut socket = Socket::of(world.blog.address, token.as_deref()).await;
            subscribe(&mut socket, false).await;
            pair.push((world, token, socket));
        }
        listeners.push((name, pair));
    }
    with.keep_secrets().await;
    publish_last(&with).await;
    publish_last(&without).await;

    for (name, mut pair) in listeners {
        // An editor is told that something changed, if not what it is called, so that the table can fail.
        let sees_all = name == Some("eve");
        let seen = heard(&mut pair[0].2).await;
        let innocent = heard(&mut pair[1].2).await;
        assert_eq!(seen != innocent, sees_all, "{name:?}: {seen:#?}");
        assert!(!json!(seen).to_string().contains(SECRET), "{name:?}: {seen:#?}");
        assert!(seen[1..].iter().all(Vec::is_empty), "no post went out: {seen:#?}");

        // The same from the beginning of the log, where the public posts are told as well.
        let mut again = Vec::new();
        for (world, token, _) in &pair {
            let mut socket = Socket::of(world.blog.address, token.as_deref()).await;
            for (number, (_, way)) in WAYS.iter().enumerate() {
                socket.subscribe(&number.to_string(), &from(way, true), json!({})).await;
            }
            again.push(heard(&mut socket).await);
        }
        let (seen, innocent) = (&again[0], &again[1]);
        assert_eq!(seen != innocent, sees_all, "{name:?}: {seen:#?}");
        let text = json!(seen).to_string().replace(&format!("{SECRET}-shared"), "");
        assert!(!text.contains(SECRET), "{name:?}: {seen:#?}");
        assert_eq!(seen[1..].iter().map(Vec::len).collect::<Vec<_>>(), [4, 0, 4, 0], "{name:?}: {seen:#?}");
    }
}
