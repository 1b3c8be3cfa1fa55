//! Where a story is written: a new blog on the morning of 1 June 2024.

use std::sync::Arc;

use inkstand_blog::{Blog, BlogOptions, ImportReport, Reader};
use inkstand_exchange::parse_markdown;
use inkstand_model::{
    CacheKey, Change, Clock, Entry, EntryKind, FixedClock, Instant, Parsed, Seq, SliceRequest, Slug,
    TermCursor, Viewer,
};
use inkstand_storage::{DatabaseUrl, Storage};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// The name under which everything is imported.
pub(crate) const SOURCE: &str = "story";

/// A blog, its database and what reaches it.
pub(crate) struct Desk {
    pub(crate) blog: Blog,
    pub(crate) storage: Storage,
    pub(crate) clock: Arc<FixedClock>,
    folder: TempDir,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(Instant::parse_rfc3339("2024-06-01T08:00:00Z").unwrap()));
        let url = DatabaseUrl::Sqlite(folder.path().join("blog.sqlite"));
        let storage = Storage::open(&url, clock.as_ref()).await.unwrap();
        let options = BlogOptions::default();
        let dyn_clock: Arc<dyn Clock> = clock.clone();
        let blog = Blog::open(storage.clone(), options, dyn_clock).await.unwrap();
        Self { blog, storage, clock, folder }
    }

    /// Imports files of Markdown with front matter, given as path and text.
    pub(crate) async fn import(&self, files: &[(&str, &str)]) -> ImportReport {
        let items = files.iter().map(|(path, text)| parse_markdown(path, text.as_bytes())).collect();
        self.import_items(items).await
    }

    pub(crate) async fn import_items(&self, items: Vec<Parsed>) -> ImportReport {
        let (sender, receiver) = mpsc::channel(items.len().max(1));
        for item in items {
            sender.send(item).await.unwrap();
        }
        drop(sender);
        self.blog.import(&Viewer::Operator, SOURCE, receiver, |_| {}).await.unwrap()
    }

    pub(crate) fn anybody(&self) -> Reader {
        self.blog.reader(Viewer::Anonymous)
    }

    pub(crate) fn operator(&self) -> Reader {
        self.blog.reader(Viewer::Operator)
    }

    pub(crate) async fn post(&self, slug: &str) -> Option<Entry> {
        let slug = Slug::parse(slug).unwrap();
        self.operator().entry_by_slug(EntryKind::Post, &slug).await.unwrap()
    }

    /// Every published post in the order in which they came.
    pub(crate) async fn posts(&self) -> Vec<Entry> {
        let ids = self.storage.published_ids(None, 10_000).await.unwrap();
        let mut posts = self.storage.entries_by_ids(&ids).await.unwrap();
        posts.sort_by_key(|post| post.number);
        posts
    }

    /// The one number `n` that a statement gives: for what no part of the interface tells.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let url = format!("sqlite:{}", self.folder.path().join("blog.sqlite").display());
        let database = Database::connect(url).await.unwrap();
        let row = database.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
        database.close().await.unwrap();
        row.unwrap().try_get("", "n").unwrap()
    }

    /// Sets the clock.
    pub(crate) fn it_is(&self, moment: &str) {
        self.clock.set(Instant::parse_rfc3339(moment).unwrap());
    }

    pub(crate) async fn last(&self) -> Seq {
        self.storage.last_seq().await.unwrap()
    }
}

/// What everybody is told of the changes after a number of the log.
pub(crate) async fn told(desk: &Desk, after: Seq) -> Vec<Change> {
    desk.anybody().changes_after(after, 1000).await.unwrap().changes
}

/// Every cache key in these changes.
pub(crate) fn keys(changes: &[Change]) -> Vec<&str> {
    changes.iter().flat_map(|change| &change.keys).map(CacheKey::as_str).collect()
}

/// The whole list.
pub(crate) fn all() -> SliceRequest<TermCursor> {
    SliceRequest { limit: 1000, after: None, before: None, from_end: false, skip: 0 }
}
