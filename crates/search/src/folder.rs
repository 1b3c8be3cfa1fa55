//! The folder of an index.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex};

use inkstand_model::Position;
use tantivy::Directory;
use tantivy::directory::INDEX_WRITER_LOCK;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexSettings, IndexWriter, ReloadPolicy, TantivyError};

use crate::disk::{Disk, MANAGED_LIST, NEW_MANAGED_LIST};
use crate::error::{Error, OpenError, guarded};
use crate::half::{Half, Writers, begin_past_the_commit};
use crate::index::{Current, Desk, Shared};
use crate::position::from_payload;
use crate::schema::{schema, tokenizers};
use crate::word_list::WordLists;

/// Bytes that the writer of published entries may hold in memory before it writes a segment, where nobody says otherwise.
pub const WRITER_MEMORY: usize = 50_000_000;
/// The same for the others, of which there are few: about the least that tantivy wants.
const SMALL_WRITER_MEMORY: usize = 20_000_000;
/// The least that tantivy's writers do with, in bytes.
pub const LEAST_WRITER_MEMORY: usize = 15_000_000;
/// The folder of what is not published, within the index's own.
pub(crate) const UNPUBLISHED: &str = "unpublished";
/// The lists of files that make a folder an index's.
const LISTS: [&str; 2] = ["meta.json", MANAGED_LIST];

/// Opens or creates the index of a folder, whose writer holds so many bytes at most.
pub(crate) fn open(dir: &Path, memory: usize) -> Result<Shared, OpenError> {
    fs::create_dir_all(dir.join(UNPUBLISHED)).map_err(OpenError::Io)?;
    let mut engine_error = None;
    let opened = guarded(&AtomicBool::new(false), || match open_guarded(dir, memory) {
        Ok(shared) => Ok(Some(shared)),
        Err(error) => {
            engine_error = Some(error);
            Ok(None)
        }
    });
    match (opened, engine_error) {
        (Ok(Some(shared)), _) => Ok(shared),
        (_, Some(error)) => Err(error.into()),
        (Ok(None) | Err(_), None) => Err(OpenError::Unusable("the search engine panicked".to_owned())),
    }
}

fn open_guarded(dir: &Path, memory: usize) -> tantivy::Result<Shared> {
    let memory = memory.max(LEAST_WRITER_MEMORY);
    let published = Opened::of(dir, memory)?;
    let unpublished = Opened::of(&dir.join(UNPUBLISHED), SMALL_WRITER_MEMORY.min(memory))?;
    // What is not published is written first and only where there is something to write, so that its position may be
    // any of the same log. Where it has none, its files were lost.
    let position =
        published.position.filter(|at| unpublished.position.is_some_and(|other| other.log == at.log));
    let current =
        Current { published: published.half.look()?, unpublished: unpublished.half.look()?, position };
    Ok(Shared {
        published: published.half,
        unpublished: unpublished.half,
        broken: AtomicBool::new(false),
        desk: Mutex::new(Desk {
            writers: Some(Writers { published: published.writer, unpublished: unpublished.writer }),
            lent: false,
        }),
        given_back: Condvar::new(),
        current: Mutex::new(current),
        stems: Mutex::default(),
    })
}

/// One folder, opened.
struct Opened {
    half: Half,
    writer: IndexWriter,
    position: Option<Position>,
}

impl Opened {
    fn of(dir: &Path, memory: usize) -> tantivy::Result<Self> {
        let (schema, fields) = schema();
        // A creation that was cut short leaves the second list without the first.
        let exists = LISTS.iter().any(|list| dir.join(list).exists());
        let disk = Disk::open(dir)?;
        let mut engine = if exists {
            tantivy::Index::open(disk.clone())?
        } else {
            tantivy::Index::create(disk.clone(), schema.clone(), IndexSettings::default())?
        };
        if engine.schema() != schema {
            return Err(TantivyError::SchemaError("it is of another version".to_owned()));
        }
        engine.set_tokenizers(tokenizers());
        engine.set_fast_field_tokenizers(tokenizers());
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(memory)
            .build();
        let writer: IndexWriter = engine.writer_with_options(options)?;
        begin_past_the_commit(&writer)?;
        let position = match engine.load_metas()?.payload {
            None => None,
            Some(payload) => Some(
                from_payload(&payload)
                    .ok_or_else(|| TantivyError::SchemaError("its position cannot be read".to_owned()))?,
            ),
        };
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            half: Half { engine, disk, fields, reader, lists: WordLists::default() },
            writer,
            position,
        })
    }
}

/// Removes the files of an index from a folder, while nobody writes to it.
pub(crate) fn clear(dir: &Path) -> Result<(), OpenError> {
    let unpublished = dir.join(UNPUBLISHED);
    fs::create_dir_all(&unpublished).map_err(OpenError::Io)?;
    clear_one(dir)?;
    clear_one(&unpublished)
}

fn clear_one(dir: &Path) -> Result<(), OpenError> {
    let directory = Disk::open(dir).map_err(TantivyError::from)?;
    let lock =
        directory.acquire_lock(&INDEX_WRITER_LOCK).map_err(|error| TantivyError::LockFailure(error, None))?;
    for file in fs::read_dir(dir).map_err(OpenError::Io)? {
        let file = file.map_err(OpenError::Io)?;
        let is_file = file.file_type().map_err(OpenError::Io)?.is_file();
        if is_file && file.file_name().to_str().is_some_and(is_of_an_index) {
            fs::remove_file(file.path()).map_err(OpenError::Io)?;
        }
    }
    drop(lock);
    Ok(())
}

/// `meta.json`, `.managed.json`, and `0123456789abcdef0123456789abcdef.term` and the like.
fn is_of_an_index(name: &str) -> bool {
    const KINDS: [&str; 8] = ["term", "idx", "pos", "store", "fast", "fieldnorm", "del", "temp"];
    if LISTS.contains(&name) || name == NEW_MANAGED_LIST {
        return true;
    }
    let mut parts = name.split('.');
    let segment = parts.next().unwrap_or_default();
    let kind = parts.next_back().unwrap_or_default();
    segment.len() == 32 && segment.bytes().all(|b| b.is_ascii_hexdigit()) && KINDS.contains(&kind)
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(io) => Self::Io(io),
            error => Self::Unusable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_an_index_are_cleared() {
        let segment = "0123456789abcdef0123456789abcdef";
        for name in ["meta.json", ".managed.json", &format!("{segment}.term"), &format!("{segment}.12.del")] {
            assert!(is_of_an_index(name), "{name}");
        }
        for name in ["inkstand.db", "notes.store", segment, &format!("{segment}.db"), ".tantivy-writer.lock"]
        {
            assert!(!is_of_an_index(name), "{name}");
        }
    }
}
