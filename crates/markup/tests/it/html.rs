//! The HTML of bodies: CommonMark, GitHub's extensions, the HTML that may pass.

use crate::{html, markdown};

#[test]
fn markdown_to_html() {
    let check = |source: &str, expected: &str| assert_eq!(markdown(source).html.trim(), expected, "{source}");
    check("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>");
    check("~~gone~~", "<p><del>gone</del></p>");
    check("a\\*b\\_c", "<p>a*b_c</p>");
    check(
        "see https://a.example/x?y=1&z=2.",
        "<p>see <a href=\"https://a.example/x?y=1&amp;z=2\">https://a.example/x?y=1&amp;z=2</a>.</p>",
    );
    check("[a](/b \"c\")", "<p><a href=\"/b\" title=\"c\">a</a></p>");
    check("![a](b.png \"c\")", "<p><img src=\"b.png\" alt=\"a\" title=\"c\"></p>");
    check(
        "| a | b |\n|:-:|--:|\n| c | d |",
        "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n\
         <tr>\n<td align=\"center\">c</td>\n<td align=\"right\">d</td>\n</tr>\n</tbody>\n</table>",
    );
    check(
        "- [x] done\n- [ ] open",
        "<ul class=\"contains-task-list\">\n\
         <li class=\"task-list-item\"><input type=\"checkbox\" class=\"task-list-item-checkbox\" checked=\"\" disabled=\"\"> done</li>\n\
         <li class=\"task-list-item\"><input type=\"checkbox\" class=\"task-list-item-checkbox\" disabled=\"\"> open</li>\n</ul>",
    );
    check(
        "a[^n]\n\n[^n]: b",
        "<p>a<sup class=\"footnote-ref\"><a href=\"#fn-n\" id=\"fnref-n\">1</a></sup></p>\n\
         <section class=\"footnotes\">\n<ol>\n<li id=\"fn-n\">\n\
         <p>b <a href=\"#fnref-n\" class=\"footnote-backref\" aria-label=\"Back to reference 1\">↩</a></p>\n</li>\n</ol>\n</section>",
    );
    check(
        "a <kbd>b</kbd> <sup>c</sup>\n\n<div>\n\n*d*\n\n</div>",
        "<p>a <kbd>b</kbd> <sup>c</sup></p>\n<div>\n<p><em>d</em></p>\n</div>",
    );
    check("a\0b\u{1}c &#1;d", "<p>abc d</p>");
    check(
        "{% image \"a_b.png\" %}\n\n[x]({{ \"/\" | url }})",
        "<p>{% image \"a_b.png\" %}</p>\n<p>[x]({{ \"/\" | url }})</p>",
    );
    check("<!-- a -->\n\nb", "<p>b</p>");
}

#[test]
fn html_that_passes() {
    for same in [
        "<details open=\"\"><summary>a</summary>b</details>",
        "<figure><img src=\"/a.png\" alt=\"b\" width=\"1\" height=\"2\" loading=\"lazy\" title=\"c\"><figcaption>d</figcaption></figure>",
        "<abbr title=\"a\">b</abbr> <kbd>c</kbd> <sup>d</sup> <sub>e</sub>",
        "<video src=\"https://a.example/b.mp4\" controls=\"\" poster=\"/c.png\"><track src=\"d.vtt\"></video>",
        "<audio controls=\"\"><source src=\"/a.ogg\" type=\"audio/ogg\"></audio>",
        "<table><tbody><tr><th scope=\"row\" align=\"left\">a</th><td colspan=\"2\">b</td></tr></tbody></table>",
        "<a href=\"mailto:a@b.example\" rel=\"me nofollow\">a</a>",
        "<a href=\"//a.example/\" target=\"_blank\" rel=\"noopener\">a</a>",
        "<pre><code class=\"language-x\">a</code></pre>",
        "<pre>\n\na</pre>",
        "<ol start=\"3\" reversed=\"\"><li value=\"7\">a</li></ol>",
        "<p lang=\"ar\" dir=\"rtl\">a</p>",
    ] {
        assert_eq!(html(same).html, same);
    }
}

#[test]
fn html_that_changes() {
    for (source, expected) in [
        ("<a href=/ target=_blank>a</a>", "<a href=\"/\" target=\"_blank\" rel=\"noopener\">a</a>"),
        ("<a href=/ target=_top rel='opener me'>a</a>", "<a href=\"/\" rel=\"me\">a</a>"),
        ("<div class='modal hashtag' style='color:red'>a</div>", "<div>a</div>"),
        ("<input><input type=checkbox><input type=text value=a>", "<input type=\"checkbox\" disabled=\"\">"),
        ("<iframe src=//a.example>a</iframe><form action=/><button>b</button></form>", "b"),
        ("<video src=data:video/mp4,a poster=javascript:b></video>", "<video></video>"),
        ("<noscript><img src=x></noscript><template>a</template><title>b</title>", ""),
    ] {
        assert_eq!(html(source).html, expected, "{source}");
    }
}
