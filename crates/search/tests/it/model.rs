//! The index against a list of entries that is filtered one by one.

use std::collections::BTreeMap;

use inkstand_model::{
    AuthorId, CategoryMatch, EntryFilter, EntryKind, EntryStatus, FacetField, InstantRange, Language, Match,
    SearchDocument, SearchOrder, SearchRequest, SearchTerm, Slug,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::blog::{Blog, asking, author, id, language, post, slug, term};

const NAMES: [&str; 4] = ["Ada", "Bread", "Ćwikła", "D E"];
const TAGS: [&str; 4] = ["en", "pt", "pt-BR", "ja"];
const STATUSES: [EntryStatus; 5] = [
    EntryStatus::Draft,
    EntryStatus::Scheduled,
    EntryStatus::Published,
    EntryStatus::Private,
    EntryStatus::Trashed,
];

#[derive(Clone, Debug)]
enum Step {
    Upsert(Vec<SearchDocument>),
    Delete(Vec<u64>),
    Rebuild(Vec<SearchDocument>),
}

fn names() -> impl Strategy<Value = Vec<SearchTerm>> {
    vec(0..4_usize, 0..3).prop_map(|names| names.into_iter().map(|name| term(NAMES[name])).collect())
}

fn entry() -> impl Strategy<Value = SearchDocument> {
    (
        (0..12_u64, any::<bool>(), any::<bool>(), 0..4_usize),
        (names(), names(), names(), names()),
        (option::of(0..4_usize), 0..5_i64, 0..5_i64),
        (0..8_usize, vec(0..3_u64, 0..3), any::<bool>()),
    )
        .prop_map(
            |(
                (number, page, featured, tongue),
                (tags, categories, above, authors),
                (series, at, updated),
                (status, byline, dated),
            )| {
                let status = STATUSES.get(status).copied().unwrap_or(EntryStatus::Published);
                let dated = dated || !matches!(status, EntryStatus::Draft | EntryStatus::Trashed);
                let day = |day: i64| crate::blog::instant(&format!("2020-01-{:02}T00:00:00Z", day + 1));
                SearchDocument {
                    kind: if page { EntryKind::Page } else { EntryKind::Post },
                    featured,
                    language: language(TAGS[tongue]),
                    tags,
                    categories,
                    category_ancestors: above.into_iter().map(|term| term.slug).collect(),
                    authors,
                    series: series.map(|name| term(NAMES[name])),
                    status,
                    byline: byline.into_iter().map(author).collect(),
                    published_at: dated.then(|| day(at)),
                    year: dated.then_some(2020),
                    updated_at: day(updated),
                    ..post(number, "A title", "word")
                }
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(entry(), 1..6).prop_map(Step::Upsert),
        3 => vec(0..12_u64, 1..4).prop_map(Step::Delete),
        1 => vec(entry(), 0..8).prop_map(Step::Rebuild),
    ]
}

fn slugs() -> impl Strategy<Value = Match> {
    let some = || vec((0..4_usize).prop_map(|name| slug(NAMES[name])), 0..2);
    (some(), some(), some()).prop_map(|(all, any, none)| Match { all, any, none })
}

fn range() -> impl Strategy<Value = InstantRange> {
    let day = |day: i64| crate::blog::instant(&format!("2020-01-{:02}T00:00:00Z", day + 1));
    (option::of((0..5_i64).prop_map(day)), option::of((0..5_i64).prop_map(day)))
        .prop_map(|(from, before)| InstantRange { from, before })
}

/// Each condition is set in one of three filters only: all at once would let nothing pass.
fn filter() -> impl Strategy<Value = EntryFilter> {
    let rarely = |set: bool| if set { 0.35 } else { 0.0 };
    (
        option::weighted(0.3, vec((0..12_u64).prop_map(id), 0..20)),
        option::weighted(rarely(true), slugs()),
        option::weighted(rarely(true), (slugs(), any::<bool>())),
        option::weighted(rarely(true), slugs()),
        option::weighted(rarely(true), slugs()),
        option::weighted(rarely(true), vec((0..4_usize).prop_map(|tag| language(TAGS[tag])), 0..3)),
        option::weighted(rarely(true), range()),
        option::weighted(rarely(true), range()),
        (
            option::weighted(rarely(true), any::<bool>()),
            vec((0..5_usize).prop_map(|one| STATUSES[one]), 0..4),
        ),
    )
        .prop_map(
            |(
                ids,
                tags,
                categories,
                authors,
                series,
                languages,
                published,
                updated,
                (featured, statuses),
            )| {
                EntryFilter {
                    ids,
                    tags: tags.unwrap_or_default(),
                    categories: categories
                        .map(|(slugs, descendants)| CategoryMatch { slugs, descendants })
                        .unwrap_or_default(),
                    authors: authors.unwrap_or_default(),
                    series: series.unwrap_or_default(),
                    languages: languages.unwrap_or_default(),
                    published: published.unwrap_or_default(),
                    updated: updated.unwrap_or_default(),
                    featured,
                    statuses,
                    unpublished_by: None,
                }
            },
        )
}

fn passes(entry: &SearchDocument, request: &SearchRequest) -> bool {
    let SearchRequest { filter, kinds, unpublished_of, .. } = request;
    let published = entry.status == EntryStatus::Published;
    let in_stage =
        if filter.statuses.is_empty() { published } else { filter.statuses.contains(&entry.status) };
    let own = |of: &Vec<AuthorId>| entry.byline.iter().any(|author| of.contains(author));
    let slugs = |terms: &[SearchTerm]| terms.iter().map(|term| term.slug.clone()).collect::<Vec<_>>();
    let mut categories = slugs(&entry.categories);
    if filter.categories.descendants {
        categories.extend(entry.category_ancestors.iter().cloned());
    }
    let within = |at: Option<inkstand_model::Instant>, range: &InstantRange| {
        range.from.is_none_or(|from| at.is_some_and(|at| from <= at))
            && range.before.is_none_or(|before| at.is_some_and(|at| at < before))
    };
    in_stage
        && (published || unpublished_of.as_ref().is_none_or(own))
        && (kinds.is_empty() || kinds.contains(&entry.kind))
        && filter.ids.as_ref().is_none_or(|ids| ids.contains(&entry.id))
        && fits(&slugs(&entry.tags), &filter.tags)
        && fits(&categories, &filter.categories.slugs)
        && fits(&slugs(&entry.authors), &filter.authors)
        && fits(&slugs(entry.series.as_slice()), &filter.series)
        && (filter.languages.is_empty() || filter.languages.iter().any(|tag| speaks(&entry.language, tag)))
        && within(entry.published_at, &filter.published)
        && within(Some(entry.updated_at), &filter.updated)
        && filter.featured.is_none_or(|featured| featured == entry.featured)
}

/// Counts of what passes, without the choice among the values of the counted field.
fn counts(
    entries: &BTreeMap<inkstand_model::EntryId, SearchDocument>,
    request: &SearchRequest,
    field: FacetField,
) -> BTreeMap<String, u64> {
    let mut request = request.clone();
    let filter = &mut request.filter;
    match field {
        FacetField::Tag => filter.tags.any.clear(),
        FacetField::Category => filter.categories.slugs.any.clear(),
        FacetField::Author => filter.authors.any.clear(),
        FacetField::Year => {}
    }
    let mut counts = BTreeMap::new();
    for entry in entries.values().filter(|entry| passes(entry, &request)) {
        let mut values: Vec<String> = match field {
            FacetField::Tag => entry.tags.iter().map(|term| term.slug.to_string()).collect(),
            FacetField::Category => entry.categories.iter().map(|term| term.slug.to_string()).collect(),
            FacetField::Author => entry.authors.iter().map(|term| term.slug.to_string()).collect(),
            FacetField::Year => entry.year.iter().map(ToString::to_string).collect(),
        };
        values.sort_unstable();
        values.dedup();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
    }
    counts
}

fn fits(slugs: &[Slug], wanted: &Match) -> bool {
    wanted.all.iter().all(|slug| slugs.contains(slug))
        && (wanted.any.is_empty() || wanted.any.iter().any(|slug| slugs.contains(slug)))
        && !wanted.none.iter().any(|slug| slugs.contains(slug))
}

fn speaks(language: &Language, tag: &Language) -> bool {
    language == tag || language.as_str().starts_with(&format!("{tag}-"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_index_equals_a_filtered_list(
        steps in vec(step(), 1..6),
        filters in vec(
            (
                filter(),
                vec(prop_oneof![Just(EntryKind::Post), Just(EntryKind::Page)], 0..2),
                option::of(vec((0..3_u64).prop_map(author), 0..3)),
            ),
            1..12,
        ),
    ) {
        let blog = Blog::of([]);
        let mut entries: BTreeMap<_, SearchDocument> = BTreeMap::new();
        for (seq, step) in (2..).zip(steps) {
            match step {
                Step::Upsert(upserts) => {
                    entries.extend(upserts.iter().map(|entry| (entry.id, entry.clone())));
                    blog.apply(upserts, &[], seq);
                }
                Step::Delete(numbers) => {
                    for &number in &numbers {
                        entries.remove(&id(number));
                    }
                    blog.apply(vec![], &numbers, seq);
                }
                Step::Rebuild(all) => {
                    entries = all.iter().map(|entry| (entry.id, entry.clone())).collect();
                    let mut rebuild = blog.index.rebuild().unwrap();
                    rebuild.add(&all).unwrap();
                    rebuild.finish(crate::blog::position(seq)).unwrap();
                }
            }
            let published = entries.values().filter(|entry| entry.status == EntryStatus::Published).count();
            prop_assert_eq!(blog.index.len(), published as u64);
            for (filter, kinds, unpublished_of) in &filters {
                let request = SearchRequest {
                    filter: filter.clone(),
                    kinds: kinds.clone(),
                    unpublished_of: unpublished_of.clone(),
                    ..asking("")
                };
                let mut passing: Vec<_> = entries.values().filter(|entry| passes(entry, &request)).collect();
                passing.sort_by_key(|entry| (entry.published_at.unwrap_or(entry.updated_at), entry.id));
                let oldest: Vec<u64> = passing.iter().map(|entry| entry.id.uuid().as_u64_pair().1).collect();
                let newest: Vec<u64> = oldest.iter().rev().copied().collect();
                let fields = [FacetField::Tag, FacetField::Category, FacetField::Author, FacetField::Year];
                let counted = blog.index.facets(&request, &fields.map(|field| (field, 99))).unwrap();
                for (field, counted) in fields.into_iter().zip(counted) {
                    let counted: BTreeMap<String, u64> =
                        counted.into_iter().map(|facet| (facet.value, facet.count)).collect();
                    prop_assert_eq!(counted, counts(&entries, &request, field), "{:?} {:?}", field, request);
                }
                for (order, expected) in [
                    (SearchOrder::Oldest, &oldest),
                    (SearchOrder::Newest, &newest),
                    (SearchOrder::Relevance, &newest),
                ] {
                    for text in ["", "word "] {
                        let request = SearchRequest { order, text: text.to_owned(), ..request.clone() };
                        if text.is_empty() || order != SearchOrder::Relevance {
                            prop_assert_eq!(&blog.ask(&request), expected, "{:?}", request);
                        }
                    }
                }
            }
        }
    }
}
