//! A small blog with every kind of thing in it.

use inkstand_model::Viewer;
use inkstand_tests::{Database, TestBlog};
use serde_json::Value;

/// Published: six posts in three languages, one of them older than 1970, and a page. Not published: two drafts and a
/// scheduled post, of which nobody may know; whatever tells of them has `secret` in it.
const FILES: [(&str, &str); 11] = [
    ("about.md", "---\ntitle: About this blog\ntype: page\nauthor: ada\n---\nWho we are.\n"),
    (
        "2024-05-01-hello.md",
        "---\ntitle: Hello, Inkstand\ndate: 2024-05-01T10:00:00Z\nauthors: [ada, grace]\ntags: [Rust, SQLite]
categories: [Databases]\nseries: {name: First steps, order: 1}\naliases: [/old/hello.html, /greetings/]
featured: true\nimage: /pictures/ink.png\nimage_alt: A bottle of ink\nupdated: 2024-09-01T08:00:00Z\n---
The **first** post says hello.\n\n<!--more-->\n\n## Why ink\n\nBecause #ink stays on paper.\n
```rust\nfn main() {}\n```\n",
    ),
    (
        "2024-05-01-hello.pt-br.md",
        "---\ntitle: Olá, Inkstand\nslug: ola\ndate: 2024-05-01T10:00:00Z\nauthor: grace\ntags: [Rust]\n---\nA tinta fica.\n",
    ),
    (
        "2024-05-01-hello.de.md",
        "---\ntitle: Secret Hallo\nslug: secret-hallo\ndraft: true\nauthor: ada\n---\nGeheim.\n",
    ),
    (
        "2024-06-15-second.md",
        "---\ntitle: Second steps\nauthor: ada\ntags: [Rust]\ncategories: [Engines]
series: {name: First steps, order: 2}\n---\nMore about engines.\n",
    ),
    (
        "2024-06-30-late.md",
        "---\ntitle: Late in June\ndate: 2024-06-30T20:00:00Z\nauthor: grace\ntags: [Space]\n---\nIn Tokyo it is July.\n",
    ),
    ("1969-07-20-moon.md", "---\ntitle: On the moon\nauthor: grace\ntags: [Space]\n---\nOne small step.\n"),
    (
        "2024-08-01-sumi.md",
        "---\ntitle: 墨と紙\nslug: 墨と紙\nlang: ja\ntags: [日本, Rust]\n---\n墨は紙に残る。\n",
    ),
    (
        "2024-07-01-plan.md",
        "---\ntitle: The secret plan\nslug: secret-plan\npath: /secret/plan\naliases: [/secret/old]\ndraft: true
author: ada\ntags: [Rust]\ncategories: [Databases]\nseries: {name: First steps, order: 3}\n---\nA #secrethashtag.\n",
    ),
    (
        "2999-01-01-future.md",
        "---\ntitle: The secret future\nslug: secret-future\nauthor: ada\ntags: [Rust]
series: {name: First steps, order: 0}\naliases: [/secret/future]\n---\nNot yet.\n",
    ),
    ("unused.md", "---\ntitle: Colophon\ntype: page\ntags: [Unused]\n---\nSet in ink.\n"),
];

/// Serves it.
pub(super) async fn small_blog(database: Database) -> TestBlog {
    filled(TestBlog::start(database).await).await
}

/// Fills an empty blog with it.
pub(super) async fn filled(blog: TestBlog) -> TestBlog {
    let report = blog.import(&FILES).await;
    assert_eq!((report.tally.created, report.tally.drafts, report.tally.scheduled), (11, 2, 1));
    assert_eq!((&report.warnings, &report.refused), (&vec![], &vec![]));
    // No import makes a tree of categories yet; the index has to hear of it.
    let below = "UPDATE category SET parent_id = (SELECT id FROM category WHERE slug = 'databases') WHERE slug = 'engines'";
    blog.database.sql(below).await;
    blog.blog().order_reindex(&Viewer::Operator).await.unwrap();
    blog.wait_for_search().await;
    blog
}

/// What `field` is in each of a connection's nodes.
pub(super) fn each<'a>(connection: &'a Value, field: &str) -> Vec<&'a str> {
    let nodes = connection["nodes"].as_array().unwrap_or_else(|| panic!("no nodes in {connection}"));
    nodes.iter().map(|node| node[field].as_str().unwrap()).collect()
}
