//! The databases that the blog runs on anyway, with the full-text search that they bring along.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use inkstand_model::SearchDocument;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait,
    Value,
};
use tokio::runtime::Runtime;

use crate::engine::{Engine, used};
use crate::questions::{Class, Question};

/// A database that searches.
pub(crate) struct Searching {
    runtime: Arc<Runtime>,
    database: DatabaseConnection,
    backend: DbBackend,
}

const SQLITE: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA cache_size = -200000;
    CREATE VIRTUAL TABLE posts USING fts5(title, body, tokenize = 'porter unicode61');
    CREATE TABLE post_tags (post INTEGER, tag TEXT, PRIMARY KEY (tag, post)) WITHOUT ROWID;
    CREATE INDEX tags_of_posts ON post_tags (post, tag);";

const POSTGRES: &str = "
    DROP TABLE IF EXISTS bench_posts;
    CREATE TABLE bench_posts (id bigint PRIMARY KEY, title text, body text, tags text[], words tsvector);
    CREATE INDEX ON bench_posts USING gin (words);
    CREATE INDEX ON bench_posts USING gin (tags);";

impl Searching {
    /// FTS5 in a folder.
    pub(crate) fn sqlite(folder: &Path) -> Result<Self> {
        let url = format!("sqlite://{}?mode=rwc", folder.join("posts.db").display());
        Self::connect(&url, DbBackend::Sqlite, SQLITE)
    }

    /// `tsvector` on that server.
    pub(crate) fn postgres(url: &str) -> Result<Self> {
        Self::connect(url, DbBackend::Postgres, POSTGRES)
    }

    fn connect(url: &str, backend: DbBackend, tables: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let database = runtime.block_on(async {
            let database = Database::connect(options).await?;
            database.execute_unprepared(tables).await?;
            anyhow::Ok(database)
        })?;
        Ok(Self { runtime: Arc::new(runtime), database, backend })
    }

    /// Fills it with what `chunks` gives.
    pub(crate) fn fill(&self, chunks: impl Iterator<Item = Vec<SearchDocument>>) -> Result<()> {
        let mut number = 0_i64;
        for chunk in chunks {
            self.runtime.block_on(async {
                let transaction = self.database.begin().await?;
                for entry in &chunk {
                    number += 1;
                    for (sql, values) in self.insert(number, entry) {
                        transaction
                            .execute_raw(Statement::from_sql_and_values(self.backend, sql, values))
                            .await?;
                    }
                }
                transaction.commit().await?;
                anyhow::Ok(())
            })?;
        }
        if self.backend == DbBackend::Postgres {
            self.runtime.block_on(self.database.execute_unprepared("VACUUM ANALYZE bench_posts"))?;
        }
        Ok(())
    }

    fn insert(&self, number: i64, entry: &SearchDocument) -> Vec<(&'static str, Vec<Value>)> {
        let (title, body) = (entry.title.clone(), entry.text.clone());
        let tags = entry.tags.iter().map(|tag| tag.slug.as_str().to_owned());
        if self.backend == DbBackend::Postgres {
            let tags: Vec<String> = tags.collect();
            let sql = "INSERT INTO bench_posts VALUES ($1, $2, $3, string_to_array($4, ','), \
                setweight(to_tsvector('english', $2), 'A') || to_tsvector('english', $3))";
            return vec![(sql, vec![number.into(), title.into(), body.into(), tags.join(",").into()])];
        }
        let post = "INSERT INTO posts (rowid, title, body) VALUES (?, ?, ?)";
        let mut rows = vec![(post, vec![number.into(), title.into(), body.into()])];
        let tag = "INSERT INTO post_tags (post, tag) VALUES (?, ?)";
        rows.extend(tags.map(|name| (tag, vec![number.into(), name.into()])));
        rows
    }

    fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<sea_orm::QueryResult>> {
        let statement = Statement::from_sql_and_values(self.backend, sql, values.iter().cloned());
        Ok(self.runtime.block_on(self.database.query_all_raw(statement))?)
    }

    fn text(&self, question: &Question) -> String {
        match (question.class, self.backend) {
            (Class::Phrase, DbBackend::Postgres) => question.words.replace(' ', " <-> "),
            (Class::Phrase, _) => format!("\"{}\"", question.words),
            (Class::Prefix, DbBackend::Postgres) => format!("{}:*", question.words),
            (Class::Prefix, _) => format!("{}*", question.words),
            (_, DbBackend::Postgres) => question.words.replace(' ', " & "),
            _ => question.words.clone(),
        }
    }
}

impl Engine for Searching {
    fn name(&self) -> &'static str {
        if self.backend == DbBackend::Postgres { "PostgreSQL" } else { "SQLite FTS5" }
    }

    fn knows(&self, class: Class) -> bool {
        !matches!(class, Class::Typo | Class::Suggest)
    }

    fn ask(&mut self, question: &Question) -> Result<u64> {
        let mut values: Vec<Value> = vec![self.text(question).into()];
        values.extend(question.tag.iter().map(|tag| Value::from(tag.as_str().to_owned())));
        let tagged = question.tag.is_some();
        let (matching, hits, facets) = if self.backend == DbBackend::Postgres {
            let tag = if tagged { " AND tags @> ARRAY[$2]" } else { "" };
            let matching = format!("bench_posts, to_tsquery('english', $1) q WHERE words @@ q{tag}");
            let hits = format!(
                "SELECT id, title, ts_headline('english', body, q) FROM (SELECT id, title, body, q FROM {matching} \
                 ORDER BY ts_rank(words, q) DESC LIMIT 10) best"
            );
            let facets = format!(
                "SELECT tag, count(*) FROM (SELECT unnest(tags) tag FROM {matching}) found GROUP BY tag ORDER BY 2 DESC \
                 LIMIT 10"
            );
            (matching, hits, facets)
        } else {
            let tag = if tagged { " AND rowid IN (SELECT post FROM post_tags WHERE tag = ?)" } else { "" };
            let matching = format!("posts WHERE posts MATCH ?{tag}");
            let hits = format!(
                "SELECT rowid, title, snippet(posts, 1, '<mark>', '</mark>', '…', 32) FROM {matching} ORDER BY rank LIMIT 10"
            );
            let facets = format!(
                "SELECT tag, count(*) FROM post_tags WHERE post IN (SELECT rowid FROM {matching}) GROUP BY tag \
                 ORDER BY 2 DESC LIMIT 10"
            );
            (matching, hits, facets)
        };
        used(self.rows(&hits, &values)?);
        if question.class == Class::Facets {
            used(self.rows(&facets, &values)?);
        }
        let total = self.rows(&format!("SELECT count(*) AS total FROM {matching}"), &values)?;
        let total: i64 = total.first().context("no total")?.try_get("", "total")?;
        Ok(total.unsigned_abs())
    }
}
