//! Small blogs to search.

use inkstand_model::{
    AuthorId, EntryId, EntryKind, EntryStatus, Instant, Language, LogId, Position, SearchDocument,
    SearchRequest, SearchTerm, Seq, Slug,
};
use inkstand_search::{Batch, Index};
use tempfile::TempDir;
use uuid::Uuid;

/// A folder with an index in it.
pub(crate) struct Blog {
    pub(crate) index: Index,
    pub(crate) folder: TempDir,
}

impl Blog {
    /// A blog with these posts.
    pub(crate) fn of(posts: impl IntoIterator<Item = SearchDocument>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        let mut rebuild = index.rebuild().unwrap();
        rebuild.add(&posts.into_iter().collect::<Vec<_>>()).unwrap();
        rebuild.finish(position(1)).unwrap();
        Self { index, folder }
    }

    /// The numbers of the posts that are found, in order.
    pub(crate) fn find(&self, text: &str) -> Vec<u64> {
        self.ask(&asking(text))
    }

    /// The same for any request; what it counts, by itself and along with the hits, is what it finds.
    pub(crate) fn ask(&self, request: &SearchRequest) -> Vec<u64> {
        let results = self.index.search(&SearchRequest { total: true, ..request.clone() }).unwrap();
        assert_eq!(results.total, Some(self.index.count(request).unwrap()), "{request:?}");
        let numbers: Vec<u64> = results.hits.iter().map(|hit| number(hit.id)).collect();
        if request.skip == 0 && !results.has_next {
            assert_eq!(results.total, Some(numbers.len() as u64), "{request:?}");
        }
        numbers
    }

    /// Applies one step of the log.
    pub(crate) fn apply(&self, upserts: Vec<SearchDocument>, deletes: &[u64], seq: i64) {
        let deletes = deletes.iter().map(|&number| id(number)).collect();
        self.index.apply(Batch { upserts, deletes }, position(seq)).unwrap();
    }
}

pub(crate) fn asking(text: &str) -> SearchRequest {
    SearchRequest { text: text.to_owned(), limit: 100, ..SearchRequest::default() }
}

pub(crate) fn position(seq: i64) -> Position {
    Position { log: LogId::from_uuid(Uuid::from_u128(1)), seq: Seq::new(seq) }
}

pub(crate) fn id(number: u64) -> EntryId {
    EntryId::from_uuid(Uuid::from_u64_pair(7, number))
}

pub(crate) fn number(id: EntryId) -> u64 {
    id.uuid().as_u64_pair().1
}

pub(crate) fn author(number: u64) -> AuthorId {
    AuthorId::from_uuid(Uuid::from_u64_pair(8, number))
}

/// A post; a later number has a later date.
pub(crate) fn post(post_number: u64, title: &str, text: &str) -> SearchDocument {
    let day = 1 + post_number % 28;
    let year = 2020 + post_number / 28;
    let at = instant(&format!("{year:04}-03-{day:02}T10:00:00Z"));
    SearchDocument {
        id: id(post_number),
        kind: EntryKind::Post,
        status: EntryStatus::Published,
        byline: Vec::new(),
        title: title.to_owned(),
        text: text.to_owned(),
        tags: Vec::new(),
        categories: Vec::new(),
        category_ancestors: Vec::new(),
        authors: Vec::new(),
        series: None,
        hashtags: Vec::new(),
        language: Language::english(),
        published_at: Some(at),
        updated_at: at,
        year: i16::try_from(year).ok(),
        featured: false,
    }
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

pub(crate) fn term(name: &str) -> SearchTerm {
    SearchTerm { slug: slug(name), name: name.to_owned(), former: Vec::new() }
}

pub(crate) fn terms(names: &[&str]) -> Vec<SearchTerm> {
    names.iter().map(|name| term(name)).collect()
}

pub(crate) fn slug(name: &str) -> Slug {
    Slug::from_title(name).unwrap()
}

pub(crate) fn language(tag: &str) -> Language {
    Language::parse(tag).unwrap()
}
