//! Hits are found in two steps; nobody must notice.

use std::collections::BTreeSet;

use inkstand_model::{SearchDocument, SearchRequest};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use crate::blog::{Blog, asking, post, terms};

#[test]
fn pages_go_on_behind_the_shortlist() {
    let blog = Blog::of((0..450).map(|number| {
        let often = usize::try_from(1 + number % 7).unwrap();
        post(number, "Title", &format!("{}{}", "word ".repeat(often), "other ".repeat(20 - often)))
    }));
    for text in ["word", "word other title ", "word other title missing1 missing2 missing3 "] {
        let mut pages = Vec::new();
        for skip in (0..500).step_by(90) {
            let page = SearchRequest { skip, limit: 90, ..asking(text) };
            pages.extend(blog.ask(&page));
        }
        assert_eq!(pages.len(), 450, "{text}");
        assert_eq!(pages.iter().collect::<BTreeSet<_>>().len(), 450, "{text}");
        assert_eq!(blog.ask(&SearchRequest { limit: 500, ..asking(text) }), pages, "{text}");
    }
}

#[test]
fn an_entry_whose_tag_is_the_question_is_not_missed() {
    let filler = "and this and that ".repeat(40);
    let tagged = SearchDocument {
        tags: terms(&["Rust"]),
        ..post(1000, "Something", &format!("{filler} rust {filler}"))
    };
    let blog =
        Blog::of((0..400).map(|number| post(number, "Rust and rust", "rust rust rust")).chain([tagged]));
    let place = blog.find("rust ").iter().position(|&number| number == 1000);
    assert!(place.is_some_and(|place| place < 100), "lifted over most of 400 others: {place:?}");
}

#[test]
fn an_entry_with_all_words_is_not_missed() {
    let filler = "and this and that ".repeat(60);
    let all = post(1000, "Something", &format!("{filler} apple {filler} brick {filler} cloud {filler}"));
    let blog = Blog::of(
        (0..300)
            .map(|number| post(number, "Apple brick", "apple brick apple brick"))
            .chain((2000..2700).map(|number| post(number, "Nothing", "of that kind")))
            .chain([all, post(1001, "Cloud", "cloud")]),
    );
    assert_eq!(blog.find("apple brick cloud ")[0], 1000);
}

#[test]
fn a_long_question_finds_what_says_it_in_other_words_but_nothing_that_says_none_of_it() {
    let subject = "wing flutter panel speed heat model";
    let mut posts: Vec<_> =
        (0..12).map(|number| post(number, "", &format!("{subject} aeroelastic supersonic"))).collect();
    posts.push(post(20, "", "wing aeroelastic supersonic noise noise noise"));
    posts.push(post(21, "", "wing garden flowers noise noise noise"));
    posts.push(post(22, "", "aeroelastic supersonic"));
    posts.extend((30..60).map(|number| post(number, "", "nothing of that kind")));
    let found = Blog::of(posts).find(&format!("{subject} "));
    let place = |number| found.iter().position(|&found| found == number);
    assert_eq!(found.len(), 14);
    assert!(place(20) < place(21), "{found:?}");
    assert_eq!(place(22), None);
}

const WORDS: [&str; 7] = ["apple", "brick", "cloud", "drums", "eagle", "flute", "gravy"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_words_are_asked_for_and_then_fewer(
        entries in vec(btree_set(0..WORDS.len(), 0..5), 1..12),
        asked in btree_set(0..WORDS.len(), 1..7),
        deleted in vec(0..12_u64, 0..3),
    ) {
        let text = |words: &BTreeSet<usize>| words.iter().map(|&word| format!("{} ", WORDS[word])).collect::<String>();
        let blog = Blog::of((0..).zip(&entries).map(|(number, words)| post(number, "", &text(words))));
        // The dictionary knows what only deleted entries say until their segment is merged.
        let known: Vec<usize> =
            asked.iter().copied().filter(|word| entries.iter().any(|words| words.contains(word))).collect();
        blog.apply(vec![], &deleted, 2);
        let has = |number: u64, words: &BTreeSet<usize>| {
            if deleted.contains(&number) { 0 } else { known.iter().filter(|word| words.contains(word)).count() }
        };
        let counts: Vec<(u64, usize)> =
            (0..).zip(&entries).map(|(number, words)| (number, has(number, words))).collect();
        let most = match known.len() { 0..=2 => known.len(), 3..=4 => 2, _ => 1 };
        let least = (1..=most).rev().find(|least| counts.iter().any(|(_, has)| has >= least)).unwrap_or(1);
        let expected: BTreeSet<u64> =
            counts.iter().filter(|(_, has)| *has >= least).map(|(number, _)| *number).collect();
        let found = blog.find(&text(&asked));
        prop_assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), expected);
        let all = |number: u64| counts.iter().any(|&(one, has)| one == number && has == known.len());
        prop_assert!(found.windows(2).all(|pair| all(pair[0]) || !all(pair[1])), "all words first: {found:?}");
    }
}
