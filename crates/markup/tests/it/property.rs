//! What holds for any input.

use inkstand_markup::{RenderOptions, render, render_excerpt};
use inkstand_model::Format;
use proptest::prelude::*;

use crate::safety::faults;

/// Texts of the pieces that matter, in any order.
fn source() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "\\PC{0,12}",
        1 => any::<char>().prop_map(String::from),
        8 => prop::sample::select(PIECES).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

const PIECES: &[&str] = &[
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<div id=a>",
    "</div>",
    "<a href=javascript:x>",
    "<a href=#a name=b>",
    "</a>",
    "<table>",
    "<tr>",
    "<td align=left>",
    "</td>",
    "</table>",
    "<h1>",
    "</h1>",
    "<h2 id=x>",
    "</h2>",
    "<pre>",
    "<pre><code class=language-rust>",
    "</code></pre>",
    "<span data-escaped-char>",
    "</span>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<svg>",
    "</svg>",
    "<math><mtext>",
    "</math>",
    "<select><option>",
    "</select>",
    "<template>",
    "</template>",
    "<noscript>",
    "<textarea>",
    "<title>",
    "<img src=x onerror=y>",
    "<input type=checkbox>",
    "<form>",
    "</form>",
    "<!--more-->",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x",
    "<p title=\"",
    "\">",
    "'",
    "\"",
    "<",
    ">",
    "&",
    "&lt;",
    "&#1;",
    "&nbsp;",
    "\u{0}",
    "\n",
    "\n\n",
    "\n    ",
    "# ",
    "> ",
    "- ",
    "1. ",
    "- [x] ",
    "```rust\n",
    "\n```\n",
    "`",
    "*",
    "**",
    "_",
    "~~",
    "[",
    "](",
    ")",
    "![",
    "[^1]",
    "\n[^1]: ",
    "|",
    "\n|---|\n",
    "#rust",
    "\\#",
    "#fff",
    "https://a.b/#c",
    "<https://a.b>",
    "\t",
    "<br>",
    "<hr>",
    "<li>",
    "<ul>",
    "</ul>",
    "<details>",
    "<summary>",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_input_renders_to_something_safe(source in source()) {
        for format in [Format::Markdown, Format::Html] {
            let rendered = render(&source, format, &RenderOptions::default());
            prop_assert_eq!(faults(&rendered.html), Vec::<String>::new(), "{}", rendered.html);
            prop_assert_eq!(faults(&rendered.excerpt_html), Vec::<String>::new(), "{}", rendered.excerpt_html);
            prop_assert!(!rendered.excerpt_html.contains(" id=\""));
            prop_assert!(rendered.reading_minutes >= 1);
            for heading in &rendered.headings {
                let id = format!(" id=\"{}\"", heading.anchor);
                prop_assert_eq!(rendered.html.matches(&id).count(), 1, "{} in {}", id, rendered.html);
            }
            for text in [&rendered.html, &rendered.text, &rendered.excerpt_html, &rendered.excerpt_text] {
                let control = text.chars().find(|c| *c < ' ' && !matches!(c, '\n' | '\t' | '\r'));
                prop_assert_eq!(control, None, "{}", text);
            }
        }
    }

    #[test]
    fn any_excerpt_is_one_safe_paragraph(source in source()) {
        let excerpt = render_excerpt(&source, &RenderOptions::default());
        prop_assert_eq!(faults(&excerpt.html), Vec::<String>::new(), "{}", excerpt.html);
        prop_assert!(excerpt.html.is_empty() || excerpt.html.starts_with("<p>") && excerpt.html.ends_with("</p>"));
        prop_assert!(excerpt.html.matches("<p>").count() <= 1);
    }

    #[test]
    fn rendering_is_a_function(source in source()) {
        let options = RenderOptions::default();
        prop_assert_eq!(render(&source, Format::Markdown, &options), render(&source, Format::Markdown, &options));
    }
}
