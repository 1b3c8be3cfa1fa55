//! A page of somebody else's changes nothing with a reader's cookie.

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, PASSWORD, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{code, header_text, send};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_cookie_alone_changes_nothing(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.account("ada", Role::Owner).await;
    let cookie = blog.client().sign_in("ada", PASSWORD).await;
    let token = format!("Bearer {}", blog.token_secret(&owner, Scope::Admin).await);
    let own = format!("http://{}", blog.address);
    let by_cookie = ("cookie", cookie.as_str());
    let change = r#"mutation { updateSite(input: {tagline: "changed"}) { userErrors { code } } }"#;
    for (headers, done) in [
        (&[by_cookie][..], false),
        (&[by_cookie, ("origin", "https://evil.example")], false),
        (&[by_cookie, ("origin", "null")], false),
        (&[by_cookie, ("origin", "https://evil.blog.example"), ("sec-fetch-site", "same-site")], false),
        (&[by_cookie, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], false),
        (&[by_cookie, ("referer", "https://blog.example/")], false),
        (&[by_cookie, ("sec-fetch-site", "same-origin")], true),
        (&[by_cookie, ("sec-fetch-site", "none")], true),
        (&[by_cookie, ("origin", "https://blog.example")], true),
        (&[by_cookie, ("origin", own.as_str())], true),
        (&[by_cookie, ("inkstand-csrf", "1")], true),
        // A token is nothing that a browser adds by itself; with one, the cookie means nothing.
        (&[("authorization", token.as_str())], true),
        (&[("authorization", token.as_str()), by_cookie, ("origin", "https://evil.example")], true),
    ] {
        let client = blog.client().with(headers);
        let answer = send(&client, change, json!({})).await;
        let shown: Vec<_> = headers.iter().filter(|(name, _)| *name != "cookie").collect();
        assert_eq!(answer.status(), if done { 200 } else { 403 }, "{shown:?}");
        if !done {
            assert_eq!(header_text(&answer, reqwest::header::CACHE_CONTROL), Some("private, no-store"));
        }
        let body: Value = answer.json().await.unwrap();
        if done {
            assert_eq!(body["data"]["updateSite"]["userErrors"], json!([]), "{body}");
        } else {
            assert_eq!(code(&body), "CSRF", "{shown:?}");
            assert!(body.get("data").is_none());
        }
        // Reading is nothing that a foreign page could see the answer of.
        let site = client.query("{ site { tagline } viewer { name } }").await;
        assert_eq!(site["site"]["tagline"], if done { "changed" } else { "" }, "{shown:?}");
        assert_eq!(site["viewer"]["name"], "ada");
        blog.database.sql("DELETE FROM setting WHERE key = 'tagline'").await;
    }
}

#[tokio::test]
async fn no_answer_lets_another_origin_send_cookies_or_the_header() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let preflight = blog
        .http
        .request(reqwest::Method::OPTIONS, blog.url("/graphql"))
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,inkstand-csrf");
    let answer = preflight.send().await.unwrap();
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    let allowed = answer.headers()["access-control-allow-headers"].to_str().unwrap();
    assert!(!allowed.contains("csrf") && !allowed.contains('*'), "{allowed}");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn nothing_is_changed_by_get(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("ada", Role::Owner).await;
    let query = "mutation{signOut{userErrors{code}}}".replace('{', "%7B").replace('}', "%7D");
    let answer = owner.http.get(owner.url(&format!("/graphql?query={query}"))).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(super::who(&owner).await.as_deref(), Some("ada"));
}
