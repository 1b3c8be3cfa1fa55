//! What a reader may be about to type.

use inkstand_model::{SearchDocument, SuggestionKind};

use crate::blog::{Blog, id, post, slug, terms};

fn suggested(blog: &Blog, typed: &str) -> Vec<String> {
    blog.index.suggest(typed, 6).unwrap().into_iter().map(|suggestion| suggestion.text).collect()
}

#[test]
fn titles_tags_and_authors_are_suggested() {
    let blog = Blog::of([
        SearchDocument { tags: terms(&["Café life"]), ..post(1, "The café at the corner", "") },
        SearchDocument { authors: terms(&["Ann Carter"]), ..post(2, "Cafés of Vienna", "") },
        post(3, "Nothing", "café in the body"),
    ]);
    assert_eq!(suggested(&blog, "caf"), ["Café life", "Cafés of Vienna", "The café at the corner"]);
    assert_eq!(suggested(&blog, "the café at the cor"), ["The café at the corner"]);
    assert_eq!(suggested(&blog, "carter a"), ["Ann Carter"]);
    assert_eq!(suggested(&blog, "viena"), ["Cafés of Vienna"]);
    assert_eq!(suggested(&blog, " "), [""; 0]);
    assert!(blog.index.suggest("caf", 0).unwrap().is_empty());
    let kinds = blog.index.suggest("caf", 2).unwrap();
    assert_eq!(kinds[0].kind, SuggestionKind::Tag(slug("Café life")));
    assert!(matches!(kinds[1].kind, SuggestionKind::Entry(entry, _) if entry == id(2)));
}

#[test]
fn typos_in_names_are_forgiven() {
    let blog = Blog::of([
        SearchDocument { tags: terms(&["Databases", "Open source"]), ..post(1, "One", "") },
        SearchDocument { authors: terms(&["Grace Hopper"]), tags: terms(&["Ink"]), ..post(2, "Two", "") },
        SearchDocument { tags: terms(&["Rust", "Trust"]), ..post(3, "Sharded shelves", "") },
        SearchDocument { tags: terms(&["Shared"]), ..post(4, "Four", "") },
    ]);
    for (typed, expected) in [
        ("databsaes", vec!["Databases"]),
        ("databsa", vec!["Databases"]),
        ("dtab", vec!["Databases"]),
        ("sorce", vec!["Open source"]),
        ("opne sou", vec!["Open source"]),
        ("hoper", vec!["Grace Hopper"]),
        ("grcae hop", vec!["Grace Hopper"]),
        ("grac hoppre", vec!["Grace Hopper"]),
        ("rust", vec!["Rust"]),
        ("trus", vec!["Trust"]),
        ("imk", vec![]),
        ("databsesa", vec![]),
        ("sharded", vec!["Sharded shelves"]),
    ] {
        assert_eq!(suggested(&blog, typed), expected, "{typed}");
    }
}

#[test]
fn what_was_withdrawn_is_not_suggested() {
    let secret =
        SearchDocument { tags: terms(&["Merger"]), authors: terms(&["Merlin"]), ..post(1, "Merging", "") };
    let blog = Blog::of([secret, post(2, "Other", "")]);
    assert_eq!(suggested(&blog, "mer").len(), 3);
    blog.apply(vec![], &[1], 2);
    assert_eq!(suggested(&blog, "mer"), [""; 0]);
    assert_eq!(blog.index.search(&crate::blog::asking("mergign ")).unwrap().corrected, None);
}
