//! The first owner.

use std::{sync::Arc, time::Duration};

use inkstand_model::{FixedClock, Instant, Role};
use inkstand_tests::{Client, Database, PASSWORD, TestBlog};
use rstest::rstest;
use serde_json::json;

use super::{complaints, mutate, who};

async fn redeem(client: &Client, token: &str, name: &str) -> Vec<String> {
    let input = json!({ "token": token, "name": name, "password": PASSWORD, "displayName": "The Owner" });
    complaints(&mutate(client, "redeemSetupToken", input).await)
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_setup_token_makes_one_owner(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let token = blog.setup_token.clone().unwrap();
    assert!(token.starts_with("ink_setup_"), "{token}");
    let anybody = blog.client();
    let hashes = blog.blog().hashes();
    for bad in
        ["", "ink_setup_", &format!("{token}x"), &format!("ink_setup_{}", "A".repeat(43)), &token[10..]]
    {
        assert_eq!(redeem(&anybody, bad, "olga").await, ["WRONG_CREDENTIALS token"], "{bad}");
    }
    assert_eq!(blog.blog().hashes(), hashes, "a wrong token is worth no work");
    // A mistake in the rest leaves the token good.
    let input = json!({ "token": token, "name": "O", "password": "short" });
    assert_eq!(complaints(&mutate(&anybody, "redeemSetupToken", input).await), ["INVALID name"]);
    let input = json!({ "token": token, "name": "olga", "password": "short" });
    assert_eq!(complaints(&mutate(&anybody, "redeemSetupToken", input).await), ["INVALID password"]);

    assert_eq!(redeem(&anybody, &format!(" {token}\n"), "olga").await, [""; 0]);
    let owner = anybody.with_cookie(&anybody.sign_in("olga", PASSWORD).await);
    let data = owner.query("{ viewer { name displayName role } accounts { nodes { name } } }").await;
    assert_eq!(data["viewer"], json!({ "name": "olga", "displayName": "The Owner", "role": "OWNER" }));
    assert_eq!(redeem(&anybody, &token, "mallory").await, ["WRONG_CREDENTIALS token"]);
    let data = owner.query("{ audit { nodes { action accountName via } } }").await;
    let first = data["audit"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(first, json!({ "action": "account.set_up", "accountName": "olga", "via": "setup token" }));

    let database = blog.stop().await;
    let blog = TestBlog::serve(database, Arc::new(inkstand_server::SystemClock)).await;
    assert_eq!(blog.setup_token, None, "there is an owner");
    assert_eq!(who(&blog.client().with_cookie("x=y")).await, None);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn it_is_good_for_a_day_and_until_there_is_an_owner(#[case] database: Database) {
    let begin = Instant::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let clock = Arc::new(FixedClock::at(begin));
    let blog = TestBlog::start_at(database, Arc::<FixedClock>::clone(&clock)).await;
    let first = blog.setup_token.clone().unwrap();
    clock.set(begin.plus(Duration::from_secs(60 * 60)));
    // Another replica, or another start.
    let second = blog.blog().offer_setup().await.unwrap().unwrap();
    assert_ne!(first, second);
    clock.set(begin.plus(Duration::from_secs(24 * 60 * 60)));
    assert_eq!(redeem(&blog.client(), &first, "olga").await, ["WRONG_CREDENTIALS token"]);
    blog.account("ed", Role::Editor).await;
    let third = blog.blog().offer_setup().await.unwrap().unwrap();
    blog.account("ada", Role::Owner).await;
    for token in [&second, &third] {
        assert_eq!(redeem(&blog.client(), token, "olga").await, ["WRONG_CREDENTIALS token"]);
    }
    assert_eq!(blog.blog().offer_setup().await.unwrap(), None);
    assert_eq!(blog.database.texts("SELECT CAST(COUNT(*) AS TEXT) FROM setup_token").await, ["0"]);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn ten_who_redeem_at_once_make_one_owner(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let token = blog.setup_token.clone().unwrap();
    let all = (0..10).map(|n| {
        let (client, token) = (blog.client(), token.clone());
        tokio::spawn(async move { redeem(&client, &token, &format!("owner-{n}")).await.is_empty() })
    });
    let mut made = 0;
    for one in all.collect::<Vec<_>>() {
        made += usize::from(one.await.unwrap());
    }
    assert_eq!(made, 1);
    assert_eq!(blog.database.texts("SELECT CAST(COUNT(*) AS TEXT) FROM account").await, ["1"]);
}
