//! Quotas: who pays, what is told, and whose word counts on who it is.

use std::sync::Arc;

use inkstand_model::{Role, Scope};
use inkstand_server::{LimitSettings, SystemClock};
use inkstand_tests::{Client, Database, TestBlog, TestDatabase};
use reqwest::Response;
use serde_json::{Value, json};

use crate::cache::followed;

/// What is told of the quota that most of these tests set.
const POLICY: &str = "\"anonymous\";q=40;w=86400;inkstand-unit=\"cost\"";

async fn limited(limits: LimitSettings) -> TestBlog {
    let database = TestDatabase::new(Database::Sqlite).await;
    // A kept answer costs nothing, and nobody pays for it.
    TestBlog::serve_with(database, Arc::new(SystemClock), |settings| {
        settings.limits = limits;
        settings.response_cache = 0;
    })
    .await
}

async fn ask(client: &Client) -> Response {
    let body = json!({ "query": "{ site { title } }" });
    client.http.post(client.url("/graphql")).json(&body).send().await.unwrap()
}

fn text<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

/// What is left, by the name of the policy.
fn left(response: &Response, policy: &str) -> u64 {
    let told = text(response, "ratelimit").expect("a header RateLimit");
    let rest = told.strip_prefix(&format!("\"{policy}\";r=")).unwrap_or_else(|| panic!("{told}"));
    rest.split_once(";t=").unwrap().0.parse().unwrap()
}

#[tokio::test]
async fn without_a_quota_nothing_is_said() {
    let blog = limited(LimitSettings::default()).await;
    let response = ask(&blog.client()).await;
    assert_eq!(
        (response.status().as_u16(), text(&response, "ratelimit"), text(&response, "ratelimit-policy")),
        (200, None, None)
    );
}

/// A page costs about as much as the query that would ask for the same; one that is kept, next to nothing.
#[tokio::test]
async fn pages_are_paid_for_as_well() {
    let quota = Some("1000/day".parse().unwrap());
    let limits = LimitSettings { quota, ..LimitSettings::default() };
    let database = TestDatabase::new(Database::Sqlite).await;
    let blog =
        TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.limits = limits).await;
    followed(&blog).await;
    let get = async |path: &str| blog.http.get(blog.url(path)).send().await.unwrap();
    assert_eq!(left(&get("/").await, "anonymous"), 500);
    assert_eq!(left(&get("/").await, "anonymous"), 499);
    let refused = get("/archive").await;
    assert_eq!((refused.status().as_u16(), text(&refused, "retry-after").is_some()), (429, true));
    assert_eq!(get("/").await.status(), 200);
}

#[tokio::test]
async fn what_is_used_up_is_refused_until_it_is_there_again() {
    let quota = Some("40/day".parse().unwrap());
    let blog = limited(LimitSettings { quota, ..LimitSettings::default() }).await;
    let client = blog.client();
    let mut before = 40;
    let refused = loop {
        let response = ask(&client).await;
        assert_eq!(text(&response, "ratelimit-policy"), Some(POLICY));
        if response.status() != 200 {
            break response;
        }
        let now = left(&response, "anonymous");
        assert!(now < before, "each request costs something: {now} of {before}");
        before = now;
    };
    assert_eq!(refused.status(), 429);
    let retry_after = text(&refused, "retry-after").unwrap();
    assert!(retry_after.parse::<u64>().unwrap() > 60);
    assert!(
        text(&refused, "ratelimit").unwrap().ends_with(&format!(";t={retry_after}")),
        "not before its window ends"
    );
    let answer: Value = refused.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert!(answer.get("data").is_none());
    // Whether it lives must be known all the same.
    assert_eq!(client.http.get(client.url("/healthz")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_account_has_a_quota_of_its_own() {
    let limits = LimitSettings {
        quota: Some("40/day".parse().unwrap()),
        account_quota: Some("4000/day".parse().unwrap()),
        ..LimitSettings::default()
    };
    let blog = limited(limits).await;
    let ada = blog.account("ada", Role::Author).await;
    let one = blog.client().with_token(&blog.token_secret(&ada, Scope::Read).await);
    let other = blog.client().with_token(&blog.token_secret(&ada, Scope::Read).await);
    while ask(&blog.client()).await.status() == 200 {}
    let first = ask(&one).await;
    assert_eq!(first.status(), 200);
    assert!(left(&ask(&other).await, "account") < left(&first, "account"), "its tokens share it");
    // A token that is none is no way to another bucket.
    let guessed = ask(&blog.client().with_token("ink_pat_guessed")).await;
    assert_eq!((guessed.status().as_u16(), left(&guessed, "anonymous")), (401, 0));
}

#[tokio::test]
async fn a_trusted_proxy_says_who_asks() {
    let limits = LimitSettings {
        quota: Some("40/day".parse().unwrap()),
        trusted_proxies: "loopback".parse().unwrap(),
        ..LimitSettings::default()
    };
    let blog = limited(limits).await;
    let from = |forwarded: &str| blog.client().with(&[("x-forwarded-for", forwarded)]);
    let grace = from("203.0.113.7");
    while ask(&grace).await.status() == 200 {}
    for (forwarded, status) in [
        ("203.0.113.8", 200),
        // What a client writes itself stands further left.
        ("198.51.100.1, 203.0.113.7", 429),
        ("203.0.113.7, 198.51.100.1", 200),
        ("203.0.113.7, 127.0.0.1", 429),
        ("2001:db8:1:2::3", 200),
        ("garbage", 200),
    ] {
        assert_eq!(ask(&from(forwarded)).await.status(), status, "{forwarded}");
    }
    // A household has one quota, however many addresses it has.
    while ask(&from("2001:db8:1:2::3")).await.status() == 200 {}
    assert_eq!(ask(&from("2001:db8:1:2:ffff::9")).await.status(), 429);
    assert_eq!(ask(&from("2001:db8:1:3::3")).await.status(), 200);
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let limits = LimitSettings {
        quota: Some("40/day".parse().unwrap()),
        trusted_proxies: "10.0.0.0/8".parse().unwrap(),
        ..LimitSettings::default()
    };
    let blog = limited(limits).await;
    while ask(&blog.client()).await.status() == 200 {}
    for (name, value) in [("x-forwarded-for", "203.0.113.8"), ("forwarded", "for=203.0.113.8")] {
        assert_eq!(ask(&blog.client().with(&[(name, value)])).await.status(), 429, "{name}");
    }
}

#[tokio::test]
async fn guesses_of_passwords_are_counted_by_whom_a_proxy_names() {
    let limits = LimitSettings { trusted_proxies: "loopback".parse().unwrap(), ..LimitSettings::default() };
    let blog = limited(limits).await;
    blog.account("ada", Role::Author).await;
    let guess =
        "mutation { signIn(input: {name: \"ada\", password: \"not her password\"}) { userErrors { code } } }";
    let code = async |client: &Client| {
        client.ask(guess, json!({})).await["data"]["signIn"]["userErrors"][0]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let one = blog.client().with(&[("forwarded", "for=203.0.113.7")]);
    for _ in 0..10 {
        assert_eq!(code(&one).await, "WRONG_CREDENTIALS");
    }
    assert_eq!(code(&one).await, "RATE_LIMITED");
    assert_eq!(code(&blog.client().with(&[("forwarded", "for=203.0.113.8")])).await, "WRONG_CREDENTIALS");
}
