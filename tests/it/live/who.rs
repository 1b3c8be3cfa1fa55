//! Who sends over a socket, and for how long.

use std::time::Duration;

use inkstand_model::{Role, Scope};
use inkstand_tests::{Client, Database, PASSWORD, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Socket, limited, mutate, publish};

const HOUR: Duration = Duration::from_secs(3_600);

/// Whom the server takes the sender of a socket for.
async fn who(socket: &mut Socket) -> Value {
    socket.subscribe("who", "{ viewer { name } }", json!({})).await;
    let mut answer = socket.event().await;
    assert_eq!(socket.next().await["type"], "complete");
    answer["data"]["viewer"]["name"].take()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_token_a_header_or_a_cookie_of_our_own_page(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let ada = blog.account("ada", Role::Editor).await;
    let bob = blog.account("bob", Role::Author).await;
    let (adas, bobs) =
        (blog.token_secret(&ada, Scope::Write).await, blog.token_secret(&bob, Scope::Read).await);
    let cookie = blog.client().sign_in("ada", PASSWORD).await;
    let header = format!("Bearer {bobs}");
    let payload = json!({ "AUTHORIZATION": format!("bearer {adas}") });
    let ours = ("origin", "https://blog.example");
    let foreign = ("origin", "https://evil.example");
    let fetched = ("sec-fetch-site", "same-origin");
    let cookie = ("cookie", cookie.as_str());
    let authorization = ("authorization", header.as_str());
    for (headers, payload, name) in [
        (&[][..], json!({}), json!(null)),
        (&[], json!(null), json!(null)),
        (&[], payload.clone(), json!("ada")),
        (&[authorization], json!({}), json!("bob")),
        (&[authorization], payload.clone(), json!("ada")),
        (&[cookie, ours], json!({}), json!("ada")),
        (&[cookie, fetched], json!({}), json!("ada")),
        (&[cookie, ours, authorization], json!({}), json!("bob")),
        // A page of somebody else's opens sockets with our cookie: it is nobody.
        (&[cookie, foreign], json!({}), json!(null)),
        (&[cookie, ("origin", "null")], json!({}), json!(null)),
        (&[cookie, ("sec-fetch-site", "cross-site")], json!({}), json!(null)),
        (&[cookie], json!({}), json!(null)),
        // One that has a token is whoever the token says.
        (&[cookie, foreign], payload.clone(), json!("ada")),
        (&[("cookie", "__Host-inkstand=made-up"), ours], json!({}), json!(null)),
    ] {
        let (mut socket, ack) = Socket::begun(blog.address, headers, payload.clone()).await;
        assert!(ack["seq"].is_string(), "{ack}");
        assert_eq!(who(&mut socket).await, name, "{headers:?} {payload}");
    }
    // By a cookie with its proof one may write; without, one is nobody, and may not.
    for (origin, written) in [(ours, true), (foreign, false)] {
        let (mut socket, _) = Socket::begun(blog.address, &[cookie, origin], json!({})).await;
        let write = "mutation { createPost(input: { title: \"By cookie\", markdown: \"\" }) { userErrors { code } } }";
        socket.subscribe("w", write, json!({})).await;
        let answer = socket.event().await;
        assert_eq!(answer.get("errors").is_none(), written, "{answer}");
    }
    for bad in ["Bearer", "Bearer ink_pat_x", "Basic YTpi", "", adas.as_str()] {
        let mut socket = Socket::by_protocol(blog.address, &[]).await;
        socket.send(json!({ "type": "connection_init", "payload": { "authorization": bad } })).await;
        assert_eq!(socket.closed().await.0, 4403, "{bad}");
    }
    let mut socket = Socket::by_protocol(blog.address, &[("authorization", "Bearer ink_pat_x")]).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await.0, 4403);
}

/// Takes something away, and expects a socket with a subscription to end of it.
async fn ends(mut socket: Socket, taking: impl Future<Output = ()>) {
    socket.subscribe("s", "subscription { changes { kind } }", json!({})).await;
    socket.round_trip().await;
    taking.await;
    assert_eq!(socket.closed().await.0, 4403);
}

#[tokio::test]
async fn what_this_server_takes_away_ends_its_sockets_at_once() {
    // So that nothing but the taking away itself can be what ends them.
    let blog = limited(Database::Sqlite, |limits| limits.check_every = HOUR).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let ada = blog.account("ada", Role::Author).await;
    let id = owner.query(r#"{ account(name: "ada") { id } }"#).await["account"]["id"].take();
    let token = blog.token_secret(&ada, Scope::Write).await;
    let by_cookie = async || {
        let cookie = blog.client().sign_in("ada", PASSWORD).await;
        let headers = [("cookie", cookie.as_str()), ("origin", "https://blog.example")];
        let (socket, _) = Socket::begun(blog.address, &headers, json!({})).await;
        (socket, blog.client().with_cookie(&cookie))
    };
    let update = async |change: Value| {
        let mut input = json!({ "id": id });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        mutate(&owner, "updateAccount", "UpdateAccountInput", "account { role }", input).await;
    };
    let sign_out = async |client: &Client, all: &str| {
        client.query(&format!("mutation {{ signOut{all} {{ userErrors {{ code }} }} }}")).await;
    };
    let anonymous = {
        let mut socket = Socket::of(blog.address, None).await;
        socket.round_trip().await;
        socket
    };

    let (socket, client) = by_cookie().await;
    ends(socket, sign_out(&client, "")).await;
    let (socket, client) = by_cookie().await;
    ends(socket, sign_out(&client, "Everywhere")).await;
    ends(Socket::of(blog.address, Some(&token)).await, update(json!({ "role": "EDITOR" }))).await;
    let (socket, _) = by_cookie().await;
    let token_id = owner.query(r#"{ account(name: "ada") { apiTokens { id } } }"#).await["account"]["apiTokens"][0]["id"].take();
    ends(Socket::of(blog.address, Some(&token)).await, async {
        mutate(&owner, "revokeApiToken", "RevokeApiTokenInput", "apiToken { id }", json!({ "id": token_id }))
            .await;
    })
    .await;
    ends(socket, update(json!({ "disabled": true }))).await;
    // Others are not concerned.
    let mut anonymous = anonymous;
    anonymous.round_trip().await;
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_another_server_takes_away_ends_them_soon(#[case] database: Database) {
    let blog = limited(database, |limits| limits.check_every = Duration::from_millis(50)).await;
    let ada = blog.account("ada", Role::Author).await;
    for behind in [
        "UPDATE api_token SET revoked_at = 1",
        "UPDATE api_token SET revoked_at = NULL, expires_at = 1",
        "UPDATE account SET role = 'subscriber' WHERE name = 'ada'",
        "UPDATE account SET disabled_at = 1 WHERE name = 'ada'",
    ] {
        blog.database.sql("UPDATE api_token SET revoked_at = NULL").await;
        let token = blog.token_secret(&ada, Scope::Write).await;
        ends(Socket::of(blog.address, Some(&token)).await, blog.database.sql(behind)).await;
    }
}

#[tokio::test]
async fn no_event_goes_to_somebody_who_is_not_known_any_more() {
    let blog = limited(Database::Sqlite, |limits| limits.check_every = HOUR).await;
    let eve = blog.member("eve", Role::Editor, Scope::Write).await;
    let ada = blog.account("ada", Role::Editor).await;
    let token = blog.token_secret(&ada, Scope::Read).await;
    let mut socket = Socket::of(blog.address, Some(&token)).await;
    socket.subscribe("s", "subscription { postPublished { title } }", json!({})).await;
    socket.round_trip().await;
    publish(&eve, "Known", json!({})).await;
    assert_eq!(socket.event().await["data"]["postPublished"]["title"], "Known");
    blog.database.sql("UPDATE account SET disabled_at = 1 WHERE name = 'ada'").await;
    publish(&eve, "Unknown", json!({})).await;
    // `closed` would pass over an event.
    let mut next = socket;
    let frame = next.next_frame().await;
    assert_eq!(frame, Err(4403));
}
