//! A blog that is served for one test.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use inkstand_blog::{Blog, Caller, ImportReport};
use inkstand_exchange::parse_markdown;
use inkstand_graphql::{Gateway, Question, RequestId};
use inkstand_http::ResponseCache;
use inkstand_model::{Clock, Parsed, Viewer};
use inkstand_server::{Application, LimitSettings, LogFormat, Settings, SystemClock};
use serde_json::Value;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{Client, Database, TestDatabase};

/// A served blog, and a client for it.
pub struct TestBlog {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database and folder.
    pub database: TestDatabase,
    /// Where it tells its metrics, if it does.
    pub metrics: Option<SocketAddr>,
    /// The client: it follows no redirects.
    pub http: reqwest::Client,
    /// By what somebody becomes the first owner.
    pub setup_token: Option<String>,
    blog: Blog,
    response_cache: ResponseCache,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<anyhow::Result<()>>>,
}

impl TestBlog {
    /// Serves an empty blog.
    pub async fn start(kind: Database) -> Self {
        Self::start_at(kind, Arc::new(SystemClock)).await
    }

    /// Serves an empty blog by a clock of the test's.
    pub async fn start_at(kind: Database, clock: Arc<dyn Clock>) -> Self {
        Self::serve(TestDatabase::new(kind).await, clock).await
    }

    /// Serves the blog that is in `database`.
    pub async fn serve(database: TestDatabase, clock: Arc<dyn Clock>) -> Self {
        Self::serve_with(database, clock, |_| {}).await
    }

    /// Serves the blog that is in `database` with other settings than usual.
    pub async fn serve_with(
        database: TestDatabase,
        clock: Arc<dyn Clock>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = settings(&database);
        change(&mut settings);
        let application = Application::build(&settings, clock).await.expect("an application");
        let address = application.address();
        let metrics = application.metrics_address();
        let blog = application.blog().clone();
        let response_cache = application.response_cache().clone();
        let setup_token = application.setup_token().map(str::to_owned);
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(application.run_until_stopped(async {
            // A dropped sender is a stop, too.
            let _ = stopped.await;
        }));
        let http = Client::new(address).http;
        let (stop, running) = (Some(stop), Some(running));
        Self { address, metrics, database, http, setup_token, blog, response_cache, stop, running }
    }

    /// Stops it as SIGTERM would, and gives the database back, to be served again.
    pub async fn stop(mut self) -> TestDatabase {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            running.await.expect("an end without a panic").expect("a clean end");
        }
        self.database
    }

    /// The blog itself, for what has no door yet.
    #[must_use]
    pub fn blog(&self) -> &Blog {
        &self.blog
    }

    /// The answers that it keeps.
    #[must_use]
    pub fn response_cache(&self) -> &ResponseCache {
        &self.response_cache
    }

    /// The address of something on this server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Imports Markdown files under the source name `test`: (path, content).
    pub async fn import(&self, files: &[(&str, &str)]) -> ImportReport {
        self.import_items("test", files.iter().map(|(path, content)| item(path, content)).collect()).await
    }

    /// Imports what a reader of a format made, under a source name, and waits until it can be found.
    pub async fn import_items(&self, source: &str, items: Vec<Parsed>) -> ImportReport {
        let (sender, receiver) = tokio::sync::mpsc::channel(items.len().max(1));
        for item in items {
            sender.send(item).await.expect("room for every item");
        }
        drop(sender);
        let report = self.blog.import(&Viewer::Operator, source, receiver, |_| {}).await.expect("an import");
        self.wait_for_search().await;
        report
    }

    /// Waits until the search knows everything that was written.
    pub async fn wait_for_search(&self) {
        self.blog.wait_for_search().await.expect("a database that answers");
    }

    /// A client for it alone.
    #[must_use]
    pub fn client(&self) -> Client {
        Client { address: self.address, http: self.http.clone() }
    }

    /// Sends a query and gives its whole answer.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        self.client().ask(query, variables).await
    }

    /// Sends a query that must succeed, and gives its data.
    ///
    /// # Panics
    /// Where the answer has errors.
    pub async fn query(&self, query: &str) -> Value {
        self.client().query(query).await
    }

    /// The same with variables.
    ///
    /// # Panics
    /// Where the answer has errors.
    pub async fn query_with(&self, query: &str, variables: Value) -> Value {
        self.client().query_with(query, variables).await
    }

    /// Asks as whoever holds the machine, past HTTP, and gives the whole answer.
    ///
    /// # Panics
    /// Where the answer is no JSON.
    pub async fn ask_as_operator(&self, query: &str, variables: Value) -> Value {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let question = Question {
            query: query.to_owned(),
            operation_name: None,
            variables,
            read_only: false,
            unproven: false,
            caller: Caller { address: self.address.ip(), user_agent: "test".to_owned() },
            tell_cost: false,
            charge: None,
        };
        let reader = self.blog.reader(Viewer::Operator);
        let id = RequestId("test".to_owned());
        let answer = Gateway::new("https://blog.example").execute(question, reader, id).await;
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// The same, which must succeed, and gives the data.
    ///
    /// # Panics
    /// Where the answer has errors.
    pub async fn query_as_operator(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask_as_operator(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// Sends one of `schema/operations`, which must succeed, and gives its data.
    ///
    /// # Panics
    /// Where there is no such operation, or the answer has errors.
    pub async fn operation(&self, name: &str, variables: Value) -> Value {
        self.client().operation(name, variables).await
    }
}

/// The settings of a served test blog.
fn settings(database: &TestDatabase) -> Settings {
    Settings {
        data_dir: database.folder.path().to_owned(),
        database: database.url.clone(),
        database_named: true,
        direct_database: None,
        no_listening: false,
        read_only: false,
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: Some("https://blog.example".to_owned()),
        migrate: inkstand_server::Migrate::Auto,
        sample: false,
        webhooks_allow_private: true,
        pages: true,
        introspection: true,
        suggestions: true,
        deadline: Duration::from_secs(30),
        shutdown_delay: Duration::ZERO,
        limits: LimitSettings::default(),
        synonyms: None,
        entity_cache: 32 * 1024 * 1024,
        keys: None,
        sockets: inkstand_http::SocketLimits::default(),
        response_cache: 64 << 20,
        room: inkstand_server::Room {
            limit: None,
            response_cache: 64 << 20,
            entity_cache: 32 << 20,
            index_writer: 50_000_000,
        },
        watch: inkstand_server::WatchSettings::default(),
        log_format: LogFormat::Json,
        log_level: "warn".to_owned(),
    }
}

/// A Markdown file as the importer reads it.
pub fn item(path: &str, content: &str) -> Parsed {
    parse_markdown(path, content.as_bytes())
}
