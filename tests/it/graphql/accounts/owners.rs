//! What owners do with accounts, and what they cannot undo.

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, PASSWORD, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{code, complaints, mutate, send, who};

async fn id_of(client: &inkstand_tests::Client, name: &str) -> Value {
    client.query_with("query($name: String!) { account(name: $name) { id } }", json!({ "name": name })).await
        ["account"]["id"]
        .take()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_is_taken_away_is_gone_with_the_next_request(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let ada = blog.signed_in("ada", Role::Owner).await;
    let account = blog.account("ada", Role::Owner).await;
    let program = blog.token(account.id, Scope::Admin).await;
    let id = id_of(&owner, "ada").await;
    let accounts = "{ accounts { nodes { name } } }";
    for client in [&ada, &program] {
        client.query(accounts).await;
    }
    mutate(&owner, "updateAccount", json!({ "id": id, "role": "EDITOR" })).await;
    for client in [&ada, &program] {
        assert_eq!(code(&client.ask(accounts, json!({})).await), "FORBIDDEN");
        assert_eq!(client.query("{ viewer { role } }").await["viewer"]["role"], "EDITOR");
    }
    mutate(&owner, "updateAccount", json!({ "id": id, "disabled": true })).await;
    assert_eq!(who(&ada).await, None);
    assert_eq!(send(&program, "{ viewer { name } }", json!({})).await.status(), 401);
    let answer: Value = super::sign_in(&blog.client(), "ada", PASSWORD).await.json().await.unwrap();
    assert_eq!(complaints(&answer["data"]["signIn"]), ["WRONG_CREDENTIALS"]);
    mutate(&owner, "updateAccount", json!({ "id": id, "disabled": false })).await;
    assert_eq!(who(&ada).await, None, "the session ended, and does not come back");
    assert_eq!(who(&program).await.as_deref(), Some("ada"));

    let ada = blog.signed_in("ada", Role::Owner).await;
    let input = json!({ "id": id, "password": "another good password" });
    assert_eq!(complaints(&mutate(&owner, "setAccountPassword", input).await), [""; 0]);
    assert_eq!(who(&ada).await, None);
    let cookie = blog.client().sign_in("ada", "another good password").await;
    let ada = blog.client().with_cookie(&cookie);
    mutate(&owner, "updateAccount", json!({ "id": id, "name": "countess" })).await;
    assert_eq!(who(&ada).await.as_deref(), Some("countess"), "a name is no credential");
    blog.client().sign_in("countess", "another good password").await;
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn the_last_owner_stays_one(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let id = id_of(&owner, "olga").await;
    let other = json!({ "name": "ada", "role": "OWNER", "password": "another good password" });
    let other = mutate(&owner, "createAccount", other).await["account"]["id"].take();
    mutate(&owner, "updateAccount", json!({ "id": other, "disabled": true })).await;
    for (change, field) in [
        (json!({ "id": id, "role": "EDITOR" }), "NOT_POSSIBLE role"),
        (json!({ "id": id, "disabled": true }), "NOT_POSSIBLE disabled"),
        (json!({ "id": id, "role": "AUTHOR", "disabled": true }), "NOT_POSSIBLE role"),
    ] {
        assert_eq!(complaints(&mutate(&owner, "updateAccount", change).await), [field]);
    }
    // What does not make fewer owners is done.
    assert_eq!(
        complaints(&mutate(&owner, "updateAccount", json!({ "id": id, "role": "OWNER" })).await),
        [""; 0]
    );
    assert_eq!(
        complaints(&mutate(&owner, "updateAccount", json!({ "id": other, "role": "AUTHOR" })).await),
        [""; 0]
    );
    mutate(&owner, "updateAccount", json!({ "id": other, "role": "OWNER", "disabled": false })).await;
    assert_eq!(
        complaints(&mutate(&owner, "updateAccount", json!({ "id": id, "role": "EDITOR" })).await),
        [""; 0]
    );
    // Two who depose each other at once: one of them stays.
    mutate(
        &blog.client().with_cookie(&blog.client().sign_in("ada", "another good password").await),
        "updateAccount",
        json!({ "id": id, "role": "OWNER" }),
    )
    .await;
    let ada = blog.client().with_cookie(&blog.client().sign_in("ada", "another good password").await);
    let depose =
        "mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { userErrors { code } } }";
    let (one, two) = tokio::join!(
        owner.ask(depose, json!({ "input": { "id": other, "role": "AUTHOR" } })),
        ada.ask(depose, json!({ "input": { "id": id, "role": "AUTHOR" } })),
    );
    let owners = blog.database.texts("SELECT name FROM account WHERE role = 'owner'").await;
    assert_eq!(owners.len(), 1, "{one} {two}");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn accounts_are_the_owners_affair(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let editor = blog.signed_in("ed", Role::Editor).await;
    let anybody = blog.client();
    let [own, theirs] = [id_of(&owner, "ed").await, id_of(&owner, "olga").await];
    for (mutation, input) in [
        ("createAccount", json!({ "name": "new", "role": "SUBSCRIBER", "password": PASSWORD })),
        ("updateAccount", json!({ "id": theirs, "displayName": "Somebody" })),
        ("updateAccount", json!({ "id": own, "role": "OWNER" })),
        ("updateAccount", json!({ "id": own, "name": "edward" })),
        ("updateAccount", json!({ "id": own, "displayName": "Ed", "disabled": false })),
        ("setAccountPassword", json!({ "id": theirs, "password": "another good password" })),
        ("setAccountPassword", json!({ "id": own, "password": "another good password" })),
    ] {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query =
            format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
        for (client, expected) in [(&editor, "FORBIDDEN"), (&anybody, "UNAUTHENTICATED")] {
            let answer = client.ask(&query, json!({ "input": input })).await;
            assert_eq!(code(&answer), expected, "{mutation} {input}");
        }
    }
    // But what others see of oneself is one's own.
    let change = json!({ "id": own, "displayName": "Ed", "email": "ed@blog.example" });
    assert_eq!(complaints(&mutate(&editor, "updateAccount", change).await), [""; 0]);
    let data = editor.query("{ viewer { id displayName email } account(name: \"olga\") { name } }").await;
    assert_eq!(data["viewer"]["displayName"], "Ed");
    assert_eq!(data["viewer"]["email"], "ed@blog.example");
    assert_eq!(data["account"], Value::Null);
    mutate(&editor, "updateAccount", json!({ "id": own, "email": null })).await;
    assert_eq!(editor.query("{ viewer { email } }").await["viewer"]["email"], Value::Null);
    // A node like any other, for those who may know of it.
    let node = "query($id: ID!) { node(id: $id) { id ... on Account { name } } }";
    for (client, id, seen) in [
        (&owner, &own, true),
        (&owner, &theirs, true),
        (&editor, &own, true),
        (&editor, &theirs, false),
        (&anybody, &own, false),
    ] {
        assert_eq!(!client.query_with(node, json!({ "id": id })).await["node"].is_null(), seen, "{id}");
    }
    for query in [
        "{ accounts { nodes { name } } }",
        "{ audit { nodes { action } } }",
        "{ apiTokens { nodes { name } } }",
    ] {
        assert_eq!(code(&anybody.ask(query, json!({})).await), "UNAUTHENTICATED", "{query}");
        assert_eq!(code(&editor.ask(query, json!({})).await), "FORBIDDEN", "{query}");
    }
    let own_password = json!({ "id": theirs, "password": "another good password" });
    let payload = mutate(&owner, "setAccountPassword", own_password).await;
    assert_eq!(complaints(&payload), ["NOT_POSSIBLE id"], "not without the current one");
    let nobody = format!("account_{}", "0".repeat(32));
    assert_eq!(complaints(&mutate(&owner, "updateAccount", json!({ "id": nobody })).await), ["NOT_FOUND id"]);
    let payload = mutate(&owner, "setAccountPassword", json!({ "id": nobody, "password": PASSWORD })).await;
    assert_eq!(complaints(&payload), ["NOT_FOUND id"]);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn an_account_writes_as_one_author(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    blog.import(&[("2024-05-01-a.md", "---\ntitle: A\nauthors: [ada, grace]\n---\nB.")]).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let create = |name: &str, author: &str| json!({ "name": name, "role": "AUTHOR", "password": PASSWORD, "author": author });
    let payload = mutate(&owner, "createAccount", create("ada", "nobody")).await;
    assert_eq!(complaints(&payload), ["NOT_FOUND author"]);
    let id = mutate(&owner, "createAccount", create("ada", "Ada")).await["account"]["id"].take();
    assert!(id.is_string(), "an account that was refused left nothing behind");
    let payload = mutate(&owner, "createAccount", create("other", "ada")).await;
    assert_eq!(complaints(&payload), ["TAKEN author"]);
    let author = async || {
        let data = owner.query("{ accounts { nodes { name author { slug } } } }").await;
        let nodes = data["accounts"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|node| node["name"] == "ada").unwrap()["author"]["slug"].take()
    };
    assert_eq!(author().await, "ada");
    mutate(&owner, "updateAccount", json!({ "id": id, "author": "grace" })).await;
    assert_eq!(author().await, "grace");
    assert_eq!(complaints(&mutate(&owner, "createAccount", create("other", "ada")).await), [""; 0]);
    mutate(&owner, "updateAccount", json!({ "id": id, "displayName": "Ada" })).await;
    assert_eq!(author().await, "grace");
    mutate(&owner, "updateAccount", json!({ "id": id, "author": null })).await;
    assert_eq!(author().await, Value::Null);
    let data = blog.client().query("{ authors { nodes { slug postCount } } }").await;
    assert_eq!(data["authors"]["nodes"].as_array().unwrap().len(), 2);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn everything_is_written_down(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.signed_in("olga", Role::Owner).await;
    let id =
        mutate(&owner, "createAccount", json!({ "name": "ada", "role": "AUTHOR", "password": PASSWORD }))
            .await["account"]["id"]
            .take();
    mutate(&owner, "updateAccount", json!({ "id": id, "role": "EDITOR", "displayName": "Ada" })).await;
    let ada = blog.signed_in("ada", Role::Editor).await;
    let token = ada
        .query(r#"mutation { createApiToken(input: {name: "t", scopes: [ADMIN]}) { secret } }"#)
        .await["createApiToken"]["secret"]
        .take();
    let program = blog.client().with_token(token.as_str().unwrap());
    program.query("mutation { signOutEverywhere { userErrors { code } } }").await;
    let query = "query($account: ID, $after: String) { audit(account: $account, first: 3, after: $after) {
        nodes { action accountName via targetKind targetId targetLabel detail account { name } }
        pageInfo { hasNextPage endCursor } } }";
    let mut deeds = Vec::new();
    let mut after = Value::Null;
    loop {
        let data = owner.query_with(query, json!({ "after": after })).await;
        deeds.extend(data["audit"]["nodes"].as_array().unwrap().clone());
        if data["audit"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = data["audit"]["pageInfo"]["endCursor"].clone();
    }
    deeds.reverse();
    let told: Vec<String> = deeds
        .iter()
        .map(|deed| {
            let text = |name: &str| deed[name].as_str().unwrap_or_default();
            let via = text("via").split(' ').next().unwrap();
            format!(
                "{} ({via}) {} {} {}",
                text("accountName"),
                text("action"),
                text("targetLabel"),
                text("detail")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "operator (command) account.create olga owner",
            "olga (session) session.begin olga 127.0.0.1",
            "olga (session) account.create ada author",
            "olga (session) account.update ada role from author to editor, display name",
            "ada (session) session.begin ada 127.0.0.1",
            "ada (session) token.create t for ada, admin",
            "ada (token) session.end_all ada 1 sessions",
        ]
    );
    assert_eq!(deeds[2]["targetId"], id);
    assert_eq!(deeds[2]["account"]["name"], "olga");
    let data = owner.query_with(query, json!({ "account": id })).await;
    assert_eq!(data["audit"]["nodes"].as_array().unwrap().len(), 3);
}
