//! Small sites in the three dialects.

use inkstand_exchange::MarkdownSource;
use inkstand_model::{EntryKind, ImportItem};
use tempfile::TempDir;

use crate::archives::{Tree, file, folder, read, tar, zip};

/// One line an item, which is what its place decides.
fn lines(items: &[ImportItem]) -> Vec<String> {
    items
        .iter()
        .map(|item| {
            let kind = if item.kind == EntryKind::Page { "page" } else { "post" };
            let draft = if item.draft { " draft" } else { "" };
            let language = item.language.as_ref().map(|tag| format!(" {tag}")).unwrap_or_default();
            let key = item.translation_key.as_deref().unwrap_or_default();
            format!(
                "{} {kind}{draft}{language} {} <{key}>",
                item.source_path,
                item.slug.as_deref().unwrap_or("-")
            )
        })
        .collect()
}

fn check(tree: Tree<'_>, expected: &[&str], skipped: (u64, u64, u64)) {
    let dir = TempDir::new().unwrap();
    let root = folder(&dir, "site", tree);
    let outer: Vec<(String, &str)> =
        tree.iter().map(|(path, text)| (format!("site-main/{path}"), *text)).collect();
    let outer: Vec<(&str, &str)> = outer.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let zipped = file(&dir, "site.zip", &zip(&outer));
    for path in [&root, &zipped] {
        let (items, refusals) = read(path);
        assert_eq!(refusals, []);
        assert_eq!(lines(&items), expected);
        let mut source = MarkdownSource::open(path).unwrap();
        while source.next().is_some() {}
        let counts = source.skipped();
        assert_eq!((counts.sections, counts.other_markdown, counts.other_files), skipped);
    }
}

#[test]
fn a_jekyll_site() {
    check(
        &[
            ("_config.yml", "title: x"),
            ("_posts/2014-03-12-first.md", "---\nlayout: post\ntitle: First\n---\nHi"),
            ("_posts/2014-03-13-page.md", "---\nlayout: page\ntitle: A page among posts\n---\nHi"),
            ("_drafts/idea.md", "---\ntitle: Idea\n---\nHm"),
            ("news/_posts/2014-03-14-news.markdown", "---\ntitle: News\n---\nHi"),
            ("about.md", "---\ntitle: About\n---\nUs"),
            ("index.md", "---\nlayout: home\n---\n"),
            ("README.md", "# Read me"),
            ("_posts/README.md", "# How we write"),
            ("LICENSE.md", "MIT"),
            ("_includes/x.md", "---\ntitle: x\n---\n"),
            ("node_modules/x/README.md", "---\ntitle: x\n---\n"),
            (".github/x.md", "---\ntitle: x\n---\n"),
            ("assets/x.png", "PNG"),
        ],
        &[
            "_drafts/idea.md post draft idea <_drafts/idea>",
            "_posts/2014-03-12-first.md post first <_posts/2014-03-12-first>",
            "_posts/2014-03-13-page.md page page <_posts/2014-03-13-page>",
            "about.md page about <about>",
            "news/_posts/2014-03-14-news.markdown post news <news/_posts/2014-03-14-news>",
        ],
        (1, 5, 2),
    );
}

#[test]
fn a_hugo_site() {
    check(
        &[
            ("hugo.toml", "title = 'x'"),
            ("content/_index.md", "---\ntitle: Home\n---\n"),
            ("content/about.md", "---\ntitle: About\n---\n"),
            ("content/hello.md", "---\ntitle: Hello\ndate: 2014-03-12\n---\n"),
            ("content/posts/_index.fr.md", "---\ntitle: Articles\n---\n"),
            ("content/posts/a.md", "---\ntitle: A\n---\n"),
            ("content/posts/a.fr.md", "---\ntitle: A\n---\n"),
            ("content/posts/2014-03-12-b/index.md", "{\"title\": \"B\"}\nText"),
            ("content/posts/2014-03-12-b/index.pt-br.md", "+++\ntitle = 'B'\n+++\n"),
            ("content/posts/2014-03-12-b/photo.jpg", "JPG"),
            ("content/posts/node.js.md", "---\ntitle: Node\ntype: page\n---\n"),
            ("archetypes/default.md", "---\ntitle: '{{ replace .Name }}'\n---\n"),
            ("themes/x/README.md", "x"),
        ],
        &[
            "content/about.md page about <content/about>",
            "content/hello.md post hello <content/hello>",
            "content/posts/2014-03-12-b/index.md post b <content/posts/2014-03-12-b/index>",
            "content/posts/2014-03-12-b/index.pt-br.md post pt-br b <content/posts/2014-03-12-b/index>",
            "content/posts/a.fr.md post fr a <content/posts/a>",
            "content/posts/a.md post a <content/posts/a>",
            "content/posts/node.js.md page node.js <content/posts/node.js>",
        ],
        (2, 2, 2),
    );
}

#[test]
fn a_zola_site() {
    let post = "+++\ntitle = \"Zola\"\ndate = 2014-03-12\nupdated = 2015-01-02T10:00:00Z\npath = \"old/zola\"\n\
        aliases = [\"older\"]\nweight = 3\n[taxonomies]\ntags = [\"rust\", \"web\"]\ncategories = [\"code\"]\n\
        authors = [\"Jane\"]\nplaces = [\"here\"]\n[extra]\nimage = \"x.png\"\nmath = true\n+++\nText\n<!-- more -->\n";
    let dir = TempDir::new().unwrap();
    let root = folder(&dir, "site", &[("config.toml", ""), ("content/blog/zola.md", post)]);
    let (items, _) = read(&root);
    let item = &items[0];
    assert_eq!(item.tags, ["rust", "web"]);
    assert_eq!(item.categories, ["code"]);
    assert_eq!(item.authors[0].handle, "Jane");
    assert_eq!(item.path.as_deref(), Some("old/zola"));
    assert_eq!(item.aliases, ["older"]);
    assert_eq!(item.cover.as_ref().unwrap().src, "x.png");
    assert_eq!(item.source, "Text\n<!-- more -->\n");
    assert_eq!(
        item.extra.as_deref(),
        Some(r#"{"extra":{"math":true},"taxonomies":{"places":["here"]},"weight":3}"#)
    );
    assert_eq!(item.warnings, [""; 0]);
}

#[test]
fn drafts_stay_drafts_when_their_folder_is_all_there_is() {
    let dir = TempDir::new().unwrap();
    let root = folder(&dir, "_drafts", &[("a.md", "x")]);
    let packed = file(&dir, "x.tar", &tar(&[("_drafts/a.md", "x")]));
    for path in [root, packed] {
        let (items, _) = read(&path);
        assert!(items[0].draft);
        assert_eq!(items[0].source_path, "a.md");
    }
}
