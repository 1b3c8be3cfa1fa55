//! Pages and feeds, as readers and programs get them.

mod addresses;
mod feeds;
mod hostile;
mod kept;
mod machines;
mod pages;
mod reading;
mod searching;

use inkstand_tests::{Client, Database, TestBlog};
use reqwest::{Response, StatusCode};

/// What a browser says that it takes.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A page as a browser asks for it.
async fn get(client: &Client, path: &str) -> Response {
    client.http.get(client.url(path)).header("accept", BROWSER).send().await.unwrap()
}

/// A page that is there.
async fn page(client: &Client, path: &str) -> String {
    let response = get(client, path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.text().await.unwrap()
}

/// Whether all of these are in a page, in this order.
#[track_caller]
fn has(page: &str, parts: &[&str]) {
    let mut rest = page;
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => panic!("{part:?} is not there, or not behind those before it:\n{page}"),
        }
    }
}

/// A small blog with something of each kind.
async fn blog() -> TestBlog {
    let blog = TestBlog::start(Database::Sqlite).await;
    // The table, the word and the line of code are wider than a telephone.
    let wide = format!(
        "| {} |\n|{}\n\n{}\n\n    {}\n\n",
        "a wide column | ".repeat(12),
        "---|".repeat(13),
        "x".repeat(300),
        "let code = 1; ".repeat(30)
    );
    let long = format!(
        "---\ntitle: Oak gall ink\ndate: 2024-05-11\ntags: [Recipes, Ink]\ncategories: [Craft]\nauthor: Ada Lovelace\n\
         series: Inks\ncover: /gall.png\n---\n{}\n\n{wide}## What you need\n\nGalls.\n\n## What to do\n\nBoil.\n\n### Slowly\n\n\
         ```rust\nfn main() {{}}\n```\n\nSee [the other](/2024/06/iron) and #ink.\n",
        "Ink is made of galls. ".repeat(150)
    );
    blog.import(&[
        (
            "2024-04-01-soot.md",
            "---\ntitle: Soot\ntags: [Ink]\nauthor: Ada Lovelace\nseries: Inks\n---\nSoot ink.",
        ),
        ("2024-05-11-oak-gall-ink.md", &long),
        ("2024-06-02-iron.md", "---\ntitle: Iron\ntags: [Ink]\nseries: Inks\n---\nIron ink of *galls*."),
        ("2024-06-02-iron.de.md", "---\ntitle: Eisen\nlanguage: de\n---\nEisengallustinte."),
        ("2023-01-05-letters.md", "---\ntitle: Letters & paper\ncategories: [Life]\n---\nA letter a week."),
        ("about.md", "---\ntitle: About us\ntype: page\n---\nWho we are."),
    ])
    .await;
    blog
}
