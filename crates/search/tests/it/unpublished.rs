//! What is not published: found by those who may see it, and without a trace for all others.

use inkstand_model::{
    AuthorId, EntryFilter, EntryStatus, FacetField, SearchDocument, SearchOrder, SearchRequest, SearchResults,
};
use inkstand_search::Index;

use crate::blog::{Blog, asking, author, number, position, post, terms};

const ALL: [EntryStatus; 5] = [
    EntryStatus::Draft,
    EntryStatus::Scheduled,
    EntryStatus::Published,
    EntryStatus::Private,
    EntryStatus::Trashed,
];

fn published() -> Vec<SearchDocument> {
    (1..=60)
        .map(|number| SearchDocument {
            tags: terms(&["Ink"]),
            authors: terms(&["Grace"]),
            ..post(number, &format!("Letters {number}"), "Some ink on paper, and a pen beside it")
        })
        .collect()
}

fn draft(number: u64, of: u64, title: &str, text: &str) -> SearchDocument {
    SearchDocument {
        status: EntryStatus::Draft,
        byline: vec![author(of)],
        published_at: None,
        year: None,
        ..post(number, title, text)
    }
}

/// Of one author.
fn own() -> Vec<SearchDocument> {
    vec![
        draft(100, 1, "Papyrus", "A longer story of papyrus, ink and reeds"),
        SearchDocument { status: EntryStatus::Scheduled, ..draft(101, 1, "Reeds", "Letters on reeds") },
    ]
}

/// Of another one: words that are near the others' words, or begin as those do, and many of what is rare elsewhere.
fn others() -> Vec<SearchDocument> {
    let secret = |number: u64| SearchDocument {
        tags: terms(&["Merger", "Ink"]),
        authors: terms(&["Mallory"]),
        ..draft(200 + number, 2, "The merger", "Secret papyri, letterpress, inkwell, reedss and a peen")
    };
    (0..30).map(secret).collect()
}

fn asked(text: &str, statuses: &[EntryStatus], of: Option<u64>) -> SearchRequest {
    SearchRequest {
        filter: EntryFilter { statuses: statuses.to_vec(), ..EntryFilter::default() },
        unpublished_of: of.map(|number| vec![author(number)]),
        did_you_mean: true,
        marks: true,
        total: true,
        ..asking(text)
    }
}

fn found(results: &SearchResults) -> Vec<u64> {
    results.hits.iter().map(|hit| number(hit.id)).collect()
}

/// Everything that the index says to a viewer who sees that author's unpublished entries, or none.
fn everything(blog: &Blog, of: Option<u64>) -> Vec<String> {
    let mut said = Vec::new();
    let stages: &[&[EntryStatus]] = match of {
        None => &[&[]],
        Some(_) => &[&[], &[EntryStatus::Draft], &[EntryStatus::Draft, EntryStatus::Published], &ALL],
    };
    for &statuses in stages {
        for text in [
            "",
            "ink",
            "ink ",
            "le",
            "pap",
            "papy",
            "papyrus ",
            "merger",
            "mergre ",
            "secret ",
            "reds ",
            "reeds ",
            "inkwel ",
            "pene ",
            "\"on reeds\"",
            "-papyri ink ",
            "title:merger",
            "author:mallory",
            "tag:merger",
            "papyrus letters ink ",
        ] {
            for order in [SearchOrder::Relevance, SearchOrder::Newest] {
                let request = SearchRequest { order, ..asked(text, statuses, of) };
                said.push(format!("{text} {statuses:?} {:?}", blog.index.search(&request).unwrap()));
                let facets = [FacetField::Tag, FacetField::Author, FacetField::Year].map(|field| (field, 50));
                said.push(format!("{text} {:?}", blog.index.facets(&request, &facets).unwrap()));
            }
        }
    }
    for prefix in ["m", "mer", "papy", "le", "secret", "inkw"] {
        said.push(format!("{prefix} {:?}", blog.index.suggest(prefix, 20).unwrap()));
    }
    let some = [post(1, "", "").id, own()[0].id, others()[0].id];
    said.push(format!("{:?}", blog.index.related(&some, 20).unwrap()));
    said.push(format!("{:?}", blog.index.related_tags(&[terms(&["Ink"])[0].slug.clone()], 20).unwrap()));
    said
}

#[test]
fn nobody_notices_what_is_not_theirs() {
    let alone = Blog::of(published());
    let with_own = Blog::of(published().into_iter().chain(own()));
    let with_all = Blog::of(published().into_iter().chain(others()).chain(own()));
    let nobody = everything(&alone, None);
    assert_eq!(everything(&with_own, None), nobody);
    assert_eq!(everything(&with_all, None), nobody);
    assert_eq!(everything(&with_all, Some(1)), everything(&with_own, Some(1)));
    assert_eq!(everything(&with_all, Some(3)), everything(&alone, Some(3)));
    // What is written and withdrawn again leaves nothing behind either.
    with_own.apply(others(), &[], 2);
    with_own.apply(vec![], &(200..230).collect::<Vec<_>>(), 3);
    assert_eq!(everything(&with_own, None), nobody);
    assert_eq!(everything(&with_own, Some(1)), everything(&with_all, Some(1)));
    // All of this would be equal, too, if nothing were found.
    let seen = with_all.index.search(&asked("secret ", &[EntryStatus::Draft], None)).unwrap();
    assert_eq!(seen.total, Some(30));
}

#[test]
fn those_who_may_find_drafts_by_all_means_of_the_search() {
    let blog = Blog::of(published().into_iter().chain(others()).chain(own()));
    let find = |text: &str, statuses: &[EntryStatus], of: Option<u64>| {
        blog.index.search(&asked(text, statuses, of)).unwrap()
    };
    let drafts = [EntryStatus::Draft];
    assert_eq!(found(&find("papyrus ", &drafts, Some(1))), [100]);
    assert_eq!(found(&find("papyrus ", &[EntryStatus::Scheduled], Some(1))), [0; 0], "of that stage alone");
    assert_eq!(found(&find("papyr", &drafts, Some(1))), [100], "as it is typed");
    let misspelt = find("papyurs ", &drafts, Some(1));
    assert_eq!((found(&misspelt), misspelt.corrected.as_deref()), (vec![100], Some("papyrus ")));
    assert_eq!(misspelt.hits[0].title.as_ref().unwrap().html(), "<mark>Papyrus</mark>");
    assert_eq!(found(&find("\"on reeds\"", &ALL, Some(1))), [101]);
    assert_eq!(find("", &drafts, None).total, Some(31));
    assert_eq!(find("", &drafts, Some(1)).total, Some(1));
    assert_eq!(find("", &drafts, Some(9)).total, Some(0));

    // With published ones: one list, whose scores may be compared.
    let both = [EntryStatus::Draft, EntryStatus::Published, EntryStatus::Scheduled];
    let mixed = find("letters reeds ", &both, Some(1));
    assert_eq!(found(&mixed), [101, 100], "letters are everywhere, and so only lift");
    let mixed = find("ink ", &both, Some(1));
    assert_eq!((mixed.total, mixed.hits.len()), (Some(61), 61));
    assert!(mixed.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let mut paged = Vec::new();
    for skip in (0..61).step_by(10) {
        let page = SearchRequest { limit: 10, skip, ..asked("ink ", &both, Some(1)) };
        paged.extend(found(&blog.index.search(&page).unwrap()));
    }
    assert_eq!(paged, found(&mixed), "pages neither repeat nor lose");
    let newest = SearchRequest { order: SearchOrder::Newest, ..asked("ink ", &both, Some(1)) };
    assert_eq!(
        found(&blog.index.search(&newest).unwrap())[0],
        100,
        "by its last change, since it has no date"
    );
}

#[test]
fn a_draft_is_found_where_nothing_is_published() {
    let blog = Blog::of(own());
    let results = blog.index.search(&asked("papyrus ink ", &[EntryStatus::Draft], Some(1))).unwrap();
    assert_eq!(found(&results), [100]);
    assert!(results.hits[0].score.is_finite() && results.hits[0].score > 0.0, "{results:?}");
    assert!(blog.index.is_empty() && blog.find("papyrus").is_empty());
}

#[test]
fn an_entry_goes_from_one_half_to_the_other_at_once() {
    let blog = Blog::of([]);
    let places = |blog: &Blog| {
        let of = |statuses: &[EntryStatus]| {
            blog.index.search(&asked("papyrus ", statuses, None)).unwrap().hits.len()
        };
        (of(&[]), of(&[EntryStatus::Draft]), of(&[EntryStatus::Trashed]), of(&ALL))
    };
    let stage = |status| SearchDocument { status, ..own().remove(0) };
    for (seq, (step, expected)) in (2..).zip([
        (Some(EntryStatus::Draft), (0, 1, 0, 1)),
        (Some(EntryStatus::Published), (1, 0, 0, 1)),
        (Some(EntryStatus::Draft), (0, 1, 0, 1)),
        (Some(EntryStatus::Trashed), (0, 0, 1, 1)),
        (None, (0, 0, 0, 0)),
        (Some(EntryStatus::Published), (1, 0, 0, 1)),
        (None, (0, 0, 0, 0)),
    ]) {
        match step {
            Some(status) => blog.apply(vec![stage(status)], &[], seq),
            None => blog.apply(vec![], &[100], seq),
        }
        assert_eq!((places(&blog), blog.index.position()), (expected, Some(position(seq))), "{step:?}");
    }
    let (early, late) = (stage(EntryStatus::Draft), stage(EntryStatus::Published));
    blog.apply(vec![early.clone(), late.clone()], &[], 20);
    assert_eq!(places(&blog), (1, 0, 0, 1), "of two versions in a batch the last counts");
    let mut rebuild = blog.index.rebuild().unwrap();
    rebuild.add(&[late, early]).unwrap();
    rebuild.finish(position(21)).unwrap();
    assert_eq!(places(&blog), (0, 1, 0, 1));

    let Blog { index, folder } = blog;
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position(), Some(position(21)));
    let blog = Blog { index, folder };
    assert_eq!(places(&blog), (0, 1, 0, 1));
}

#[test]
fn an_index_that_lost_its_drafts_has_no_position() {
    let Blog { index, folder } = Blog::of(own());
    drop(index);
    std::fs::remove_dir_all(folder.path().join("unpublished")).unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position(), None, "so that it is built anew");
}

#[test]
fn no_author_means_nobody() {
    let blog = Blog::of(own());
    let nobody: Vec<AuthorId> = Vec::new();
    let request = SearchRequest { unpublished_of: Some(nobody), ..asked("papyrus", &ALL, None) };
    assert_eq!(blog.index.search(&request).unwrap().total, Some(0));
}
