//! Folders and archives made of tables.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use inkstand_exchange::MarkdownSource;
use inkstand_model::{ImportItem, ImportRefusal};
use tempfile::TempDir;

/// A path and what stands there.
pub(crate) type Tree<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn folder(dir: &TempDir, name: &str, tree: Tree<'_>) -> PathBuf {
    let root = dir.path().join(name);
    for (path, text) in tree {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

pub(crate) fn tar(tree: Tree<'_>) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, text) in tree {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zip(tree: Tree<'_>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in tree {
        zip.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn file(dir: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Everything of a source, in the order of the paths.
pub(crate) fn read(path: &Path) -> (Vec<ImportItem>, Vec<ImportRefusal>) {
    let source = MarkdownSource::open(path).unwrap();
    let total = source.files_total().unwrap();
    let (mut items, mut refusals) = (Vec::new(), Vec::new());
    for parsed in source {
        match parsed {
            Ok(item) => items.push(item),
            Err(refusal) => refusals.push(refusal),
        }
    }
    assert!(items.len() + refusals.len() <= usize::try_from(total).unwrap());
    items.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    (items, refusals)
}

#[test]
fn a_folder_and_its_archives_give_the_same_items() {
    let dir = TempDir::new().unwrap();
    let post = "---\ntitle: Soon\n---\nText\n";
    let inner: Tree<'_> =
        &[("2014-03-12-coming-soon.md", post), ("2015/2015-01-02-b.md", post), ("x.png", "PNG")];
    let root = folder(&dir, "posts", inner);
    let long = format!("posts/{}/2016-01-01-c.md", "deep/".repeat(60));
    let outer = [
        ("posts/2014-03-12-coming-soon.md", post),
        ("posts/2015/2015-01-02-b.md", post),
        ("posts/x.png", "PNG"),
        ("__MACOSX/posts/._2014-03-12-coming-soon.md", "junk"),
    ];
    let expected = read(&root);
    assert_eq!(
        expected.0.iter().map(|item| item.source_path.as_str()).collect::<Vec<_>>(),
        ["2014-03-12-coming-soon.md", "2015/2015-01-02-b.md"]
    );
    // The name doesn't matter, only the content does.
    for (name, bytes) in [
        ("a.tar.gz", gz(&tar(&outer))),
        ("b.TGZ", gz(&tar(&outer))),
        ("c.tar", tar(&outer)),
        ("d.zip", zip(&outer)),
        ("e.backup", zip(&outer)),
        ("flat.tar.gz", gz(&tar(inner))),
    ] {
        let path = file(&dir, name, &bytes);
        assert_eq!(read(&path), expected, "{name}");
        let source = MarkdownSource::open(&path).unwrap();
        assert_eq!(
            source.source_name(),
            name.split('.').next().unwrap().to_owned() + if name == "e.backup" { ".backup" } else { "" }
        );
        assert_eq!((source.files_total(), source.skipped().other_files), (Some(2), 1), "{name}");
    }
    // Names beyond the 100 bytes of a header, in GNU's way.
    let path = file(&dir, "long.tar", &tar(&[(&long, post), ("posts/a.md", post)]));
    assert_eq!(read(&path).0.len(), 2);
    assert_eq!(MarkdownSource::open(&root).unwrap().source_name(), "posts");
}

#[test]
fn a_long_name_of_pax_is_read() {
    let dir = TempDir::new().unwrap();
    let name = format!("posts/{}.md", "ü".repeat(120));
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_pax_extensions([("path", name.as_bytes())]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(3);
    header.set_path("posts/short.md").unwrap();
    header.set_cksum();
    tar.append(&header, &b"Hi\n"[..]).unwrap();
    let path = file(&dir, "pax.tar", &tar.into_inner().unwrap());
    assert_eq!(read(&path).0[0].source_path, name["posts/".len()..]);
}

#[test]
fn a_single_file_is_a_source() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "2014-03-12-a.md", b"---\ntitle: A\n---\n");
    let (items, _) = read(&path);
    assert_eq!((items[0].source_path.as_str(), items[0].title.as_str()), ("2014-03-12-a.md", "A"));
    assert_eq!(MarkdownSource::open(&path).unwrap().source_name(), "2014-03-12-a");
}

#[test]
fn what_cannot_be_opened_is_told_in_one_line() {
    let dir = TempDir::new().unwrap();
    let empty = folder(&dir, "empty", &[("x.txt", "x"), ("_index.md", "x")]);
    let gzipped = file(&dir, "x.gz", &gz(b"just a text"));
    let text = file(&dir, "x.txt", b"x");
    let mut cut = gz(&tar(&[("a.md", &"x".repeat(5000))]));
    cut.truncate(cut.len() - 20);
    let cut = file(&dir, "cut.tar.gz", &cut);
    let broken_zip = file(&dir, "broken.zip", b"PK\x03\x04 and nothing else");
    let only_images = file(&dir, "images.zip", &zip(&[("x.png", "PNG")]));
    for (path, expected) in [
        (&dir.path().join("missing"), "missing: no such file or folder"),
        (&empty, "empty: holds no Markdown file to import"),
        (&gzipped, "x.gz: neither a folder nor a Markdown file nor an archive (.tar.gz, .tar, .zip)"),
        (&text, "x.txt: neither a folder nor a Markdown file nor an archive (.tar.gz, .tar, .zip)"),
        (&cut, "cut.tar.gz: the archive cannot be read"),
        (&broken_zip, "broken.zip: the archive cannot be read"),
        (&only_images, "images.zip: holds no Markdown file to import"),
    ] {
        let error = MarkdownSource::open(path).err().unwrap().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn a_source_can_move_to_another_thread() {
    fn is_send<T: Send + 'static>() {}
    is_send::<MarkdownSource>();
}
