//! `inkstand account`, `token` and `audit`, and what a running server makes of them.

use inkstand_tests::{Client, Database, Ended, Inkstand, PASSWORD, TestDatabase};
use rstest::rstest;
use serde_json::{Value, json};

async fn run(database: &TestDatabase, args: &[&str]) -> Ended {
    Inkstand::on(database).args(args).run().await
}

async fn with_password(database: &TestDatabase, args: &[&str], password: &str) -> Ended {
    Inkstand::on(database).args(args).args(["--password-stdin"]).run_with_input(password.as_bytes()).await
}

/// One line that says what to do, and nothing done.
fn refused(ended: Ended, words: &[&str]) {
    let ended = ended.with_code(1);
    assert_eq!((ended.stdout.as_str(), ended.stderr.lines().count()), ("", 1), "{}", ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "nothing of {word:?}: {}", ended.stderr);
    }
}

async fn viewer(client: &Client) -> Value {
    client.query("{ viewer { name role } }").await["viewer"].take()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn accounts_from_the_command_line(#[case] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let served = Inkstand::on(&database).serve().await;
    let owner_line =
        served.stdout.lines().into_iter().find(|line| line.trim_start().starts_with("owner")).unwrap();
    assert!(owner_line.contains("account create NAME --role owner") && owner_line.contains("ink_setup_"));

    let made =
        with_password(&database, &["account", "create", "olga", "--role", "owner"], "a good password\r\n")
            .await;
    assert_eq!(made.well().stdout, "made olga, an owner\n");
    let made = with_password(
        &database,
        &["account", "create", "ada", "--display-name", "Ada Lovelace", "--email", "ada@blog.example"],
        PASSWORD,
    )
    .await;
    assert_eq!(made.well().stdout, "made ada, an author\n");
    let made = run(&database, &["account", "create", "robot", "--role", "editor", "--no-password"]).await;
    assert_eq!(made.well().stdout, "made robot, an editor\n");
    let token = owner_line.split("with ").last().unwrap().to_owned();
    let input = json!({ "token": token, "name": "mallory", "password": PASSWORD });
    let query =
        "mutation($i: RedeemSetupTokenInput!) { redeemSetupToken(input: $i) { userErrors { code } } }";
    let data = served.client.query_with(query, json!({ "i": input })).await;
    assert_eq!(data["redeemSetupToken"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");

    let cookie = served.client.sign_in("ada", PASSWORD).await;
    assert!(cookie.starts_with("inkstand="), "no https, no prefix: {cookie}");
    let ada = served.client.with_cookie(&cookie);
    assert_eq!(viewer(&ada).await, json!({ "name": "ada", "role": "AUTHOR" }));
    let changed = run(&database, &["account", "set-role", "Ada", "editor"]).await.well();
    assert_eq!(changed.stdout, "ada is an editor now\n");
    assert_eq!(viewer(&ada).await["role"], "EDITOR");
    let _ = run(&database, &["account", "rename", "ada", "countess"]).await.well();
    assert_eq!(viewer(&ada).await["name"], "countess");
    let _ = run(&database, &["account", "disable", "countess"]).await.well();
    assert_eq!(viewer(&ada).await, Value::Null);
    let listed = run(&database, &["account", "list"]).await.well();
    insta::assert_snapshot!(listed.stdout, @r"
    countess             editor      Ada Lovelace  disabled
    olga                 owner       olga
    robot                editor      robot
    ");
    let _ = run(&database, &["account", "enable", "countess"]).await.well();
    let changed =
        with_password(&database, &["account", "set-password", "countess"], "another good password\n").await;
    assert_eq!(changed.well().stdout, "countess has another password, and is signed out everywhere\n");
    served.client.sign_in("countess", "another good password").await;
    served.stop().await;

    let audit = run(&database, &["audit", "--limit", "3"]).await.well();
    let told: Vec<&str> = audit.stdout.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(told.len(), 3);
    assert!(
        told[0].starts_with("countess (session ") && told[0].contains("session.begin  countess"),
        "{told:?}"
    );
    assert_eq!(told[1], "operator (command line)  account.set_password  countess");
    assert_eq!(told[2], "operator (command line)  account.update  countess  enabled");
    let audit = run(&database, &["audit", "--account", "olga"]).await.well();
    assert_eq!(audit.stdout, "nobody did anything yet\n");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_from_the_command_line(#[case] kind: Database) {
    let database = TestDatabase::new(kind).await;
    Inkstand::on(&database).serve().await.stop().await;
    let none = run(&database, &["account", "list"]).await.well();
    assert!(none.stdout.contains("inkstand account create NAME --role owner"), "{}", none.stdout);
    let none = run(&database, &["token", "list"]).await.well();
    assert!(none.stdout.contains("inkstand token create ACCOUNT NAME"), "{}", none.stdout);
    let _ = run(&database, &["account", "create", "robot", "--role", "editor", "--no-password"]).await.well();
    let made =
        run(&database, &["token", "create", "robot", "build the site", "--scope", "read"]).await.well();
    let token = made.stdout.strip_suffix('\n').unwrap();
    assert!(token.starts_with("ink_pat_") && !token.contains('\n'), "{token}");
    let _ =
        run(&database, &["token", "create", "robot", "x", "--scope", "admin", "--no-expiry"]).await.well();

    let served = Inkstand::on(&database).serve().await;
    let program = served.client.with_token(token);
    assert_eq!(viewer(&program).await["name"], "robot");
    let listed = run(&database, &["token", "list", "--account", "robot"]).await.well();
    let lines: Vec<&str> = listed.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", listed.stdout);
    assert!(
        lines[0].contains("admin")
            && lines[0].contains("does not expire")
            && lines[0].ends_with("never used  x")
    );
    assert!(lines[1].contains("read") && lines[1].contains("until ") && lines[1].ends_with("build the site"));
    assert_eq!(run(&database, &["token", "list"]).await.well().stdout.lines().count(), 2);
    let id = lines[1].split_whitespace().next().unwrap();
    let revoked = run(&database, &["token", "revoke", id]).await.well();
    assert_eq!(revoked.stdout, "the token \"build the site\" is good for nothing any more\n");
    let response = program.http.get(program.url("/graphql?query={__typename}")).send().await.unwrap();
    assert_eq!(response.status(), 401);
    let listed = run(&database, &["token", "list"]).await.well();
    assert!(listed.stdout.contains(" revoked "), "{}", listed.stdout);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_with_what_can() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let _ =
        with_password(&database, &["account", "create", "olga", "--role", "owner"], PASSWORD).await.well();
    refused(
        with_password(&database, &["account", "create", "olga"], PASSWORD).await,
        &["olga", "somebody else"],
    );
    refused(with_password(&database, &["account", "create", "Ada"], PASSWORD).await, &["'A'", "a to z"]);
    refused(with_password(&database, &["account", "create", "ada"], "short").await, &["at least 12"]);
    refused(with_password(&database, &["account", "create", "ada"], "").await, &["standard input"]);
    refused(with_password(&database, &["account", "create", "ada"], &"x".repeat(100_000)).await, &["1024"]);
    refused(run(&database, &["account", "create", "ada"]).await, &["no terminal", "--password-stdin"]);
    refused(
        with_password(&database, &["account", "create", "ada", "--author", "nobody"], PASSWORD).await,
        &["no author nobody"],
    );
    refused(run(&database, &["account", "set-role", "olga", "editor"]).await, &["last owner", "owner first"]);
    refused(run(&database, &["account", "disable", "olga"]).await, &["last owner"]);
    refused(run(&database, &["account", "enable", "ada"]).await, &["no account \"ada\"", "account list"]);
    refused(run(&database, &["token", "create", "ada", "x", "--scope", "read"]).await, &["no account"]);
    refused(run(&database, &["token", "create", "olga", " ", "--scope", "read"]).await, &["empty"]);
    refused(run(&database, &["token", "revoke", "x"]).await, &["no id of a token", "token list"]);
    let nobodys = format!("token_{}", "0".repeat(32));
    refused(run(&database, &["token", "revoke", &nobodys]).await, &["no such token"]);
    refused(run(&database, &["audit", "--account", "ada"]).await, &["no account"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let nowhere = Inkstand::new(elsewhere.path()).args(["account", "list"]).run().await;
    refused(nowhere, &["no blog at", "--data-dir"]);

    // A password is nothing for an argument, and the help says where it comes from.
    let ended = run(&database, &["account", "create", "ada", "--password", "secret"]).await.with_code(1);
    assert!(ended.stderr.contains("--password-stdin"), "{}", ended.stderr);
    for (args, words) in [
        (&["account", "--help"][..], &["subscriber", "--password-stdin", "set-role", "disable"][..]),
        (&["account", "create", "--help"], &["write posts of their own", "--author", "--no-password"]),
        (&["token", "create", "--help"], &["authorization: Bearer", "admin", "--days", "365"]),
        (&["audit", "--help"], &["who did what", "--account"]),
    ] {
        let help = run(&database, args).await.well().stdout;
        for word in words {
            assert!(help.contains(word), "{args:?} says nothing of {word:?}: {help}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_guesses_at_once_over_two_servers_are_ten() {
    let database = TestDatabase::new(Database::Postgres).await;
    let _ = with_password(&database, &["account", "create", "ada"], PASSWORD).await.well();
    let folder = tempfile::tempdir().unwrap();
    let one = Inkstand::on(&database).serve().await;
    let two = Inkstand::new(folder.path()).args(["--database-url", &database.url_text]).serve().await;
    let query = "mutation($i: SignInInput!) { signIn(input: $i) { userErrors { code } } }";
    let guesses: Vec<_> = (0..20)
        .map(|guess| {
            let client = if guess % 2 == 0 { one.client.clone() } else { two.client.clone() };
            tokio::spawn(async move {
                let input = json!({ "name": "ada", "password": format!("guess number {guess}") });
                let mut data = client.query_with(query, json!({ "i": input })).await;
                data["signIn"]["userErrors"][0]["code"].take()
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for guess in guesses {
        outcomes.push(guess.await.unwrap());
    }
    let checked = outcomes.iter().filter(|outcome| *outcome == "WRONG_CREDENTIALS").count();
    let limited = outcomes.iter().filter(|outcome| *outcome == "RATE_LIMITED").count();
    assert_eq!((checked, limited), (10, 10), "{outcomes:?}");
    // What one ends, the other knows at once.
    database.sql("DELETE FROM sign_in_attempt").await;
    let cookie = one.client.sign_in("ada", PASSWORD).await;
    let there = two.client.with_cookie(&cookie);
    assert_eq!(viewer(&there).await["name"], "ada");
    one.client.with_cookie(&cookie).query("mutation { signOutEverywhere { userErrors { code } } }").await;
    assert_eq!(viewer(&there).await, Value::Null);
    one.stop().await;
    two.stop().await;
}
