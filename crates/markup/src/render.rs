//! From a source to everything that is made of it.

use std::borrow::Cow;

use inkstand_model::{Format, Rendered};

use crate::fragment::{Piece, escape_text, is_xml, parse, write};
use crate::{anchor, excerpt, hashtag, highlight, markdown, reading, sanitise, text, weight};

/// Grows whenever the same source would give another [`Rendered`]: stored renderings of a lower version are stale.
pub const RENDER_VERSION: u32 = 1;

/// What a site decides about its renderings.
///
/// Stored renderings depend on it: who changes it renders anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// The address of a hashtag, less its word: `/search?q=%23` links `#rust` to `/search?q=%23rust`.
    pub hashtag_href: String,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { hashtag_href: "/search?q=%23".to_owned() }
    }
}

/// An excerpt that stands by itself, in the place of one that was cut from a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Safe HTML: one `<p>`, or empty where there is nothing to show.
    pub html: String,
    /// Its words without markup.
    pub text: String,
}

/// Renders the body of an entry. Every source renders to something.
#[must_use]
pub fn render(source: &str, format: Format, options: &RenderOptions) -> Rendered {
    let safe = safe_html(source, format);
    let mut pieces = parse(&safe);
    sanitise::tidy(&mut pieces);
    let (pieces, hashtags) = hashtag::link(pieces, &options.hashtag_href);
    let mut pieces = highlight::highlight(pieces);
    let headings = anchor::settle(&mut pieces);
    let text = text::plain(&pieces);
    let reading = reading::of(&text);
    let excerpt = excerpt::of_body(&pieces);
    Rendered {
        html: write(&pieces),
        excerpt_html: write(&excerpt),
        excerpt_text: text::folded(&excerpt),
        headings,
        hashtags,
        word_count: reading.words,
        reading_minutes: reading.minutes,
        text,
    }
}

/// Renders an excerpt that an author wrote beside the body: Markdown, of which one paragraph remains.
#[must_use]
pub fn render_excerpt(markdown: &str, options: &RenderOptions) -> Excerpt {
    let safe = safe_html(markdown, Format::Markdown);
    let mut pieces = parse(&safe);
    sanitise::tidy(&mut pieces);
    let (pieces, _) = hashtag::link(pieces, &options.hashtag_href);
    let excerpt: Vec<Piece<'_>> = excerpt::one_paragraph(pieces);
    Excerpt { html: write(&excerpt), text: text::folded(&excerpt) }
}

/// The source as HTML that is safe, and canonical as the sanitiser writes it.
fn safe_html(source: &str, format: Format) -> String {
    let source = without_controls(source);
    let html = match format {
        Format::Markdown if !markdown::is_bearable(&source) => return as_source(&source),
        Format::Markdown => Cow::Owned(markdown::to_html(&source)),
        Format::Html => Cow::Borrowed(&*source),
    };
    if weight::is_bearable(&html) { sanitise::sanitise(&html) } else { as_source(&source) }
}

/// Browsers ignore or replace control characters, and feeds, being XML, cannot hold them. They go before the
/// sanitiser looks: taken out behind it, they could glue a `java\u{1}script:` together.
fn without_controls(source: &str) -> Cow<'_, str> {
    if source.chars().all(is_xml) {
        Cow::Borrowed(source)
    } else {
        Cow::Owned(source.chars().filter(|&c| is_xml(c)).collect())
    }
}

/// The source itself to read, a paragraph for each of its own.
fn as_source(source: &str) -> String {
    let mut html = String::with_capacity(source.len() + 16);
    for paragraph in source.split("\n\n").filter(|p| !p.trim().is_empty()) {
        html.push_str("<p>");
        escape_text(paragraph.trim(), &mut html);
        html.push_str("</p>\n");
    }
    html
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: &[&str] = &[
        "<b>x</b>",
        "<p>x</p>",
        "<div id=a>",
        "</div>",
        "<a href=#a name=b target=_blank>y</a>",
        "<h2 id=x>z</h2>",
        "<pre>\n\n",
        "</pre>",
        "<img src=x onerror=y>",
        "<input type=checkbox>",
        "<!--more-->",
        "&lt;",
        "&nbsp;",
        "\"",
        "\n",
        "\n\n",
        "# ",
        "> ",
        "- ",
        "- [x] ",
        "```rust\nlet a = \"<b>\";\n```\n",
        "`x`",
        "*a*",
        "**b**",
        "[a](b)",
        "![c](d)",
        "[^1]",
        "\n[^1]: ",
        "#rust",
        "\\#",
        "https://a.b/#c",
        "\n\n| a | b |\n|:-:|---|\n| c |\n\n",
        "<br>",
        "<hr>",
        "<ul><li>x</ul>",
        "<details><summary>x</summary>y</details>",
        "<video src=x controls></video>",
    ];

    /// Found by the property below, once in many runs.
    #[test]
    fn a_comment_between_does_not_hide_a_newline_that_counts() {
        for source in
            ["<p>x</p><pre>\n\n<!--more-->\n[^1]: ", "<pre><!--more-->\nx</pre>", "<pre>\n<!-- x -->\n</pre>"]
        {
            for format in [Format::Markdown, Format::Html] {
                let rendered = render(source, format, &RenderOptions::default());
                for html in [&rendered.html, &rendered.excerpt_html] {
                    assert_eq!(&write(&parse(&sanitise::sanitise(html))), html, "{source:?}");
                }
            }
        }
    }

    proptest! {
        /// What the steps behind the sanitiser add is nothing that it would take away.
        #[test]
        fn to_sanitise_again_changes_nothing(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20)
        ) {
            let source = pieces.concat();
            for format in [Format::Markdown, Format::Html] {
                let rendered = render(&source, format, &RenderOptions::default());
                for html in [&rendered.html, &rendered.excerpt_html] {
                    prop_assert_eq!(&write(&parse(&sanitise::sanitise(html))), html);
                }
            }
        }
    }
}
