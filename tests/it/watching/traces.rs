//! Traces, as a collector gets them: real OTLP, read by OpenTelemetry's own definitions.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use flate2::read::GzDecoder;
use inkstand_tests::{
    Client, Containers, Database, Ended, Inkstand, Receiver, Served, TestDatabase, eventually,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value as AnyValue,
    trace::v1::{Span, span::SpanKind},
};
use prost::Message;
use serde_json::{Value, json};
use tokio::sync::watch;

const SOON: Duration = Duration::from_secs(30);

/// A collector that keeps what it is sent.
pub(super) struct Collector {
    endpoint: String,
    spans: watch::Receiver<Vec<Span>>,
    bytes: watch::Receiver<Vec<u8>>,
}

impl Collector {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (sender, spans) = watch::channel(Vec::new());
        let (whole, bytes) = watch::channel(Vec::new());
        let taken = Arc::new((sender, whole));
        let take = async |State(taken): State<Arc<Taken>>, headers: HeaderMap, body: Bytes| {
            let body = match headers.get("content-encoding") {
                None => body.to_vec(),
                Some(encoding) => {
                    assert_eq!(encoding, "gzip");
                    let mut plain = Vec::new();
                    GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
                    plain
                }
            };
            let request = ExportTraceServiceRequest::decode(&*body).unwrap();
            let mut came = Vec::new();
            for resource in request.resource_spans {
                let named = resource.resource.unwrap().attributes;
                assert!(named.iter().any(|named| named.key == "service.name"));
                came.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
            taken.0.send_modify(|spans| spans.extend(came));
            taken.1.send_modify(|bytes| bytes.extend_from_slice(&body));
        };
        let router = Router::new().route("/v1/traces", post(take)).with_state(taken);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, spans, bytes }
    }

    /// The settings of a server that tells this collector, at once.
    pub(super) fn told_by(&self, server: Inkstand) -> Inkstand {
        server.args(["--otlp-endpoint", &self.endpoint]).env("OTEL_BSP_SCHEDULE_DELAY", "50")
    }

    /// All that came, byte by byte.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.borrow().clone()
    }

    pub(super) fn spans(&self) -> Vec<Span> {
        self.spans.borrow().clone()
    }

    /// The spans of a trace, once its request is among them.
    async fn trace(&self, id: &str) -> Vec<Span> {
        let (spans, _) = eventually("the trace's request", SOON, || async {
            let spans = self.spans.borrow().clone();
            let of: Vec<Span> = spans.into_iter().filter(|span| hex(&span.trace_id) == id).collect();
            of.iter().any(|span| span.name == "http.request").then_some(of)
        })
        .await;
        spans
    }
}

/// Where what came goes: its spans, and all of it byte by byte.
type Taken = (watch::Sender<Vec<Span>>, watch::Sender<Vec<u8>>);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The attributes of a span as texts.
fn attributes(span: &Span) -> BTreeMap<&str, String> {
    let named = span.attributes.iter().map(|named| {
        let value = match named.value.as_ref().and_then(|value| value.value.as_ref()).unwrap() {
            AnyValue::StringValue(text) => text.clone(),
            AnyValue::IntValue(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        (named.key.as_str(), value)
    });
    named.collect()
}

async fn ask(client: &Client, query: &str, traceparent: Option<&str>) -> String {
    let request = client.http.post(client.url("/graphql")).json(&json!({ "query": query }));
    let request = traceparent.iter().fold(request, |request, value| request.header("traceparent", *value));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

/// A token of an owner of a blog.
async fn owners_token(database: &TestDatabase) -> String {
    let run = async |args: &[&str]| -> Ended { Inkstand::on(database).args(args).run().await.well() };
    run(&["account", "create", "ada", "--role", "owner", "--no-password"]).await;
    let made = run(&["token", "create", "ada", "test", "--scope", "admin"]).await;
    made.stdout.split_whitespace().find(|word| word.starts_with("ink_pat_")).unwrap().to_owned()
}

/// The names of the spans from one up to its request.
fn way_up<'a>(span: &'a Span, all: &'a HashMap<Vec<u8>, &'a Span>) -> Vec<&'a str> {
    std::iter::successors(Some(span), |span| all.get(&span.parent_span_id).copied())
        .map(|span| span.name.as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_leads_from_http_to_sql_and_search() {
    for kind in [Database::Sqlite, Database::Postgres] {
        let database = TestDatabase::new(kind).await;
        let collector = Collector::start().await;
        let served = collector.told_by(Inkstand::on(&database)).serve().await;
        let sent = "4bf92f3577b34da6a3ce929d0e0e4736";
        let traceparent = format!("00-{sent}-00f067aa0ba902b7-01");
        let query = "query Mixed { posts(first: 3) { nodes { title tags { slug } } } search(text: \"ink\") { totalCount } }";
        ask(&served.client, query, Some(&traceparent)).await;

        let spans = collector.trace(sent).await;
        let all: HashMap<Vec<u8>, &Span> = spans.iter().map(|span| (span.span_id.clone(), span)).collect();
        let request = spans.iter().find(|span| span.name == "http.request").unwrap();
        assert_eq!(hex(&request.parent_span_id), "00f067aa0ba902b7", "it hangs below the caller's span");
        assert_eq!(request.kind, SpanKind::Server as i32);
        let said = attributes(request);
        assert_eq!(
            (said["operation"].as_str(), said["path"].as_str(), said["http.response.status_code"].as_str()),
            ("Mixed", "/graphql", "200")
        );
        let lists: Vec<&Span> = spans.iter().filter(|span| span.name.starts_with("db.entry.list")).collect();
        assert!(!lists.is_empty(), "{:?}", spans.iter().map(|span| &span.name).collect::<Vec<_>>());
        let up = way_up(lists[0], &all);
        assert_eq!((up.last(), up.contains(&"graphql.execute")), (Some(&"http.request"), true), "{up:?}");
        let search =
            spans.iter().find(|span| span.name.starts_with("search.")).expect("a span of the search");
        assert_eq!(way_up(search, &all).last(), Some(&"http.request"));
        for span in &spans {
            assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
        }

        // One that its caller does not keep is not kept here; one without a caller has an id of its own, which the log
        // names.
        let unkept = "00000000000000000000000000000abc";
        ask(
            &served.client,
            "query A { posts(first: 4) { totalCount } }",
            Some(&format!("00-{unkept}-00f067aa0ba902b7-00")),
        )
        .await;
        ask(&served.client, "query B { posts(first: 5) { totalCount } }", None).await;
        let (own, _) = eventually("the last request", SOON, || async {
            let spans = collector.spans();
            spans.into_iter().find(|span| attributes(span).get("operation").is_some_and(|name| name == "B"))
        })
        .await;
        assert_ne!(hex(&own.trace_id), sent);
        assert!(own.parent_span_id.is_empty());
        assert!(!collector.spans().iter().any(|span| hex(&span.trace_id) == unkept));
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_learns_of_the_trace() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let token = owners_token(&database).await;
    let (collector, receiver) = (Collector::start().await, Receiver::start().await);
    let server = Inkstand::on(&database).args(["--webhooks-allow-private"]);
    let served = collector.told_by(server).serve().await;
    let ada = served.client.with_token(&token);
    let hook = json!({ "url": receiver.url(), "events": ["POST_PUBLISHED"] });
    ada.query_with(
        "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { message } } }",
        json!({ "input": hook }),
    )
    .await;
    let post = json!({ "title": "Again", "markdown": "More.", "publish": true });
    ada.query_with(
        "mutation($input: CreatePostInput!) { createPost(input: $input) { userErrors { message } } }",
        json!({ "input": post }),
    )
    .await;
    let message = receiver.wait_for(1).await.remove(0);
    let [version, trace, span, _] = message.traceparent.split('-').collect::<Vec<_>>()[..] else {
        panic!("no traceparent: {message:?}")
    };
    assert_eq!(version, "00");
    let (delivered, _) = eventually("the span of the delivery", SOON, || async {
        collector.spans().into_iter().find(|span| span.name == "blog.deliver")
    })
    .await;
    assert_eq!((hex(&delivered.trace_id).as_str(), hex(&delivered.span_id).as_str()), (trace, span));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ratio_of_nothing_tells_nothing_and_the_log_still_names_the_trace() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let collector = Collector::start().await;
    let server = collector.told_by(Inkstand::on(&database));
    let server = server.args(["--trace-ratio", "0", "--log-level", "inkstand_http=debug"]);
    let served = server.serve().await;
    let sent = "4bf92f3577b34da6a3ce929d0e0e4736";
    let id = ask(
        &served.client,
        "query A { posts(first: 4) { totalCount } }",
        Some(&format!("00-{sent}-00f067aa0ba902b7-01")),
    )
    .await;
    let mut stderr = served.stderr.clone();
    assert!(stderr.has(|line| line.contains(&id)).await);
    let ended = served.stop().await;
    let line = ended.stderr.lines().find(|line| line.contains(&id)).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["trace_id"], sent, "{line}");
    assert!(line.get("otel.kind").is_none(), "{line}");
    // The end of the process would have sent what waited.
    assert_eq!(collector.spans().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_told_of_once_and_hinders_nobody() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = Inkstand::on(&database).args(["--otlp-endpoint", &format!("http://{nobody}")]);
    let served: Served = server.env("OTEL_BSP_SCHEDULE_DELAY", "50").serve().await;
    let mut stderr = served.stderr.clone();
    for first in 1..20 {
        ask(&served.client, &format!("{{ posts(first: {first}) {{ totalCount }} }}"), None).await;
    }
    assert!(stderr.has(|line| line.contains("does not take traces")).await);
    let ended = served.stop().await;
    assert_eq!(ended.stderr.matches("does not take traces").count(), 1, "{}", ended.stderr);
    let ended = Inkstand::on(&database).args(["--otlp-endpoint", "collector:4318"]).run().await.with_code(1);
    assert!(ended.stderr.contains("--otlp-endpoint"), "{}", ended.stderr);
    let ended = Inkstand::on(&database).args(["--trace-ratio", "1.5"]).run().await.with_code(1);
    assert!(ended.stderr.contains("--trace-ratio"), "{}", ended.stderr);
}

/// A collector of others, which passes on what it understood to ours: the server, rotel, and the next one in a row.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_collector_passes_traces_on() {
    let Some(containers) = Containers::begin().await else { return };
    let database = TestDatabase::new(Database::Sqlite).await;
    let last = Collector::start().await;
    // Free a moment ago, and nobody else is given it so soon.
    let between = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut rotel = containers.program("rotel-agent");
    rotel
        .args(["start", "--otlp-http-endpoint", &between.to_string(), "--otlp-grpc-endpoint", "127.0.0.1:0"])
        .args([
            "--exporter",
            "otlp",
            "--otlp-exporter-protocol",
            "http",
            "--otlp-exporter-compression",
            "none",
        ])
        .args(["--otlp-exporter-endpoint", &last.endpoint, "--batch-timeout", "50ms"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _rotel = rotel.spawn().unwrap();
    let listens = || async { tokio::net::TcpStream::connect(between).await.ok() };
    eventually("the collector listens", SOON, listens).await;

    let server = Inkstand::on(&database).args(["--otlp-endpoint", &format!("http://{between}")]);
    let served = server.env("OTEL_BSP_SCHEDULE_DELAY", "50").serve().await;
    let sent = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{sent}-00f067aa0ba902b7-01");
    ask(&served.client, "query Front { posts(first: 3) { totalCount } }", Some(&parent)).await;
    let spans = last.trace(sent).await;
    let request = spans.iter().find(|span| span.name == "http.request").unwrap();
    assert_eq!(hex(&request.parent_span_id), "00f067aa0ba902b7");
    assert_eq!(attributes(request)["operation"], "Front");
    served.stop().await;
}
