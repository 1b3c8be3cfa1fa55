//! What is a hashtag and what is not.

use inkstand_markup::{RenderOptions, render};
use inkstand_model::Format;

use crate::{html, markdown};

fn check(source: &str, expected: &[&str]) {
    assert_eq!(markdown(source).hashtags, expected, "{source}");
}

#[test]
fn hashtags() {
    check("#rust", &["rust"]);
    check("on #Rust and (#SQLite), #rust again, \"#go\".", &["rust", "sqlite", "go"]);
    check(
        "#über #日本語 #हिन्दी #ру́сский #snake_case #web25 #25web",
        &["über", "日本語", "हिन्दी", "ру́сский", "snake_case", "web25", "25web"],
    );
    check("#e\u{301}te\u{301}", &["été"]);
    check("#rust-lang #a.b #c's", &["rust", "a", "c"]);
    check("**#a** *b*#c [d](e)#f", &["a"]);
    check("a<br>#b\n#c\n\n> #d\n\n- #e\n\n| #f |\n|---|\n| #g |", &["b", "c", "d", "e", "f", "g"]);
    check("# Title of #one", &["one"]);
    check("#a\\_b", &["a_b"]);
}

#[test]
fn no_hashtags() {
    check("`#a` <code>#b</code> <kbd>#c</kbd>\n\n```\n#d\n```\n\n    #e", &[]);
    check(
        "[#a](/b) <a href=\"/#c\">d</a> <span title=\"#e\">f</span> https://a.example/#g www.a.example/#h",
        &[],
    );
    check("C# F#x a#b _#c 1#d é#e ##f &#39; &#x41; &#a; x/#g ?x=#h", &[]);
    check("\\#escaped and \\\\\\#too", &[]);
    check("# Heading\n\n## Second", &[]);
    check("#1 #2024 #_ #", &[]);
    check(&format!("#{}", "a".repeat(101)), &[]);
}

#[test]
fn colours_and_words() {
    for colour in [
        "#fff",
        "#FFF",
        "#ffff",
        "#ffffff",
        "#a1b2c3",
        "#c0ffee",
        "#00f",
        "#12345678",
        "#aabbcc",
        "#AABBCCDD",
    ] {
        check(colour, &[]);
    }
    for word in ["bad", "cafe", "decade", "facade", "abc", "add", "abcde", "fffff", "a1b2c", "c0ffees"] {
        check(&format!("#{word}"), &[word]);
    }
}

#[test]
fn hashtags_are_linked() {
    for (source, expected) in [
        ("a #Rust b", "<p>a <a class=\"hashtag\" href=\"/search?q=%23rust\">#Rust</a> b</p>\n"),
        ("#é_1", "<p><a class=\"hashtag\" href=\"/search?q=%23%C3%A9_1\">#é_1</a></p>\n"),
        ("\\#rust", "<p>#rust</p>\n"),
        ("&lt;#b&gt;", "<p>&lt;<a class=\"hashtag\" href=\"/search?q=%23b\">#b</a>&gt;</p>\n"),
    ] {
        assert_eq!(markdown(source).html, expected);
    }
    assert_eq!(html("<i>#b</i>").html, "<i><a class=\"hashtag\" href=\"/search?q=%23b\">#b</a></i>");
    let options = RenderOptions { hashtag_href: "/tags/?a=\"&t=".to_owned() };
    assert_eq!(
        render("#b", Format::Markdown, &options).html,
        "<p><a class=\"hashtag\" href=\"/tags/?a=&quot;&amp;t=b\">#b</a></p>\n"
    );
}
