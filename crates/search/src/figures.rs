//! How large an index is, and how often it was written.

use std::{fs, path::Path};

use crate::{Index, folder::UNPUBLISHED};

/// An index in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexFigures {
    /// Published entries.
    pub published: u64,
    /// Entries that are not published.
    pub unpublished: u64,
    /// Segments of both halves: the more, the longer a search takes, until they are merged.
    pub segments: u64,
    /// Grows with each commit since the index was opened.
    pub generation: u64,
    /// Bytes of its files.
    pub bytes: u64,
}

impl Index {
    /// What it comes to now. It asks the disk for the files of `dir`, the folder that it was opened in.
    #[must_use]
    pub fn figures(&self, dir: &Path) -> IndexFigures {
        let current = self.current();
        let halves = [&current.published, &current.unpublished];
        IndexFigures {
            published: current.published.searcher.num_docs(),
            unpublished: current.unpublished.searcher.num_docs(),
            segments: halves.map(|half| half.searcher.segment_readers().len() as u64).iter().sum(),
            generation: current.published.searcher.generation().generation_id(),
            bytes: [dir, &dir.join(UNPUBLISHED)].map(bytes_in).iter().sum(),
        }
    }
}

/// Bytes of all files in a folder; one that vanishes meanwhile, as after a merge, has none.
fn bytes_in(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file).map(|file| file.len()).sum()
}
