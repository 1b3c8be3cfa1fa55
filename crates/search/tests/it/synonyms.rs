//! Words that mean the same.

use std::sync::Arc;

use inkstand_model::{SearchDocument, SearchRequest};
use inkstand_search::{Index, Synonyms};

use crate::blog::{Blog, asking, language, post};

fn with(blog: Blog, rules: &str) -> Blog {
    let synonyms = Synonyms::parse(rules.as_bytes()).unwrap();
    Blog { index: Index::with_synonyms(blog.index.clone(), Arc::new(synonyms)), ..blog }
}

#[test]
fn what_means_the_same_is_found() {
    let blog = Blog::of([
        post(1, "Automobiles", "of the fifties"),
        post(2, "The car", "of tomorrow"),
        post(3, "Making an SSG", "in a weekend"),
        post(4, "A static site generator", "compared"),
        post(5, "The generator of static on a building site", "by trade"),
        post(6, "PostgreSQL", "and its planner"),
        post(7, "SQL for all", "queries"),
        SearchDocument { language: language("ja"), ..post(8, "東京の夏", "") },
        post(9, "Tokyo in summer", ""),
        post(10, "Node.js streams", ""),
    ]);
    assert_eq!(blog.find("automobile "), [1]);
    let blog = with(
        blog,
        "car, automobile\nssg, static site generator\npostgresql => sql\n東京, tokyo\nnodejs runtime => node.js\n",
    );
    for (text, found) in [
        ("car ", vec![2, 1]),
        ("automobile ", vec![1, 2]),
        ("cars ", vec![2]),
        ("ssg ", vec![3, 4]),
        ("static site generator ", vec![4, 5, 3]),
        ("postgresql ", vec![6, 7]),
        ("sql ", vec![7]),
        ("東京", vec![8, 9]),
        ("tokyo ", vec![9, 8]),
        ("nodejs runtime ", vec![10]),
        ("\"car\"", vec![2]),
        ("title:car", vec![2]),
        ("car -automobile ", vec![2]),
        ("automobile tomorrow ", vec![2]),
    ] {
        assert_eq!(blog.find(text), found, "{text}");
    }
}

#[test]
fn what_means_the_same_is_marked() {
    let blog = Blog::of([post(1, "Automobiles", "An automobile and a motor car, with a motor.")]);
    let blog = with(blog, "car, automobile, motor car\n");
    let marked = |text: &str| {
        let results = blog.index.search(&SearchRequest { marks: true, ..asking(text) }).unwrap();
        format!("{} / {}", results.hits[0].title.as_ref().unwrap().html(), results.hits[0].body[0].html())
    };
    assert_eq!(
        marked("car "),
        "<mark>Automobiles</mark> / An <mark>automobile</mark> and a <mark>motor car</mark>, with a motor."
    );
}

#[test]
fn typos_are_forgiven_beside_them() {
    let blog = Blog::of([
        post(1, "Kubernetes", "at home"),
        post(2, "The k8s cluster", "in the cloud"),
        post(3, "Colours", "of ink"),
        post(4, "The color picker", "of a browser"),
    ]);
    let blog = with(blog, "kubernetes, k8s\ncolours => color\ncolorus => color\n");
    let corrected = |text: &str| blog.index.search(&asking(text)).unwrap().corrected;
    assert_eq!(blog.find("kubernetse "), [1, 2], "what it was taken for has a synonym");
    assert_eq!(corrected("kubernetse ").as_deref(), Some("kubernetes "));
    assert_eq!(blog.find("kuberne"), [1], "unfinished");
    assert_eq!(blog.find("colours "), [3, 4]);
    assert_eq!(blog.find("colorus "), [4], "what stands in the file is no typo");
    assert_eq!(corrected("colorus "), None);
    assert_eq!(blog.find("borwser "), [4]);
}
