//! What a file says, key by key.

use inkstand_exchange::parse_markdown;
use inkstand_model::{EntryKind, ImportDate, ImportItem};

fn item(path: &str, text: &str) -> ImportItem {
    parse_markdown(path, text.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal:?} of {text:?}"))
}

/// A file with a title and a date in its name, so that nothing but `front` can be odd about it.
fn yaml(front: &str) -> ImportItem {
    item("2014-03-12-name.md", &format!("---\n{front}\ntitle: Title\n---\nBody\n"))
}

fn date(item: &ImportItem) -> Option<String> {
    Some(match item.date? {
        ImportDate::Exact(instant) => instant.to_rfc3339(),
        ImportDate::Local(local) => local.to_string(),
    })
}

fn authors(item: &ImportItem) -> Vec<String> {
    item.authors
        .iter()
        .map(|author| {
            let parts = [&author.name, &author.url, &author.avatar, &author.bio];
            let parts: String =
                parts.iter().filter_map(|part| part.as_ref()).map(|part| format!("|{part}")).collect();
            format!("{}{parts}", author.handle)
        })
        .collect()
}

#[test]
fn all_notations_say_the_same() {
    let expected = item("2014-03-12-a.md", "---\ntitle: A\ntags: [x, y]\ndraft: true\nn: 1.5\n---\nBody\n");
    for text in [
        "\u{feff}---\r\ntitle: A\r\ntags:\r\n  - x\r\n  - y\r\ndraft: yes\r\nn: 1.5\r\n---\r\nBody\r\n",
        "---  \ntitle: 'A'\nTags: x, y\nDRAFT: true\nn: 1.5\n...\nBody\n",
        "+++\ntitle = \"A\"\ntags = [\"x\", \"y\"]\ndraft = true\nn = 1.5\n+++\nBody\n",
        "{\"title\": \"A\", \"tags\": [\"x\", \"y\"],\n\"draft\": true, \"n\": 1.5}\n\n\nBody\n",
    ] {
        let read = item("2014-03-12-a.md", text);
        assert_eq!(ImportItem { digest: expected.digest, ..read }, expected, "{text:?}");
    }
    assert_eq!(expected.extra.as_deref(), Some("{\"n\":1.5}"));
    assert_eq!((expected.source.as_str(), expected.warnings.len()), ("Body\n", 0));
}

#[test]
fn titles() {
    for (front, title) in [
        ("title: '  Spaced  '", "Spaced"),
        ("title: 2024", "2024"),
        ("title: 1.10", "1.10"),
        ("title: 007", "007"),
        ("title: no", "no"),
        ("title: true", "true"),
        ("title: Fish &amp; *Chips*", "Fish &amp; *Chips*"),
        ("title: |\n  Two\n  lines", "Two lines"),
        ("title: Two\n  lines", "Two lines"),
    ] {
        let item = item("2014-03-12-name.md", &format!("---\n{front}\n---\nBody"));
        assert_eq!((item.title.as_str(), item.warnings.len()), (title, 0), "{front}");
    }
    for (text, title, source, extra) in [
        ("# Hello\n\nBody", "Hello", "Body", None),
        ("Body", "My name", "Body", None),
        ("", "My name", "", None),
        ("---\ntitle: null\n---\nBody", "My name", "Body", None),
        ("---\ntitle:\n---\n# Hello\nBody", "Hello", "Body", None),
        ("---\ntitle: [a]\n---\nBody", "My name", "Body", Some("{\"title\":[\"a\"]}")),
        ("---\ntitle: \"\\x01\"\n---\nBody", "My name", "Body", Some("{\"title\":\"\\u0001\"}")),
        ("---\n---\nBody", "My name", "Body", None),
        ("---\n# a comment\n---\nBody", "My name", "Body", None),
        ("{{ template }}", "My name", "{{ template }}", None),
    ] {
        let item = item("2014-03-12-my-name.md", text);
        assert_eq!((item.title.as_str(), item.source.as_str()), (title, source), "{text:?}");
        assert_eq!(item.extra.as_deref(), extra, "{text:?}");
        assert!(!item.warnings.is_empty(), "{text:?}");
    }
}

#[test]
fn dates() {
    for (path, front, expected, warnings) in [
        ("a.md", "date: 2014-03-12", Some("2014-03-12T00:00:00"), 0),
        ("a.md", "date: 2014-03-12 10:00:00 -0500", Some("2014-03-12T15:00:00Z"), 0),
        ("a.md", "published_at: 2014-03-12T10:00:00+02:00", Some("2014-03-12T08:00:00Z"), 0),
        ("a.md", "publishDate: 2014-3-5", Some("2014-03-05T00:00:00"), 0),
        ("a.md", "date: 1394618400", Some("2014-03-12T10:00:00Z"), 1),
        ("2014-03-12-a.md", "date: soon", Some("2014-03-12T00:00:00"), 1),
        ("2014-03-12-a.md", "date: 2014-13-45", Some("2014-03-12T00:00:00"), 1),
        ("2024-12-5-a.md", "x: y", Some("2024-12-05T00:00:00"), 0),
        ("2024-12-5-a/index.md", "x: y", Some("2024-12-05T00:00:00"), 0),
        ("2024/12/05/a.md", "x: y", Some("2024-12-05T00:00:00"), 0),
        ("a.md", "path: 2014/03/12/a", Some("2014-03-12T00:00:00"), 0),
        ("a.md", "published: 1394618400", Some("2014-03-12T10:00:00Z"), 1),
        ("a.md", "date:", None, 1),
        ("a.md", "draft: true", None, 0),
        ("a.md", "type: page", None, 0),
    ] {
        let item = item(path, &format!("---\ntitle: x\n{front}\n---\n"));
        assert_eq!(date(&item).as_deref(), expected, "{front}");
        assert_eq!(item.warnings.len(), warnings, "{front}: {:?}", item.warnings);
    }
    for (toml, expected) in [
        ("1979-05-27T07:32:00Z", Some("1979-05-27T07:32:00Z")),
        ("1979-05-27T00:32:00-07:00", Some("1979-05-27T07:32:00Z")),
        ("1979-05-27T07:32:00", Some("1979-05-27T07:32:00")),
        ("1979-05-27", Some("1979-05-27T00:00:00")),
        ("07:32:00", None),
    ] {
        let item = item("a.md", &format!("+++\ntitle = 'x'\ndate = {toml}\n+++\n"));
        assert_eq!(date(&item).as_deref(), expected, "{toml}");
    }
    let item = yaml("date: soon\nlastmod: 2015-01-02");
    assert_eq!(item.warnings, ["line 2: `date` is not a date, such as 2014-03-12; kept as it is"]);
    assert_eq!(item.extra.as_deref(), Some("{\"date\":\"soon\"}"));
    assert!(item.updated.is_some());
}

#[test]
fn names() {
    for (front, tags) in [
        ("tags: [a, b, a]", vec!["a", "b"]),
        ("tags:\n- ' a '\n- B\n- 2024\n- 1.10\n- true\n-", vec!["a", "B", "2024", "1.10", "true"]),
        ("tags: how we work", vec!["how we work"]),
        ("tags: a, b c,, d", vec!["a", "b c", "d"]),
        ("tag: a", vec!["a"]),
        ("tags: [{name: a, slug: b}]", vec!["a"]),
        ("tags: []", vec![]),
        ("tags:", vec![]),
        ("taxonomies: {tags: [a]}", vec!["a"]),
        ("params:\n  tags: [a]", vec!["a"]),
    ] {
        let item = yaml(front);
        assert_eq!(item.tags, tags, "{front}");
        assert_eq!((item.warnings.len(), item.extra), (0, None), "{front}");
    }
    let item = yaml("tags: {a: b}\ncategories: x, y");
    assert_eq!(item.tags, [""; 0]);
    assert_eq!(item.categories, ["x", "y"]);
    assert_eq!(item.extra.as_deref(), Some("{\"tags\":{\"a\":\"b\"}}"));
    assert_eq!(item.warnings, ["line 2: `tags` is not a name or a list of names; kept as it is"]);
}

#[test]
fn authors_in_all_forms() {
    for (front, expected, extra) in [
        ("author: Jane Doe", vec!["Jane Doe"], None),
        ("author: Jane Doe, John and Joe", vec!["Jane Doe", "John and Joe"], None),
        ("authors: [jane, john, jane]", vec!["jane", "john"], None),
        ("authors: ['Doe, Jane']", vec!["Doe, Jane"], None),
        ("by: 18F", vec!["18F"], None),
        ("author: {name: Jane Doe}", vec!["Jane Doe"], None),
        (
            "author: {name: Jane Doe, username: jane, website: 'http://j.example', picture: j.png, bio: Writes.}",
            vec!["jane|Jane Doe|http://j.example|j.png|Writes."],
            None,
        ),
        ("authors:\n- jane\n- {id: john, name: John}", vec!["jane", "john|John"], None),
        ("authors: {jane: {name: Jane}, john: {}}", vec!["jane|Jane", "john"], None),
        (
            "author: {email: j@x.example, name: Jane}",
            vec!["Jane"],
            Some("{\"author\":{\"email\":\"j@x.example\",\"name\":\"Jane\"}}"),
        ),
        ("extra: {author: jane}", vec!["jane"], None),
        ("author: ''", vec![], None),
    ] {
        let item = yaml(front);
        assert_eq!(authors(&item), expected, "{front}");
        assert_eq!((item.extra.as_deref(), item.warnings.len()), (extra, 0), "{front}");
    }
}

#[test]
fn addresses() {
    for (front, path) in [
        ("permalink: /about/", Some("/about/")),
        ("permalink: /:year/:month/:title/", Some("/2014/03/name/")),
        ("permalink: pretty\ncategories: [A]", Some("/a/2014/03/12/name/")),
        ("permalink: none", Some("/name.html")),
        ("url: /x.html", Some("/x.html")),
        ("path: old/x", Some("old/x")),
        ("permalink: /:nonsense/", None),
        ("permalink: /graphql", None),
        ("url: https://elsewhere.example/x", None),
    ] {
        let item = yaml(front);
        assert_eq!(item.path.as_deref(), path, "{front}");
        assert_eq!(item.warnings.is_empty(), path.is_some(), "{front}");
    }
    let item = yaml("aliases: [/a, /b/]\nredirect_from: /c\nslug: Own-Slug");
    assert_eq!(item.aliases, ["/a", "/b/", "/c"]);
    assert_eq!(item.slug.as_deref(), Some("Own-Slug"));
    let item = yaml("aliases: [/a, '/../b']");
    assert_eq!(
        (item.aliases, item.extra.as_deref()),
        (vec!["/a".to_owned()], Some("{\"aliases\":[\"/../b\"]}"))
    );
}

#[test]
fn switches() {
    for (front, kind, draft, featured) in [
        ("draft: true", EntryKind::Post, true, false),
        ("draft: 'no'", EntryKind::Post, false, false),
        ("published: false", EntryKind::Post, true, false),
        ("published: true", EntryKind::Post, false, false),
        ("status: private", EntryKind::Post, true, false),
        ("draft: perhaps", EntryKind::Post, true, false),
        ("layout: page", EntryKind::Page, false, false),
        ("layout: post\ntype: page", EntryKind::Page, false, false),
        ("sticky: true", EntryKind::Post, false, true),
        ("pin: 1", EntryKind::Post, false, true),
        ("featured: no", EntryKind::Post, false, false),
    ] {
        let item = yaml(front);
        assert_eq!((item.kind, item.draft, item.featured), (kind, draft, featured), "{front}");
    }
    assert!(item("_drafts/a.md", "x").draft);
}

#[test]
fn everything_else() {
    let item = yaml(
        "series: {name: S, order: 2}\nlang: pt-BR\nsummary: Short\ndescription: Longer\nimage: x.png\nimage_alt: X\n\
         image_caption: '<b>C</b>'\nlayout: wide\nnested: {a: [1, 2.50, 007, true, null, 2014-01-01]}",
    );
    let series = item.series.unwrap();
    assert_eq!((series.name.as_str(), series.position), ("S", Some(2)));
    assert_eq!(item.language.as_deref(), Some("pt-BR"));
    assert_eq!(item.excerpt.as_deref(), Some("Short"));
    let cover = item.cover.unwrap();
    assert_eq!((cover.src.as_str(), cover.alt.as_str()), ("x.png", "X"));
    assert_eq!(cover.caption.as_deref(), Some("&lt;b&gt;C&lt;/b&gt;"));
    assert_eq!(
        item.extra.as_deref(),
        Some(
            r#"{"description":"Longer","layout":"wide","nested":{"a":[1,2.5,"007",true,null,"2014-01-01"]}}"#
        )
    );
    assert_eq!(item.warnings, [""; 0]);

    let series = |front: &str| yaml(front).series.map(|series| (series.name, series.position));
    assert_eq!(series("series: S\nseries_order: 3"), Some(("S".to_owned(), Some(3))));
    assert_eq!(series("series: [S]\nweight: '4'"), Some(("S".to_owned(), Some(4))));
    assert_eq!(yaml("weight: 4").extra.as_deref(), Some("{\"weight\":4}"));
    assert_eq!(yaml("weight: 4\ntype: page").menu_order, 4);
    let cover = |front: &str| yaml(front).cover.map(|cover| (cover.src, cover.alt));
    assert_eq!(cover("cover: {image: c.png, alt: C}"), Some(("c.png".to_owned(), "C".to_owned())));
    assert_eq!(cover("image: false\nthumbnail: t.png"), Some(("t.png".to_owned(), String::new())));
    assert_eq!(cover("image:"), None);
    let item = yaml("excerpt_separator: <!--cut-->");
    assert_eq!(item.extra, None);
}

#[test]
fn bodies() {
    let text = "---\ntitle: x\nexcerpt_separator: <!--cut-->\n---\n\n\n  a\r\n<!--cut-->\nb {{ x }}\n\
        {% highlight js %}\n{{ y }}\n{% endhighlight %}\n";
    let item = item("2014-03-12-a.md", text);
    assert_eq!(item.source, "  a\n<!--more-->\nb {{ x }}\n```js\n{{ y }}\n```\n");
    assert_eq!(item.template_remnants, 1);
}

#[test]
fn broken_yaml_is_mended_with_a_word() {
    for (front, warning) in [
        ("tags:\n\t- a", "line 3: the front matter is not valid YAML: turned tabs into spaces"),
        ("excerpt: Note: this", "line 2: the front matter is not valid YAML: put the value in quotes"),
        ("excerpt: @home", "line 2: the front matter is not valid YAML: put the value in quotes"),
        ("excerpt: \"open", "line 2: the front matter is not valid YAML: closed the quotes"),
        ("tags: a\ntags: b", "line 3: the key `tags` stands here again; the last one counts"),
    ] {
        let item = yaml(front);
        assert_eq!(item.warnings, [warning], "{front}");
        assert_eq!(item.title, "Title");
    }
    assert_eq!(yaml("tags: a\ntags: b").tags, ["b"]);
    assert_eq!(yaml("excerpt: Note: it's").excerpt.as_deref(), Some("Note: it's"));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    for (text, line, reason) in [
        (
            "---\ntitle: x\nno end",
            Some(1),
            "the front matter that begins here is never closed; end it with a line ---",
        ),
        (
            "+++\ntitle = 'x'\n",
            Some(1),
            "the front matter that begins here is never closed; end it with a line +++",
        ),
        ("{\"title\": \"x\"", Some(1), "the JSON front matter that begins here is never closed"),
        (
            "---\n- a\n- b\n---\n",
            Some(2),
            "the front matter is no list of keys and values, such as `title: Hello`",
        ),
        ("---\ntitle: x\ntags: [a, b\n---\n", Some(3), "the front matter is not valid YAML: "),
        ("+++\ntitle = 'x'\ndate = \n+++\n", Some(3), "the front matter is not valid TOML: "),
        ("{\"title\": \"x\",\n oops}", Some(2), "the front matter is not valid JSON: "),
    ] {
        let refusal = parse_markdown("a.md", text.as_bytes()).unwrap_err();
        assert!(refusal.reason.starts_with(reason), "{refusal:?}");
        assert_eq!(refusal.line, line, "{refusal:?}");
        assert!(!refusal.reason.ends_with(": "), "{refusal:?}");
    }
}

#[test]
fn the_digest_is_of_path_and_bytes() {
    let [a, b, c] = [("a.md", "x"), ("b.md", "x"), ("a.md", "y")].map(|(path, text)| item(path, text).digest);
    assert_eq!(a, item("a.md", "x").digest);
    assert!(a != b && a != c && b != c);
}
