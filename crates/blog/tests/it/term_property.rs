//! Whatever is done to terms in whatever order: counts stay true, every slug that was ever used leads somewhere as long as
//! its term was not removed, and index and database agree.

use std::collections::{BTreeMap, BTreeSet};

use inkstand_blog::{Term, TermText, WriteError};
use inkstand_exchange::parse_markdown;
use inkstand_model::{
    Category, CategoryId, CategoryMatch, EntryFilter, Series, SeriesId, Tag, TagId, TermOrder,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::desk::{Desk, all, any, tagged};

/// Something that is done; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Deed {
    Import { file: usize, terms: Vec<usize>, draft: bool },
    Create(usize),
    Rename { which: usize, to: usize },
    Merge { which: Vec<usize>, into: usize },
    Remove { which: usize, force: bool },
    Move { which: usize, below: Option<usize> },
}

const NAMES: [&str; 6] = ["Alpha", "Beta", "Gamma", "Delta", "Épsilon", "Zeta"];

fn deed() -> impl Strategy<Value = Deed> {
    let which = || 0..NAMES.len();
    prop_oneof![
        3 => (0..5_usize, proptest::collection::vec(which(), 0..4), proptest::bool::ANY)
            .prop_map(|(file, terms, draft)| Deed::Import { file, terms, draft }),
        1 => which().prop_map(Deed::Create),
        3 => (which(), which()).prop_map(|(which, to)| Deed::Rename { which, to }),
        2 => (proptest::collection::vec(which(), 1..3), which()).prop_map(|(which, into)| Deed::Merge { which, into }),
        1 => (which(), proptest::bool::ANY).prop_map(|(which, force)| Deed::Remove { which, force }),
        2 => (which(), proptest::option::of(which())).prop_map(|(which, below)| Deed::Move { which, below }),
    ]
}

/// What a term's slugs should lead to: each slug that was ever used, and the term that it belongs to.
type Slugs = BTreeMap<String, Uuid>;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn terms_keep_what_holds(deeds in proptest::collection::vec(deed(), 1..16)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::searching().await;
            let (mut tags, mut categories, mut series) = (Slugs::new(), Slugs::new(), Slugs::new());
            for deed in deeds {
                do_to_tags(&desk, &deed, &mut tags).await;
                do_to_categories(&desk, &deed, &mut categories).await;
                do_to_series(&desk, &deed, &mut series).await;
                learn::<Tag>(&desk, &mut tags).await;
                learn::<Category>(&desk, &mut categories).await;
                learn::<Series>(&desk, &mut series).await;
            }
            holds::<Tag>(&desk, &tags).await;
            holds::<Category>(&desk, &categories).await;
            holds::<Series>(&desk, &series).await;
            for slug in tags.keys() {
                desk.both_find(tagged(&[slug])).await;
            }
            for slug in categories.keys() {
                for descendants in [true, false] {
                    let categories = CategoryMatch { slugs: any(&[slug]), descendants };
                    desk.both_find(EntryFilter { categories, ..EntryFilter::default() }).await;
                }
            }
            for slug in series.keys() {
                desk.both_find(EntryFilter { series: any(&[slug]), ..EntryFilter::default() }).await;
            }
        });
    }
}

async fn list<T: Term>(desk: &Desk) -> Vec<T> {
    desk.operator().terms::<T>(TermOrder::Slug, &all()).await.unwrap().items
}

/// The term that a number chooses.
fn chosen<T: Term>(terms: &[T], which: usize) -> Option<Uuid> {
    (!terms.is_empty()).then(|| terms[which % terms.len()].key())
}

/// Every slug that a term has now is its own.
async fn learn<T: Term>(desk: &Desk, slugs: &mut Slugs) {
    for term in list::<T>(desk).await {
        slugs.insert(term.slug().as_str().to_owned(), term.key());
    }
}

async fn holds<T: Term>(desk: &Desk, slugs: &Slugs) {
    for (slug, key) in slugs {
        assert_eq!(desk.term::<T>(slug).await.map(|term| term.key()), Some(*key), "{} {slug}", T::WORD);
    }
    let (table, link) = match T::WORD {
        "series" => ("series", "series_part"),
        word => (word, &*format!("entry_{word}")),
    };
    let counted = format!(
        "SELECT count(*) FROM {link} JOIN entry ON entry.id = {link}.entry_id WHERE {link}.{table}_id = {table}.id \
         AND entry.kind = 'post' AND entry.status = 'published'"
    );
    let wrong = format!("SELECT count(*) AS n FROM {table} WHERE post_count <> ({counted})");
    assert_eq!(desk.number(&wrong).await, 0, "counts of {table}");
    let aliased = format!(
        "SELECT count(*) AS n FROM term_alias WHERE kind = '{table}' AND (slug IN (SELECT slug FROM {table}) OR term_id \
         NOT IN (SELECT id FROM {table}))"
    );
    assert_eq!(desk.number(&aliased).await, 0, "former slugs of {table}");
}

fn renamed(to: usize) -> TermText {
    TermText { name: Some(NAMES[to].to_owned()), slug: Some(NAMES[to].to_owned()), description: None }
}

/// Either it was done, or refused in so many words.
fn done<T>(outcome: Result<T, WriteError>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(WriteError::Refused(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

fn merged(slugs: &mut Slugs, sources: &BTreeSet<Uuid>, into: Uuid) {
    slugs.values_mut().filter(|key| sources.contains(key)).for_each(|key| *key = into);
}

macro_rules! deeds {
    ($name:ident, $term:ident, $id:ident, $update:expr, $create:ident, $merge:ident, $delete:ident) => {
        async fn $name(desk: &Desk, deed: &Deed, slugs: &mut Slugs) {
            let (terms, operator) = (list::<$term>(desk).await, desk.operator());
            let id = |which: usize| chosen(&terms, which).map($id::from_uuid);
            match deed {
                Deed::Create(name) => {
                    let text = TermText { slug: None, ..renamed(*name) };
                    done(operator.$create(text).await);
                }
                Deed::Rename { which, to } => {
                    if let Some(id) = id(*which) {
                        done($update(&operator, id, renamed(*to)).await);
                    }
                }
                Deed::Merge { which, into } => {
                    let sources: Vec<$id> = which.iter().filter_map(|which| id(*which)).collect();
                    if let Some(into) = id(*into)
                        && done(operator.$merge(&sources, into).await)
                    {
                        merged(slugs, &sources.iter().map(|id| id.uuid()).collect(), into.uuid());
                    }
                }
                Deed::Remove { which, force } => {
                    if let Some(id) = id(*which)
                        && done(operator.$delete(id, *force).await)
                    {
                        slugs.retain(|_, key| *key != id.uuid());
                    }
                }
                Deed::Import { .. } | Deed::Move { .. } => {}
            }
        }
    };
}

type Operator = inkstand_blog::Reader;

deeds!(do_to_series, Series, SeriesId, Operator::update_series, create_series, merge_series, delete_series);
deeds!(do_to_named_tags, Tag, TagId, Operator::update_tag, create_tag, merge_tags, delete_tag);

async fn do_to_tags(desk: &Desk, deed: &Deed, slugs: &mut Slugs) {
    // The import is of all kinds at once.
    if let Deed::Import { file, terms, draft } = deed {
        let names: Vec<&str> = terms.iter().map(|term| NAMES[*term]).collect();
        let filed = names.join(", ");
        let series = names.first().map_or(String::new(), |name| format!("series: {name}\n"));
        let state = if *draft { "draft: true\n" } else { "" };
        let text = format!(
            "---\ntitle: P{file}\ndate: 2024-01-0{}\n{state}tags: [{filed}]\ncategories: [{filed}]\n{series}---\n{deed:?}\n",
            file + 1
        );
        desk.import_items(vec![parse_markdown(&format!("posts/{file}.md"), text.as_bytes())]).await;
    }
    do_to_named_tags(desk, deed, slugs).await;
}

async fn do_to_categories(desk: &Desk, deed: &Deed, slugs: &mut Slugs) {
    if let Deed::Move { which, below } = deed {
        let terms = list::<Category>(desk).await;
        let id = |which: usize| chosen(&terms, which).map(CategoryId::from_uuid);
        if let Some(moved) = id(*which) {
            let parent = below.and_then(id);
            done(desk.operator().update_category(moved, TermText::default(), Some(parent)).await);
        }
    }
    do_to_named_categories(desk, deed, slugs).await;
}

async fn update_category(operator: &Operator, id: CategoryId, text: TermText) -> Result<(), WriteError> {
    operator.update_category(id, text, None).await.map(drop)
}

trait CreateAtRoot {
    async fn create_root(&self, text: TermText) -> Result<(), WriteError>;
}

impl CreateAtRoot for Operator {
    async fn create_root(&self, text: TermText) -> Result<(), WriteError> {
        self.create_category(text, None).await.map(drop)
    }
}

deeds!(
    do_to_named_categories,
    Category,
    CategoryId,
    update_category,
    create_root,
    merge_categories,
    delete_category
);
