//! A folder, an archive or a single file as a stream of items.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use inkstand_model::{ImportRefusal, Parsed};
use thiserror::Error;
use zip::ZipArchive;

use crate::archive::{self, Form, Found, Tar, Zip};
use crate::file_name::{is_markdown, reading_order};
use crate::listing::Listing;
use crate::site_layout::{Place, PlaceKind, SiteLayout, Verdict};
use crate::{folder, front_matter, markdown_file};

/// Markdown files from one place, read one by one.
///
/// Opening looks at the names alone (and once through a packed archive); the iterator then reads one file at a time,
/// so that an archive is never held in memory. What can't be read is an [`ImportRefusal`] among the items, and the
/// stream goes on.
pub struct MarkdownSource {
    name: String,
    file_name: String,
    layout: SiteLayout,
    /// The one folder at the top of an archive, with a `/`; it is no part of the paths.
    top: String,
    total: u64,
    skipped: Skipped,
    refused: VecDeque<ImportRefusal>,
    files: Files,
}

/// What a source holds that is no item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Fronts of sections and sites (`_index.md`, an empty `index.md`).
    pub sections: u64,
    /// Markdown that belongs to no post or page, such as a README or a theme's.
    pub other_markdown: u64,
    /// Files that are not Markdown.
    pub other_files: u64,
}

/// Nothing can be imported from there.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Nothing has that name.
    #[error("{}: no such file or folder", .0.display())]
    NotFound(PathBuf),
    /// The system refuses to read it.
    #[error("{}: cannot be read", path.display())]
    Unreadable {
        /// What was to be opened.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// By its content, it is nothing that this crate reads.
    #[error("{}: neither a folder nor a Markdown file nor an archive (.tar.gz, .tar, .zip)", .0.display())]
    Unrecognised(PathBuf),
    /// An archive that ends too early, breaks its own format or unpacks to too much.
    #[error("{}: the archive cannot be read", path.display())]
    Damaged {
        /// What was to be opened.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// Readable, and no Markdown file in it is a post or a page.
    #[error("{}: holds no Markdown file to import", .0.display())]
    NoMarkdown(PathBuf),
}

enum Files {
    Folder { root: PathBuf, paths: VecDeque<String> },
    Tar(Box<Tar>),
    Zip { zip: Box<Zip>, places: VecDeque<(String, usize)>, left: u64 },
    Done,
}

impl MarkdownSource {
    /// Opens a folder, an archive (recognised by its content) or a single Markdown file.
    ///
    /// # Errors
    /// [`OpenError`], in one line.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => OpenError::NotFound(path.to_owned()),
            _ => OpenError::Unreadable { path: path.to_owned(), source },
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            let listing = folder::list(path).map_err(unreadable)?;
            let paths = listing.markdown.clone().into();
            return Self::start(path, listing, None, |_| Files::Folder { root: path.to_owned(), paths });
        }
        // A pipe or a device would be waited for in vain.
        if !metadata.is_file() {
            return Err(OpenError::Unrecognised(path.to_owned()));
        }
        let damaged = |source: io::Error| OpenError::Damaged { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unreadable)?;
        match archive::form_of(&mut file).map_err(unreadable)? {
            form @ (Form::Tar | Form::TarGz) => {
                let again = file.try_clone().map_err(unreadable)?;
                let packed = form == Form::TarGz;
                let listing = archive::tar(file, packed).and_then(|mut tar| archive::list_tar(&mut tar));
                let listing = listing.map_err(damaged)?;
                let tar = archive::tar(again, packed).map_err(damaged)?;
                let top = listing.top().map(ToOwned::to_owned);
                Self::start(path, listing, top, |_| Files::Tar(Box::new(tar)))
            }
            Form::Zip => {
                let left = archive::allowance(&file).map_err(unreadable)?;
                let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(error.into()))?;
                let (listing, places) = archive::list_zip(&mut zip).map_err(damaged)?;
                let top = listing.top().map(ToOwned::to_owned);
                Self::start(path, listing, top, |listing| {
                    let mut places: Vec<_> = listing.markdown.iter().cloned().zip(places).collect();
                    places.sort_by_cached_key(|(path, _)| reading_order(path));
                    Files::Zip { zip: Box::new(zip), places: places.into(), left }
                })
            }
            Form::Other if path.to_str().is_some_and(is_markdown) => {
                let mut listing = Listing::default();
                let name = file_name(path);
                listing.markdown.push(name.clone());
                let root = path.parent().unwrap_or(Path::new("")).to_owned();
                Self::start(path, listing, None, |_| Files::Folder { root, paths: [name].into() })
            }
            Form::Other => Err(OpenError::Unrecognised(path.to_owned())),
        }
    }

    /// How many files will be looked at, for a bar of progress; a few of them may turn out to be no items.
    #[must_use]
    pub fn files_total(&self) -> Option<u64> {
        Some(self.total)
    }

    /// The last part of the folder's path, or the archive's name without its ending: what the import is called.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.name
    }

    /// What was passed over so far; complete when the iterator has ended.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    fn start(
        path: &Path,
        listing: Listing,
        top: Option<String>,
        files: impl FnOnce(&Listing) -> Files,
    ) -> Result<Self, OpenError> {
        let files = files(&listing);
        let file_name = file_name(path);
        let name = without_ending(&file_name).to_owned();
        // What an archive packed in one folder is what that folder holds: `_drafts` stays `_drafts`.
        let root =
            top.clone().unwrap_or_else(|| if path.is_dir() { file_name.clone() } else { String::new() });
        let top = top.map_or_else(String::new, |top| format!("{top}/"));
        let inner = |path: &str| path.strip_prefix(&top).unwrap_or(path).to_owned();
        let paths: Vec<String> = listing.markdown.iter().map(|path| inner(path)).collect();
        let layout = SiteLayout::of(&root, paths.iter().map(String::as_str));
        let mut skipped = Skipped { other_files: listing.other_files, ..Skipped::default() };
        let mut total = u64::try_from(listing.refused.len()).unwrap_or(u64::MAX);
        for path in &paths {
            match layout.verdict(path) {
                Verdict::Read(_) => total += 1,
                Verdict::Section => skipped.sections += 1,
                Verdict::Outside => skipped.other_markdown += 1,
            }
        }
        if total == 0 {
            return Err(OpenError::NoMarkdown(path.to_owned()));
        }
        let refused = listing
            .refused
            .into_iter()
            .map(|refusal| ImportRefusal { source_path: inner(&refusal.source_path), ..refusal })
            .collect();
        Ok(Self { name, file_name, layout, top, total, skipped, refused, files })
    }

    fn next_file(&mut self) -> Option<Found> {
        match &mut self.files {
            Files::Folder { root, paths } => {
                let path = paths.pop_front()?;
                let bytes = folder::read_file(&root.join(&path));
                Some((path, bytes))
            }
            Files::Zip { zip, places, left } => {
                let (path, place) = places.pop_front()?;
                let bytes = archive::read_zip(zip, place, left);
                Some((path, bytes))
            }
            Files::Tar(tar) => archive::next_of_tar(tar).unwrap_or_else(|error| {
                // It could be read when it was opened, so it has changed since: what follows can't be trusted.
                self.files = Files::Done;
                let path = format!("{}{}", self.top, self.file_name);
                self.refused.push_back(ImportRefusal {
                    source_path: path,
                    line: None,
                    reason: format!("the archive cannot be read any further: {error}"),
                });
                None
            }),
            Files::Done => None,
        }
    }

    /// Reads a file, unless it turns out to be none of the site's.
    fn read(&mut self, place: &Place, bytes: Result<Vec<u8>, String>) -> Option<Parsed> {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(reason) => {
                let source_path = place.source_path.clone();
                return Some(Err(ImportRefusal { source_path, line: None, reason }));
            }
        };
        if place.needs_front_matter && !front_matter::is_present(&bytes) {
            self.skipped.other_markdown += 1;
            return None;
        }
        let parsed = markdown_file::read(place, &bytes);
        let is_front = place.kind != PlaceKind::Post
            && matches!(place.source_path.as_str(), "index.md" | "index.markdown" | "content/index.md");
        if is_front && parsed.as_ref().is_ok_and(|item| item.source.trim().is_empty()) {
            self.skipped.sections += 1;
            return None;
        }
        Some(parsed)
    }
}

impl Iterator for MarkdownSource {
    type Item = Parsed;

    fn next(&mut self) -> Option<Parsed> {
        loop {
            if let Some(refusal) = self.refused.pop_front() {
                return Some(Err(refusal));
            }
            let Some((path, bytes)) = self.next_file() else {
                return self.refused.pop_front().map(Err);
            };
            let path = path.strip_prefix(&self.top).unwrap_or(&path);
            let Verdict::Read(place) = self.layout.verdict(path) else { continue };
            if let Some(parsed) = self.read(&place, bytes) {
                return Some(parsed);
            }
        }
    }
}

/// The last part of a path, also of `.` and `posts/..`.
fn file_name(path: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    name(path).or_else(|| name(&path.canonicalize().ok()?)).unwrap_or_else(|| "import".to_owned())
}

fn without_ending(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    [".tar.gz", ".tgz", ".tar", ".zip", ".markdown", ".mdown", ".mkd", ".md"]
        .iter()
        .find(|ending| lower.ends_with(**ending) && lower.len() > ending.len())
        .map_or(name, |ending| &name[..name.len() - ending.len()])
}
