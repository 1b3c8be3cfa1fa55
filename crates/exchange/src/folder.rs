//! Markdown files in a folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::file_name::reading_order;
use crate::listing::{Kind, Listing};
use crate::markdown_file::{MAX_FILE, too_large};

/// Deeper folders are not looked into.
const MAX_DEPTH: usize = 64;

/// Lists a folder, sorted, so that two runs meet the files in the same order.
///
/// # Errors
/// Where the folder itself cannot be read; one below it becomes a refusal.
pub(crate) fn list(root: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    walk(root, "", 0, &mut listing)?;
    listing.markdown.sort_by_cached_key(|path| reading_order(path));
    Ok(listing)
}

fn walk(folder: &Path, below: &str, depth: usize, listing: &mut Listing) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{below}{}", name.to_string_lossy());
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let kind = entry.file_type()?;
        if !kind.is_dir() {
            let kind = match kind {
                kind if kind.is_symlink() => Kind::Link,
                kind if kind.is_file() => Kind::File,
                _ => Kind::Other,
            };
            let bytes = [below.as_bytes(), name.as_encoded_bytes()].concat();
            listing.add(&bytes, kind);
        } else if depth == MAX_DEPTH {
            listing.refuse(path, "the folders are nested too deeply");
        } else if let Err(error) = walk(&entry.path(), &format!("{path}/"), depth + 1, listing) {
            listing.refuse(path, format!("the folder cannot be read: {error}"));
        }
    }
    Ok(())
}

/// Reads a file within the limit; the error is a reason.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    read_within_limit(file)
}

/// Reads at most [`MAX_FILE`]; the error is a reason.
pub(crate) fn read_within_limit(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("the file cannot be read: {error}"))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE) {
        Err(too_large())
    } else {
        Ok(bytes)
    }
}
