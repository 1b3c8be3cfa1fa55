//! Headings, their anchors, and what becomes of other ids.

use crate::{html, markdown};

fn check(source: &str, expected: &[(u8, &str, &str)]) {
    let rendered = markdown(source);
    let headings: Vec<(u8, &str, &str)> =
        rendered.headings.iter().map(|h| (h.level, h.text.as_str(), h.anchor.as_str())).collect();
    assert_eq!(headings, expected, "{source}");
    for heading in &rendered.headings {
        let tag = format!("<h{} id=\"{}\">", heading.level, heading.anchor);
        assert_eq!(rendered.html.matches(&tag).count(), 1, "{tag} in {}", rendered.html);
    }
}

#[test]
fn anchors() {
    check(
        "# One\n\n## Two *words* & `code`\n\nThree\n---",
        &[(1, "One", "one"), (2, "Two words & code", "two-words-code"), (2, "Three", "three")],
    );
    check("# Über #rust\n# 日本語", &[(1, "Über #rust", "über-rust"), (1, "日本語", "日本語")]);
    check("# !!!\n# ![a](b)\n#", &[(1, "!!!", "section"), (1, "", "section-2"), (1, "", "section-3")]);
    check("# a\n# a\n# a", &[(1, "a", "a"), (1, "a", "a-2"), (1, "a", "a-3")]);
    check("# a\n# a\n# a-2\n# a", &[(1, "a", "a"), (1, "a", "a-3"), (1, "a-2", "a-2"), (1, "a", "a-4")]);
    check("# a[^1]\n\n[^1]: b", &[(1, "a", "a")]);
    check("# fn a\n\nb[^a]\n\n[^a]: c", &[(1, "fn a", "fn-a-2")]);
    check("# <b id=x>a</b>", &[(1, "a", "a")]);
    check("<h3 id=\"other\">a <h4>b</h4>", &[(3, "a", "a"), (4, "b", "b")]);
}

#[test]
fn ids_of_authors_are_prefixed_and_links_follow() {
    for (source, expected) in [
        (
            "<a href=#Top>x</a><p id=Top>y</p>",
            "<a href=\"#user-content-Top\">x</a><p id=\"user-content-Top\">y</p>",
        ),
        ("<a name=a></a><a href=#a>x</a>", "<a id=\"user-content-a\"></a><a href=\"#user-content-a\">x</a>"),
        ("<h2 id=old>New</h2><a href=#old>x</a>", "<h2 id=\"new\">New</h2><a href=\"#new\">x</a>"),
        ("<i id=a>x</i><i id=a>y</i>", "<i id=\"user-content-a\">x</i><i>y</i>"),
        ("<i id=user-content-a>x</i>", "<i id=\"user-content-a\">x</i>"),
        ("<a href=#elsewhere>x</a>", "<a href=\"#elsewhere\">x</a>"),
        (
            "<a href=#%C3%A9>x</a><i id=é>y</i>",
            "<a href=\"#user-content-é\">x</a><i id=\"user-content-é\">y</i>",
        ),
        ("<img id=a name=getElementById src=x>", "<img id=\"user-content-a\" src=\"x\">"),
    ] {
        assert_eq!(html(source).html, expected, "{source}");
    }
}
