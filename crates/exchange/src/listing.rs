//! What a folder or an archive holds, before anything in it is read.

use inkstand_model::ImportRefusal;

use crate::file_name::is_markdown;

/// The names of the Markdown files, and what was met beside them.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Paths below the root, `/` between their parts.
    pub(crate) markdown: Vec<String>,
    pub(crate) refused: Vec<ImportRefusal>,
    pub(crate) other_files: u64,
    top: Top,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Link,
    /// Folders, devices and whatever else has no text.
    Other,
}

/// The folder at the top, as long as everything is in one.
#[derive(Debug, Default)]
enum Top {
    #[default]
    Unknown,
    One(String),
    Several,
}

/// Why a name is no path below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadName(pub(crate) &'static str);

const LINK: &str = "it is a link, and links are not followed; import the file that it leads to";

impl Listing {
    /// Takes note of an entry. Odd names and links that don't look like Markdown are other files.
    pub(crate) fn add(&mut self, name: &[u8], kind: Kind) {
        if kind == Kind::Other {
            return;
        }
        let reason = match clean_path(name) {
            Ok(path) if is_hidden(&path) => return,
            Ok(path) => {
                self.note_top(&path);
                match kind {
                    Kind::File if is_markdown(&path) => return self.markdown.push(path),
                    Kind::Link => LINK,
                    _ => "",
                }
            }
            Err(BadName(reason)) => reason,
        };
        let shown: String = String::from_utf8_lossy(name).chars().filter(|c| !c.is_control()).collect();
        if reason.is_empty() || !is_markdown(&shown) {
            self.other_files += 1;
        } else {
            self.refuse(shown, reason);
        }
    }

    pub(crate) fn refuse(&mut self, source_path: String, reason: impl Into<String>) {
        self.refused.push(ImportRefusal { source_path, line: None, reason: reason.into() });
    }

    /// The one folder that holds everything in an archive, if there is one.
    pub(crate) fn top(&self) -> Option<&str> {
        match &self.top {
            Top::One(folder) => Some(folder),
            Top::Unknown | Top::Several => None,
        }
    }

    fn note_top(&mut self, path: &str) {
        self.top = match (path.split_once('/'), std::mem::take(&mut self.top)) {
            (Some((folder, _)), Top::Unknown) => Top::One(folder.to_owned()),
            (Some((folder, _)), Top::One(top)) if folder == top => Top::One(top),
            _ => Top::Several,
        };
    }
}

/// The path that an entry of an archive names, without `./` and doubled slashes.
pub(crate) fn clean_path(name: &[u8]) -> Result<String, BadName> {
    let name = std::str::from_utf8(name).map_err(|_| BadName("its name is not UTF-8"))?;
    if name.chars().any(char::is_control) {
        return Err(BadName("its name holds control characters"));
    }
    // Old programs on Windows wrote backslashes into archives; elsewhere, hardly any name has one.
    let name = if name.contains('/') { name.to_owned() } else { name.replace('\\', "/") };
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes().get(2) == Some(&b'/');
    if name.starts_with('/') || drive {
        return Err(BadName("its path is absolute; only files below the top of an archive are read"));
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(BadName("its path leads out of the archive by `..`"));
    }
    if parts.is_empty() { Err(BadName("it has no name")) } else { Ok(parts.join("/")) }
}

/// Hidden by its name or that of a folder above it; macOS hides its own files in a folder of archives.
pub(crate) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}
