//! The words alone, and how many.

use crate::{html, markdown};

#[test]
fn words_of_markdown() {
    let check = |source: &str, expected: &str| assert_eq!(markdown(source).text, expected, "{source}");
    check("", "");
    check("# T\n\na *b*\nc  d\n\n- e\n- f", "T\n\na b c d\n\ne\n\nf");
    check("a&amp;b &lt;c&gt; \\*", "a&b <c> *");
    check("a\\\nb", "a\nb");
    check("un**believ**able", "unbelievable");
    check("a `b` c\n\n```rust\nfn main() {\n    d\n}\n```\n\ne", "a b c\n\nfn main() {\n    d\n}\n\ne");
    check("| a | b |\n|---|---|\n| c | d |", "a b\n\nc d");
    check("a[^1] b.\n\n[^1]: Note.", "a b.\n\nNote.");
    check("<script>x</script><style>y</style>\n\na <!-- z --> b", "a b");
    check("![alt](a.png) b", "b");
    check(
        "{% image \"a_b.png\" %} and {{ \"/x/\" | url }}",
        "{% image \"a_b.png\" %} and {{ \"/x/\" | url }}",
    );
    check("#rust \\#x", "#rust #x");
}

#[test]
fn words_of_html() {
    for (source, expected) in [
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<p>a&nbsp;b<br>c</p>\n\n d", "a b\nc\n\nd"),
        ("<script>a</script><svg><text>b</text></svg>c<iframe>d</iframe>", "c"),
        ("a<b> b</b> <i>c</i>d", "a b cd"),
    ] {
        assert_eq!(html(source).text, expected, "{source}");
    }
}

#[test]
fn counts() {
    for (source, words, minutes) in
        [("", 0, 1), ("a **b**, c-d!", 4, 1), (&"word ".repeat(500), 500, 3), (&"語".repeat(1_200), 1_200, 3)]
    {
        let rendered = markdown(source);
        assert_eq!((rendered.word_count, rendered.reading_minutes), (words, minutes), "{source:.20}");
    }
}
