//! Programs and their tokens.

use std::{sync::Arc, time::Duration};

use inkstand_model::{FixedClock, Instant, Role, Scope};
use inkstand_tests::{Database, PASSWORD, TestBlog, eventually};
use reqwest::header;
use rstest::rstest;
use serde_json::{Value, json};

use super::{code, complaints, header_text, mutate, send, who};

const CREATE: &str = "mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    secret apiToken { id name scopes createdAt lastUsedAt expiresAt revokedAt account { name } }
    userErrors { code field message } } }";

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_token_from_its_making_to_its_end(#[case] database: Database) {
    let begin = Instant::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let clock = Arc::new(FixedClock::at(begin));
    let blog = TestBlog::start_at(database, Arc::<FixedClock>::clone(&clock)).await;
    let ada = blog.signed_in("ada", Role::Author).await;
    let input = json!({ "name": " deploy ", "scopes": ["WRITE", "READ", "WRITE"], "expiresAt": "2026-02-01T00:00:00Z" });
    let mut data = ada.query_with(CREATE, json!({ "input": input })).await;
    let mut payload = data["createApiToken"].take();
    let id = payload["apiToken"]["id"].take();
    let secret = payload["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("ink_pat_") && secret.len() == 51, "{secret}");
    assert_eq!(
        payload["apiToken"],
        json!({
            "id": null, "name": "deploy", "scopes": ["READ", "WRITE"], "createdAt": "2026-01-01T00:00:00Z",
            "lastUsedAt": null, "expiresAt": "2026-02-01T00:00:00Z", "revokedAt": null, "account": { "name": "ada" },
        })
    );
    let kept = blog.database.texts("SELECT CAST(LENGTH(secret) AS TEXT) FROM api_token").await;
    assert_eq!(kept, ["32"], "a digest");

    let program = blog.client().with_token(&secret);
    let answer = send(&program, "{ viewer { name } }", json!({})).await;
    assert_eq!(header_text(&answer, header::CACHE_CONTROL), Some("private, no-store"));
    assert_eq!(header_text(&answer, header::SET_COOKIE), None);
    assert_eq!(answer.json::<Value>().await.unwrap()["data"]["viewer"]["name"], "ada");
    let used = async |at: Instant| {
        eventually("a note of the use", Duration::from_secs(5), || async {
            let data = ada.query("{ viewer { apiTokens { lastUsedAt } } }").await;
            (data["viewer"]["apiTokens"][0]["lastUsedAt"] == at.to_rfc3339()).then_some(())
        })
        .await;
    };
    used(begin).await;
    // At most once a minute.
    clock.set(begin.plus(Duration::from_secs(59)));
    assert_eq!(who(&program).await.as_deref(), Some("ada"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    used(begin).await;
    clock.set(begin.plus(Duration::from_secs(60)));
    assert_eq!(who(&program).await.as_deref(), Some("ada"));
    used(begin.plus(Duration::from_secs(60))).await;

    // It expires.
    let end = Instant::parse_rfc3339("2026-02-01T00:00:00Z").unwrap();
    let ada = blog.signed_in("ada", Role::Author).await;
    clock.set(end.minus(Duration::from_millis(1)));
    assert_eq!(who(&program).await.as_deref(), Some("ada"));
    clock.set(end);
    refused(&blog, &secret).await;
    // Or it is revoked, before the next request.
    clock.set(begin);
    assert_eq!(who(&program).await.as_deref(), Some("ada"));
    let payload = mutate(&ada, "revokeApiToken", json!({ "id": id })).await;
    assert_eq!((complaints(&payload).len(), &payload["apiToken"]["name"]), (0, &json!("deploy")));
    refused(&blog, &secret).await;
    // A second time changes nothing.
    assert_eq!(complaints(&mutate(&ada, "revokeApiToken", json!({ "id": id })).await), [""; 0]);
}

/// The token is refused, in the way that programs expect.
async fn refused(blog: &TestBlog, token: &str) {
    for accept in ["application/json", "application/graphql-response+json"] {
        let client = blog.client().with(&[("authorization", &format!("Bearer {token}")), ("accept", accept)]);
        let answer = send(&client, "{ site { title } }", json!({})).await;
        assert_eq!(answer.status(), 401, "{token}");
        assert!(header_text(&answer, header::WWW_AUTHENTICATE).unwrap().starts_with("Bearer"));
        assert!(header_text(&answer, header::CONTENT_TYPE).unwrap().starts_with(accept));
        assert_eq!(header_text(&answer, header::CACHE_CONTROL), Some("private, no-store"));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(code(&body), "UNAUTHENTICATED");
        assert!(body.get("data").is_none());
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_is_no_token_is_refused(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let good = blog.token_secret(&blog.account("ada", Role::Author).await, Scope::Read).await;
    let huge = "x".repeat(20_000);
    for bad in
        ["", "x", "ink_pat_", &good[..50], &good.to_uppercase(), &format!("{good}x"), "ink_setup_x", &huge]
    {
        refused(&blog, bad).await;
    }
    // What is not meant for us is some proxy's affair.
    let client = blog.client().with(&[("authorization", "Basic YWRhOnNlY3JldA==")]);
    assert_eq!(who(&client).await, None);
    // A cookie does not make up for a bad token, and a bad cookie does not spoil a good token.
    let cookie = blog.client().sign_in("ada", PASSWORD).await;
    let client = blog.client().with(&[("authorization", "Bearer x"), ("cookie", &cookie)]);
    assert_eq!(send(&client, "{ viewer { name } }", json!({})).await.status(), 401);
    let client =
        blog.client().with(&[("authorization", &format!("Bearer {good}")), ("cookie", "__Host-inkstand=x")]);
    assert_eq!(who(&client).await.as_deref(), Some("ada"));
    // A session's secret is no token, and the other way round.
    refused(&blog, cookie.split_once('=').unwrap().1).await;
    assert_eq!(who(&blog.client().with_cookie(&format!("__Host-inkstand={good}"))).await, None);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_token_does_what_its_scope_and_its_account_both_may(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let settings = r#"mutation { updateSite(input: {tagline: "t"}) { userErrors { code } } }"#;
    let create = r#"mutation { createApiToken(input: {name: "t", scopes: [READ]}) { userErrors { code } } }"#;
    let drafts = "{ posts(filter: {status: [DRAFT]}) { totalCount } }";
    let tokens = "{ viewer { apiTokens { name } } }";
    let everybody = "{ accounts { nodes { name } } audit { nodes { action } } apiTokens { nodes { name } } }";
    for (role, scope, allowed) in [
        (Role::Owner, Scope::Read, &[drafts][..]),
        (Role::Owner, Scope::Write, &[drafts]),
        (Role::Owner, Scope::Admin, &[drafts, settings, create, tokens, everybody]),
        (Role::Editor, Scope::Read, &[drafts]),
        (Role::Editor, Scope::Admin, &[drafts, create, tokens]),
        (Role::Author, Scope::Admin, &[drafts, create, tokens]),
        (Role::Subscriber, Scope::Admin, &[create, tokens]),
        (Role::Subscriber, Scope::Read, &[]),
    ] {
        let account = blog.account(&format!("an-{}", role.as_str()), role).await;
        let program = blog.token(account.id, scope).await;
        assert_eq!(who(&program).await, Some(account.name.clone()));
        for query in [settings, create, drafts, tokens, everybody] {
            let answer = program.ask(query, json!({})).await;
            if allowed.contains(&query) {
                assert!(answer.get("errors").is_none(), "{role:?} {scope:?} {query}: {answer:#}");
            } else {
                assert_eq!(code(&answer), "FORBIDDEN", "{role:?} {scope:?} {query}");
            }
        }
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn tokens_are_ones_own_or_the_owners_affair(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let [ada, grace] =
        [blog.signed_in("ada", Role::Editor).await, blog.signed_in("grace", Role::Author).await];
    let owner = blog.signed_in("olga", Role::Owner).await;
    let account = blog.account("ada", Role::Editor).await;
    let secret = blog.token_secret(&account, Scope::Read).await;
    let mut data = owner
        .query("{ apiTokens(first: 10) { nodes { id name account { name } } pageInfo { hasNextPage } } }")
        .await;
    let id = data["apiTokens"]["nodes"][0]["id"].take();
    assert_eq!(data["apiTokens"]["nodes"][0]["account"]["name"], "ada");
    let theirs = mutate(&grace, "revokeApiToken", json!({ "id": id })).await;
    assert_eq!(complaints(&theirs), ["NOT_FOUND id"]);
    assert_eq!(who(&blog.client().with_token(&secret)).await.as_deref(), Some("ada"));
    assert_eq!(complaints(&mutate(&owner, "revokeApiToken", json!({ "id": id })).await), [""; 0]);
    refused(&blog, &secret).await;
    assert_eq!(code(&ada.ask("{ apiTokens { nodes { name } } }", json!({})).await), "FORBIDDEN");
    let query =
        "mutation($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code } } }";
    let answer = blog.client().ask(query, json!({ "input": { "id": id } })).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
    let answer = ada.ask(query, json!({ "input": { "id": format!("account_{}", account.id) } })).await;
    assert_eq!(code(&answer), "BAD_INPUT");
    // Everybody's tokens page by page.
    for _ in 0..4 {
        blog.token_secret(&account, Scope::Write).await;
    }
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { apiTokens(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
        let mut data = owner.query_with(query, json!({ "after": after })).await;
        let nodes = data["apiTokens"]["nodes"].as_array().unwrap();
        seen.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if data["apiTokens"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = data["apiTokens"]["pageInfo"]["endCursor"].take();
    }
    let unique: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (5, 5));
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_cannot_be_a_token_is_said(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let ada = blog.signed_in("ada", Role::Author).await;
    for (input, expected) in [
        (json!({ "name": "", "scopes": ["READ"] }), &["INVALID name"][..]),
        (json!({ "name": "x".repeat(101), "scopes": ["READ"] }), &["TOO_LONG name"]),
        (json!({ "name": "two\nlines", "scopes": ["READ"] }), &["INVALID name"]),
        (json!({ "name": "nul\0", "scopes": ["READ"] }), &["INVALID name"]),
        (json!({ "name": "\u{202e}turned", "scopes": ["READ"] }), &["INVALID name"]),
        (json!({ "name": "עברית", "scopes": [] }), &["INVALID scopes"]),
        (
            json!({ "name": "x", "scopes": ["READ"], "expiresAt": "2001-01-01T00:00:00Z" }),
            &["INVALID expiresAt"],
        ),
        (
            json!({ "name": " ", "scopes": [], "expiresAt": "2001-01-01T00:00:00Z" }),
            &["INVALID name", "INVALID scopes", "INVALID expiresAt"],
        ),
    ] {
        let data = ada.query_with(CREATE, json!({ "input": input })).await;
        let payload = &data["createApiToken"];
        assert_eq!(complaints(payload), expected, "{input}");
        assert_eq!((&payload["secret"], &payload["apiToken"]), (&Value::Null, &Value::Null));
    }
    // The same name twice is nobody's harm.
    for _ in 0..2 {
        let data = ada.query_with(CREATE, json!({ "input": { "name": "same", "scopes": ["READ"] } })).await;
        assert_eq!(complaints(&data["createApiToken"]), [""; 0]);
    }
}
