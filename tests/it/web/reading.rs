//! Pages in a real browser: by keyboard, on a telephone, without a script.

use std::time::Duration;

use fantoccini::{Client, Locator, key::Key};
use inkstand_tests::{TestBlog, eventually};
use serde_json::Value;

use super::blog;
use crate::browser::session::Session;

/// A browser is slow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const PAGES: [&str; 9] = [
    "/",
    "/2024/05/oak-gall-ink",
    "/about",
    "/tag/ink",
    "/series/inks",
    "/archive",
    "/feeds",
    "/search?q=ink",
    "/nothing-is-here",
];

async fn run(client: &Client, script: &str) -> Value {
    client.execute(script, vec![]).await.unwrap()
}

async fn press(client: &Client, key: Key) {
    let focused = client.active_element().await.unwrap();
    focused.send_keys(&char::from(key).to_string()).await.unwrap();
}

/// By keyboard: a click would have to wait until the page has scrolled there.
async fn follow(client: &Client, link: &str) {
    let link = client.find(Locator::Css(link)).await.unwrap();
    link.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
}

async fn at(client: &Client, blog: &TestBlog, path: &str) {
    let wanted = blog.url(path);
    let there = || async { (client.current_url().await.unwrap().as_str() == wanted).then_some(()) };
    eventually("another page", PATIENCE, there).await;
}

#[tokio::test]
async fn every_page_stays_within_a_telephone_and_asks_no_other_host() {
    let blog = blog().await;
    let browser = Session::start().await;
    let client = &browser.client;
    client.set_window_size(360, 740).await.unwrap();
    for path in PAGES {
        client.goto(&blog.url(path)).await.unwrap();
        let wide = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]";
        let wide: (u32, u32) = serde_json::from_value(run(client, wide).await).unwrap();
        assert!(wide.0 <= wide.1, "{path}: {wide:?}");
        let loaded =
            run(client, "return performance.getEntriesByType('resource').map(one => one.name)").await;
        let loaded: Vec<String> = serde_json::from_value(loaded).unwrap();
        assert!(loaded.len() >= 2, "{loaded:?}");
        assert!(loaded.iter().all(|url| url.starts_with(&blog.url("/"))), "{loaded:?}");
    }
    let errors = browser.console_errors().await;
    // The post's picture is not there, nor is the last page.
    let others: Vec<_> = errors.iter().filter(|error| !error.contains("404")).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test]
async fn a_reader_needs_no_mouse() {
    let blog = blog().await;
    let browser = Session::start().await;
    let client = &browser.client;
    client.goto(&blog.url("/")).await.unwrap();
    // The first thing that the keyboard comes to leads past everything else.
    press(client, Key::Tab).await;
    assert_eq!(run(client, "return document.activeElement.className").await, "skip");
    press(client, Key::Enter).await;
    assert_eq!(run(client, "return document.activeElement.id").await, "content");
    press(client, Key::Tab).await;
    assert_eq!(run(client, "return document.activeElement.closest('.card') !== null").await, true);

    let field = client.find(Locator::Css("#find")).await.unwrap();
    field.send_keys("oak").await.unwrap();
    let offered = client.wait().at_most(PATIENCE).for_element(Locator::Css(".suggestions li")).await.unwrap();
    assert!(offered.text().await.unwrap().contains("Oak gall ink"));
    assert_eq!(field.attr("aria-expanded").await.unwrap().as_deref(), Some("true"));
    press(client, Key::Escape).await;
    assert_eq!(field.attr("aria-expanded").await.unwrap().as_deref(), Some("false"));
    field.send_keys(" ").await.unwrap();
    client.wait().at_most(PATIENCE).for_element(Locator::Css(".suggestions li")).await.unwrap();
    press(client, Key::Down).await;
    let active = run(client, "const f = document.querySelector('#find'); return document.getElementById(f.getAttribute('aria-activedescendant')).textContent").await;
    assert!(active.as_str().unwrap().contains("Oak gall ink"), "{active}");
    press(client, Key::Enter).await;
    at(client, &blog, "/2024/05/oak-gall-ink").await;

    let field = client.find(Locator::Css("#find")).await.unwrap();
    field.send_keys("galls").await.unwrap();
    press(client, Key::Enter).await;
    at(client, &blog, "/search?q=galls").await;
    client.find(Locator::Css("article mark")).await.unwrap();
}

#[tokio::test]
async fn without_scripts_everything_is_there() {
    let blog = blog().await;
    let browser = Session::without_scripts().await;
    let client = &browser.client;
    client.goto(&blog.url("/")).await.unwrap();
    let field = client.find(Locator::Css("#find")).await.unwrap();
    field.send_keys("gall").await.unwrap();
    client.find(Locator::Css("form button")).await.unwrap().click().await.unwrap();
    at(client, &blog, "/search?q=gall").await;
    assert!(client.find(Locator::Css(".suggestions")).await.is_err());
    follow(client, "article a[href='/2024/05/oak-gall-ink']").await;
    at(client, &blog, "/2024/05/oak-gall-ink").await;
    follow(client, "a[rel=prev]").await;
    at(client, &blog, "/2024/04/soot").await;
}

#[tokio::test]
async fn the_dark_is_dark() {
    let blog = blog().await;
    for (browser, paper) in
        [(Session::start().await, "rgb(253, 252, 249)"), (Session::in_the_dark().await, "rgb(21, 24, 29)")]
    {
        browser.client.goto(&blog.url("/")).await.unwrap();
        let shown = run(&browser.client, "return getComputedStyle(document.body).backgroundColor").await;
        assert_eq!(shown, paper);
    }
}
