//! What resolvers look up, each kind for all of a request's objects at once.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_graphql::{Context, Error, dataloader::Loader};
use inkstand_blog::{BlogError, DeliveryList, FiledUnder, NeighbourPosts, Reader, RevisionContent, Term};
use inkstand_model::{
    Account, AccountId, ApiToken, Author, AuthorId, Category, CategoryId, Delivery, Entry, EntryBody,
    EntryCursor, EntryId, EntryOrder, Facet, FacetField, Filings, RevisionId, SearchRequest, Series,
    SeriesId, SeriesPart, Slice, SliceRequest, Slug, Tag, TagId, WebhookId,
};
use uuid::Uuid;

use crate::{error::fault, request::state};

/// The one loader of a request: what a key asks for is its type.
pub(crate) struct Look(pub(crate) Reader);

/// Loads one value in the request's batches; `None` where there is none.
pub(crate) async fn load<K>(ctx: &Context<'_>, key: K) -> Result<Option<<Look as Loader<K>>::Value>, Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Look: Loader<K, Error = Arc<BlogError>>,
{
    state(ctx).memory().looks.load_one(key).await.map_err(|error| fault(ctx, error))
}

/// Implements a loader by one call of the reader for all keys.
macro_rules! look {
    ($key:ty => $value:ty, |$reader:ident, $keys:ident| $load:expr) => {
        impl Loader<$key> for Look {
            type Value = $value;
            type Error = Arc<BlogError>;

            async fn load(&self, $keys: &[$key]) -> Result<HashMap<$key, $value>, Arc<BlogError>> {
                let $reader = &self.0;
                let loaded: Result<HashMap<$key, $value>, BlogError> = async { $load }.await;
                loaded.map_err(Arc::new)
            }
        }
    };
}

/// Keys that wrap an entry's id, so that each kind of look-up has a type of its own.
macro_rules! of_entry {
    ($($(#[$doc:meta])* $name:ident => $value:ty, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) struct $name(pub(crate) EntryId);

        look!($name => $value, |reader, keys| {
            let ids: Vec<EntryId> = keys.iter().map(|key| key.0).collect();
            Ok(reader.$method(&ids).await?.into_iter().map(|(id, value)| ($name(id), value.into())).collect())
        });
    )*};
}

of_entry! {
    /// The body of an entry.
    BodyOf => Arc<EntryBody>, bodies;
    /// What an entry is filed under, as readers see it.
    FiledOf => Arc<Filings>, filings;
    /// The byline of an entry with its accounts.
    AuthorsOf => Vec<Author>, authors_of;
    /// The next newer and the next older post.
    NeighboursOf => NeighbourPosts, neighbours;
    /// The pages below a page.
    ChildrenOf => Vec<Entry>, children;
}

look!(EntryId => Arc<Entry>, |reader, keys| reader.entries_by_ids(keys).await);

look!(SeriesId => Vec<SeriesPart>, |reader, keys| reader.series_parts(keys).await);

/// The members of a translation group.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TranslationsOf(pub(crate) Uuid);

look!(TranslationsOf => Vec<Entry>, |reader, keys| {
    let groups: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
    Ok(reader.translations(&groups).await?.into_iter().map(|(id, value)| (TranslationsOf(id), value)).collect())
});

/// A tag, category, series or author by its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ById<Id>(pub(crate) Id);

async fn terms<T: Term, Id: Copy + Eq + Hash>(
    reader: &Reader,
    keys: &[ById<Id>],
    uuid: impl Fn(Id) -> Uuid,
    id: impl Fn(&T) -> Id,
) -> Result<HashMap<ById<Id>, T>, BlogError> {
    let uuids: Vec<Uuid> = keys.iter().map(|key| uuid(key.0)).collect();
    Ok(reader.terms_by_ids::<T>(&uuids).await?.into_iter().map(|term| (ById(id(&term)), term)).collect())
}

look!(ById<TagId> => Tag, |reader, keys| terms(reader, keys, TagId::uuid, |tag: &Tag| tag.id).await);
look!(ById<AuthorId> => Author, |reader, keys| {
    terms(reader, keys, AuthorId::uuid, |author: &Author| author.id).await
});
look!(ById<CategoryId> => Category, |reader, keys| {
    terms(reader, keys, CategoryId::uuid, |category: &Category| category.id).await
});
look!(ById<SeriesId> => Series, |reader, keys| {
    terms(reader, keys, SeriesId::uuid, |series: &Series| series.id).await
});

/// Keys that wrap a slug, as suggestions name tags and authors.
macro_rules! by_slug {
    ($($(#[$doc:meta])* $name:ident => $term:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub(crate) struct $name(pub(crate) Slug);

        look!($name => $term, |reader, keys| {
            let slugs: Vec<Slug> = keys.iter().map(|key| key.0.clone()).collect();
            let terms = reader.terms_by_slugs::<$term>(&slugs).await?;
            Ok(terms.into_iter().map(|term| ($name(term.slug.clone()), term)).collect())
        });
    )*};
}

by_slug! {
    /// The tag with a slug.
    TagBySlug => Tag;
    /// The author with a slug.
    AuthorBySlug => Author;
}

/// A part of the list of posts of a term. Those that ask for the same part are one statement.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct PostsOf {
    pub(crate) under: FiledUnder,
    pub(crate) term: Uuid,
    pub(crate) part: Part,
}

/// Which part of a list, in a form that can be compared.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    pub(crate) order: EntryOrder,
    pub(crate) limit: u32,
    pub(crate) after: Option<(i64, Uuid)>,
    pub(crate) before: Option<(i64, Uuid)>,
    pub(crate) from_end: bool,
}

impl Part {
    pub(crate) fn new(order: EntryOrder, request: &SliceRequest<EntryCursor>) -> Self {
        let key = |cursor: &EntryCursor| (cursor.at.millis(), cursor.id);
        Self {
            order,
            limit: request.limit,
            after: request.after.as_ref().map(key),
            before: request.before.as_ref().map(key),
            from_end: request.from_end,
        }
    }

    fn request(&self) -> SliceRequest<EntryCursor> {
        let cursor = |(at, id): (i64, Uuid)| {
            let at = inkstand_model::Instant::from_millis(at).ok()?;
            Some(EntryCursor { order: self.order, at, id })
        };
        SliceRequest {
            limit: self.limit,
            after: self.after.and_then(cursor),
            before: self.before.and_then(cursor),
            from_end: self.from_end,
            skip: 0,
        }
    }
}

look!(PostsOf => Arc<Slice<Arc<Entry>>>, |reader, keys| {
    let mut alike: HashMap<(FiledUnder, &Part), Vec<Uuid>> = HashMap::new();
    for key in keys {
        alike.entry((key.under, &key.part)).or_default().push(key.term);
    }
    let mut loaded = HashMap::with_capacity(keys.len());
    for ((under, part), terms) in alike {
        let slices = reader.posts_filed_under(under, &terms, part.order, &part.request()).await?;
        for (term, slice) in slices {
            loaded.insert(PostsOf { under, term, part: part.clone() }, Arc::new(slice));
        }
    }
    Ok(loaded)
});

/// The values of a field among the hits of a search. Those that ask of one search are one question to the index.
#[derive(Clone)]
pub(crate) struct FacetsOf {
    pub(crate) request: Arc<SearchRequest>,
    pub(crate) field: FacetField,
    pub(crate) first: usize,
}

impl PartialEq for FacetsOf {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.request, &other.request) && (self.field, self.first) == (other.field, other.first)
    }
}

impl Eq for FacetsOf {}

impl Hash for FacetsOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (Arc::as_ptr(&self.request), self.field, self.first).hash(state);
    }
}

look!(FacetsOf => Vec<Facet>, |reader, keys| {
    let mut searches: HashMap<usize, Vec<&FacetsOf>> = HashMap::new();
    for key in keys {
        searches.entry(Arc::as_ptr(&key.request).addr()).or_default().push(key);
    }
    let mut loaded = HashMap::with_capacity(keys.len());
    for keys in searches.into_values() {
        let wanted = keys.iter().map(|key| (key.field, key.first)).collect();
        let facets = reader.facets(SearchRequest::clone(&keys[0].request), wanted).await?;
        loaded.extend(keys.into_iter().cloned().zip(facets));
    }
    Ok(loaded)
});

/// The posts that are nearest to a post.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RelatedTo {
    pub(crate) post: EntryId,
    pub(crate) first: usize,
}

look!(RelatedTo => Vec<Arc<Entry>>, |reader, keys| {
    let mut loaded = HashMap::with_capacity(keys.len());
    for (first, posts) in alike(keys.iter().map(|key| (key.first, key.post))) {
        let related = reader.related(&posts, first).await?;
        loaded.extend(related.into_iter().map(|(post, entries)| (RelatedTo { post, first }, entries)));
    }
    Ok(loaded)
});

/// The tags that stand beside the tag with a slug.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct TagsBeside {
    pub(crate) tag: Slug,
    pub(crate) first: usize,
}

look!(TagsBeside => Vec<Tag>, |reader, keys| {
    let mut loaded = HashMap::with_capacity(keys.len());
    for (first, tags) in alike(keys.iter().map(|key| (key.first, key.tag.clone()))) {
        let beside = reader.related_tags(&tags, first).await?;
        loaded.extend(beside.into_iter().map(|(tag, tags)| (TagsBeside { tag, first }, tags)));
    }
    Ok(loaded)
});

/// What asks for lists of one length, together.
fn alike<T>(keys: impl Iterator<Item = (usize, T)>) -> HashMap<usize, Vec<T>> {
    let mut alike: HashMap<usize, Vec<T>> = HashMap::new();
    for (first, key) in keys {
        alike.entry(first).or_default().push(key);
    }
    alike
}

/// A part of the list of messages of a webhook. Those that ask for the same part are one statement.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DeliveriesOf {
    pub(crate) webhook: WebhookId,
    pub(crate) part: DeliveryList,
}

look!(DeliveriesOf => Arc<Slice<Delivery>>, |reader, keys| {
    let mut alike: HashMap<DeliveryList, Vec<WebhookId>> = HashMap::new();
    for key in keys {
        alike.entry(key.part).or_default().push(key.webhook);
    }
    let mut loaded = HashMap::with_capacity(keys.len());
    for (part, webhooks) in alike {
        for (webhook, slice) in reader.deliveries_of(&webhooks, part).await? {
            loaded.insert(DeliveriesOf { webhook, part }, Arc::new(slice));
        }
    }
    Ok(loaded)
});

/// What a revision of an entry says.
#[derive(Clone)]
pub(crate) struct ContentOf {
    pub(crate) entry: Arc<Entry>,
    pub(crate) revision: RevisionId,
}

impl PartialEq for ContentOf {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision
    }
}

impl Eq for ContentOf {}

impl Hash for ContentOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.revision.hash(state);
    }
}

look!(ContentOf => RevisionContent, |reader, keys| {
    let mut of_entries: HashMap<EntryId, Vec<&ContentOf>> = HashMap::new();
    for key in keys {
        of_entries.entry(key.entry.id).or_default().push(key);
    }
    let mut loaded = HashMap::with_capacity(keys.len());
    for keys in of_entries.into_values() {
        let ids: Vec<RevisionId> = keys.iter().map(|key| key.revision).collect();
        let mut contents = reader.revision_contents(&keys[0].entry, &ids).await?;
        for key in keys {
            loaded.extend(contents.remove(&key.revision).map(|content| (key.clone(), content)));
        }
    }
    Ok(loaded)
});

look!(AccountId => Account, |reader, keys| reader.accounts_by_ids(keys).await);

/// Keys that wrap an account's id.
macro_rules! of_account {
    ($($(#[$doc:meta])* $name:ident => $value:ty, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) struct $name(pub(crate) AccountId);

        look!($name => $value, |reader, keys| {
            let ids: Vec<AccountId> = keys.iter().map(|key| key.0).collect();
            Ok(reader.$method(&ids).await?.into_iter().map(|(id, value)| ($name(id), value)).collect())
        });
    )*};
}

of_account! {
    /// The author as whom an account writes.
    AuthorOfAccount => Author, authors_of_accounts;
    /// The tokens of an account.
    TokensOf => Vec<ApiToken>, tokens_of_accounts;
}
