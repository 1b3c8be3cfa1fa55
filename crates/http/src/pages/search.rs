//! A search, and what it can be narrowed by.

use inkstand_blog::BlogError;
use inkstand_model::{
    CategoryMatch, EntryFilter, EntryKind, Facet, FacetField, Marked, MarkedPart, Match, SearchMatching,
    SearchOrder, SearchRequest, SearchResults, Slug,
};
use inkstand_web::{FacetGroup, FacetValue, Hit, Link, SearchPage};

use crate::pages::{
    Fault,
    desk::Desk,
    posts::{LAST_PAGE, ON_A_PAGE},
    query::Query,
    reply::Reply,
};

/// Characters of a text that are searched.
const LONGEST_TEXT: usize = 1_000;

/// Values of one name that are taken from an address.
const MOST_VALUES: usize = 20;

/// Values of a facet.
const FACET_VALUES: usize = 10;

/// The fields, as addresses call them and as readers see them.
const FIELDS: [(FacetField, &str, &str); 4] = [
    (FacetField::Tag, "tag", "Tags"),
    (FacetField::Category, "category", "Categories"),
    (FacetField::Author, "author", "Authors"),
    (FacetField::Year, "year", "Years"),
];

/// What an address asks to be searched.
pub(crate) fn request(query: &Query) -> SearchRequest {
    let slugs = |name| Match {
        any: query.all(name).filter_map(|slug| Slug::parse(slug).ok()).take(MOST_VALUES).collect(),
        ..Match::default()
    };
    SearchRequest {
        text: text(query),
        filter: EntryFilter {
            tags: slugs("tag"),
            categories: CategoryMatch { slugs: slugs("category"), ..CategoryMatch::default() },
            authors: slugs("author"),
            ..EntryFilter::default()
        },
        matching: SearchMatching {
            years: query.all("year").filter_map(|year| year.parse().ok()).take(MOST_VALUES).collect(),
            ..SearchMatching::default()
        },
        ..SearchRequest::default()
    }
}

/// What was typed.
pub(crate) fn text(query: &Query) -> String {
    query.first("q").unwrap_or_default().trim().chars().take(LONGEST_TEXT).collect()
}

/// Whether an address asks for anything.
pub(crate) fn is_asked(request: &SearchRequest) -> bool {
    let EntryFilter { tags, categories, authors, .. } = &request.filter;
    !request.text.is_empty()
        || !request.matching.years.is_empty()
        || [tags, &categories.slugs, authors].into_iter().any(|slugs| !slugs.is_empty())
}

/// The page of a search.
pub(crate) async fn page(desk: &Desk<'_>, query: &Query) -> Result<Option<Reply>, Fault> {
    let Some(number) = query.page().filter(|number| *number <= LAST_PAGE) else { return Ok(None) };
    let request = SearchRequest {
        order: SearchOrder::Relevance,
        limit: ON_A_PAGE,
        skip: (number - 1) * ON_A_PAGE,
        marks: true,
        total: true,
        did_you_mean: true,
        ..request(query)
    };
    let is_asked = is_asked(&request);
    let (found, facets) = if is_asked {
        let found = desk.reader.search(request.clone()).await?;
        let wanted = FIELDS.map(|(field, ..)| (field, FACET_VALUES)).into();
        let facets = SearchRequest { did_you_mean: false, marks: false, ..request.clone() };
        (found, desk.reader.facets(facets, wanted).await?)
    } else {
        Default::default()
    };
    let total = found.total.unwrap_or_default();
    let title = if request.text.is_empty() { "Search" } else { &request.text };
    let mut frame = desk.frame(title, Some("/search")).await?;
    frame.is_hidden = true;
    frame.has_own_search = true;
    let mut feed = None;
    if is_asked {
        let links =
            desk.feed_links("/search", &format!("Search: {title}"), &query.without_all("page").text());
        feed = links.first().map(|link| link.href.clone());
        frame.feeds.splice(0..0, links);
    }
    let chosen = ["tag", "category", "author", "year"];
    let chosen =
        chosen.into_iter().flat_map(|name| query.all(name).map(move |value| (name, value.to_owned())));
    let page = SearchPage {
        frame,
        is_asked,
        chosen: chosen.collect(),
        total,
        is_complete: desk.reader.search_is_complete(),
        corrected: found.corrected.clone(),
        did_you_mean: found.did_you_mean.clone().map(|meant| {
            let asked = query.without_all("q").without_all("page").with("q", meant.clone());
            Link { text: meant, href: asked.behind(desk.here("/search").as_str()) }
        }),
        facets: groups(desk, query, facets),
        hits: hits(desk, found).await?,
        pager: desk.pager("/search", query, number, total),
        feed,
        text: request.text,
    };
    Ok(Some(Reply::page(page.html()?)))
}

async fn hits(desk: &Desk<'_>, found: SearchResults) -> Result<Vec<Hit>, BlogError> {
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    let entries = desk.reader.entries_by_ids(&ids).await?;
    let hit = |hit: inkstand_model::SearchHit| {
        // What was unpublished since the index last looked is not there any more.
        let entry = entries.get(&hit.id)?;
        let plain = || Marked { parts: vec![MarkedPart { text: entry.title.clone(), hit: false }] };
        Some(Hit {
            title: hit.title.unwrap_or_else(plain),
            href: desk.at(&entry.path),
            passages: hit.body,
            published: entry.published_at().filter(|_| hit.kind == EntryKind::Post).map(|at| desk.date(at)),
            language: desk.foreign(&entry.language),
        })
    };
    Ok(found.hits.into_iter().filter_map(hit).collect())
}

/// Each value as a link to the search with it, or without it where it is chosen.
fn groups(desk: &Desk<'_>, query: &Query, facets: Vec<Vec<Facet>>) -> Vec<FacetGroup> {
    let here = desk.here("/search");
    let query = query.without_all("page");
    let group = |((_, name, label), facets): ((FacetField, &str, &'static str), Vec<Facet>)| {
        let value = |facet: Facet| {
            let is_chosen = query.all(name).any(|chosen| chosen == facet.value);
            let asked = if is_chosen {
                query.without(name, &facet.value)
            } else {
                query.clone().with(name, facet.value.clone())
            };
            FacetValue {
                label: facet.label,
                count: facet.count,
                is_chosen,
                href: asked.behind(here.as_str()),
            }
        };
        FacetGroup { label, values: facets.into_iter().map(value).collect() }
    };
    let groups = FIELDS.into_iter().zip(facets).map(group);
    // A single value that is not chosen narrows nothing.
    groups
        .filter(|group| group.values.len() > 1 || group.values.iter().any(|value| value.is_chosen))
        .collect()
}
