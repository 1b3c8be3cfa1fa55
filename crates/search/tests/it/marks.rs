//! What hits show.

use inkstand_model::{SearchDocument, SearchRequest};

use crate::blog::{Blog, asking, language, post};

fn shown(blog: &Blog, text: &str) -> (String, Vec<String>) {
    let results = blog.index.search(&SearchRequest { marks: true, ..asking(text) }).unwrap();
    let hit = &results.hits[0];
    (hit.title.as_ref().unwrap().html(), hit.body.iter().map(inkstand_model::Marked::html).collect())
}

#[test]
fn marks_show_what_matched() {
    let blog = Blog::of([
        post(1, "Launches <fast>", "We launched the café. Nothing else."),
        SearchDocument { language: language("ja"), ..post(2, "検索", "全文検索について") },
    ]);
    for (text, title, body) in [
        (
            "launching ",
            "<mark>Launches</mark> &lt;fast&gt;",
            "We <mark>launched</mark> the café. Nothing else.",
        ),
        ("cafe ", "Launches &lt;fast&gt;", "We launched the <mark>café</mark>. Nothing else."),
        (
            "launchde ",
            "<mark>Launches</mark> &lt;fast&gt;",
            "We <mark>launched</mark> the café. Nothing else.",
        ),
        ("noth", "Launches &lt;fast&gt;", "We launched the café. <mark>Nothing</mark> else."),
        ("\"the cafe\"", "Launches &lt;fast&gt;", "We launched <mark>the café</mark>. Nothing else."),
        ("fast -pony", "Launches &lt;<mark>fast</mark>&gt;", "We launched the café. Nothing else."),
        ("全文検索", "検索", "<mark>全文検索</mark>について"),
    ] {
        let (marked_title, bodies) = shown(&blog, text);
        if text != "全文検索" {
            assert_eq!(marked_title, title, "{text}");
        }
        assert_eq!(bodies, [body], "{text}");
    }
    assert!(blog.index.search(&asking("fast")).unwrap().hits[0].title.is_none());
}

#[test]
fn an_empty_body_shows_nothing() {
    let blog = Blog::of([post(1, "Title", "")]);
    assert_eq!(shown(&blog, "title"), ("<mark>Title</mark>".into(), vec![]));
}
