//! The numbers are true, on both databases.

use std::time::Duration;

use inkstand_tests::{Database, Inkstand, OwnPostgres, Receiver, TestDatabase, eventually};
use reqwest::StatusCode;
use serde_json::json;

use super::{Page, make_things_happen, watched_blog};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted() {
    for kind in [Database::Sqlite, Database::Postgres] {
        let blog = watched_blog(kind).await;
        let at = blog.metrics.unwrap();
        let before = Page::of(at).await;
        assert_eq!(before.requests("other", "answered"), 0.0);
        let receiver = Receiver::start().await;
        make_things_happen(&blog, &receiver).await;
        let client = blog.client();

        // One that is made, two that are kept, one that the client has.
        let front_page = json!({ "query": "query FrontPage { posts(first: 3) { nodes { title } } }" });
        let ask = || client.http.post(client.url("/graphql")).json(&front_page);
        for _ in 0..3 {
            assert_eq!(ask().send().await.unwrap().status(), 200);
        }
        let got = |etag: Option<String>| {
            let address = "/graphql?query=query%20HomePage%7Bsite%7Btitle%7D%7D";
            let get = client.http.get(client.url(address));
            etag.iter().fold(get, |get, etag| get.header("if-none-match", etag)).send()
        };
        let etag = got(None).await.unwrap().headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(got(Some(etag)).await.unwrap().status(), StatusCode::NOT_MODIFIED);
        client.ask("query Unheard { posts { totalCount } }", json!({})).await;
        client.ask("query Search { nonsense }", json!({})).await;
        client.ask("{ broken", json!({})).await;
        let response = client.http.post(client.url("/graphql")).body("no JSON").send().await.unwrap();
        assert_eq!(response.status(), 415);
        assert_eq!(client.http.get(client.url("/nowhere")).send().await.unwrap().status(), 404);

        let page = Page::of(at).await;
        let of = |operation: &str| {
            ["answered", "kept", "unchanged", "refused"].map(|outcome| page.requests(operation, outcome))
        };
        assert_eq!(of("FrontPage"), [1.0, 2.0, 0.0, 0.0], "{kind:?}");
        assert_eq!(of("HomePage"), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(of("Search"), [0.0, 0.0, 0.0, 1.0]);
        // The two mutations and the query that nobody has heard of; the one that is broken, and the one that is no JSON.
        assert_eq!(of("other"), [3.0, 0.0, 0.0, 2.0]);
        assert!(!page.text.contains("Unheard") && !page.text.contains("Publish"));
        assert_eq!(page.number("inkstand_request_duration_seconds_count{operation=\"FrontPage\"}"), 1.0);
        assert!(page.number("inkstand_request_duration_seconds_sum{operation=\"FrontPage\"}") > 0.0);
        assert_eq!(page.number("inkstand_request_cost_count{operation=\"FrontPage\"}"), 1.0);
        assert!(page.number("inkstand_request_cost_sum{operation=\"FrontPage\"}") > 1.0);
        let responses = |route: &str, code: &str| {
            page.number(&format!("inkstand_http_responses_total{{route=\"{route}\",code=\"{code}\"}}"))
        };
        // Queries that are refused get 200 with the older media type.
        assert_eq!(
            ["2xx", "3xx", "4xx", "5xx"].map(|code| responses("/graphql", code)),
            [9.0, 1.0, 1.0, 0.0]
        );
        assert_eq!(responses("other", "4xx"), 1.0);
        assert_eq!(page.number("inkstand_requests_running"), 0.0);

        assert!(page.number("inkstand_connections") >= 1.0);
        assert_eq!(page.number("inkstand_cache_hits_total{cache=\"responses\"}"), 3.0);
        assert!(page.number("inkstand_cache_misses_total{cache=\"responses\"}") >= 3.0);
        assert!(page.number("inkstand_cache_entries{cache=\"entity_entries\"}") >= 1.0);
        assert!(page.number("inkstand_cache_bytes{cache=\"responses\"}") > 100.0);
        assert!(page.number("inkstand_cache_entries{cache=\"documents\"}") >= 2.0);

        assert_eq!(page.number("inkstand_database_up"), 1.0);
        assert!(page.number("inkstand_database_connections_max{pool=\"write\"}") >= 1.0);
        assert!(page.number("inkstand_database_statement_duration_seconds_count") > 10.0);
        assert_eq!(page.number("inkstand_index_documents{half=\"published\"}"), 2.0);
        assert_eq!(page.number("inkstand_index_documents{half=\"unpublished\"}"), 1.0);
        assert!(page.number("inkstand_index_bytes") > 1000.0);
        assert!(page.number("inkstand_index_generation") >= 1.0);
        assert_eq!(page.number("inkstand_search_complete"), 1.0);
        assert_eq!(page.number("inkstand_listening"), f64::from(u8::from(kind == Database::Postgres)));
        let database = if kind == Database::Postgres { "postgres" } else { "sqlite" };
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            page.number(&format!("inkstand_build_info{{version=\"{version}\",database=\"{database}\"}}")),
            1.0
        );
        assert!(page.number("process_resident_memory_bytes") > 1e6);

        // The outcome is written after the receiver has answered, and the lease given back after that.
        let settled = eventually("what was sent is counted", SOON, || async {
            let page = Page::of(at).await;
            let sent = page.number("inkstand_webhook_attempts_total{outcome=\"delivered\"}") == 1.0;
            let given_back =
                kind == Database::Sqlite || page.number("inkstand_lease_held{lease=\"webhooks\"}") == 0.0;
            (sent && given_back).then_some(page)
        });
        let (page, _) = settled.await;
        assert_eq!(page.number("inkstand_webhook_messages_enqueued_total"), 1.0);
        assert_eq!(page.number("inkstand_webhook_messages_pending"), 0.0);
        for follower in ["memory", "index", "webhooks"] {
            assert_eq!(
                page.number(&format!("inkstand_follower_lag_changes{{follower=\"{follower}\"}}")),
                0.0
            );
            assert_eq!(
                page.number(&format!("inkstand_follower_lag_seconds{{follower=\"{follower}\"}}")),
                0.0
            );
        }
        assert!(page.number("inkstand_change_log_seq") >= 3.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_its_database_tells_so() {
    let postgres = OwnPostgres::start();
    let database = postgres.database();
    let served = Inkstand::on(&database).args(["--metrics-listen", "127.0.0.1:0"]).serve().await;
    let mut stderr = served.stderr.clone();
    assert!(stderr.has(|line| line.contains("\"metrics\"")).await);
    let started = stderr.lines().into_iter().find(|line| line.contains("\"metrics\"")).unwrap();
    let started: serde_json::Value = serde_json::from_str(&started).unwrap();
    let at = started["metrics"].as_str().unwrap().parse().unwrap();
    assert!(Page::of(at).await.kinds.contains_key("inkstand_follower_lag_seconds"));
    // Nothing else is served there, and no metrics where readers come.
    let elsewhere = reqwest::get(format!("http://{at}/graphql")).await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    assert!(elsewhere.text().await.unwrap().contains("/metrics"));
    let response = served.client.http.get(served.client.url("/metrics")).send().await.unwrap();
    assert_eq!(response.status(), 404);

    postgres.down();
    let written = "mutation { signIn(input: { name: \"ada\", password: \"x\" }) { userErrors { code } } }";
    served.client.ask(written, json!({})).await;
    let (page, _) = eventually("the absence is known", SOON, || async {
        let page = Page::of(at).await;
        (page.number("inkstand_database_away_seconds") > 0.0).then_some(page)
    })
    .await;
    assert_eq!(page.number("inkstand_database_up"), 0.0);
    assert!(page.requests("other", "hindered") >= 1.0);
    assert!(!page.kinds.contains_key("inkstand_follower_lag_seconds"));
    assert!(page.number("inkstand_log_lines_total{level=\"warn\"}") >= 1.0);
    postgres.up();
    eventually("it is back", SOON, || async {
        (Page::of(at).await.number("inkstand_database_up") == 1.0).then_some(())
    })
    .await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_by_its_flag() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = TestDatabase::new(Database::Sqlite).await;
    let args = ["--listen", "127.0.0.1:0", "--metrics-listen", &address];
    let ended = Inkstand::on(&database).args(args).run().await.with_code(1);
    assert!(
        ended.stderr.contains("is in use") && ended.stderr.contains("--metrics-listen 127.0.0.1:"),
        "{}",
        ended.stderr
    );
    let args = ["--metrics-listen", "127.0.0.1:0", "--metrics-operations", "Home,not a name"];
    let ended = Inkstand::on(&database).args(args).run().await.with_code(1);
    assert!(ended.stderr.contains("\"not a name\"") && ended.stderr.contains("--metrics-operations"));
}
