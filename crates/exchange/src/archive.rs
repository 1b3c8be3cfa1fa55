//! Archives: what a file is, told by its content, and readers of it that stay within limits.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use crate::folder::read_within_limit;
use crate::listing::{Kind, Listing, clean_path};
use crate::markdown_file::{MAX_FILE, too_large};
use crate::tar_stream::{self, TarStream};

/// An archive may unpack to this many times its size. Text packs to a third, seldom to a tenth; a bomb to a
/// thousandth.
const MAX_RATIO: u64 = 100;
/// And to this much in any case.
const ALWAYS_ALLOWED: u64 = 64 * 1024 * 1024;
/// More entries are refused.
const MAX_ENTRIES: u64 = 1_000_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Tar,
    TarGz,
    Zip,
    /// None of these.
    Other,
}

/// A tar archive, packed or not.
pub(crate) type Tar = TarStream<Limited<Box<dyn Read + Send>>>;
/// A zip archive.
pub(crate) type Zip = ZipArchive<BufReader<File>>;

/// A file with its content, or with the reason why that can't be had.
pub(crate) type Found = (String, Result<Vec<u8>, String>);

/// Tells an archive by its first bytes.
pub(crate) fn form_of(file: &mut File) -> io::Result<Form> {
    let head = first_block(&mut *file)?;
    file.seek(SeekFrom::Start(0))?;
    let form = if head.starts_with(&[0x1f, 0x8b]) {
        let inner = first_block(MultiGzDecoder::new(&mut *file)).unwrap_or_default();
        file.seek(SeekFrom::Start(0))?;
        if tar_stream::is_header(&inner) { Form::TarGz } else { Form::Other }
    } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Form::Zip
    } else if tar_stream::is_header(&head) {
        Form::Tar
    } else {
        Form::Other
    };
    Ok(form)
}

fn first_block(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(512);
    reader.take(512).read_to_end(&mut head)?;
    Ok(head)
}

/// Opens a tar archive from its beginning.
pub(crate) fn tar(mut file: File, packed: bool) -> io::Result<Tar> {
    file.seek(SeekFrom::Start(0))?;
    let left = allowance(&file)?;
    let file = BufReader::with_capacity(64 * 1024, file);
    let reader: Box<dyn Read + Send> =
        if packed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) };
    Ok(TarStream::new(Limited { reader, left }))
}

/// How much an archive may unpack to.
pub(crate) fn allowance(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.len().saturating_mul(MAX_RATIO).max(ALWAYS_ALLOWED))
}

/// Reads all of a tar archive but the contents, so that a damaged one is known before anything is taken from it.
pub(crate) fn list_tar(tar: &mut Tar) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let mut entries = 0;
    while let Some(entry) = tar.next_entry()? {
        entries += 1;
        if entries > MAX_ENTRIES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_MANY));
        }
        listing.add(&entry.name, entry.kind);
    }
    Ok(listing)
}

const TOO_MANY: &str = "the archive has more than a million entries";

/// The next Markdown file of a tar archive.
pub(crate) fn next_of_tar(tar: &mut Tar) -> io::Result<Option<Found>> {
    while let Some(entry) = tar.next_entry()? {
        let Ok(path) = clean_path(&entry.name) else { continue };
        if entry.kind != Kind::File
            || !crate::file_name::is_markdown(&path)
            || crate::listing::is_hidden(&path)
        {
            continue;
        }
        let content = if entry.size > MAX_FILE { Err(too_large()) } else { read_within_limit(tar.content()) };
        return Ok(Some((path, content)));
    }
    Ok(None)
}

/// Lists a zip archive, with the place of each Markdown file in it.
pub(crate) fn list_zip(zip: &mut Zip) -> io::Result<(Listing, Vec<usize>)> {
    let mut listing = Listing::default();
    if u64::try_from(zip.len()).is_ok_and(|entries| entries > MAX_ENTRIES) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_MANY));
    }
    let mut places = Vec::new();
    for place in 0..zip.len() {
        let entry = zip.by_index_raw(place)?;
        let kind = match &entry {
            entry if entry.is_symlink() => Kind::Link,
            entry if entry.is_dir() => Kind::Other,
            _ => Kind::File,
        };
        let known = listing.markdown.len();
        // Many programs write UTF-8 without saying so; what isn't that is in the code page of DOS.
        match std::str::from_utf8(entry.name_raw()) {
            Ok(name) => listing.add(name.as_bytes(), kind),
            Err(_) => listing.add(entry.name()?.as_bytes(), kind),
        }
        if listing.markdown.len() > known {
            places.push(place);
        }
    }
    Ok((listing, places))
}

/// The content of an entry of a zip archive, or the reason why it can't be had; `left` is what may yet be unpacked.
pub(crate) fn read_zip(zip: &mut Zip, place: usize, left: &mut u64) -> Result<Vec<u8>, String> {
    let entry = zip.by_index(place).map_err(|error| format!("it cannot be unpacked: {error}"))?;
    if entry.size() > MAX_FILE {
        return Err(too_large());
    }
    let content = read_within_limit(Limited { reader: entry, left: *left });
    let used = content.as_ref().map_or(MAX_FILE, |bytes| bytes.len() as u64);
    *left = left.saturating_sub(used);
    content
}

/// A reader that fails where an archive unpacks to too much.
pub(crate) struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the archive unpacks to far more than its size; it looks like a zip bomb",
            )
        })?;
        Ok(n)
    }
}
