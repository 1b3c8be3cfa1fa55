//! Every template, with everything in it that it can show.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use inkstand_model::{Marked, MarkedPart};
use inkstand_web::{
    Card, ContentsLine, Counted, Date, EntryPage, FacetGroup, FacetValue, FeedLine, FeedLink, FeedsPage,
    Frame, Group, Hit, Href, IndexPage, Link, ListPage, MenuLine, NothingPage, Pager, Person, Picture,
    SafeHtml, SearchPage, SeriesPlace, ShareCard, Translation,
};

/// What a text looks like that would be markup.
const EVIL: &str = "<i>\"'&";

fn href(address: &str) -> Href {
    Href::parse(address).unwrap()
}

fn link(text: &str, address: &str) -> Link {
    Link { text: text.to_owned(), href: href(address) }
}

fn date() -> Date {
    Date { shown: "1 May 2024".to_owned(), exact: "2024-05-01T10:00:00Z".to_owned() }
}

fn person() -> Person {
    Person {
        name: format!("Ada {EVIL}"),
        href: href("/author/ada"),
        url: href("https://blog.example/author/ada"),
    }
}

fn picture() -> Picture {
    Picture {
        src: href("/a.png?x=1&y=2"),
        url: href("https://blog.example/a.png"),
        alt: EVIL.to_owned(),
        caption: SafeHtml::sanitised("A <em>gall</em>".to_owned()),
    }
}

fn line(label: &str, address: &str, children: Vec<MenuLine>) -> MenuLine {
    MenuLine { label: label.to_owned(), href: href(address), is_here: address == "/", children }
}

fn frame() -> Frame {
    Frame {
        site_title: format!("Ink {EVIL}"),
        tagline: "On paper".to_owned(),
        language: "en".to_owned(),
        base: "/blog".to_owned(),
        title: format!("Galls {EVIL}"),
        description: EVIL.to_owned(),
        canonical: Some(href("https://blog.example/galls")),
        is_hidden: true,
        translations: vec![
            Translation {
                language: "de".to_owned(),
                title: "Gallen".to_owned(),
                url: href("https://blog.example/gallen"),
                is_here: false,
            },
            Translation {
                language: "en".to_owned(),
                title: "Galls".to_owned(),
                url: href("https://blog.example/galls"),
                is_here: true,
            },
        ],
        feeds: vec![FeedLink {
            title: EVIL.to_owned(),
            media_type: "application/atom+xml",
            href: href("/blog/atom.xml"),
        }],
        card: ShareCard {
            is_article: true,
            picture: Some(picture()),
            published: Some("2024-05-01T10:00:00Z".to_owned()),
            modified: Some("2024-05-02T10:00:00Z".to_owned()),
            authors: vec![href("https://blog.example/author/ada")],
            tags: vec![EVIL.to_owned()],
            locale: "en".to_owned(),
        },
        menu: vec![line("Home", "/", vec![line("Below", "/b", vec![line("Deep", "/c", Vec::new())])])],
        footer: vec![line(EVIL, "/imprint", Vec::new())],
        ..Frame::default()
    }
}

fn card() -> Card {
    Card {
        title: format!("Iron {EVIL}"),
        href: href("/iron"),
        published: Some(date()),
        authors: vec![person(), person()],
        tags: vec![link(EVIL, "/tag/a")],
        excerpt: SafeHtml::sanitised("<p>Iron &amp; galls</p>".to_owned()),
        reading_minutes: 3,
        language: Some("de".to_owned()),
        is_featured: true,
    }
}

/// A snapshot without what changes with every style.
fn shown(html: &str) -> String {
    assert!(!html.contains("<i>"), "{html}");
    let mut lines = String::new();
    for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let digest = line.find("/static/").and_then(|at| line[at..].find('.').map(|dot| at + dot));
        match digest {
            Some(dot) => lines.push_str(&format!("{}.DIGEST{}", &line[..dot], &line[dot + 17..])),
            None => lines.push_str(line),
        }
        lines.push('\n');
    }
    lines
}

#[test]
fn a_post_with_everything() {
    let page = EntryPage {
        frame: frame(),
        is_post: true,
        title: format!("Galls {EVIL}"),
        language: Some("de".to_owned()),
        stage: Some("draft"),
        published: Some(date()),
        updated: Some(date()),
        authors: vec![person(), person(), person()],
        categories: vec![link(EVIL, "/category/a")],
        tags: vec![link("b", "/tag/b"), link(EVIL, "/tag/a")],
        reading_minutes: 3,
        word_count: 700,
        cover: Some(picture()),
        contents: vec![ContentsLine { depth: 2, text: EVIL.to_owned(), anchor: "a".to_owned() }],
        body: SafeHtml::sanitised("<p>Galls.</p>".to_owned()),
        series: Some(SeriesPlace {
            series: link(EVIL, "/series/a"),
            position: 12,
            length: 23,
            previous: Some(link(EVIL, "/p")),
            next: Some(link(EVIL, "/n")),
        }),
        newer: Some(link(EVIL, "/n")),
        older: Some(link(EVIL, "/o")),
        related: vec![card()],
        above: vec![link(EVIL, "/above")],
        below: vec![link(EVIL, "/below")],
        share: vec![link("E-mail", "mailto:?subject=x&body=y")],
        permalink: href("https://blog.example/galls"),
    };
    insta::assert_snapshot!(shown(&page.html().unwrap()));
}

#[test]
fn a_list_with_everything() {
    let page = ListPage {
        frame: frame(),
        kind: "Tag",
        heading: EVIL.to_owned(),
        description: EVIL.to_owned(),
        picture: Some(picture()),
        website: Some(href("https://ada.example/?a&b")),
        above: vec![link(EVIL, "/above")],
        below: vec![link(EVIL, "/below")],
        cards: vec![card()],
        numbered_from: Some(11),
        total: 12,
        pager: Pager { number: 2, pages: 3, previous: Some(href("/p")), next: Some(href("/n")) },
    };
    let html = page.html().unwrap();
    insta::assert_snapshot!(shown(&html[html.find("<main").unwrap()..html.find("</main>").unwrap()]));
}

#[test]
fn a_search_with_everything() {
    let marked = || Marked {
        parts: vec![
            MarkedPart { text: EVIL.to_owned(), hit: true },
            MarkedPart { text: " & more".to_owned(), hit: false },
        ],
    };
    let value = |is_chosen| FacetValue { label: EVIL.to_owned(), count: 3, is_chosen, href: href("/s?a&b") };
    let page = SearchPage {
        frame: Frame { has_own_search: true, ..frame() },
        text: EVIL.to_owned(),
        is_asked: true,
        chosen: vec![("tag", EVIL.to_owned())],
        total: 1,
        is_complete: false,
        corrected: Some(EVIL.to_owned()),
        did_you_mean: Some(link(EVIL, "/search?q=x")),
        facets: vec![FacetGroup { label: "Tags", values: vec![value(true), value(false)] }],
        hits: vec![Hit {
            title: marked(),
            href: href("/hit"),
            passages: vec![marked()],
            published: Some(date()),
            language: Some("de".to_owned()),
        }],
        pager: Pager::default(),
        feed: Some(href("/search/atom.xml?q=a&tag=b")),
    };
    let html = page.html().unwrap();
    insta::assert_snapshot!(shown(&html[html.find("<main").unwrap()..html.find("</main>").unwrap()]));
}

#[test]
fn the_rest() {
    let index = IndexPage {
        frame: frame(),
        heading: "Archive",
        groups: vec![Group {
            heading: EVIL.to_owned(),
            href: Some(href("/2024")),
            lines: vec![Counted { text: EVIL.to_owned(), href: href("/2024/05"), count: 3, depth: 1 }],
        }],
    };
    let feeds = FeedsPage {
        frame: frame(),
        lines: vec![FeedLine {
            name: EVIL.to_owned(),
            atom: href("/atom.xml"),
            rss: href("/rss.xml"),
            json: href("/feed.json"),
        }],
    };
    let nothing = NothingPage { frame: frame(), is_gone: false, suggestions: vec![link(EVIL, "/a")] };
    let gone = NothingPage { is_gone: true, ..nothing.clone() };
    let pages = [index.html(), feeds.html(), nothing.html(), gone.html()];
    let mains = pages.map(|html| {
        let html = html.unwrap();
        shown(&html[html.find("<main").unwrap()..html.find("</main>").unwrap()])
    });
    insta::assert_snapshot!(mains.join("\n"));
}
