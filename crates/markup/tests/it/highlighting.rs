//! Colours for code.

use crate::{html, markdown};

#[test]
fn known_languages_get_classes() {
    let check = |language: &str, code: &str, expected: &str| {
        let rendered = markdown(&format!("```{language}\n{code}\n```"));
        let html = format!("<pre><code class=\"language-{language}\">{expected}</code></pre>\n");
        assert_eq!(rendered.html, html);
        assert_eq!(rendered.text, code);
    };
    check(
        "rust",
        "let a = \"<b>\"; // c",
        "<span class=\"hl-keyword\">let</span> a <span class=\"hl-operator\">=</span> \
         <span class=\"hl-string\">\"&lt;b&gt;\"</span>; <span class=\"hl-comment\">// c\n</span>",
    );
    check("toml", "a = 1", "<span class=\"hl-tag\">a</span> = <span class=\"hl-number\">1</span>\n");
    check("diff", "-a\n+b", "<span class=\"hl-deleted\">-a\n</span><span class=\"hl-inserted\">+b\n</span>");
    check("nosuch", "let a = 1;", "let a = 1;\n");
    check("text", "let a = 1;", "let a = 1;\n");
    check(
        "html",
        "<script>a(1)</script>",
        "&lt;<span class=\"hl-tag\">script</span>&gt;<span class=\"hl-function\">a</span>\
         (<span class=\"hl-number\">1</span>)&lt;/<span class=\"hl-tag\">script</span>&gt;\n",
    );
}

#[test]
fn common_languages_are_known() {
    let mut plain = Vec::new();
    for (language, code) in [
        ("bash", "if a; then b; fi"),
        ("c", "int a = 1;"),
        ("console", "echo \"a\""),
        ("cpp", "int a = 1;"),
        ("css", "a { color: red }"),
        ("dockerfile", "FROM a"),
        ("elixir", "def a do 1 end"),
        ("go", "func a() {}"),
        ("golang", "func a() {}"),
        ("graphql", "query { a }"),
        ("haskell", "a = 1"),
        ("java", "class A {}"),
        ("javascript", "let a = 1"),
        ("js", "let a = 1"),
        ("json", "{\"a\": 1}"),
        ("jsx", "let a = <b/>"),
        ("kotlin", "fun a() {}"),
        ("lua", "local a = 1"),
        ("makefile", "a: b"),
        ("markdown", "# a"),
        ("nginx", "server { listen 80; }"),
        ("nix", "{ a = 1; }"),
        ("php", "<?php $a = 1;"),
        ("python", "def a(): pass"),
        ("py", "def a(): pass"),
        ("rb", "def a; end"),
        ("ruby", "def a; end"),
        ("rs", "fn a() {}"),
        ("Rust", "fn a() {}"),
        ("scala", "val a = 1"),
        ("scss", "$a: 1px;"),
        ("sh", "if a; then b; fi"),
        ("shell", "if a; then b; fi"),
        ("sql", "SELECT 1"),
        ("svelte", "<a>b</a>"),
        ("swift", "let a = 1"),
        ("ts", "let a: string = 1"),
        ("tsx", "let a = <b/>"),
        ("typescript", "let a: string = 1"),
        ("vue", "<template><a/></template>"),
        ("xml", "<a b=\"c\"/>"),
        ("yaml", "a: 1"),
        ("yml", "a: 1"),
        ("zig", "const a = 1;"),
        ("zsh", "if a; then b; fi"),
    ] {
        let rendered = markdown(&format!("```{language}\n{code}\n```"));
        if !rendered.html.contains("class=\"hl-") {
            plain.push(language);
        }
    }
    assert_eq!(plain, Vec::<&str>::new());
}

#[test]
fn html_that_names_its_language_in_other_ways() {
    for source in [
        "<pre><code class='language-rust x'>fn a() {}</code></pre>",
        "<pre class=lang-rust><code>fn a() {}</code></pre>",
    ] {
        let highlighted = html(source).html;
        assert!(highlighted.contains("<span class=\"hl-keyword\">fn</span>"), "{highlighted}");
    }
}

#[test]
fn what_is_highlighted_already_stays() {
    let once = markdown("```rust\nfn a() {}\n```").html;
    assert_eq!(html(&once).html, once);
}

#[test]
fn long_code_and_long_lines_stay_plain() {
    for code in [format!("let a = {};", "1".repeat(1_001)), "let a = 1;\n".repeat(7_000)] {
        assert!(!markdown(&format!("```rust\n{code}\n```")).html.contains("<span"));
    }
}
