//! Sources that mean harm: refused by name, within bounded time, never a panic.

use std::time::{Duration, Instant};

use inkstand_exchange::{MarkdownSource, parse_markdown};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::archives::{file, folder, gz, read, tar, zip};

fn check_refused(name: &str, bytes: &[u8], line: Option<u32>, reason: &str) {
    let start = Instant::now();
    let refusal = parse_markdown(name, bytes).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5), "{name} took {:?}", start.elapsed());
    assert_eq!(refusal.source_path, name);
    assert_eq!(refusal.line, line, "{refusal:?}");
    assert!(refusal.reason.contains(reason), "{refusal:?}");
}

#[test]
fn files_beyond_the_limits_are_refused() {
    let tags = |count: usize| {
        format!("---\ntags: [{}]\n---\n", (0..count).map(|i| format!("{i},")).collect::<String>())
    };
    check_refused("tags.md", tags(1_001).as_bytes(), None, "there are 1001 tags");
    check_refused("million.md", tags(1_000_000).as_bytes(), Some(1), "does not end within 64 KiB");
    let commas = format!("---\ntags: {}\n---\n", "a,b".repeat(10));
    assert!(parse_markdown("few.md", commas.as_bytes()).is_ok());
    let large = format!("---\ntitle: x\ntext: {}\n---\n", "x".repeat(70_000));
    check_refused("front.md", large.as_bytes(), Some(1), "does not end within 64 KiB");
    let json = format!("{{\"a\": \"{}\"}}", "x".repeat(70_000));
    check_refused("front.json.md", json.as_bytes(), Some(1), "does not end within 64 KiB");
    check_refused("large.md", &vec![b'x'; 10 * 1024 * 1024 + 1], None, "larger than 10 MiB");
    let keys: String = (0..2_000).map(|i| format!("k{i}: 1\n")).collect();
    check_refused("keys.md", format!("---\n{keys}---\n").as_bytes(), None, "2000 keys");
}

#[test]
fn nesting_and_aliases_are_bounded() {
    let mut laughs = "---\na0: &a0 lol\n".to_owned();
    for i in 1..30 {
        let before = format!("*a{},", i - 1).repeat(9);
        laughs.push_str(&format!("a{i}: &a{i} [{before}]\n"));
    }
    laughs.push_str("---\n");
    check_refused("laughs.md", laughs.as_bytes(), Some(7), "expands to too much");
    let big = format!("---\na: &a {}\nb: [{}]\n---\n", "x".repeat(60_000), "*a,".repeat(90));
    check_refused("big.md", big.as_bytes(), Some(3), "expands to too much");
    let deep = format!("---\na: {}\n---\n", "[".repeat(10_000));
    check_refused("deep.md", deep.as_bytes(), Some(2), "the front matter is");
    let deep = format!("---\na: {}x{}\n---\n", "[".repeat(10_000), "]".repeat(10_000));
    check_refused("deeper.md", deep.as_bytes(), Some(2), "the front matter is");
    let deep = format!("+++\na = {}{}\n+++\n", "[".repeat(10_000), "]".repeat(10_000));
    check_refused("deep.toml.md", deep.as_bytes(), Some(2), "TOML");
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    check_refused("deep.json.md", deep.as_bytes(), Some(1), "JSON");
}

#[test]
fn bodies_of_stray_marks_take_linear_time() {
    for piece in [
        "{% ",
        "{{ ",
        "`",
        "` `` ``` ",
        "{% raw %}",
        "{% highlight x %}",
        "{% highlight x %}{% endhighlight %}",
        "```x`",
        "[](",
        "# [](",
        "=\n",
        "{% raw %}endraw ",
        "{% highlight x %}endhighlight ",
        "{%raw%}{%endraw%}",
        "`\n\n",
    ] {
        let text = piece.repeat(1024 * 1024 / piece.len());
        let start = Instant::now();
        assert!(parse_markdown("a.md", text.as_bytes()).is_ok());
        assert!(start.elapsed() < Duration::from_secs(5), "{piece:?} took {:?}", start.elapsed());
    }
}

#[test]
fn front_matter_of_stray_marks_takes_bounded_time() {
    for piece in [
        "- [\n",
        "- \"\n",
        "a: \"\n",
        "*x\n",
        "- *x: y: z\n",
        "\t- a\n",
        "? ",
        "? \n",
        "- ? [\n",
        "&a ",
        "- &a\n",
        "!x ",
        "{a: ",
        "- - ",
        "a: |\n",
        "- '\n",
        "a: b\n",
        "<<: *a\n",
        "a: {b: c, ",
        "- a: @\n",
        "%\n",
        "\"\\",
        "a.",
        "[a]\n",
    ] {
        let text = piece.repeat(60 * 1024 / piece.len());
        for mark in ["---", "+++"] {
            let start = Instant::now();
            let _ = parse_markdown("a.md", format!("{mark}\n{text}\n@\n{mark}\n").as_bytes());
            assert!(start.elapsed() < Duration::from_secs(5), "{piece:?} took {:?}", start.elapsed());
        }
    }
}

#[test]
fn encodings_other_than_utf8_are_told() {
    check_refused("latin.md", b"---\ntitle: x\n---\ncaf\xe9\n", Some(4), "iconv -f latin1");
    check_refused("wide.md", b"\xff\xfe-\0-\0", Some(1), "UTF-16");
    let item = parse_markdown("nul.md", b"---\ntitle: \"a\\0b\"\n---\nx\0y").unwrap();
    assert_eq!((item.title.as_str(), item.source.as_str()), ("a\u{fffd}b", "x\u{fffd}y"));
    check_refused("nul.md", b"---\ntitle: a\0b\n---\n", Some(2), "YAML");
}

#[test]
fn paths_out_of_an_archive_are_refused_by_name() {
    let dir = TempDir::new().unwrap();
    // The builder refuses such names itself, so they are written over a harmless one of the same length.
    for (evil, reason) in [
        ("../evil.md", "`..`"),
        ("/a/evil.md", "absolute"),
        ("a/../ev.md", "`..`"),
        ("C:/evil.md", "absolute"),
    ] {
        let safe = "x".repeat(evil.len() - 3) + ".md";
        let mut raw = tar(&[("good.md", "x"), (&safe, "x")]);
        let at = raw.windows(safe.len()).position(|bytes| bytes == safe.as_bytes()).unwrap();
        raw[at..at + evil.len()].copy_from_slice(evil.as_bytes());
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes().copy_from_slice(&raw[at..at + 512]);
        header.set_cksum();
        raw[at..at + 512].copy_from_slice(header.as_bytes());
        let mut zipped = zip(&[("good.md", "x"), (&safe, "x")]);
        while let Some(at) = zipped.windows(safe.len()).position(|bytes| bytes == safe.as_bytes()) {
            zipped[at..at + evil.len()].copy_from_slice(evil.as_bytes());
        }
        for (name, bytes) in [("x.tar", raw.clone()), ("x.tgz", gz(&raw)), ("x.zip", zipped)] {
            let (items, refusals) = read(&file(&dir, name, &bytes));
            assert_eq!(items.len(), 1, "{name}");
            assert_eq!(refusals.len(), 1, "{name} {evil}");
            assert_eq!(refusals[0].source_path, evil);
            assert!(refusals[0].reason.contains(reason), "{refusals:?}");
        }
    }
}

#[test]
fn links_are_refused_by_name() {
    let dir = TempDir::new().unwrap();
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in [("soft.md", tar::EntryType::Symlink), ("hard.md", tar::EntryType::Link)] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, name, "/etc/passwd").unwrap();
    }
    let tarred = file(&dir, "x.tar", &builder.into_inner().unwrap());
    assert_links(&tarred, &["soft.md", "hard.md"]);

    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.add_symlink("soft.md", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let zipped = file(&dir, "x.zip", &writer.finish().unwrap().into_inner());
    assert_links(&zipped, &["soft.md"]);

    #[cfg(unix)]
    {
        let outside = folder(&dir, "outside", &[("secret.md", "secret")]);
        let root = folder(&dir, "root", &[("good.md", "x")]);
        std::os::unix::fs::symlink(outside.join("secret.md"), root.join("soft.md")).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("folder")).unwrap();
        assert_links(&root, &["soft.md"]);
        assert_eq!(read(&root).0.len(), 1);
    }
}

fn assert_links(path: &std::path::Path, names: &[&str]) {
    let (_, refusals) = read(path);
    assert_eq!(refusals.iter().map(|refusal| refusal.source_path.as_str()).collect::<Vec<_>>(), names);
    assert!(refusals.iter().all(|refusal| refusal.reason.contains("it is a link")), "{refusals:?}");
}

#[test]
fn zip_bombs_are_refused() {
    let dir = TempDir::new().unwrap();
    let zeros = "0".repeat(80 * 1024 * 1024);
    let bomb = file(&dir, "bomb.zip", &zip(&[("a.md", &zeros), ("b.md", "x")]));
    let (items, refusals) = read(&bomb);
    assert_eq!((items.len(), refusals[0].reason.as_str()), (1, "the file is larger than 10 MiB"));

    // Many files, each within the limit of one.
    let names: Vec<String> = (0..10).map(|i| format!("{i}.md")).collect();
    let text = &zeros[..9 * 1024 * 1024];
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text)).collect();
    let (items, refusals) = read(&file(&dir, "many.zip", &zip(&many)));
    assert_eq!((items.len(), refusals.len()), (7, 3));
    assert!(refusals[0].reason.contains("zip bomb"), "{refusals:?}");

    let bomb = file(&dir, "bomb.tar.gz", &gz(&tar(&[("a.png", &zeros), ("b.md", "x")])));
    let error = MarkdownSource::open(&bomb).err().unwrap();
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("zip bomb"), "{source}");
}

#[test]
fn an_archive_cut_or_changed_anywhere_never_panics() {
    let dir = TempDir::new().unwrap();
    let tree = [("posts/a.md", "---\ntitle: A\n---\nText"), ("posts/b.md", "x"), ("posts/c.png", "PNG")];
    for whole in [tar(&tree), gz(&tar(&tree)), zip(&tree)] {
        for at in (0..whole.len()).step_by(7) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x55;
            for bytes in [&whole[..at], &flipped] {
                if let Ok(source) = MarkdownSource::open(&file(&dir, "x", bytes)) {
                    source.for_each(drop);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(path in "\\PC{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_markdown(&path, &bytes);
    }

    #[test]
    fn no_front_matter_panics(
        mark in "---|\\+\\+\\+|\\{",
        front in "([a-z_]{1,9}(: |:|=)([\"'\\[{@*&!|>%`#,-]|[a-zß0-9 :./]|\t|\n){0,30}\n){0,6}",
        body in "([`~#={%}<>\n -]|raw|endraw|highlight|ü){0,60}",
    ) {
        let text = format!("{mark}\n{front}\n{mark}\n{body}");
        let _ = parse_markdown("posts/2014-03-12-a.fr.md", text.as_bytes());
    }

    #[test]
    fn no_known_key_panics_on_odd_values(
        key in prop::sample::select(vec!["title", "date", "tags", "authors", "series", "permalink", "aliases", "image",
            "draft", "published", "weight", "lang", "type", "slug", "excerpt_separator", "extra", "taxonomies"]),
        value in "[-\\[\\]{}:,0-9a-zé.T+ /'\"é]{0,30}",
    ) {
        let text = format!("---\n{key}: {value}\ntitle: x\n---\nText");
        if let Ok(item) = parse_markdown("a.md", text.as_bytes()) {
            prop_assert!(!item.title.trim().is_empty());
            prop_assert!(item.tags.iter().all(|tag| !tag.is_empty() && tag.trim() == tag));
        }
    }
}
