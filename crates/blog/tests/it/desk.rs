//! Where a story is written: a new blog on the morning of 1 June 2024.

use std::sync::Arc;

use inkstand_blog::{Blog, BlogOptions, ImportReport, Reader, Term};
use inkstand_exchange::parse_markdown;
use inkstand_model::{
    CacheKey, Change, Clock, Entry, EntryFilter, EntryId, EntryKind, EntryOrder, EntryStatus, FixedClock,
    Instant, Match, Parsed, SearchRequest, Seq, SliceRequest, Slug, TermCursor, Viewer,
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
        Self::open(false).await
    }

    /// A desk with a search, which follows what is written.
    pub(crate) async fn searching() -> Self {
        let desk = Self::open(true).await;
        let blog = desk.blog.clone();
        tokio::spawn(async move { blog.follow(std::future::pending()).await });
        desk
    }

    async fn open(index: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(Instant::parse_rfc3339("2024-06-01T08:00:00Z").unwrap()));
        let url = DatabaseUrl::Sqlite(folder.path().join("blog.sqlite"));
        let storage = Storage::open(&url, clock.as_ref()).await.unwrap();
        let options =
            BlogOptions { index: index.then(|| folder.path().join("index")), ..BlogOptions::default() };
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
        self.operator().entry_by_slug(EntryKind::Post, &slug).await.unwrap().map(Arc::unwrap_or_clone)
    }

    /// Every published post in the order in which they came.
    pub(crate) async fn posts(&self) -> Vec<Entry> {
        let ids = self.storage.all_ids(None, 10_000).await.unwrap();
        let mut posts = self.storage.entries_by_ids(&ids).await.unwrap();
        posts.retain(|post| post.publication.status() == EntryStatus::Published);
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

    /// Does to the database what no part of the interface does.
    pub(crate) async fn sql(&self, statement: &str) {
        let url = format!("sqlite:{}", self.folder.path().join("blog.sqlite").display());
        let database = Database::connect(url).await.unwrap();
        database.execute_unprepared(statement).await.unwrap();
        database.close().await.unwrap();
    }

    /// The term that a slug leads to.
    pub(crate) async fn term<T: Term>(&self, slug: &str) -> Option<T> {
        let slug = Slug::from_title(slug).unwrap();
        self.operator().term_by_slug(&slug).await.unwrap()
    }

    /// The titles of the posts that pass a filter, in the order of their slugs, by database and index.
    pub(crate) async fn both_find(&self, filter: EntryFilter) -> Vec<String> {
        let slice = SliceRequest { limit: 5000, after: None, before: None, from_end: false, skip: 0 };
        let order = EntryOrder::Newest;
        let listed = self.anybody().entries(EntryKind::Post, &filter, order, &slice).await.unwrap().items;
        self.blog.wait_for_search().await.unwrap();
        let request =
            SearchRequest { filter, kinds: vec![EntryKind::Post], limit: 5000, ..SearchRequest::default() };
        let hits = self.anybody().search(request).await.unwrap().hits;
        let mut found: Vec<EntryId> = hits.into_iter().map(|hit| hit.id).collect();
        let mut ids: Vec<EntryId> = listed.iter().map(|entry| entry.id).collect();
        ids.sort_unstable();
        found.sort_unstable();
        assert_eq!(ids, found, "the index finds what the database lists");
        let mut titles: Vec<String> = listed.into_iter().map(|entry| entry.title.clone()).collect();
        titles.sort_unstable();
        titles
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

/// The posts that bear any of these tags.
pub(crate) fn tagged(slugs: &[&str]) -> EntryFilter {
    EntryFilter { tags: any(slugs), ..EntryFilter::default() }
}

/// Any of these slugs.
pub(crate) fn any(slugs: &[&str]) -> Match {
    Match { any: slugs.iter().map(|slug| Slug::parse(slug).unwrap()).collect(), ..Match::default() }
}
