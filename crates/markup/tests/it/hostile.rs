//! Texts that are made to hang, to overflow the stack or to blow up. Each is rendered on a small stack, in time.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use inkstand_markup::{RenderOptions, render, render_excerpt};
use inkstand_model::Format;

use crate::safety::faults;

/// Measured at `opt-level = 1` on two busy cores: at most two seconds, but four for 1.7 million `<p>`; without any
/// optimisation of this crate, twice to five times that. A blow-up takes minutes.
const LIMIT: Duration = Duration::from_secs(30);

const STACK: usize = 2 << 20;
const JUDGED: usize = 2 << 20;
const FIVE_MEGABYTES: usize = 5 << 20;

fn check(name: &'static str, format: Format, source: String) {
    let bytes = source.len();
    let run = move || {
        let start = Instant::now();
        let rendered = render(&source, format, &RenderOptions::default());
        let took = start.elapsed();
        if format == Format::Markdown && source.len() < 500_000 {
            let _ = render_excerpt(&source, &RenderOptions::default());
        }
        (took, rendered)
    };
    let (took, rendered) = thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
    println!(
        "{name:<34} {format:?} {:>5} KB in, {:>6} KB out, {took:>7.2?}",
        bytes >> 10,
        rendered.html.len() >> 10
    );
    assert!(took < LIMIT, "{name} took {took:?}");
    // To judge takes longer than to render; the large ones are more of the same.
    for html in [&rendered.html, &rendered.excerpt_html].into_iter().filter(|html| html.len() < JUDGED) {
        assert_eq!(faults(html), Vec::<String>::new(), "{name}");
    }
}

fn numbered(count: usize, mut piece: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    for n in 0..count {
        piece(&mut text, n);
    }
    text
}

/// Bytes that look random and are the same every time.
fn garbage(bytes: usize, alphabet: &[&str]) -> String {
    let mut text = String::with_capacity(bytes + 16);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()]);
    }
    text
}

#[test]
fn markdown_nested_without_end() {
    for (name, source) in [
        ("quotes", ">".repeat(100_000)),
        ("quotes, spaced", "> ".repeat(100_000)),
        ("quotes over many lines", format!("{}\n", "> ".repeat(500)).repeat(1_000)),
        ("brackets", "[".repeat(100_000)),
        ("brackets, both", format!("{}a{}", "[".repeat(100_000), "]".repeat(100_000))),
        ("images", "![".repeat(100_000)),
        ("links never closed", "[a](b".repeat(100_000)),
        ("links in links", "[a](<b".repeat(100_000)),
        ("stars", "*".repeat(100_000)),
        ("stars and letters", "*a ".repeat(100_000)),
        ("strong, nested", format!("{}a{}", "**a ".repeat(50_000), "b**".repeat(50_000))),
        ("underscores mixed", "a**b_c* ".repeat(50_000)),
        ("tildes", "~~a ".repeat(100_000)),
        ("quotes, a million", ">".repeat(1_000_000)),
        ("lists on one line", "- ".repeat(100_000)),
        ("lists of two kinds", "+ - ".repeat(100_000)),
        ("lists and blank lines", format!("{}a{}", "1. ".repeat(60), "\n".repeat(500_000))),
        ("footnotes in footnotes", "[^a]: ".repeat(20_000)),
        ("numbers on one line", "1. ".repeat(100_000)),
        (
            "lists deeper and deeper",
            numbered(1_000, |text, n| writeln!(text, "{}- a", "  ".repeat(n)).unwrap()),
        ),
        ("backticks", numbered(2_000, |text, n| write!(text, "{} a ", "`".repeat(n % 500)).unwrap())),
        ("declarations", "<!A ".repeat(100_000)),
        ("comments", "<!--".repeat(100_000)),
        ("instructions", "<?".repeat(100_000)),
        ("entities", "&".repeat(100_000)),
        ("entities, numbered", "&#1;&#x0;&#xD800;&#99999999;".repeat(20_000)),
        ("footnotes", numbered(20_000, |text, n| write!(text, "[^{n}] ").unwrap())),
        ("a footnote often", format!("{}\n\n[^a]: b", "[^a] ".repeat(50_000))),
        ("references", format!("[a]: /{}\n\n{}", "x".repeat(10_000), "[a] ".repeat(50_000))),
        ("definitions", numbered(50_000, |text, n| writeln!(text, "[{n}]: /x").unwrap())),
        (
            "table, wide and short",
            format!("{}\n{}\n{}", "|a".repeat(5_000), "|-".repeat(5_000), "|\n".repeat(50_000)),
        ),
        ("headings of one name", "# a\n".repeat(50_000)),
        ("hashtags", "#a ".repeat(200_000)),
        ("hashtags, all different", numbered(100_000, |text, n| write!(text, "#a{n}z ").unwrap())),
        ("hashes", "#".repeat(500_000)),
        ("escapes", "\\#".repeat(200_000)),
        ("addresses", "www.a.b/#c ".repeat(50_000)),
        ("mail", "a@b.c".repeat(50_000)),
        ("colons", "http://".repeat(50_000)),
    ] {
        check(name, Format::Markdown, source);
    }
}

#[test]
fn html_nested_without_end() {
    for (name, source) in [
        ("div", "<div>".repeat(100_000)),
        ("div and p", "<div><p>".repeat(100_000)),
        ("b", "<b>".repeat(100_000)),
        ("b, all different", numbered(50_000, |text, n| write!(text, "<b x={n}>").unwrap())),
        (
            "b, and p that reopen them",
            numbered(3_000, |text, n| write!(text, "<b x={n}>").unwrap()) + &"<p>".repeat(100_000),
        ),
        (
            "b below every limit, and p",
            numbered(400, |text, n| write!(text, "<b x={n}>").unwrap()) + &"<p>".repeat(590),
        ),
        ("a and div", "<a><div>".repeat(50_000)),
        ("misnested", "<b><div></b>".repeat(50_000)),
        ("misnested, formatting", "<b><i></b></i>".repeat(50_000)),
        ("misnested, span", "<span><div></span>".repeat(50_000)),
        ("table", "<table>".repeat(50_000)),
        ("table and td", "<table><td>".repeat(50_000)),
        ("foster parents", format!("<table>{}", "<b>x<i>".repeat(50_000))),
        ("li", "<li>".repeat(200_000)),
        ("ul and li", "<ul><li>".repeat(50_000)),
        ("ends", "</p></div></b>".repeat(100_000)),
        ("headings", "<h1><div>".repeat(50_000)),
        ("svg", "<svg><g>".repeat(50_000)),
        ("math", "<math><mi>".repeat(50_000)),
        ("template", "<template>".repeat(100_000)),
        ("select", "<select><option>".repeat(50_000)),
        ("selected content", "<select><button><selectedcontent></button><option selected>a".repeat(20_000)),
        (
            "attributes",
            numbered(300_000, |text, n| write!(text, "{} a{n}", if n == 0 { "<p" } else { "" }).unwrap()),
        ),
        (
            "attributes with values",
            numbered(100_000, |text, n| {
                write!(text, "{} a{n}=\">\"", if n == 0 { "<p" } else { "" }).unwrap();
            }),
        ),
        (
            "attributes, many tags",
            numbered(4_000, |text, n| write!(text, "<p{}>", format!(" a{n}=1").repeat(90)).unwrap()),
        ),
        ("ids", numbered(50_000, |text, n| write!(text, "<i id=a{n}></i><a href=#a{n}>x</a>").unwrap())),
        ("one id", "<i id=a>x</i>".repeat(100_000)),
        ("entities", "&amp;&lt;&notin;&#x41;".repeat(100_000)),
        ("comments", "<!--x-->".repeat(200_000)),
        ("a comment without end", format!("<!--{}", "a ".repeat(1_000_000))),
        ("more", "<!--more-->".repeat(100_000)),
    ] {
        check(name, Format::Html, source);
    }
}

#[test]
fn garbage_of_five_megabytes() {
    let all: Vec<String> = (0_u8..=127).map(|byte| char::from(byte).to_string()).collect();
    let ascii: Vec<&str> = all.iter().map(String::as_str).collect();
    let tags =
        ["<b>", "</b>", "<p>", "</p>", "<div>", "</div>", "<table>", "<td>", "</table>", "<a href=x>", "x "];
    let marks =
        ["*", "_", "`", "[", "]", "(", ")", "\n", "> ", "- ", "#", "|", "a", " ", "<", "!", "\\", "&", "~"];
    let words = ["ink ", "stand ", "#tag ", "über ", "語", ".\n\n", "e\u{301}", "\u{0}", "\u{202e}", "😀 "];
    for format in [Format::Markdown, Format::Html] {
        check("ASCII", format, garbage(FIVE_MEGABYTES, &ascii));
        check("tags", format, garbage(FIVE_MEGABYTES, &tags));
        check("marks", format, garbage(FIVE_MEGABYTES, &marks));
        check("words", format, garbage(FIVE_MEGABYTES, &words));
        check("one word", format, "a".repeat(FIVE_MEGABYTES));
        check("NUL", format, "\0".repeat(FIVE_MEGABYTES));
        check("lines", format, "\n".repeat(FIVE_MEGABYTES));
        check("paragraphs", format, "<p>".repeat(FIVE_MEGABYTES / 3));
    }
}

#[test]
fn code_that_no_grammar_likes() {
    for language in
        ["rust", "js", "html", "markdown", "cpp", "perl", "sh", "php", "sql", "tsx", "python", "ruby"]
    {
        let block = |code: &str| format!("```{language}\n{code}\n```\n");
        check("code, one long line", Format::Markdown, block(&"(a".repeat(100_000)));
        check("code, much", Format::Markdown, block(&"fn main() { let a = \"b\"; } // c\n".repeat(4_000)));
        check(
            "code, too much",
            Format::Markdown,
            block(&"fn main() { let a = \"b\"; } // c\n".repeat(100_000)),
        );
        check("code, many blocks", Format::Markdown, block("let a = 1;").repeat(5_000));
        check("code, open brackets", Format::Markdown, block(&"({[<\n".repeat(4_000)));
        check(
            "code, lines at the limit",
            Format::Markdown,
            block(&format!("{}\n", "(a ".repeat(330)).repeat(120)),
        );
    }
}
