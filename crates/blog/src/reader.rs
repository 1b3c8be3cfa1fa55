//! Reading, as somebody.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use inkstand_model::{
    Action, Author, CacheKey, Category, CategoryId, Change, Entry, EntryBody, EntryCursor, EntryFilter,
    EntryId, EntryKind, EntryOrder, EntryStatus, Facet, FacetField, Filings, Path, SearchRequest,
    SearchResults, Seq, SeriesId, SeriesPart, Site, Slice, SliceRequest, Slug, Suggestion, Tag, TermCursor,
    TermOrder, Viewer, Whose, may,
};
use inkstand_storage::{ChangesAfter, FiledUnder, Term, TermScope, Writing};
use uuid::Uuid;

use crate::{
    Blog, BlogError, NeighbourPosts, Provenance,
    keys::{PAGES, POSTS, key_of, list_of, of_entries, of_filings, of_list, of_terms},
};

/// Reads a blog as one viewer. What the viewer may not see is not there: it is `None`, it is left out of lists,
/// and no count counts it.
#[derive(Clone)]
pub struct Reader {
    blog: Blog,
    viewer: Viewer,
    /// The one entry that a preview lets through.
    preview: Option<EntryId>,
    /// Where what is read is noted, for whoever keeps answers.
    provenance: Option<Arc<Provenance>>,
}

/// Changes as far as a viewer could notice them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticedChanges {
    /// The changes in order.
    pub changes: Vec<Change>,
    /// The number to go on from.
    pub next: Seq,
    /// Changes are missing: whoever follows must begin anew.
    pub reset: bool,
}

/// What reading gives.
type Read<T> = Result<T, BlogError>;

impl Reader {
    pub(crate) fn new(blog: Blog, viewer: Viewer) -> Self {
        Self { blog, viewer, preview: None, provenance: None }
    }

    /// Whose eyes these are.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The same blog by the eyes of `viewer`.
    #[must_use]
    pub fn with_viewer(&self, viewer: Viewer) -> Self {
        self.keep_nothing();
        Self::new(self.blog.clone(), viewer)
    }

    pub(crate) fn blog(&self) -> &Blog {
        &self.blog
    }

    /// Refuses what the viewer may not: asked by every use case, and by doors that look at the input before they call one.
    ///
    /// # Errors
    /// Where the viewer may not.
    pub fn must_be_allowed(&self, action: Action) -> Read<()> {
        if may(&self.viewer, action) { Ok(()) } else { Err(BlogError::NotAllowed(action)) }
    }

    /// Begins to write as the viewer.
    pub(crate) async fn begin(&self) -> Read<Writing<'_>> {
        Ok(self.storage().write(self.viewer.actor(), self.blog.inner.clock.as_ref()).await?)
    }

    /// Reads also what a preview shows, whoever reads.
    #[must_use]
    pub fn with_preview(self, entry: EntryId) -> Self {
        self.keep_nothing();
        Self { preview: Some(entry), ..self }
    }

    pub(crate) fn has_preview(&self) -> bool {
        self.preview.is_some()
    }

    pub(crate) fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_deref()
    }

    pub(crate) fn with_provenance(self, provenance: Option<Arc<Provenance>>) -> Self {
        Self { provenance, ..self }
    }

    /// Whether the viewer could notice a change.
    pub(crate) fn notices(&self, change: &Change) -> bool {
        change.is_public() || may(&self.viewer, Action::ReadUnpublished(Whose::Anybodys))
    }

    /// Those of the entries that the viewer may see: published ones, all or their own ones by their role, and the one
    /// that a preview shows.
    async fn visible(&self, entries: Vec<Arc<Entry>>) -> Read<Vec<Arc<Entry>>> {
        let sees_all = may(&self.viewer, Action::ReadUnpublished(Whose::Anybodys));
        let certain = |entry: &Arc<Entry>| {
            sees_all || entry.publication.status() == EntryStatus::Published || self.shows(entry)
        };
        let uncertain: Vec<EntryId> =
            entries.iter().filter(|entry| !certain(entry)).map(|entry| entry.id).collect();
        let mut own = HashSet::new();
        if !uncertain.is_empty() && may(&self.viewer, Action::ReadUnpublished(Whose::Own)) {
            for (id, authors) in self.storage().authors_of(&uncertain).await? {
                if self.viewer.wrote(&authors) {
                    own.insert(id);
                }
            }
        }
        Ok(entries.into_iter().filter(|entry| certain(entry) || own.contains(&entry.id)).collect())
    }

    /// Whether a preview shows it: until it is thrown away.
    fn shows(&self, entry: &Entry) -> bool {
        self.preview == Some(entry.id) && entry.publication.status() != EntryStatus::Trashed
    }

    pub(crate) async fn visible_one(&self, entry: Option<Arc<Entry>>) -> Read<Option<Arc<Entry>>> {
        Ok(self.visible(entry.into_iter().collect()).await?.pop())
    }

    /// The terms that the viewer may know of: a name like "Secret merger" tells of the draft that bears it.
    fn scope(&self) -> TermScope {
        if may(&self.viewer, Action::ReadUnpublished(Whose::Anybodys)) {
            TermScope::All
        } else {
            TermScope::Public
        }
    }

    /// The filter without statuses that the viewer may not see.
    fn permitted(&self, filter: &EntryFilter) -> Read<EntryFilter> {
        let mut filter = filter.clone();
        let published_only = filter.statuses.iter().all(|status| *status == EntryStatus::Published);
        if published_only || may(&self.viewer, Action::ReadUnpublished(Whose::Anybodys)) {
            return Ok(filter);
        }
        match &self.viewer {
            Viewer::Account(signed_in) if may(&self.viewer, Action::ReadUnpublished(Whose::Own)) => {
                filter.unpublished_by = Some(signed_in.account);
                Ok(filter)
            }
            _ => Err(BlogError::NotAllowed(Action::ReadUnpublished(Whose::Anybodys))),
        }
    }

    /// The site's settings.
    ///
    /// # Errors
    /// Where the database fails, as in all of these.
    pub async fn site(&self) -> Read<Arc<Site>> {
        self.remembered([CacheKey::site()]).site().await
    }

    /// One entry.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn entry(&self, id: EntryId) -> Read<Option<Arc<Entry>>> {
        Ok(self.entries_by_ids(&[id]).await?.remove(&id))
    }

    /// Entries by their ids.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn entries_by_ids(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, Arc<Entry>>> {
        let found = self.remembered(of_entries(ids)).entries_by_ids(ids).await?;
        let entries = self.visible(found).await?;
        Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
    }

    /// The post or page with this slug.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn entry_by_slug(&self, kind: EntryKind, slug: &Slug) -> Read<Option<Arc<Entry>>> {
        let key = CacheKey::slug(kind.as_str(), slug.as_str());
        let found = self.remembered([key]).entry_by_slug(kind, slug).await?;
        self.note(found.iter().map(|entry| CacheKey::entry(entry.id)));
        self.visible_one(found).await
    }

    /// Slugs of posts or pages that begin with `beginning`, at most so many, for whoever wrote half a slug; nothing for
    /// viewers who may not see every one of them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn slugs_beginning(&self, kind: EntryKind, beginning: &str, limit: u64) -> Read<Vec<Slug>> {
        if !may(&self.viewer, Action::ReadUnpublished(Whose::Anybodys)) {
            return Ok(Vec::new());
        }
        Ok(self.storage().slugs_beginning(kind, beginning, limit).await?)
    }

    /// An entry that would stand at this address, if the viewer may see such.
    pub(crate) async fn unpublished_at(&self, path: &Path) -> Read<Option<Arc<Entry>>> {
        if self.preview.is_none() && !may(&self.viewer, Action::ReadUnpublished(Whose::Own)) {
            return Ok(None);
        }
        let there = self.storage().unpublished_at(path).await?;
        Ok(self.visible(there.into_iter().map(Arc::new).collect()).await?.into_iter().next())
    }

    /// The post or page with this number.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn entry_by_number(&self, kind: EntryKind, number: i64) -> Read<Option<Arc<Entry>>> {
        // A number has no key of its own: what is published under it later comes into the list.
        let entry = self.reading([list_of(kind)]).entry_by_number(number).await?;
        self.visible_one(entry.filter(|entry| entry.kind == kind).map(Arc::new)).await
    }

    /// The bodies of entries that were read before, and so may be seen.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn bodies(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, Arc<EntryBody>>> {
        self.remembered(of_entries(ids)).bodies(ids).await
    }

    /// A part of the list of posts or pages.
    ///
    /// # Errors
    /// Where the filter asks for statuses that the viewer may not see.
    pub async fn entries(
        &self,
        kind: EntryKind,
        filter: &EntryFilter,
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
    ) -> Read<Slice<Arc<Entry>>> {
        let remembered = self.remembered(of_list(kind, filter));
        Ok(remembered.entries(kind, &self.permitted(filter)?, order, slice, false).await?.0)
    }

    /// The same, and how long the whole list is, unless nothing but [`Reader::count_entries`] knows that.
    ///
    /// # Errors
    /// As [`Reader::entries`].
    pub async fn entries_and_count(
        &self,
        kind: EntryKind,
        filter: &EntryFilter,
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
    ) -> Read<(Slice<Arc<Entry>>, Option<u64>)> {
        let remembered = self.remembered(of_list(kind, filter));
        remembered.entries(kind, &self.permitted(filter)?, order, slice, true).await
    }

    /// How long that list is.
    ///
    /// # Errors
    /// As [`Reader::entries`].
    pub async fn count_entries(&self, kind: EntryKind, filter: &EntryFilter) -> Read<u64> {
        self.remembered(of_list(kind, filter)).count_entries(kind, &self.permitted(filter)?).await
    }

    /// The same part of the list of published posts of each of these terms.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn posts_filed_under(
        &self,
        under: FiledUnder,
        terms: &[Uuid],
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
    ) -> Read<HashMap<Uuid, Slice<Arc<Entry>>>> {
        let keys = terms.iter().map(|term| under.key(*term));
        let lists = self.reading(keys).posts_filed_under(under, terms, order, slice).await?;
        let shared = |Slice { items, has_next, has_previous }| Slice {
            items: Vec::into_iter(items).map(Arc::new).collect(),
            has_next,
            has_previous,
        };
        Ok(lists.into_iter().map(|(term, slice)| (term, shared(slice))).collect())
    }

    /// The authors of entries with their accounts, which say whose the entries are.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn authors_of(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, Vec<Author>>> {
        let found = self.reading(of_entries(ids)).authors_of(ids).await?;
        self.note(found.values().flatten().map(key_of));
        Ok(found)
    }

    /// The byline, the categories, the tags and the series of entries. Their authors come without accounts.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn filings(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, Arc<Filings>>> {
        let found = self.remembered(of_entries(ids)).filings(ids).await?;
        self.note(found.values().flat_map(|filed| of_filings(filed)));
        Ok(found)
    }

    /// The published parts of series in reading order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn series_parts(&self, series: &[SeriesId]) -> Read<HashMap<SeriesId, Vec<SeriesPart>>> {
        Ok(self.reading(series.iter().map(|id| CacheKey::series(*id))).series_parts(series).await?)
    }

    /// The next newer and the next older post of each of these.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn neighbours(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, NeighbourPosts>> {
        let found = self.remembered(of_entries(ids).chain([CacheKey::list(POSTS)])).neighbours(ids).await?;
        let posts = found.values().flat_map(|near| [&near.newer, &near.older]).flatten();
        self.note(posts.map(|post| CacheKey::entry(post.id)));
        Ok(found)
    }

    /// The published pages below pages.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn children(&self, parents: &[EntryId]) -> Read<HashMap<EntryId, Vec<Entry>>> {
        Ok(self.reading([CacheKey::list(PAGES)]).children(parents).await?)
    }

    /// The published entries of translation groups.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn translations(&self, groups: &[Uuid]) -> Read<HashMap<Uuid, Vec<Entry>>> {
        Ok(self.reading([CacheKey::list(POSTS), CacheKey::list(PAGES)]).translations(groups).await?)
    }

    /// The tag, category, series or author with this slug.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn term_by_slug<T: Term>(&self, slug: &Slug) -> Read<Option<T>> {
        let found: Option<T> = self.reading([T::UNDER.slug(slug)]).term_by_slug(self.scope(), slug).await?;
        self.note([found.as_ref().map_or(T::UNDER.list(), key_of)]);
        Ok(found)
    }

    /// Tags, categories, series or authors by their slugs.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn terms_by_slugs<T: Term>(&self, slugs: &[Slug]) -> Read<Vec<T>> {
        let keys = slugs.iter().map(|slug| T::UNDER.slug(slug)).chain([T::UNDER.list()]);
        let found: Vec<T> = self.reading(keys).terms_by_slugs(self.scope(), slugs).await?;
        self.note(found.iter().map(key_of));
        Ok(found)
    }

    /// Tags, categories, series or authors by their keys.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn terms_by_ids<T: Term>(&self, ids: &[Uuid]) -> Read<Vec<T>> {
        let keys = ids.iter().map(|id| T::UNDER.key(*id));
        Ok(self.reading(keys).terms_by_ids(self.scope(), ids).await?)
    }

    /// A part of the list of all tags, categories, series or authors.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn terms<T: Term>(&self, order: TermOrder, slice: &SliceRequest<TermCursor>) -> Read<Slice<T>> {
        Ok(self.reading(of_terms::<T>()).terms(self.scope(), order, slice).await?)
    }

    /// How long that list is.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_terms<T: Term>(&self) -> Read<u64> {
        Ok(self.reading([T::UNDER.list()]).count_terms::<T>(self.scope()).await?)
    }

    /// The whole tree of categories, as far as the viewer may know of them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn category_tree(&self) -> Read<Arc<Vec<Category>>> {
        self.remembered(of_terms::<Category>()).categories(self.scope()).await
    }

    /// How many published posts each month has, latest month first: (year, month, posts).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn archive(&self) -> Read<Vec<(i16, i8, u64)>> {
        let site = self.site().await?;
        Ok(self.reading([CacheKey::list(POSTS)]).archive(&site.zone).await?)
    }

    /// Changes past a number of the log that this viewer could notice; of `limit` changes that were looked at,
    /// others may be left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn changes_after(&self, after: Seq, limit: u64) -> Read<NoticedChanges> {
        let ChangesAfter { mut changes, reset } = self.storage().changes_after(after, limit).await?;
        let next = changes.last().map_or(after, |change| change.seq);
        changes.retain(|change| self.notices(change));
        Ok(NoticedChanges { changes, next, reset })
    }

    /// The last number of the log.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn last_seq(&self) -> Read<Seq> {
        Ok(self.storage().last_seq().await?)
    }

    /// Asks the index: for published entries, or for others too where the filter names their stages. A hit is no
    /// permission: its entry is read from the database like any other, and one that was unpublished a moment ago is
    /// not there.
    ///
    /// # Errors
    /// Where the filter asks for stages that the viewer may not see.
    pub async fn search(&self, request: SearchRequest) -> Read<SearchResults> {
        self.index().search(self.as_permitted(request).await?).await
    }

    /// How many entries a search finds.
    ///
    /// # Errors
    /// As [`Reader::search`].
    pub async fn count_hits(&self, request: SearchRequest) -> Read<u64> {
        self.index().count(self.as_permitted(request).await?).await
    }

    /// The most frequent values of fields, so many of each, among the hits of a search: see [`FacetField`].
    ///
    /// # Errors
    /// As [`Reader::search`].
    pub async fn facets(
        &self,
        request: SearchRequest,
        wanted: Vec<(FacetField, usize)>,
    ) -> Read<Vec<Vec<Facet>>> {
        self.index().facets(self.as_permitted(request).await?, wanted).await
    }

    /// A search that finds what the viewer may see, and whose dates are those of the site's zone. That is looked up only
    /// where there may be a date.
    async fn as_permitted(&self, request: SearchRequest) -> Read<SearchRequest> {
        let filter = self.permitted(&request.filter)?;
        let mut request = SearchRequest { filter, unpublished_of: None, ..request };
        if let Some(account) = request.filter.unpublished_by {
            let authors = self.storage().authors_of_accounts(&[account]).await?;
            request.unpublished_of = Some(authors.into_values().map(|author| author.id).collect());
        }
        if request.text.contains(':') {
            request.zone = self.site().await?.zone.clone();
        }
        Ok(request)
    }

    /// For each of these posts the published ones that say most of what it says, nearest first; none for one that is not
    /// published itself.
    ///
    /// # Errors
    /// Where the index or the database fails.
    pub async fn related(&self, posts: &[EntryId], first: usize) -> Read<HashMap<EntryId, Vec<Arc<Entry>>>> {
        let nearest = self.of_the_index(async |index| index.related(posts.to_vec(), first).await).await?;
        let ids: HashSet<EntryId> = nearest.iter().flatten().copied().collect();
        let ids: Vec<EntryId> = ids.into_iter().collect();
        let mut entries = self.entries_by_ids(&ids).await?;
        // An editor also sees what was unpublished since the index last looked.
        entries.retain(|_, entry| entry.publication.status() == EntryStatus::Published);
        let those = |ids: Vec<EntryId>| ids.iter().filter_map(|id| entries.get(id).cloned()).collect();
        Ok(posts.iter().copied().zip(nearest.into_iter().map(those)).collect())
    }

    /// For each of these tags, by slug, those that stand most tellingly beside it on published posts.
    ///
    /// # Errors
    /// Where the index or the database fails.
    pub async fn related_tags(&self, tags: &[Slug], first: usize) -> Read<HashMap<Slug, Vec<Tag>>> {
        let beside = self.of_the_index(async |index| index.related_tags(tags.to_vec(), first).await).await?;
        let slugs: HashSet<Slug> = beside.iter().flatten().cloned().collect();
        let slugs: Vec<Slug> = slugs.into_iter().collect();
        let known: Vec<Tag> = if slugs.is_empty() { Vec::new() } else { self.terms_by_slugs(&slugs).await? };
        let known: HashMap<Slug, Tag> = known.into_iter().map(|tag| (tag.slug.clone(), tag)).collect();
        let those = |slugs: Vec<Slug>| slugs.iter().filter_map(|slug| known.get(slug).cloned()).collect();
        Ok(tags.iter().cloned().zip(beside.into_iter().map(those)).collect())
    }

    /// Titles, tags and authors of which a word begins with `prefix`.
    ///
    /// # Errors
    /// Where the index fails.
    pub async fn suggest(&self, prefix: String, first: usize) -> Read<Vec<Suggestion>> {
        self.index().suggest(prefix, first).await
    }

    /// Whether the search knows everything: not while an index is being built anew.
    #[must_use]
    pub fn search_is_complete(&self) -> bool {
        self.index().readiness().search_complete
    }
}

/// The categories above `category`, without itself. A loop in the tree ends the way.
pub(crate) fn ancestors(tree: &[Category], category: CategoryId) -> Vec<&Category> {
    let mut way: Vec<&Category> = Vec::new();
    let mut at = tree.iter().find(|c| c.id == category);
    while let Some(parent) = at.and_then(|c| c.parent).and_then(|id| tree.iter().find(|c| c.id == id)) {
        if parent.id == category || way.iter().any(|c| c.id == parent.id) {
            break;
        }
        way.push(parent);
        at = Some(parent);
    }
    way
}
