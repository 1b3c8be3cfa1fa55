//! Damaged folders are refused, never a reason to panic.

use std::fs;
use std::path::PathBuf;

use inkstand_model::{EntryFilter, EntryStatus, SearchDocument, SearchRequest};
use inkstand_search::{Batch, Error, Index, OpenError};
use tempfile::TempDir;

use crate::blog::{Blog, asking, position, post};

/// A folder with an index that nobody has open.
fn folder() -> TempDir {
    let Blog { index, folder } = Blog::of((0..60).map(|number| SearchDocument {
        status: if number < 50 { EntryStatus::Published } else { EntryStatus::Draft },
        ..post(number, "A title", "some words of a post")
    }));
    drop(index);
    folder
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    let read = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> =
        read(folder.path().to_owned()).chain(read(folder.path().join("unpublished"))).collect();
    files.retain(|file| file.is_file() && !file.to_string_lossy().ends_with(".lock"));
    files.sort();
    files
}

#[test]
fn truncated_and_overwritten_files_are_refused_or_answered() {
    for place in 0..files(&folder()).len() {
        for damage in ["empty", "half", "garbage", "flipped", "missing"] {
            let folder = folder();
            let file = files(&folder)[place].clone();
            let mut bytes = fs::read(&file).unwrap();
            match damage {
                "empty" => bytes.clear(),
                "half" => bytes.truncate(bytes.len() / 2),
                "garbage" => bytes = b"garbage".repeat(bytes.len() / 7 + 1),
                _ => bytes.iter_mut().for_each(|byte| *byte ^= 0x55),
            }
            fs::remove_file(&file).unwrap();
            if damage != "missing" {
                fs::write(&file, bytes).unwrap();
            }
            match Index::open(folder.path()) {
                Err(error) => {
                    assert!(matches!(error, OpenError::Unusable(_)), "{damage} {file:?}: {error:?}");
                }
                Ok(index) => {
                    // What opens may answer or break, but it must say so.
                    for (text, status) in [
                        ("", EntryStatus::Published),
                        ("title words", EntryStatus::Published),
                        ("titel", EntryStatus::Published),
                        ("titel words", EntryStatus::Draft),
                    ] {
                        let filter = EntryFilter { statuses: vec![status], ..EntryFilter::default() };
                        let request = SearchRequest { filter, marks: true, ..asking(text) };
                        let answer = index.search(&request).map(drop);
                        assert!(
                            matches!(answer, Ok(()) | Err(Error::Broken | Error::Engine(_))),
                            "{answer:?}"
                        );
                    }
                    _ = index.verify();
                    _ = index.apply(Batch { upserts: vec![post(1, "x", "y")], deletes: vec![] }, position(2));
                    drop(index);
                }
            }
            let index = Index::recreate(folder.path()).unwrap();
            assert!(index.is_empty() && index.position().is_none(), "{damage} {file:?}");
            index.apply(Batch { upserts: vec![post(1, "x", "y")], deletes: vec![] }, position(2)).unwrap();
            assert_eq!(index.count(&asking("x")).unwrap(), 1);
        }
    }
}

#[test]
fn flipped_bytes_are_found_and_the_folder_let_go() {
    let folder = folder();
    let terms =
        files(&folder).into_iter().find(|file| file.extension().is_some_and(|kind| kind == "term")).unwrap();
    let index = Index::open(folder.path()).unwrap();
    index.verify().unwrap();
    drop(index);
    let mut bytes = fs::read(&terms).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&terms, bytes).unwrap();
    let Ok(index) = Index::open(folder.path()) else { return };
    assert!(matches!(index.verify(), Err(Error::Broken)));
    assert!(index.is_broken());
    assert!(matches!(index.search(&asking("title")), Err(Error::Broken)));
    assert!(matches!(index.apply(Batch::default(), position(2)), Err(Error::Broken)));
    assert!(matches!(index.rebuild(), Err(Error::Broken)));
    let anew = Index::recreate(folder.path()).unwrap();
    assert!(anew.is_empty(), "while the old handle is still there");
}

#[test]
fn recreating_spares_the_files_of_others() {
    let folder = folder();
    fs::write(folder.path().join("inkstand.db"), "precious").unwrap();
    drop(Index::recreate(folder.path()).unwrap());
    assert_eq!(fs::read_to_string(folder.path().join("inkstand.db")).unwrap(), "precious");
}

#[test]
fn a_file_in_place_of_the_folder_is_an_error_of_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Index::open(&file), Err(OpenError::Io(_))));
}
