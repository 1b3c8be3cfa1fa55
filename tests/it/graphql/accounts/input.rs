//! Names and passwords that nobody should have.

use inkstand_model::Role;
use inkstand_tests::{Database, PASSWORD, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{complaints, mutate};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn hostile_names_and_passwords_are_refused_in_words(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let huge = "x".repeat(300_000);
    let base = json!({ "name": "ada", "role": "AUTHOR", "password": PASSWORD });
    for (field, value, expected) in [
        ("name", json!(""), "INVALID name"),
        ("name", json!("a"), "INVALID name"),
        ("name", json!("Ada"), "INVALID name"),
        ("name", json!("ada\0"), "INVALID name"),
        ("name", json!("ada lovelace"), "INVALID name"),
        ("name", json!("\u{202e}ada"), "INVALID name"),
        ("name", json!("аdа"), "INVALID name"),
        ("name", json!("jose\u{301}"), "INVALID name"),
        ("name", json!("עדה"), "INVALID name"),
        ("name", json!("'; DROP TABLE account; --"), "INVALID name"),
        ("name", json!(huge), "INVALID name"),
        ("name", json!("olga"), "TAKEN name"),
        ("password", json!(""), "INVALID password"),
        ("password", json!("elevenchars"), "INVALID password"),
        ("password", json!("with a \0 in it"), "INVALID password"),
        ("password", json!("two lines\nof text"), "INVALID password"),
        ("password", json!("            "), "INVALID password"),
        ("password", json!("adaADAadaADA"), "INVALID password"),
        ("password", json!(huge), "TOO_LONG password"),
        ("displayName", json!("  "), "INVALID displayName"),
        ("displayName", json!("Ada\n"), ""),
        ("displayName", json!("A\nda"), "INVALID displayName"),
        ("displayName", json!("\u{202e}adA"), "INVALID displayName"),
        ("displayName", json!(huge), "TOO_LONG displayName"),
        ("email", json!("nowhere"), "INVALID email"),
        ("email", json!("a@b@c"), "INVALID email"),
        ("email", json!("a b@c"), "INVALID email"),
        ("email", json!(format!("{huge}@c")), "TOO_LONG email"),
    ] {
        let mut input = base.clone();
        input[field] = value;
        let payload = mutate(&owner, "createAccount", input).await;
        if expected.is_empty() {
            assert_eq!(complaints(&payload), [""; 0], "{field}");
            blog.database.sql("DELETE FROM account WHERE name = 'ada'").await;
        } else {
            assert_eq!(complaints(&payload), [expected], "{payload}");
            assert_eq!(payload["account"], Value::Null);
            assert!(!payload["userErrors"][0]["message"].as_str().unwrap().contains(&huge[..1000]));
        }
    }
    // All at once.
    let input = json!({ "name": "-", "role": "OWNER", "displayName": "", "email": "x", "password": "short" });
    let payload = mutate(&owner, "createAccount", input).await;
    assert_eq!(complaints(&payload), ["INVALID name", "INVALID displayName", "INVALID email"]);
    assert_eq!(blog.database.texts("SELECT name FROM account").await, ["olga"]);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_password_may_be_in_any_script_and_either_normal_form(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    for (name, password, typed) in [
        ("composed", "ein schönes Café", "ein scho\u{308}nes Cafe\u{301}"),
        ("decomposed", "ein scho\u{308}nes Cafe\u{301}", "ein schönes Café"),
        ("hebrew", "סיסמה ארוכה מאוד", "סיסמה ארוכה מאוד"),
        ("emoji", "🦀🦀🦀🐙🐙🐙🦑🦑🦑🐡🐡🐡", "🦀🦀🦀🐙🐙🐙🦑🦑🦑🐡🐡🐡"),
        ("spaces", "  spaces count too  ", "  spaces count too  "),
    ] {
        let input =
            json!({ "name": name, "role": "AUTHOR", "password": password, "displayName": "עדה לאבלייס" });
        assert_eq!(complaints(&mutate(&owner, "createAccount", input).await), [""; 0], "{name}");
        blog.client().sign_in(name, typed).await;
    }
    let answer: Value =
        super::sign_in(&blog.client(), "spaces", "spaces count too").await.json().await.unwrap();
    assert_eq!(complaints(&answer["data"]["signIn"]), ["WRONG_CREDENTIALS"]);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn twenty_who_want_one_name_at_once(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let wanted = (0..20).map(|_| {
        let owner = owner.clone();
        tokio::spawn(async move {
            let input = json!({ "name": "ada", "role": "AUTHOR" });
            complaints(&mutate(&owner, "createAccount", input).await)
        })
    });
    let mut refused = 0;
    for one in wanted.collect::<Vec<_>>() {
        match one.await.unwrap().as_slice() {
            [] => {}
            [complaint] if complaint == "TAKEN name" => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 19);
    let numbers = blog.database.texts("SELECT CAST(number AS TEXT) FROM account ORDER BY number").await;
    assert_eq!(numbers, ["1", "2"]);
}
