//! Excerpts: of a body and of their own.

use inkstand_markup::{RenderOptions, render_excerpt};

use crate::{html, markdown};

#[test]
fn excerpts_of_bodies() {
    let check = |source: &str, html: &str, text: &str| {
        let rendered = markdown(source);
        assert_eq!(
            (rendered.excerpt_html.trim_end(), rendered.excerpt_text.as_str()),
            (html, text),
            "{source}"
        );
    };
    check("", "", "");
    check("a *b*\nc\n\nd", "<p>a <em>b</em>\nc</p>", "a b c");
    check("# T\n\na\n\n<!--more-->\n\nb", "<h1>T</h1>\n<p>a</p>", "T a");
    check("a\n\n<!-- more -->\n\nb", "<p>a</p>", "a");
    check("a **b <!--more--> c** d", "<p>a <strong>b </strong></p>", "a b");
    check("> a\n>\n> <!--more-->\n>\n> b", "<blockquote>\n<p>a</p>\n</blockquote>", "a");
    check("<!--more-->\n\na", "<p>a</p>", "a");
    check("```\n<!--more-->\n```\n\na", "<p>a</p>", "a");
    check("# T\n\n![x](y.png)\n\na\n\nb", "<p>a</p>", "a");
    check("a[^1] b\n\n[^1]: c", "<p>a b</p>", "a b");
    check("<p id=x>a</p>", "<p>a</p>", "a");
    check("<figure><p>x</p></figure>\n\na", "<p>a</p>", "a");
    check("# T\n\n- a\n- b", "<p>a</p>", "a");
    check("see #rust", "<p>see <a class=\"hashtag\" href=\"/search?q=%23rust\">#rust</a></p>", "see #rust");
    check("```\ncode\n```", "", "");
}

#[test]
fn excerpts_of_html() {
    for (source, expected) in [
        ("<div>a <b>b</b><br>c</div><div>d</div>", "<p>a <b>b</b><br>c</p>"),
        ("a<div>b</div>", "<p>a</p>"),
        ("<b>a<div>b</div></b>", "<p><b>a</b></p>"),
        ("<h1>a</h1>", ""),
        ("<p>a<!--more-->b</p>", "<p>a</p>"),
    ] {
        assert_eq!(html(source).excerpt_html, expected, "{source}");
    }
}

#[test]
fn a_paragraph_without_end_is_cut() {
    let rendered = markdown(&format!("a **{}**", "word ".repeat(1_000).trim_end()));
    assert!(rendered.excerpt_text.ends_with(" word…"), "{}", rendered.excerpt_text);
    assert!(rendered.excerpt_html.ends_with("word…</strong></p>"));
    assert!(rendered.excerpt_text.len() <= 1_510);
    let marked = markdown(&format!("{}\n\n<!--more-->\n\nb", "word ".repeat(1_000)));
    assert_eq!(marked.excerpt_text.split(' ').count(), 1_000);
}

#[test]
fn excerpts_of_their_own() {
    for (source, html, text) in [
        ("", "", ""),
        ("Plain & simple", "<p>Plain &amp; simple</p>", "Plain & simple"),
        ("a *b* [c](/d)", "<p>a <em>b</em> <a href=\"/d\">c</a></p>", "a b c"),
        ("# a\n\n- b\n- c\n\n> d", "<p>a\n\n\n\n\nb\n\n\nc\n\n\n\n\n\n\nd</p>", "a b c d"),
        ("a[^1]\n\n[^1]: b", "<p>a</p>", "a"),
        ("<script>x</script><p id=a onclick=b>c</p>", "<p>c</p>", "c"),
        ("![a](b.png)", "<p><img src=\"b.png\" alt=\"a\"></p>", ""),
        ("`code` <!-- x -->", "<p><code>code</code></p>", "code"),
    ] {
        let excerpt = render_excerpt(source, &RenderOptions::default());
        assert_eq!((excerpt.html.as_str(), excerpt.text.as_str()), (html, text), "{source}");
    }
}
