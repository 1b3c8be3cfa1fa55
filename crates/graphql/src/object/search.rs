//! What a search finds.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject, connection::PageInfo};
use inkstand_model as model;
use inkstand_model::SearchRequest;

use crate::{
    connection::{LARGEST_PAGE, bounded},
    cursor::{HitCursor, Key},
    error::fault,
    loader::{FacetsOf, load},
    object::Entry,
    request::state,
    scalar::Html,
};

/// What a search finds. Everything is computed only when it is asked for.
pub(crate) struct SearchConnection {
    pub(crate) request: Arc<SearchRequest>,
    pub(crate) hits: Vec<(u32, model::SearchHit, Arc<model::Entry>)>,
    pub(crate) has_next: bool,
    /// Known where hits and their number were asked for together.
    pub(crate) total: Option<u64>,
    pub(crate) corrected: Option<String>,
    pub(crate) did_you_mean: Option<String>,
    pub(crate) complete: bool,
}

/// What a search finds. Everything is computed only when it is asked for.
#[Object]
impl SearchConnection {
    /// The hits with their cursors. A cursor is a place among the hits: what is published meanwhile may move them.
    async fn edges(&self) -> Vec<SearchEdge> {
        self.hits
            .iter()
            .map(|(place, hit, entry)| SearchEdge {
                cursor: HitCursor(*place).encode(),
                node: SearchHit::new(hit, entry),
            })
            .collect()
    }

    /// The hits.
    async fn nodes(&self) -> Vec<SearchHit> {
        self.hits.iter().map(|(_, hit, entry)| SearchHit::new(hit, entry)).collect()
    }

    /// Whether there is more, and from where.
    async fn page_info(&self) -> PageInfo {
        let cursor = |hit: Option<&(u32, model::SearchHit, Arc<model::Entry>)>| {
            hit.map(|(place, ..)| HitCursor(*place).encode())
        };
        PageInfo {
            has_previous_page: self.request.skip > 0,
            has_next_page: self.has_next,
            start_cursor: cursor(self.hits.first()),
            end_cursor: cursor(self.hits.last()),
        }
    }

    /// How many entries the search finds in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let total = match self.total {
            Some(total) => total,
            None => {
                let counted = state(ctx).reader.count_hits(SearchRequest::clone(&self.request)).await;
                counted.map_err(|error| fault(ctx, error))?
            }
        };
        Ok(i32::try_from(total).unwrap_or(i32::MAX))
    }

    /// The most frequent values of a field among all hits, equal ones by value: what the search can be narrowed by.
    ///
    /// The counts respect the text and every condition but one: a choice among the values of the field itself, made by
    /// `any` of the filter's tags, categories or authors, or by `years` of `matching`, does not narrow the counts of that
    /// field. So the values beside the chosen ones stay, each with what it would add. `all`, `none` and operators of the
    /// text (`tag:rust`) narrow every count, and a value's count then says what would be left with it as well.
    async fn facets(
        &self,
        ctx: &Context<'_>,
        of: FacetField,
        #[graphql(default = 20)] first: i32,
    ) -> Result<Vec<Facet>> {
        let first = bounded("first", first, LARGEST_PAGE)? as usize;
        let request = Arc::clone(&self.request);
        let facets = load(ctx, FacetsOf { request, field: of.into(), first }).await?.unwrap_or_default();
        Ok(facets.into_iter().map(Facet::from).collect())
    }

    /// What was searched in place of a text with a typo; null where the text was searched as it stands.
    async fn corrected(&self) -> Option<&str> {
        self.corrected.as_deref()
    }

    /// What the text may have meant, to be offered to the reader: it was not searched. Only where all its words are known,
    /// but a rare one is one letter from another that is far more frequent; null otherwise.
    async fn did_you_mean(&self) -> Option<&str> {
        self.did_you_mean.as_deref()
    }

    /// Whether the search knew everything that is published; false while an index is being built.
    async fn complete(&self) -> bool {
        self.complete
    }
}

/// A hit and its place.
#[derive(SimpleObject)]
pub(crate) struct SearchEdge {
    /// The place among the hits.
    cursor: String,
    /// The hit.
    node: SearchHit,
}

/// An entry that a search found.
#[derive(SimpleObject)]
pub(crate) struct SearchHit {
    /// The entry.
    node: Entry,
    /// Its title, what matched marked.
    title: Marked,
    /// The best passages of its body, what matched marked; the beginning of the body where nothing in it matched.
    body: Vec<Marked>,
    /// How well it fits; comparable within one answer only. 0 where the order is by date.
    score: f64,
}

impl SearchHit {
    fn new(hit: &model::SearchHit, entry: &Arc<model::Entry>) -> Self {
        let plain = || {
            Marked::from(&model::Marked {
                parts: vec![model::MarkedPart { text: entry.title.clone(), hit: false }],
            })
        };
        Self {
            node: Entry::from(Arc::clone(entry)),
            title: hit.title.as_ref().map_or_else(plain, Marked::from),
            body: hit.body.iter().map(Marked::from).collect(),
            score: f64::from(hit.score),
        }
    }
}

/// A text of which some parts matched.
#[derive(SimpleObject)]
pub(crate) struct Marked {
    /// Escaped text with `<mark>` around what matched.
    html: Html,
    /// The same in parts, for those who mark otherwise.
    parts: Vec<MarkedPart>,
}

/// A part of a marked text.
#[derive(SimpleObject)]
pub(crate) struct MarkedPart {
    /// Plain text.
    text: String,
    /// Whether it matched.
    hit: bool,
}

impl From<&model::Marked> for Marked {
    fn from(marked: &model::Marked) -> Self {
        let parts = marked.parts.iter().map(|part| MarkedPart { text: part.text.clone(), hit: part.hit });
        Self { html: Html(marked.html()), parts: parts.collect() }
    }
}

/// A value and the number of hits that have it.
#[derive(SimpleObject)]
pub(crate) struct Facet {
    /// A slug for the filter, or a year.
    value: String,
    /// What readers see.
    label: String,
    /// Hits that have it.
    count: i32,
    /// Whether the search asks for it: by its present slug in `any` or `all` of the filter, by its year, or by an operator
    /// of the text.
    selected: bool,
}

impl From<model::Facet> for Facet {
    fn from(facet: model::Facet) -> Self {
        Self {
            value: facet.value,
            label: facet.label,
            count: i32::try_from(facet.count).unwrap_or(i32::MAX),
            selected: facet.selected,
        }
    }
}

/// What hits can be counted by.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::FacetField")]
pub(crate) enum FacetField {
    /// Tags.
    Tag,
    /// Categories, each counting the entries filed directly under it.
    Category,
    /// Authors.
    Author,
    /// Years of publication in the site's zone.
    Year,
}

/// The order of hits.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::SearchOrder")]
pub(crate) enum SearchOrder {
    /// Best first.
    Relevance,
    /// By date of publication, latest first.
    Newest,
    /// By date of publication, earliest first.
    Oldest,
}

/// Where to search.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SearchIn {
    /// Posts.
    Posts,
    /// Pages.
    Pages,
}
