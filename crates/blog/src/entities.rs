//! What the database said lately: single entries, what they are filed under, and parts of lists.
//!
//! It stands between [`Reader`](crate::Reader) and the storage and remembers rows, whoever asks: who may see what is
//! the reader's affair. Each value is true until one of the cache keys that it was made from is touched (see
//! [`Freshness`]); what does not have all its keys in the log, such as drafts' slugs, is not remembered.

use std::{collections::HashMap, sync::Arc};

use inkstand_figures::CacheFigures;
use inkstand_model::{
    CacheKey, Category, Entry, EntryBody, EntryCursor, EntryFilter, EntryId, EntryKind, EntryOrder,
    EntryStatus, Filings, Menu, Path, Site, Slice, SliceRequest, Slug,
};
use inkstand_storage::{Neighbours, PermalinkTarget, Storage, TermScope};

use crate::{
    BlogError,
    freshness::{Freshness, Moment},
    keys::{POSTS, of_filings, of_list, of_terms},
    shelf::{Shelf, Weighed},
};

/// The remembered rows of a process.
pub(crate) struct Entities {
    entries: Shelf<EntryId, Entry>,
    bodies: Shelf<EntryId, EntryBody>,
    filings: Shelf<EntryId, Filings>,
    neighbours: Shelf<EntryId, Neighbours>,
    slugs: Shelf<(EntryKind, Slug), EntryId>,
    addresses: Shelf<String, PermalinkTarget>,
    lists: Shelf<List, Slice<EntryId>>,
    counts: Shelf<(EntryKind, EntryFilter), u64>,
    site: Shelf<(), Site>,
    categories: Shelf<(), Vec<Category>>,
    menus: Shelf<(), Vec<Menu>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct List {
    kind: EntryKind,
    filter: EntryFilter,
    order: EntryOrder,
    slice: SliceRequest<EntryCursor>,
}

/// The posts next to a post in the order of their dates.
#[derive(Clone, Debug, Default)]
pub struct NeighbourPosts {
    /// The next newer one.
    pub newer: Option<Arc<Entry>>,
    /// The next older one.
    pub older: Option<Arc<Entry>>,
}

/// The storage as this process remembers it.
pub(crate) struct Remembered<'a> {
    pub(crate) entities: &'a Entities,
    pub(crate) freshness: &'a Freshness,
    pub(crate) storage: &'a Storage,
}

type Read<T> = Result<T, BlogError>;

impl Entities {
    /// Remembers so many bytes in all.
    pub(crate) fn new(capacity: u64) -> Self {
        // Bodies are long and seldom asked for twice; the rest of an entry is asked for by every list.
        let share = |percent: u64| capacity / 100 * percent;
        Self {
            entries: Shelf::new(share(25)),
            bodies: Shelf::new(share(25)),
            filings: Shelf::new(share(25)),
            neighbours: Shelf::new(share(3)),
            slugs: Shelf::new(share(4)),
            addresses: Shelf::new(share(4)),
            lists: Shelf::new(share(8)),
            counts: Shelf::new(share(3)),
            site: Shelf::new(share(1)),
            categories: Shelf::new(share(1)),
            menus: Shelf::new(share(1)),
        }
    }

    /// How each kind of what is remembered fares.
    pub(crate) fn figures(&self) -> Vec<(&'static str, CacheFigures)> {
        vec![
            ("entries", self.entries.figures()),
            ("bodies", self.bodies.figures()),
            ("filings", self.filings.figures()),
            ("neighbours", self.neighbours.figures()),
            ("slugs", self.slugs.figures()),
            ("addresses", self.addresses.figures()),
            ("lists", self.lists.figures()),
            ("counts", self.counts.figures()),
            ("site", self.site.figures()),
            ("categories", self.categories.figures()),
            ("menus", self.menus.figures()),
        ]
    }
}

impl Remembered<'_> {
    pub(crate) async fn entries_by_ids(&self, ids: &[EntryId]) -> Read<Vec<Arc<Entry>>> {
        let load = async |ids: Vec<EntryId>| {
            let entries = self.storage.entries_by_ids(&ids).await?;
            Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
        };
        let found =
            self.entities.entries.get_or_load(self.freshness, ids, load, |id, _| vec![CacheKey::entry(*id)]);
        Ok(found.await?.into_values().collect())
    }

    pub(crate) async fn bodies(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, Arc<EntryBody>>> {
        let load = async |ids: Vec<EntryId>| Ok(self.storage.bodies(&ids).await?);
        self.entities.bodies.get_or_load(self.freshness, ids, load, |id, _| vec![CacheKey::entry(*id)]).await
    }

    pub(crate) async fn filings(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, Arc<Filings>>> {
        let load = async |ids: Vec<EntryId>| Ok(self.storage.filings(&ids).await?);
        let from = |id: &EntryId, filed: &Filings| {
            of_filings(filed).chain([CacheKey::entry(*id)]).collect::<Vec<_>>()
        };
        self.entities.filings.get_or_load(self.freshness, ids, load, from).await
    }

    pub(crate) async fn neighbours(&self, ids: &[EntryId]) -> Read<HashMap<EntryId, NeighbourPosts>> {
        let mut posts: HashMap<EntryId, Arc<Entry>> = HashMap::new();
        let load = async |ids: Vec<EntryId>| {
            let since = self.freshness.now();
            let (neighbours, entries) = self.storage.neighbours(&ids).await?;
            posts.extend(entries.into_iter().map(|entry| (entry.id, self.remember(since, entry))));
            Ok(neighbours)
        };
        let from = |id: &EntryId, _: &Neighbours| vec![CacheKey::entry(*id), CacheKey::list(POSTS)];
        let neighbours = self.entities.neighbours.get_or_load(self.freshness, ids, load, from).await?;
        let named = neighbours.values().flat_map(|near| [near.newer, near.older]).flatten();
        let missing: Vec<EntryId> = named.filter(|id| !posts.contains_key(id)).collect();
        if !missing.is_empty() {
            let found = self.entries_by_ids(&missing).await?;
            posts.extend(found.into_iter().map(|entry| (entry.id, entry)));
        }
        // As in lists: the entry may be of a later moment than the place beside it.
        let post = |id: Option<EntryId>| posts.get(&id?).filter(|entry| is_out(entry)).map(Arc::clone);
        Ok(neighbours
            .into_iter()
            .map(|(id, near)| (id, NeighbourPosts { newer: post(near.newer), older: post(near.older) }))
            .collect())
    }

    /// An entry by its slug. Of drafts the log does not name the slug, so only published ones are remembered.
    pub(crate) async fn entry_by_slug(&self, kind: EntryKind, slug: &Slug) -> Read<Option<Arc<Entry>>> {
        let key = (kind, slug.clone());
        if let Some(id) = self.entities.slugs.get(self.freshness, &key) {
            return Ok(self.entries_by_ids(&[*id]).await?.pop());
        }
        let since = self.freshness.now();
        let Some(entry) = self.storage.entry_by_slug(kind, slug).await? else { return Ok(None) };
        let keys = [CacheKey::slug(kind.as_str(), slug.as_str()), CacheKey::entry(entry.id)];
        if entry.publication.status() == EntryStatus::Published {
            self.entities.slugs.put(self.freshness, since, key, entry.id, keys);
        }
        Ok(Some(self.remember(since, entry)))
    }

    /// What stands at an address, with the entry; that nothing does is not remembered, or whoever makes addresses up would
    /// fill the room.
    pub(crate) async fn entry_at(&self, path: &Path) -> Read<Option<(PermalinkTarget, Option<Arc<Entry>>)>> {
        let key = path.key().to_owned();
        if let Some(target) = self.entities.addresses.get(self.freshness, &key) {
            let entry = match target.entry {
                Some(id) => self.entries_by_ids(&[id]).await?.pop(),
                None => None,
            };
            return Ok(Some((*target, entry)));
        }
        let since = self.freshness.now();
        let Some((target, entry)) = self.storage.entry_at(path).await? else { return Ok(None) };
        let keys = [Some(CacheKey::path(path)), target.entry.map(CacheKey::entry)];
        self.entities.addresses.put(self.freshness, since, key, target, keys.into_iter().flatten());
        Ok(Some((target, entry.map(|entry| self.remember(since, entry)))))
    }

    fn remember(&self, since: Option<Moment>, entry: Entry) -> Arc<Entry> {
        let key = CacheKey::entry(entry.id);
        self.entities.entries.put(self.freshness, since, entry.id, entry, [key])
    }

    /// A part of a list, and how long the whole list is, if that is asked for and known. Only lists of published entries
    /// are remembered: of others the log names no list.
    pub(crate) async fn entries(
        &self,
        kind: EntryKind,
        filter: &EntryFilter,
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
        counted: bool,
    ) -> Read<(Slice<Arc<Entry>>, Option<u64>)> {
        let public = is_public(filter);
        let count_key = (kind, filter.clone());
        let known = self.entities.counts.get(self.freshness, &count_key).map(|count| *count);
        let key = List { kind, filter: filter.clone(), order, slice: slice.clone() };
        if let Some(ids) = self.entities.lists.get(self.freshness, &key) {
            let entries = self.entries_by_ids(&ids.items).await?;
            let mut by_id: HashMap<EntryId, Arc<Entry>> =
                entries.into_iter().map(|entry| (entry.id, entry)).collect();
            // The list is remembered, and the entry may be of a moment later: then it need not be published any more.
            let items =
                ids.items.iter().filter_map(|id| by_id.remove(id)).filter(|entry| is_out(entry)).collect();
            let slice = Slice { items, has_next: ids.has_next, has_previous: ids.has_previous };
            return Ok((slice, known));
        }
        let since = self.freshness.now();
        let (Slice { items, has_next, has_previous }, count) = if counted && known.is_none() {
            self.storage.entries_and_count(kind, filter, order, slice).await?
        } else {
            (self.storage.entries(kind, filter, order, slice).await?, known)
        };
        let ids: Vec<EntryId> = items.iter().map(|entry| entry.id).collect();
        let items = items.into_iter().map(|entry| self.remember(since, entry)).collect();
        if public {
            let ids = Slice { items: ids, has_next, has_previous };
            self.entities.lists.put(self.freshness, since, key, ids, of_list(kind, filter));
            if let Some(count) = count.filter(|_| known.is_none()) {
                self.entities.counts.put(self.freshness, since, count_key, count, of_list(kind, filter));
            }
        }
        Ok((Slice { items, has_next, has_previous }, count))
    }

    /// How long a list is.
    pub(crate) async fn count_entries(&self, kind: EntryKind, filter: &EntryFilter) -> Read<u64> {
        if !is_public(filter) {
            return Ok(self.storage.count_entries(kind, filter).await?);
        }
        let read = async || Ok((self.storage.count_entries(kind, filter).await?, of_list(kind, filter)));
        Ok(*self.entities.counts.get_or_read(self.freshness, (kind, filter.clone()), read).await?)
    }

    pub(crate) async fn site(&self) -> Read<Arc<Site>> {
        let read = async || Ok((self.storage.site().await?, [CacheKey::site()]));
        self.entities.site.get_or_read(self.freshness, (), read).await
    }

    /// The tree of categories. The whole one is not remembered: the log does not name lists of what drafts alone bear.
    pub(crate) async fn categories(&self, scope: TermScope) -> Read<Arc<Vec<Category>>> {
        if scope == TermScope::All {
            return Ok(Arc::new(self.storage.categories(scope).await?));
        }
        let read = async || Ok((self.storage.categories(scope).await?, of_terms::<Category>()));
        self.entities.categories.get_or_read(self.freshness, (), read).await
    }

    pub(crate) async fn menus(&self) -> Read<Arc<Vec<Menu>>> {
        let read = async || {
            let menus = self.storage.menus().await?;
            let mut keys = vec![CacheKey::list("menus")];
            keys.extend(menus.iter().map(|menu| CacheKey::menu(menu.location.as_str())));
            Ok((menus, keys))
        };
        self.entities.menus.get_or_read(self.freshness, (), read).await
    }
}

fn is_out(entry: &Entry) -> bool {
    entry.publication.status() == EntryStatus::Published
}

/// Whether a filter lets published entries through alone.
fn is_public(filter: &EntryFilter) -> bool {
    filter.unpublished_by.is_none() && filter.statuses.iter().all(|status| *status == EntryStatus::Published)
}

impl Weighed for Entry {
    fn bytes(&self) -> usize {
        let seo = [&self.seo.title, &self.seo.description, &self.seo.canonical_url];
        let seo: usize = seo.into_iter().flatten().map(String::len).sum();
        let cover = self.cover.as_ref().map_or(0, |cover| {
            cover.src.len() + cover.alt.len() + cover.caption.as_ref().map_or(0, String::len)
        });
        size_of::<Self>()
            + self.slug.as_str().len()
            + self.path.as_str().len()
            + self.title.len()
            + self.excerpt_html.len()
            + self.excerpt_text.len()
            + self.hashtags.iter().map(|tag| tag.len() + size_of::<String>()).sum::<usize>()
            + seo
            + cover
    }
}

impl Weighed for EntryBody {
    fn bytes(&self) -> usize {
        let headings: usize =
            self.headings.iter().map(|heading| heading.text.len() + heading.anchor.len() + 64).sum();
        size_of::<Self>()
            + self.source.len()
            + self.excerpt.as_ref().map_or(0, String::len)
            + self.html.len()
            + self.text.len()
            + headings
    }
}

impl Weighed for Filings {
    fn bytes(&self) -> usize {
        let text = |of: &Option<String>| of.as_ref().map_or(0, String::len);
        let authors: usize = self
            .authors
            .iter()
            .map(|author| {
                size_of_val(author)
                    + author.handle.len()
                    + author.slug.as_str().len()
                    + author.name.len()
                    + author.bio.len()
                    + text(&author.url)
                    + text(&author.avatar)
            })
            .sum();
        let categories: usize = self
            .categories
            .iter()
            .map(|category| {
                size_of_val(category)
                    + category.slug.as_str().len()
                    + category.name.len()
                    + category.description.len()
            })
            .sum();
        let tags: usize = self
            .tags
            .iter()
            .map(|tag| size_of_val(tag) + tag.slug.as_str().len() + tag.name.len() + tag.description.len())
            .sum();
        let series = self
            .series
            .as_ref()
            .map_or(0, |series| series.slug.as_str().len() + series.name.len() + series.description.len());
        size_of::<Self>() + authors + categories + tags + series
    }
}

impl Weighed for Slice<EntryId> {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.items.len() * size_of::<EntryId>() + size_of::<List>()
    }
}

impl Weighed for Vec<Category> {
    fn bytes(&self) -> usize {
        self.iter()
            .map(|category| size_of::<Category>() + category.name.len() + category.description.len())
            .sum()
    }
}

impl Weighed for Vec<Menu> {
    fn bytes(&self) -> usize {
        // Their number and their length have limits where they are made.
        self.len() * 4096
    }
}

impl Weighed for Site {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

macro_rules! flat {
    ($($kind:ty),*) => {$(
        impl Weighed for $kind {
            fn bytes(&self) -> usize {
                size_of::<Self>()
            }
        }
    )*};
}

flat!(EntryId, Neighbours, PermalinkTarget, u64);
