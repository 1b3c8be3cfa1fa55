//! What is counted.

use inkstand_model::{
    EntryFilter, Facet, FacetField, Match, SearchDocument, SearchMatching, SearchOrder, SearchRequest, Slug,
};

use crate::blog::{Blog, asking, post, slug, terms};

fn facets(blog: &Blog, request: &SearchRequest, field: FacetField) -> Vec<Facet> {
    blog.index.facets(request, &[(field, 10)]).unwrap().remove(0)
}

/// Values and counts, those that are selected with an asterisk.
fn told(blog: &Blog, request: &SearchRequest, field: FacetField) -> String {
    let told =
        |facet: Facet| format!("{}{} {}", if facet.selected { "*" } else { "" }, facet.value, facet.count);
    facets(blog, request, field).into_iter().map(told).collect::<Vec<_>>().join(", ")
}

#[test]
fn facets_count_what_is_found() {
    let blog = Blog::of([
        SearchDocument { tags: terms(&["Rust", "Web"]), authors: terms(&["Ann"]), ..post(1, "one", "apple") },
        SearchDocument { tags: terms(&["Rust"]), authors: terms(&["Ann", "Bob"]), ..post(2, "two", "apple") },
        SearchDocument { tags: terms(&["Ada"]), categories: terms(&["News"]), ..post(30, "three", "apple") },
        SearchDocument { tags: terms(&["Web"]), ..post(31, "four", "pear") },
    ]);
    let apples = facets(&blog, &asking("apple"), FacetField::Tag);
    let rust = Facet { value: "rust".into(), label: "Rust".into(), count: 2, selected: false };
    assert_eq!(apples[0], rust);
    for (text, field, expected) in [
        ("apple", FacetField::Tag, "rust 2, ada 1, web 1"),
        ("", FacetField::Category, "news 1"),
        ("", FacetField::Author, "ann 2, bob 1"),
        ("", FacetField::Year, "2020 2, 2021 2"),
        ("nonsense", FacetField::Tag, ""),
    ] {
        assert_eq!(told(&blog, &asking(text), field), expected, "{text}");
    }
    let wanted = [(FacetField::Tag, 1), (FacetField::Year, 9), (FacetField::Tag, 2), (FacetField::Author, 0)];
    let counted = blog.index.facets(&asking(""), &wanted).unwrap();
    assert_eq!(counted.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 2, 0]);
    assert_eq!(counted[0][0], counted[2][0]);

    blog.apply(vec![SearchDocument { tags: vec![], ..post(1, "one", "apple") }], &[30], 2);
    assert_eq!(told(&blog, &asking("apple"), FacetField::Tag), "rust 1");
}

fn shelf() -> Blog {
    let filed = |number, tags: &[&str], category: &str, author: &str, year| SearchDocument {
        tags: terms(tags),
        categories: terms(&[category]),
        authors: terms(&[author]),
        year: Some(year),
        ..post(number, "A post", "ink")
    };
    Blog::of([
        filed(1, &["Rust", "Web"], "News", "Ann", 2020),
        filed(2, &["Rust"], "News", "Bob", 2021),
        filed(3, &["Web"], "Notes", "Ann", 2021),
        filed(4, &["Ada"], "Notes", "Cid", 2022),
        SearchDocument { tags: terms(&["Rust"]), ..post(5, "Another", "paper") },
    ])
}

fn any(slugs: &[&str]) -> Match {
    Match { any: slugs.iter().map(|name| slug(name)).collect(), ..Match::default() }
}

#[test]
fn a_choice_does_not_narrow_its_own_field() {
    use FacetField::{Author, Category, Tag, Year};
    let blog = shelf();
    let filtered = |filter| SearchRequest { filter, ..asking("ink") };
    let rust = filtered(EntryFilter { tags: any(&["Rust"]), ..EntryFilter::default() });
    assert_eq!(told(&blog, &rust, Tag), "*rust 2, web 2, ada 1");
    assert_eq!(told(&blog, &rust, Author), "ann 1, bob 1", "of other fields the choice narrows the counts");
    assert_eq!(told(&blog, &rust, Year), "2020 1, 2021 1");
    let both =
        filtered(EntryFilter { tags: any(&["Rust", "Ada"]), authors: any(&["Ann"]), ..Default::default() });
    assert_eq!(told(&blog, &both, Tag), "web 2, *rust 1", "of what Ann wrote");
    assert_eq!(told(&blog, &both, Author), "*ann 1, bob 1, cid 1", "of what is about Rust or Ada");
    assert_eq!(told(&blog, &both, Category), "news 1");
    let all = Match { all: vec![slug("Rust")], ..Match::default() };
    let all = filtered(EntryFilter { tags: all, ..EntryFilter::default() });
    assert_eq!(told(&blog, &all, Tag), "*rust 2, web 1", "all narrows");
    let none = Match { none: vec![slug("Web")], ..any(&["Rust"]) };
    let none = filtered(EntryFilter { tags: none, ..EntryFilter::default() });
    assert_eq!(told(&blog, &none, Tag), "ada 1, *rust 1", "none narrows");
    for (text, field, expected) in [
        ("ink tag:rust", Tag, "*rust 2, web 1"),
        ("ink -tag:rust", Tag, "ada 1, web 1"),
        ("ink category:news", Category, "*news 2"),
        ("ink author:ann", Author, "*ann 2"),
        ("tag:rust", Year, "2020 2, 2021 1"),
    ] {
        assert_eq!(told(&blog, &asking(text), field), expected, "{text}");
    }
    let years = SearchMatching { years: vec![2021], ..SearchMatching::default() };
    let years = SearchRequest { matching: years, ..asking("ink") };
    assert_eq!(told(&blog, &years, Year), "*2021 2, 2020 1, 2022 1");
    assert_eq!(told(&blog, &years, Tag), "rust 1, web 1");
    let unfiltered = SearchRequest { text: String::new(), ..rust };
    assert_eq!(told(&blog, &unfiltered, Tag), "*rust 3, web 2, ada 1");
}

/// The count of a value says how many hits there would be with it alone.
#[test]
fn counts_are_what_a_choice_would_find() {
    let blog = shelf();
    for text in ["", "ink", "ink paper unheardof", "a post about ink "] {
        for order in [SearchOrder::Relevance, SearchOrder::Newest] {
            let chosen = |tag: &str| EntryFilter { tags: any(&[tag]), ..EntryFilter::default() };
            let request = SearchRequest { filter: chosen("Web"), order, ..asking(text) };
            let own = facets(&blog, &request, FacetField::Tag);
            let own = own.iter().find(|facet| facet.value == "web").map(|facet| facet.count);
            assert_eq!(own.unwrap_or(0), blog.index.count(&request).unwrap(), "{text} {order:?}");
        }
    }
    let request = asking("ink");
    for facet in facets(&blog, &request, FacetField::Tag) {
        let tags = Match { any: vec![Slug::from_stored(facet.value.clone())], ..Match::default() };
        let alone =
            SearchRequest { filter: EntryFilter { tags, ..EntryFilter::default() }, ..request.clone() };
        assert_eq!(blog.index.count(&alone).unwrap(), facet.count, "{}", facet.value);
    }
}
