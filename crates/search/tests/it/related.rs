//! What is near, measured on a blog that somebody wrote. Where that is missing, the test says so and passes.

use std::collections::HashSet;
use std::time::Instant as Clock;

use inkstand_model::{EntryKind, SearchDocument};

use crate::blog::{Blog, id, language, number, post, slug, term, terms};
use crate::quality::{lines, strings, told};

#[test]
fn what_is_related_is_near() {
    let blog = Blog::of([
        post(1, "Baking bread", "sourdough and rye and the oven"),
        post(2, "Rye", "sourdough and the oven for beginners"),
        post(3, "Bicycles", "chains and wheels and the road"),
        SearchDocument {
            series: Some(term("Wheels")),
            ..post(4, "Cars", "wheels and the oven of the summer")
        },
        SearchDocument { kind: EntryKind::Page, ..post(5, "Bread", "baking sourdough, rye, in the oven") },
    ]);
    let related = blog.index.related(&[id(1), id(99), id(3)], 2).unwrap();
    assert_eq!(related[0][0], id(2));
    assert!(!related[0].contains(&id(1)), "itself");
    assert!(!related[0].contains(&id(5)), "a page");
    assert!(related[1].is_empty(), "of what is not there");
    assert_eq!(related[2][0], id(4));
    let in_japanese =
        |number, text: &str| SearchDocument { language: language("ja"), ..post(number, "", text) };
    let japanese = Blog::of([
        in_japanese(1, "万年筆とインクの話"),
        in_japanese(2, "自転車で東京へ"),
        in_japanese(3, "インクは紙に残る"),
    ]);
    assert_eq!(japanese.index.related(&[id(1)], 1).unwrap()[0], [id(3)], "without words between spaces");
    assert!(blog.index.related(&[id(1)], 0).unwrap()[0].is_empty());
}

#[test]
fn tags_stand_beside_tags() {
    let mut posts: Vec<SearchDocument> = Vec::new();
    let mut tagged = |tags: &[&str], times: u64| {
        for _ in 0..times {
            let tags = terms(tags);
            posts.push(SearchDocument { tags, ..post(posts.len() as u64, "A post", "ink") });
        }
    };
    tagged(&["Blog", "Rust", "Cargo"], 8);
    tagged(&["Blog", "Rust", "Once"], 1);
    tagged(&["Blog", "Rust"], 3);
    tagged(&["Blog", "Cargo"], 1);
    tagged(&["Blog", "Web", "Rust"], 2);
    tagged(&["Blog", "Web"], 20);
    tagged(&["Blog"], 40);
    tagged(&["Lonely"], 1);
    let blog = Blog::of(posts);
    let beside = |tag: &str, first| {
        let beside = blog.index.related_tags(&[slug(tag)], first).unwrap().remove(0);
        beside.iter().map(|slug| slug.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        beside("Rust", 9),
        "cargo once blog web",
        "what is everywhere says little, what is apart still less"
    );
    assert_eq!(beside("Rust", 1), "cargo");
    assert_eq!(beside("Lonely", 9), "");
    assert_eq!(beside("Nobody", 9), "");
    assert_eq!(beside("Cargo", 1), "rust");
    // What is gone stands beside nothing, and does not count.
    blog.apply(vec![], &(0..8).collect::<Vec<_>>(), 2);
    assert_eq!(beside("Rust", 9), "once blog web");
    blog.apply(
        vec![SearchDocument { kind: EntryKind::Page, tags: terms(&["Rust", "Page"]), ..post(500, "", "") }],
        &[],
        3,
    );
    assert!(!beside("Rust", 9).contains("page"));
}

/// The share of the five nearest that share a tag with a post. tantivy's own more-like-this has 0.55 there.
#[test]
fn related_posts_share_tags() {
    let Some(posts) = lines("real-blog/posts.jsonl") else { return };
    let tags: Vec<HashSet<&str>> =
        posts.iter().map(|json| strings(&json["tags"]).into_iter().collect()).collect();
    for (told_tags, least) in [(true, 0.69), (false, 0.65)] {
        let blog = Blog::of((0..).zip(&posts).map(|(number, json)| SearchDocument {
            tags: if told_tags { terms(&strings(&json["tags"])) } else { Vec::new() },
            ..post(number, json["title"].as_str().unwrap(), json["body_markdown"].as_str().unwrap())
        }));
        let (mut shares, mut times) = (Vec::new(), Vec::new());
        for (at, own) in tags.iter().enumerate().filter(|(_, own)| !own.is_empty()) {
            let start = Clock::now();
            let related = blog.index.related(&[id(at as u64)], 5).unwrap().remove(0);
            times.push(start.elapsed());
            let shared = related.iter().filter(|&&id| !tags[number(id) as usize].is_disjoint(own)).count();
            shares.push(shared as f64 / 5.0);
        }
        let share = shares.iter().sum::<f64>() / shares.len() as f64;
        println!(
            "related posts, {}: {share:.4} of the five nearest of {} posts share a tag; {}",
            if told_tags { "by text and tags" } else { "by text alone" },
            shares.len(),
            told(times)
        );
        assert!(share >= least, "{share}");
    }
}
