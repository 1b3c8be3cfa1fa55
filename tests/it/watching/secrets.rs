//! What is nobody's business is neither in the log nor in traces, however much they tell.

use inkstand_tests::{Database, Inkstand, Output, PASSWORD, Receiver, TestDatabase};
use serde_json::{Value, json};

use super::traces::Collector;

const MAIL: &str = "grace.hopper@mail.example";
const ADDRESS: &str = "203.0.113.77";
const KEY: &str = "a-server-key-of-more-than-32-characters";
const HOOK: &str = "T0P-S3CRET-PATH";

#[tokio::test(flavor = "multi_thread")]
async fn neither_secrets_nor_people_are_told_at_any_level() {
    for kind in [Database::Sqlite, Database::Postgres] {
        let database = TestDatabase::new(kind).await;
        let (collector, receiver) = (Collector::start().await, Receiver::start().await);
        let server = Inkstand::on(&database)
            .args(["--log-format", "json", "--log-level", "trace", "--webhooks-allow-private"])
            .args(["--trusted-proxies", "loopback"])
            .env("INKSTAND_SECRET_KEY", KEY);
        let served = collector.told_by(server).serve().await;
        let anybody = served.client.with(&[("x-forwarded-for", ADDRESS)]);
        let setup = setup_token(&served.stdout);

        let mutate = async |client: &inkstand_tests::Client, field: &str, of: &str, input: Value| -> Value {
            let name = field[..1].to_uppercase() + &field[1..];
            let query = format!("mutation($input: {name}Input!) {{ {field}(input: $input) {{ {of} }} }}");
            client.query_with(&query, json!({ "input": input })).await[field].take()
        };
        let input = json!({ "token": setup, "name": "grace", "password": PASSWORD });
        mutate(&anybody, "redeemSetupToken", "account { name }", input).await;
        let cookie = anybody.sign_in("grace", PASSWORD).await;
        let wrong = json!({ "name": "grace", "password": format!("{PASSWORD}-wrong") });
        mutate(&anybody, "signIn", "userErrors { code }", wrong).await;
        let grace = served.client.with(&[
            ("x-forwarded-for", ADDRESS),
            ("cookie", &cookie),
            ("sec-fetch-site", "same-origin"),
        ]);
        let input = json!({ "name": "ci", "scopes": ["ADMIN"] });
        let token = mutate(&grace, "createApiToken", "secret userErrors { message }", input).await["secret"]
            .as_str()
            .unwrap()
            .to_owned();
        let by_token =
            anybody.with(&[("x-forwarded-for", ADDRESS), ("authorization", &format!("Bearer {token}"))]);
        let input = json!({ "title": "A letter", "markdown": format!("From {MAIL}.") });
        let draft = mutate(&by_token, "createPost", "post { id } userErrors { message }", input).await;
        let input = json!({ "id": draft["post"]["id"], "minutes": 5 });
        let preview = mutate(&by_token, "createPreview", "preview { token } userErrors { message }", input)
            .await["preview"]["token"]
            .as_str()
            .unwrap()
            .to_owned();
        let shown = anybody.with(&[("x-forwarded-for", ADDRESS), ("inkstand-preview", &preview)]);
        shown.query("{ posts { totalCount } }").await;
        let url = receiver.url().replace("/hook", &format!("/hook?{HOOK}"));
        let input = json!({ "url": url, "events": ["POST_PUBLISHED"] });
        let hook = mutate(&by_token, "createWebhook", "secret userErrors { message }", input).await;
        let signing = hook["secret"].as_str().unwrap().to_owned();
        let input = json!({ "title": "Out", "markdown": "x", "publish": true });
        mutate(&by_token, "createPost", "post { id } userErrors { message }", input).await;
        receiver.wait_for(1).await;
        anybody
            .query_with(
                "query($text: String!) { search(text: $text) { totalCount } }",
                json!({ "text": MAIL }),
            )
            .await;
        let in_address =
            format!("/graphql?query=%7Bsite%7Btitle%7D%7D&variables=%7B%22mail%22:%22{MAIL}%22%7D");
        assert_eq!(anybody.http.get(served.client.url(&in_address)).send().await.unwrap().status(), 200);
        // Wrong secrets are no less somebody's.
        let wrong = [("x-forwarded-for", ADDRESS), ("authorization", "Bearer ink_pat_guessed-by-somebody")];
        let refused = anybody.with(&wrong).http.post(served.client.url("/graphql"));
        assert_eq!(
            refused.json(&json!({ "query": "{ site { title } }" })).send().await.unwrap().status(),
            401
        );

        let ended = served.stop().await;
        assert!(
            ended.stderr.contains("\"TRACE\"") && ended.stderr.contains("203.0.113.0/24"),
            "that level tells more"
        );
        let spans = collector.spans();
        assert!(spans.iter().any(|span| span.name == "http.request"));
        assert!(spans.iter().any(|span| span.name.starts_with("db.")));
        let traces = String::from_utf8_lossy(&collector.bytes()).into_owned();
        let session = cookie.split_once('=').unwrap().1;
        for secret in [
            PASSWORD,
            &setup,
            session,
            &token,
            &preview,
            &signing,
            KEY,
            HOOK,
            MAIL,
            ADDRESS,
            "guessed-by-somebody",
        ] {
            for (what, told) in [("log", &ended.stderr), ("traces", &traces)] {
                let line = told.lines().find(|line| line.contains(secret));
                assert!(line.is_none(), "{secret} in the {what}: {line:?}");
            }
        }
    }
}

/// The token of the start lines, which a person has to see.
fn setup_token(stdout: &Output) -> String {
    let lines = stdout.text();
    let begin = lines.find("ink_setup_").expect("a token to begin with");
    lines[begin..].split_whitespace().next().unwrap().to_owned()
}
