//! The life of a session.

use std::{sync::Arc, time::Duration};

use inkstand_model::{FixedClock, Instant, Role};
use inkstand_tests::{Database, PASSWORD, TestBlog, eventually};
use reqwest::header;
use rstest::rstest;
use serde_json::{Value, json};

use super::{code, complaints, header_text, mutate, send, sign_in, who};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn from_the_door_to_the_door(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    blog.account("ada", Role::Editor).await;
    let anybody = blog.client();
    assert_eq!(who(&anybody).await, None);

    let answer = sign_in(&anybody, " Ada ", PASSWORD).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header_text(&answer, header::CACHE_CONTROL), Some("private, no-store"));
    assert_eq!(header_text(&answer, header::VARY), Some("accept, authorization, cookie, inkstand-preview"));
    let cookie = header_text(&answer, header::SET_COOKIE).unwrap().to_owned();
    let (pair, flags) = cookie.split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
    let (name, secret) = pair.split_once('=').unwrap();
    assert_eq!((name, secret.len()), ("__Host-inkstand", 43));
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["data"]["signIn"],
        json!({ "account": { "name": "ada", "role": "EDITOR", "author": null, "apiTokens": [] }, "userErrors": [] })
    );

    let ada = anybody.with_cookie(pair);
    let answer =
        send(&ada, "{ viewer { name displayName role disabledAt author { slug } } }", json!({})).await;
    assert_eq!(header_text(&answer, header::CACHE_CONTROL), Some("private, no-store"));
    assert_eq!(header_text(&answer, header::VARY), Some("accept, authorization, cookie, inkstand-preview"));
    assert_eq!(header_text(&answer, header::SET_COOKIE), None);
    let body: Value = answer.json().await.unwrap();
    let viewer =
        json!({ "name": "ada", "displayName": "ada", "role": "EDITOR", "disabledAt": null, "author": null });
    assert_eq!(body["data"]["viewer"], viewer);
    // A reader's answer says nothing of that, and may be kept.
    let answer = send(&anybody, "{ viewer { name } }", json!({})).await;
    assert_eq!(header_text(&answer, header::CACHE_CONTROL), Some("public, max-age=0, stale-if-error=86400"));
    assert_eq!(header_text(&answer, header::VARY), Some("accept, authorization, cookie, inkstand-preview"));

    // The database keeps a digest, and nothing that would let anybody in.
    let kept = blog.database.texts("SELECT CAST(LENGTH(secret) AS TEXT) FROM session").await;
    assert_eq!(kept, ["32"]);
    let kept = blog.database.texts("SELECT password FROM account").await;
    assert!(kept.iter().all(|kept| kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{kept:?}");

    let answer = send(&ada, "mutation { signOut { account { name } userErrors { code } } }", json!({})).await;
    assert_eq!(
        header_text(&answer, header::SET_COOKIE),
        Some("__Host-inkstand=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")
    );
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["data"]["signOut"]["account"]["name"], "ada");
    assert_eq!(who(&ada).await, None);
    assert_eq!(
        code(&ada.ask("mutation { signOut { userErrors { code } } }", json!({})).await),
        "UNAUTHENTICATED"
    );
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_cookie_that_is_good_for_nothing_is_taken_away(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    for value in ["", "x", &"A".repeat(43), "%00", "ink_pat_x"] {
        let client = blog.client().with_cookie(&format!("__Host-inkstand={value}"));
        let answer = send(&client, "{ viewer { name } site { title } }", json!({})).await;
        assert_eq!(answer.status(), 200, "{value}");
        assert!(header_text(&answer, header::SET_COOKIE).unwrap().contains("Max-Age=0"), "{value}");
        assert_eq!(header_text(&answer, header::CACHE_CONTROL), Some("private, no-store"));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["data"]["viewer"], Value::Null);
        assert!(body.get("errors").is_none());
    }
    // Another name is another program's cookie.
    let client = blog.client().with_cookie("inkstand=x");
    let answer = send(&client, "{ viewer { name } }", json!({})).await;
    assert_eq!(header_text(&answer, header::SET_COOKIE), None);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn one_answer_and_one_hash_for_whatever_is_wrong(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    blog.account("ada", Role::Author).await;
    let operator = blog.blog().reader(inkstand_model::Viewer::Operator);
    let disabled = blog.account("barred", Role::Author).await;
    let change = inkstand_blog::AccountChange { disabled: Some(true), ..Default::default() };
    operator.update_account(disabled.id, change).await.unwrap();
    let new = inkstand_blog::NewAccount {
        name: "robot".to_owned(),
        display_name: None,
        email: None,
        role: Role::Author,
        password: None,
        author: None,
    };
    operator.create_account(new).await.unwrap();

    let mut answers = Vec::new();
    let huge = "x".repeat(500_000);
    for (name, password) in [
        ("ada", "not her password"),
        ("ada", ""),
        ("ada", huge.as_str()),
        ("nobody", PASSWORD),
        ("no name at all\u{0}", PASSWORD),
        ("", PASSWORD),
        (huge.as_str(), PASSWORD),
        ("barred", PASSWORD),
        ("robot", PASSWORD),
        ("robot", ""),
    ] {
        let before = blog.blog().hashes();
        let answer = sign_in(&blog.client(), name, password).await;
        assert_eq!(blog.blog().hashes(), before + 1, "{:?}", &name[..name.len().min(20)]);
        assert_eq!(header_text(&answer, header::SET_COOKIE), None);
        answers.push(answer.text().await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(answers[0].contains("WRONG_CREDENTIALS"), "{answers:?}");
    let before = blog.blog().hashes();
    assert_eq!(sign_in(&blog.client(), "ada", PASSWORD).await.status(), 200);
    assert_eq!(blog.blog().hashes(), before + 1, "the right one costs as much");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_session_lasts_thirty_days_from_its_last_use(#[case] database: Database) {
    let begin = Instant::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let clock = Arc::new(FixedClock::at(begin));
    let blog = TestBlog::start_at(database, Arc::<FixedClock>::clone(&clock)).await;
    let ada = blog.signed_in("ada", Role::Author).await;
    let renewed = async || {
        let answer = send(&ada, "{ viewer { name } }", json!({})).await;
        let cookie = header_text(&answer, header::SET_COOKIE).map(str::to_owned);
        let known = answer.json::<Value>().await.unwrap()["data"]["viewer"]["name"] == "ada";
        (known, cookie.is_some_and(|cookie| cookie.contains("Max-Age=2592000")))
    };
    assert_eq!(renewed().await, (true, false), "it has only just begun");
    // Every twenty-nine days.
    let mut now = begin;
    for _ in 0..3 {
        now = now.plus(29 * DAY);
        clock.set(now);
        assert_eq!(renewed().await, (true, true));
        // The note is made in the background.
        eventually("a later end", Duration::from_secs(5), || async {
            let used = blog.database.texts("SELECT CAST(used_at AS TEXT) FROM session").await;
            (used == [now.millis().to_string()]).then_some(())
        })
        .await;
        assert_eq!(renewed().await, (true, false), "no more than once an hour");
    }
    clock.set(now.plus(30 * DAY));
    let answer = send(&ada, "{ viewer { name } }", json!({})).await;
    assert!(header_text(&answer, header::SET_COOKIE).unwrap().contains("Max-Age=0"));
    assert_eq!(who(&ada).await, None);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn signing_out_everywhere_ends_all_of_ones_sessions_and_no_others(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let [here, there] =
        [blog.signed_in("ada", Role::Author).await, blog.signed_in("ada", Role::Author).await];
    let grace = blog.signed_in("grace", Role::Author).await;
    let account = blog.account("ada", Role::Author).await;
    let program = blog.token(account.id, inkstand_model::Scope::Read).await;
    let answer =
        send(&here, "mutation { signOutEverywhere { account { name } userErrors { code } } }", json!({}))
            .await;
    assert!(header_text(&answer, header::SET_COOKIE).unwrap().contains("Max-Age=0"));
    assert_eq!(who(&here).await, None);
    assert_eq!(who(&there).await, None);
    assert_eq!(who(&grace).await.as_deref(), Some("grace"));
    assert_eq!(who(&program).await.as_deref(), Some("ada"), "tokens are no sessions");
    let again = blog.signed_in("ada", Role::Author).await;
    assert_eq!(who(&again).await.as_deref(), Some("ada"), "at the same millisecond even");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_new_password_ends_the_other_sessions(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let [here, there] =
        [blog.signed_in("ada", Role::Author).await, blog.signed_in("ada", Role::Author).await];
    for (current, new, complaint) in [
        ("not her password", "another good password", "WRONG_CREDENTIALS currentPassword"),
        (PASSWORD, "short", "INVALID newPassword"),
        (PASSWORD, PASSWORD, "INVALID newPassword"),
    ] {
        let input = json!({ "currentPassword": current, "newPassword": new });
        assert_eq!(complaints(&mutate(&here, "changePassword", input).await), [complaint], "{new}");
    }
    assert_eq!(who(&there).await.as_deref(), Some("ada"));
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "another good password" });
    assert_eq!(complaints(&mutate(&here, "changePassword", input.clone()).await), [""; 0]);
    assert_eq!(who(&here).await.as_deref(), Some("ada"));
    assert_eq!(who(&there).await, None);
    let old: Value = sign_in(&blog.client(), "ada", PASSWORD).await.json().await.unwrap();
    assert_eq!(complaints(&old["data"]["signIn"]), ["WRONG_CREDENTIALS"]);
    blog.client().sign_in("ada", "another good password").await;

    let query =
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }";
    assert_eq!(code(&blog.client().ask(query, json!({ "input": input })).await), "UNAUTHENTICATED");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn signing_in_anew_ends_the_session_before(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let before = blog.signed_in("ada", Role::Author).await;
    let cookie = before.sign_in("ada", PASSWORD).await;
    assert_eq!(who(&before).await, None);
    assert_eq!(who(&blog.client().with_cookie(&cookie)).await.as_deref(), Some("ada"));
}
