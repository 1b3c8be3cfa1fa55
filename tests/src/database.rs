//! A database for one test.

use std::time::{SystemTime, UNIX_EPOCH};

use inkstand_server::SystemClock;
use inkstand_storage::{DatabaseUrl, Storage};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;

/// The kinds of databases; whole-server tests run on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite,
    /// A server, at `INKSTAND_TEST_POSTGRES`.
    Postgres,
}

/// The variable that names a PostgreSQL whose role may create databases; `just ci` and `just postgres` set it up.
const POSTGRES: &str = "INKSTAND_TEST_POSTGRES";

/// Any number that nobody else locks in that cluster.
const TEMPLATE_LOCK: i64 = 0x696e_6b7f;

/// An empty, migrated database of its own, with a folder for whatever else a blog keeps.
pub struct TestDatabase {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The same as a text, for a command line.
    pub url_text: String,
    /// A folder that vanishes with this value.
    pub folder: TempDir,
}

impl TestDatabase {
    /// Makes one.
    ///
    /// # Panics
    /// Where there is no PostgreSQL to make one in.
    pub async fn new(kind: Database) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url_text = match kind {
            Database::Sqlite => format!("sqlite:{}", folder.path().join("blog.sqlite").display()),
            Database::Postgres => copy_of_template().await,
        };
        let url = DatabaseUrl::parse(&url_text).expect("our own address");
        Self { url, url_text, folder }
    }

    /// Runs SQL behind Inkstand's back.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn sql(&self, statement: &str) {
        let connection = connect(&self.url_text).await;
        connection.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        connection.close().await.expect("a closed connection");
    }

    /// Keeps everybody from reading a table, until what it gives is let go. PostgreSQL alone can do that.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn lock(&self, table: &str) -> LockedTable {
        let connection = connect(&self.url_text).await;
        for statement in ["BEGIN", &format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")] {
            connection
                .execute_unprepared(statement)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        LockedTable(connection)
    }

    /// Asks SQL behind Inkstand's back for rows of one text each: other types need a cast.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let connection = connect(&self.url_text).await;
        let statement = sea_orm::Statement::from_string(connection.get_database_backend(), query);
        let rows =
            connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        connection.close().await.expect("a closed connection");
        rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
    }
}

/// A table that nobody can read.
pub struct LockedTable(DatabaseConnection);

impl LockedTable {
    /// Lets everybody read it again.
    ///
    /// # Panics
    /// Where the database is gone.
    pub async fn release(self) {
        self.0.execute_unprepared("ROLLBACK").await.expect("an end of the lock");
        self.0.close().await.expect("a closed connection");
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("cannot connect to {url}: {error}"))
}

async fn copy_of_template() -> String {
    let server = std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES} is not set: run the tests by `just ci test`, or set it to what `just postgres` prints"
        )
    });
    let admin = connect(&server).await;
    // The template belongs to this build of the migrations: another checkout may use the same server.
    let template = format!("inkstand_template_{}", std::process::id());
    let template = std::env::var("NEXTEST_RUN_ID")
        .map_or(template, |run| format!("inkstand_template_{}", run.replace('-', "")));
    admin.execute_unprepared(&format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await.expect("the lock");
    let exists = admin
        .query_one_raw(sea_orm::Statement::from_string(
            admin.get_database_backend(),
            format!("SELECT 1 FROM pg_database WHERE datname = '{template}'"),
        ))
        .await
        .expect("the list of databases")
        .is_some();
    if !exists {
        admin.execute_unprepared(&format!("CREATE DATABASE {template}")).await.expect("a template");
        let url = DatabaseUrl::parse(&sibling(&server, &template)).expect("our own address");
        let storage = Storage::open(&url, &SystemClock).await.expect("a migrated template");
        storage.close().await;
    }
    let name = unique_name();
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .await
        .expect("a copy of the template");
    // The lock ends with the connection.
    admin.close().await.expect("a closed connection");
    sibling(&server, &name)
}

/// The URL of another database of the same server.
fn sibling(server: &str, database: &str) -> String {
    let (before, query) =
        server.split_once('?').map_or((server, None), |(before, query)| (before, Some(query)));
    let authority_begin = before.find("://").map_or(0, |at| at + 3);
    let authority_end = before[authority_begin..].find('/').map_or(before.len(), |at| authority_begin + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{database}{query}", &before[..authority_end])
}

#[expect(clippy::disallowed_methods, reason = "a name must differ from that of every other test")]
fn unique_name() -> String {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_nanos();
    format!("inkstand_test_{}_{nanos}", std::process::id())
}
