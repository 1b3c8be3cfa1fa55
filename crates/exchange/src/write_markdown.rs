//! A post or a page as one text, written: the file that its author edits, and that other programs read.

use std::fmt::{Display, Write};

use inkstand_model::{Cover, EntryKind, Format, Instant, Zone, acts_on_its_surroundings};

use crate::Document;

/// Writes a Markdown file with YAML front matter, the dates as a clock in `zone` shows them.
///
/// [`read_document`](crate::read_document) reads the same document again; [`parse_markdown`](crate::parse_markdown)
/// does so as far as other programs have the same things.
#[must_use]
pub fn write_markdown(document: &Document, zone: &Zone) -> String {
    let Document { kind, title, slug, path, date, draft, language, tags, categories, authors, .. } = document;
    let Document { series, excerpt, cover, featured, menu_order, aliases, format, source, .. } = document;
    let mut file = File(String::from("---\n"));
    file.text("title", title);
    if *kind == Some(EntryKind::Page) {
        file.line("type", "page");
    }
    if let Some(date) = date {
        file.line("date", write_date(*date, zone));
    }
    file.optional("slug", slug.as_deref());
    file.optional("path", path.as_deref());
    if *draft {
        file.line("draft", true);
    }
    file.optional("lang", language.as_deref());
    file.list("tags", tags);
    file.list("categories", categories);
    file.list("authors", authors);
    if let Some(series) = series {
        file.text("series", &series.name);
        if let Some(position) = series.position {
            file.line("series_order", position);
        }
    }
    file.optional("description", excerpt.as_deref());
    if let Some(cover) = cover {
        file.cover(cover);
    }
    if *featured {
        file.line("featured", true);
    }
    if *menu_order != 0 {
        file.line("menu_order", menu_order);
    }
    file.list("aliases", aliases);
    if *format == Format::Html {
        file.line("format", "html");
    }
    let File(mut text) = file;
    text.push_str("---\n\n");
    text.push_str(source);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A date as [`read_date`](crate::read_date) reads it: `2024-05-01 10:00:00 +02:00`.
#[must_use]
pub fn write_date(at: Instant, zone: &Zone) -> String {
    let utc = at.local(&Zone::utc());
    let local = at.local(zone);
    let offset = local.duration_since(utc).as_secs();
    // Offsets of the nineteenth century have seconds, and at the ends of time a zone leads to years of five digits.
    let (wall, offset) = if offset % 60 == 0 && local.year().signum() == 1 && utc.year() < 9999 {
        let minutes = offset.abs() / 60;
        let sign = if offset < 0 { '-' } else { '+' };
        (local, format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
    } else {
        (utc, "+00:00".to_owned())
    };
    let fraction = wall.millisecond();
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:03}") };
    format!("{} {}{fraction} {offset}", wall.date(), wall.strftime("%H:%M:%S"))
}

/// A text as YAML and JSON both read it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_invisible(c) => {
                // All of them are in the basic plane. Writing to a text cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// What YAML forbids or takes for a line's end, and what would turn the direction of the rest of the line around.
fn is_invisible(c: char) -> bool {
    acts_on_its_surroundings(c) || matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

struct File(String);

impl File {
    fn line(&mut self, key: &str, value: impl Display) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{key}: {value}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(key, quoted(value));
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn list(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            self.line(key, format_args!("[{}]", values.join(", ")));
        }
    }

    fn cover(&mut self, cover: &Cover) {
        let Cover { src, alt, caption } = cover;
        if alt.is_empty() && caption.is_none() {
            self.text("cover", src);
            return;
        }
        self.0.push_str("cover:\n");
        self.text("  src", src);
        if !alt.is_empty() {
            self.text("  alt", alt);
        }
        self.optional("  caption", caption.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use inkstand_model::{ImportDate, ImportSeries};
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::{parse_markdown, read_date, read_document};

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    #[test]
    fn a_file_is_readable() {
        let document = Document {
            title: "Say \"hi\": a --- story".to_owned(),
            slug: Some("say-hi".to_owned()),
            date: Some(Instant::parse_rfc3339("2024-05-01T08:00:00Z").unwrap()),
            language: Some("de".to_owned()),
            tags: vec!["rust".to_owned(), "a, b".to_owned()],
            series: Some(ImportSeries { name: "Letters".to_owned(), position: Some(2) }),
            excerpt: Some("Two\nlines".to_owned()),
            cover: Some(Cover { src: "/media/a.png".to_owned(), alt: "A".to_owned(), caption: None }),
            source: "---\n\n# Text\n".to_owned(),
            ..Document::new()
        };
        let expected = "---\ntitle: \"Say \\\"hi\\\": a --- story\"\ndate: 2024-05-01 10:00:00 +02:00\n\
            slug: \"say-hi\"\nlang: \"de\"\ntags: [\"rust\", \"a, b\"]\nseries: \"Letters\"\nseries_order: 2\n\
            description: \"Two\\nlines\"\ncover:\n  src: \"/media/a.png\"\n  alt: \"A\"\n---\n\n---\n\n# Text\n";
        assert_eq!(write_markdown(&document, &zone("Europe/Berlin")), expected);
    }

    #[test]
    fn dates_are_read_again_in_every_zone() {
        for name in
            ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+12"]
        {
            let zone = zone(name);
            for text in [
                "0001-01-01T00:00:00Z",
                "1800-01-01T00:00:00Z",
                "1893-03-31T22:00:00Z",
                "2024-10-27T00:30:00Z",
                "2024-10-27T01:30:00Z",
                "2024-05-01T10:00:00.007Z",
                "9998-12-31T23:59:59.999Z",
                "9999-12-30T22:00:00Z",
            ] {
                let at = Instant::parse_rfc3339(text).unwrap();
                let written = write_date(at, &zone);
                assert_eq!(read_date(&written, &zone), Some(at), "{text} in {name}: {written}");
            }
        }
    }

    #[test]
    fn dates_of_people_are_in_their_zone() {
        let zone = zone("Europe/Berlin");
        for (text, expected) in [
            ("2026-12-24", Some("2026-12-23T23:00:00Z")),
            ("2026-07-24 18:30", Some("2026-07-24T16:30:00Z")),
            ("2026-12-24T18:30:00-05:00", Some("2026-12-24T23:30:00Z")),
            ("24 Dec 2026 6:30 pm", Some("2026-12-24T17:30:00Z")),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(read_date(text, &zone).map(Instant::to_rfc3339).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_means_nothing_is_told_with_its_line() {
        let check = |text: &str, expected: &[(Option<u32>, &str)]| {
            let wrong = read_document(text, &Zone::utc()).unwrap_err();
            assert_eq!(wrong.len(), expected.len(), "{wrong:?}");
            for (misread, (line, words)) in wrong.iter().zip(expected) {
                assert_eq!(misread.line, *line, "{misread:?}");
                assert!(misread.reason.contains(words), "{misread:?}");
            }
        };
        check("---\ntitle: A\ncatgories: [b]\n---\n", &[(Some(3), "`catgories` is no key of a post")]);
        check(
            "---\ntitle: A\n# a note\ndate: soon\nlang: klingon language\n---\n",
            &[(Some(4), "`date` is not a date"), (Some(5), "`lang` is not a language")],
        );
        check("---\ntitle: A\n", &[(Some(1), "never closed")]);
        check("---\ntitle: [a\n  - b: {\n---\n", &[(Some(3), "not valid YAML")]);
        check("---\ntitle: A\nupdated: 2024-01-01\n---\n", &[(Some(3), "`updated` is no key")]);
    }

    #[test]
    fn a_file_of_an_authors_own_is_read() {
        let text = "---\n# notes\ntitle: Rust: a story\ndate:   # none yet\ntags: [a, b]\nlanguage: pt_BR\n---\n\n{% raw %}x{% endraw %}\r\n";
        let read = read_document(text, &Zone::utc()).unwrap();
        assert_eq!(read.document.title, "Rust: a story");
        assert_eq!((read.document.date, read.document.tags.len()), (None, 2));
        assert_eq!(read.document.source, "{% raw %}x{% endraw %}\n", "the body is as it was written");
        assert_eq!(read.line_of("tags"), Some(5));
        assert_eq!(read.line_of("lang"), Some(6));
        assert_eq!(read.line_of("cover"), None);
        assert_eq!(read.line_of("source"), Some(8));
        assert_eq!(read.remarks.len(), 1, "{:?}", read.remarks);

        let mut bare = read_document("# A title\n\nText\n", &Zone::utc()).unwrap().document;
        assert_eq!(bare.title, "");
        bare.take_title_of_heading();
        assert_eq!((bare.title.as_str(), bare.source.as_str()), ("A title", "Text\n"));
    }

    /// Lines that YAML, Markdown or a terminal could take for something else.
    fn hostile_line() -> impl Strategy<Value = String> {
        let odd = prop_oneof![
            Just("---".to_owned()),
            Just("# no comment".to_owned()),
            Just("- no list".to_owned()),
            Just("@at `tick` %percent".to_owned()),
            Just("`code`".to_owned()),
            Just("*alias &anchor !tag".to_owned()),
            Just("true".to_owned()),
            Just("null".to_owned()),
            Just("~".to_owned()),
            Just("1.10".to_owned()),
            Just("2024-05-01".to_owned()),
            Just("a: b, c # d".to_owned()),
            Just("it's \"quoted\" \\n \\u0041".to_owned()),
            Just("{a: [b]}".to_owned()),
            Just("日本語のタイトル 🖋".to_owned()),
            Just("שלום עולם".to_owned()),
            Just("a\u{2028}b\u{202E}c\u{FEFF}d\u{FFFE}e".to_owned()),
            "\\PC{1,40}",
            "[-#:'\"{}\\[\\],&*!|>%@` \\\\a-z0-9]{1,20}",
        ];
        odd.prop_map(|text| text.trim().to_owned()).prop_filter("says something", |text| !text.is_empty())
    }

    fn names() -> impl Strategy<Value = Vec<String>> {
        vec(hostile_line(), 0..4).prop_map(|mut names| {
            names.sort();
            names.dedup();
            names
        })
    }

    fn document(source: impl Strategy<Value = String>) -> impl Strategy<Value = Document> {
        let date = (-62_135_596_800_000_i64..=253_402_207_200_000_i64)
            .prop_map(|millis| Instant::from_millis(millis).unwrap());
        let language = prop_oneof![Just("de".to_owned()), Just("pt-BR".to_owned()), Just("no".to_owned())];
        let series = (hostile_line(), option::of(any::<i32>()))
            .prop_map(|(name, position)| ImportSeries { name, position });
        let cover = (hostile_line(), option::of(hostile_line()), option::of(hostile_line()))
            .prop_map(|(src, alt, caption)| Cover { src, alt: alt.unwrap_or_default(), caption });
        let addresses = vec("/x[a-z0-9éñ-]{1,10}/x", 0..3).prop_map(|mut addresses| {
            addresses.sort();
            addresses.dedup();
            addresses
        });
        let whole = (
            (any::<bool>(), hostile_line(), hostile_line(), option::of(addresses.clone()), any::<bool>()),
            (option::of(date), option::of(language), names(), names(), names()),
            (option::of(series), option::of(hostile_line()), option::of(cover), any::<bool>(), any::<i32>()),
            (addresses, any::<bool>(), source),
        );
        whole.prop_map(|(naming, filing, showing, rest)| {
            let (page, title, slug, path, draft) = naming;
            let (date, language, tags, categories, authors) = filing;
            let (series, excerpt, cover, featured, menu_order) = showing;
            let (aliases, html, source) = rest;
            Document {
                kind: page.then_some(EntryKind::Page),
                title,
                slug: Some(slug),
                path: path.and_then(|paths| paths.into_iter().next()),
                date,
                draft,
                language,
                tags,
                categories,
                authors,
                series,
                excerpt,
                cover,
                featured,
                menu_order: if page { menu_order } else { 0 },
                aliases,
                format: if html { Format::Html } else { Format::Markdown },
                source,
            }
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(document in document("([^\r\u{0}]|\n|---\n|\\{%){0,60}"), berlin in any::<bool>()) {
            let zone = if berlin { zone("Europe/Berlin") } else { Zone::utc() };
            let text = write_markdown(&document, &zone);
            let read = read_document(&text, &zone).unwrap();
            prop_assert_eq!(&read.remarks, &Vec::<String>::new());
            let mut expected = document;
            expected.source = crate::markdown_file::without_blank_lines_in_front(expected.source);
            if expected.source.trim().is_empty() {
                expected.source.clear();
            } else if !expected.source.ends_with('\n') {
                expected.source.push('\n');
            }
            prop_assert_eq!(read.document, expected, "{}", text);
        }

        #[test]
        fn imports_read_it_too(document in document("[a-z#*\n -]{0,40}"), berlin in any::<bool>()) {
            let zone = if berlin { zone("Europe/Berlin") } else { Zone::utc() };
            let text = write_markdown(&document, &zone);
            let item = parse_markdown("posts/file.md", text.as_bytes()).unwrap();
            prop_assert_eq!(&item.extra, &None, "{}", text);
            prop_assert_eq!(&item.title, &document.title);
            prop_assert_eq!(item.kind, document.kind.unwrap_or(EntryKind::Post));
            prop_assert_eq!(&item.slug, &document.slug);
            prop_assert_eq!(&item.path, &document.path);
            prop_assert_eq!(item.date, document.date.map(ImportDate::Exact));
            prop_assert_eq!(item.draft, document.draft);
            prop_assert_eq!(&item.language, &document.language);
            prop_assert_eq!(&item.tags, &document.tags);
            prop_assert_eq!(&item.categories, &document.categories);
            let authors: Vec<String> = item.authors.into_iter().map(|author| author.handle).collect();
            prop_assert_eq!(authors, document.authors);
            prop_assert_eq!(&item.series, &document.series);
            prop_assert_eq!(&item.excerpt, &document.excerpt);
            prop_assert_eq!(item.cover.map(|cover| (cover.src, cover.alt)), document.cover.map(|cover| (cover.src, cover.alt)));
            prop_assert_eq!((item.featured, item.menu_order, item.format), (document.featured, document.menu_order, document.format));
            prop_assert_eq!(&item.aliases, &document.aliases);
            prop_assert_eq!(item.source.trim(), document.source.trim());
        }
    }
}
