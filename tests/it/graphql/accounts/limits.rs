//! How often one may guess.

use std::{sync::Arc, time::Duration};

use inkstand_model::{FixedClock, Instant, Role};
use inkstand_tests::{Database, PASSWORD, TestBlog};
use rstest::rstest;
use serde_json::Value;

use super::{complaints, mutate, sign_in};

/// What an attempt came to: `None` where it was let in.
async fn attempt(blog: &TestBlog, name: &str, password: &str) -> Option<(String, Option<u64>)> {
    let answer: Value = sign_in(&blog.client(), name, password).await.json().await.unwrap();
    let error = &answer["data"]["signIn"]["userErrors"][0];
    let code = error["code"].as_str()?.to_owned();
    Some((code, error["retryAfterSeconds"].as_u64()))
}

fn wrong() -> Option<(String, Option<u64>)> {
    Some(("WRONG_CREDENTIALS".to_owned(), None))
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn after_ten_guesses_one_waits(#[case] database: Database) {
    let begin = Instant::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let clock = Arc::new(FixedClock::at(begin));
    let blog = TestBlog::start_at(database, Arc::<FixedClock>::clone(&clock)).await;
    blog.account("ada", Role::Author).await;
    blog.account("grace", Role::Author).await;
    for _ in 0..9 {
        assert_eq!(attempt(&blog, "ada", "not her password").await, wrong());
    }
    // Whoever knows it after all begins anew.
    assert_eq!(attempt(&blog, "ada", PASSWORD).await, None);
    for name in ["ada", "nobody"] {
        clock.set(begin);
        for _ in 0..10 {
            assert_eq!(attempt(&blog, name, "not her password").await, wrong(), "{name}");
        }
        clock.set(begin.plus(Duration::from_millis(60_500)));
        let hashes = blog.blog().hashes();
        let limited = |seconds| Some(("RATE_LIMITED".to_owned(), Some(seconds)));
        assert_eq!(attempt(&blog, name, "not her password").await, limited(840), "{name}");
        assert_eq!(attempt(&blog, name, PASSWORD).await, limited(840), "{name}: the right one as well");
        assert_eq!(blog.blog().hashes(), hashes, "nothing is checked");
    }
    // Others are let in meanwhile.
    assert_eq!(attempt(&blog, "grace", PASSWORD).await, None);
    clock.set(begin.plus(Duration::from_secs(15 * 60)));
    assert_eq!(attempt(&blog, "ada", PASSWORD).await, None);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn an_address_has_a_hundred_guesses_and_a_name_has(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    blog.account("ada", Role::Author).await;
    // As ninety-nine failures would have left it.
    let since = Instant::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let _ = since;
    let now = blog.database.texts("SELECT CAST(MAX(created_at) AS TEXT) FROM account").await.remove(0);
    for key in ["sign-in 127.0.0.1", "sign-in ada"] {
        blog.database.sql("DELETE FROM sign_in_attempt").await;
        blog.database.sql(&format!("INSERT INTO sign_in_attempt VALUES ('{key}', 99, {now})")).await;
        assert_eq!(attempt(&blog, "ada", PASSWORD).await, None, "{key}: a good one counts not");
        assert_eq!(attempt(&blog, "ada", "not her password").await, wrong(), "{key}");
        let (code, wait) = attempt(&blog, "ada", PASSWORD).await.unwrap();
        assert_eq!(code, "RATE_LIMITED", "{key}");
        assert!((600..=900).contains(&wait.unwrap()), "{key}: {wait:?}");
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn twenty_guesses_at_once_are_ten(#[case] database: Database) {
    let blog = Arc::new(TestBlog::start(database).await);
    blog.account("ada", Role::Author).await;
    let before = blog.blog().hashes();
    let guesses: Vec<_> = (0..20)
        .map(|guess| {
            let blog = Arc::clone(&blog);
            tokio::spawn(
                async move { attempt(&blog, "ada", &format!("guess number {guess}")).await.unwrap().0 },
            )
        })
        .collect();
    let mut outcomes = Vec::new();
    for guess in guesses {
        outcomes.push(guess.await.unwrap());
    }
    let checked = outcomes.iter().filter(|outcome| *outcome == "WRONG_CREDENTIALS").count();
    let limited = outcomes.iter().filter(|outcome| *outcome == "RATE_LIMITED").count();
    assert_eq!((checked, limited), (10, 10));
    assert_eq!(blog.blog().hashes() - before, 10);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_stolen_session_guesses_no_more_often(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let ada = blog.signed_in("ada", Role::Author).await;
    let input =
        serde_json::json!({ "currentPassword": "a wrong one", "newPassword": "another good password" });
    for _ in 0..10 {
        let payload = mutate(&ada, "changePassword", input.clone()).await;
        assert_eq!(complaints(&payload), ["WRONG_CREDENTIALS currentPassword"]);
    }
    assert_eq!(complaints(&mutate(&ada, "changePassword", input).await), ["RATE_LIMITED"]);
    assert_eq!(attempt(&blog, "ada", PASSWORD).await.unwrap().0, "RATE_LIMITED");
}
