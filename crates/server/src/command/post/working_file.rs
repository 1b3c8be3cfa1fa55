//! The file that somebody edits: in a private folder of its own, and kept where its text would be lost otherwise.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// More than a blog takes of one post, with front matter.
const MOST_BYTES: u64 = 10 * 1024 * 1024;

/// A file that vanishes with this value, unless it is kept. If the process is killed, it stays.
pub(crate) struct WorkingFile {
    folder: TempDir,
    path: PathBuf,
}

impl WorkingFile {
    /// Writes `text` where only this user can read it.
    pub(crate) fn new(text: &str) -> Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("inkstand-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder
            .tempdir()
            .context("cannot make a temporary folder; name another place for it with TMPDIR")?;
        let path = folder.path().join("post.md");
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { folder, path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in it now. An editor may have thrown it away, which says as much as an empty one.
    pub(crate) fn read(&self) -> Result<String> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            _ => read_file(&self.path),
        }
    }

    /// Keeps it, and says where it is.
    pub(crate) fn keep(self) -> PathBuf {
        let _ = self.folder.keep();
        self.path
    }
}

/// Reads a post from a file, or from standard input where it is `-`.
pub(crate) async fn read_source(from: PathBuf) -> Result<String> {
    tokio::task::spawn_blocking(move || {
        if from == Path::new("-") {
            read_all(std::io::stdin().lock(), "standard input")
        } else {
            read_file(&from)
        }
    })
    .await?
}

fn read_file(path: &Path) -> Result<String> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    read_all(file, &path.display().to_string())
}

fn read_all(from: impl std::io::Read, name: &str) -> Result<String> {
    use std::io::Read;

    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    let too_large = u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES;
    anyhow::ensure!(!too_large, "{name} is larger than {} MiB", MOST_BYTES / 1024 / 1024);
    String::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))
}
