//! A blog, and the servers that serve it.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use inkstand_tests::{Database, TestDatabase};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Args;
use crate::{
    corpus::{self, Post},
    operations::ask,
    process::{Server, free_port},
};

/// No start and no index takes longer here.
const LONG: Duration = Duration::from_secs(900);

/// A blog in a database of its own.
pub(super) struct Site {
    inkstand: PathBuf,
    pub(super) url: String,
    pub(super) kind: Database,
    /// Where the first server keeps its index.
    pub(super) folder: PathBuf,
    _database: Option<TestDatabase>,
}

/// A server of a blog, and a folder of its own.
pub(super) struct Replica {
    pub(super) server: Server,
    pub(super) client: reqwest::Client,
    _folder: Option<TempDir>,
}

impl Site {
    /// An empty one.
    pub(super) async fn new(args: &Args, kind: Database) -> Self {
        let database = TestDatabase::new(kind).await;
        Self {
            inkstand: args.inkstand.clone(),
            url: database.url_text.clone(),
            kind,
            folder: database.folder.path().to_owned(),
            _database: Some(database),
        }
    }

    /// One on SQLite in a folder that stays.
    pub(super) fn kept(args: &Args, folder: &Path) -> Self {
        Self {
            inkstand: args.inkstand.clone(),
            url: format!("sqlite:{}", folder.join("blog.sqlite").display()),
            kind: Database::Sqlite,
            folder: folder.to_owned(),
            _database: None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
        }
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.inkstand);
        command.arg("--data-dir").arg(folder).args(["--database-url", &self.url]);
        command
    }

    /// Imports so many generated posts, and gives them with the seconds that it took.
    pub(super) fn import(&self, count: usize) -> Result<(Vec<Post>, f64)> {
        let posts = corpus::posts(count);
        let scratch = tempfile::tempdir()?;
        let archive = scratch.path().join("blog.tar");
        corpus::write_archive(&posts, &archive)?;
        let began = Instant::now();
        let imported = self
            .command(&self.folder)
            .arg("import")
            .arg(&archive)
            .output()
            .context("the binary; `just build` makes it")?;
        ensure!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        Ok((posts, began.elapsed().as_secs_f64()))
    }

    /// The token of an owner, who is made where there is none.
    pub(super) fn token(&self) -> Result<String> {
        let mut create = self.command(&self.folder);
        create.args(["account", "create", "ada", "--role", "owner", "--password-stdin"]);
        let mut child = create.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let password = b"a notebook is a log\na notebook is a log\n";
        child.stdin.take().context("a pipe")?.write_all(password)?;
        // Where the blog was kept, she is there already.
        child.wait()?;
        let made = self
            .command(&self.folder)
            .args(["token", "create", "ada", "bench", "--scope", "admin"])
            .output()?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Ok(String::from_utf8(made.stdout)?.trim().to_owned())
    }

    /// Starts a server with the first folder, which has its index, and returns when it accepts connections.
    pub(super) fn serve(&self, more: &[&str]) -> Result<Replica> {
        self.serve_in(&self.folder, None, more)
    }

    /// Starts one more, with a folder of its own.
    pub(super) fn serve_beside(&self, more: &[&str]) -> Result<Replica> {
        let folder = tempfile::tempdir()?;
        let at = folder.path().to_owned();
        self.serve_in(&at, Some(folder), more)
    }

    fn serve_in(&self, at: &Path, folder: Option<TempDir>, more: &[&str]) -> Result<Replica> {
        let port = free_port()?;
        let mut command = self.command(at);
        command.args(["serve", "--no-sample", "--webhooks-allow-private", "--listen"]);
        command.arg(format!("127.0.0.1:{port}")).args(more);
        let server = Server::start(command, port, &at.join("server.log"))?;
        Ok(Replica { server, client: reqwest::Client::new(), _folder: folder })
    }
}

impl Replica {
    /// The data of an answer without errors.
    pub(super) async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let request = json!({ "query": query, "variables": variables });
        let mut answer: Value = serde_json::from_str(&ask(&self.client, self.server.port, &request).await?)?;
        Ok(answer["data"].take())
    }

    /// Waits until `/readyz` says that it is ready, and says how long that was since `began`.
    pub(super) async fn ready(&self, began: Instant) -> Result<f64> {
        let url = format!("http://127.0.0.1:{}/readyz", self.server.port);
        loop {
            if let Ok(answer) = self.client.get(&url).send().await
                && answer.status() == 200
            {
                return Ok(began.elapsed().as_secs_f64());
            }
            ensure!(began.elapsed() < LONG, "it does not become ready");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until its index is whole, and says how long that was since `began`, and how many entries it has.
    pub(super) async fn complete(&self, began: Instant) -> Result<(f64, u64)> {
        loop {
            let search = self.ask("{ search { complete totalCount } }", json!({})).await?;
            if search["search"]["complete"] == true {
                let count = search["search"]["totalCount"].as_u64().context("a count")?;
                return Ok((began.elapsed().as_secs_f64(), count));
            }
            ensure!(began.elapsed() < LONG, "its index does not become whole");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Publishes a post, and gives its id.
    pub(super) async fn publish(&self, token: &str, title: &str) -> Result<String> {
        let query = "mutation($title: String!, $text: String!) { createPost(input: { title: $title, markdown: $text, \
                     publish: true }) { post { id } userErrors { message } } }";
        let variables = json!({ "title": title, "text": TEXT });
        let answer: Value = self
            .client
            .post(format!("http://127.0.0.1:{}/graphql", self.server.port))
            .bearer_auth(token)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await?
            .json()
            .await?;
        let id = answer["data"]["createPost"]["post"]["id"].as_str();
        Ok(id.with_context(|| answer.to_string())?.to_owned())
    }
}

/// Of a short post.
const TEXT: &str = "Ink dries on paper while the pen rests, and what was written stays.\n\nWhoever reads it later \
                    knows nothing of the *hand* that wrote it, nor of the evening on which it did. A [link](/about/) \
                    leads away, and back again.\n";
