//! The folder of an index.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex};

use tantivy::Directory;
use tantivy::directory::INDEX_WRITER_LOCK;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexSettings, IndexWriter, ReloadPolicy, TantivyError};

use crate::disk::{Disk, MANAGED_LIST, NEW_MANAGED_LIST};
use crate::error::{Error, OpenError, guarded};
use crate::index::{Current, Desk, Shared};
use crate::position::from_payload;
use crate::schema::{schema, tokenizers};
use crate::snapshot::Snapshot;
use crate::word_list::WordLists;

/// What the writer may hold in memory before it writes a segment.
const WRITER_MEMORY: usize = 120_000_000;
/// The lists of files that make a folder an index's.
const LISTS: [&str; 2] = ["meta.json", MANAGED_LIST];

/// Opens or creates the index of a folder.
pub(crate) fn open(dir: &Path) -> Result<Shared, OpenError> {
    fs::create_dir_all(dir).map_err(OpenError::Io)?;
    // A creation that was cut short leaves the second list without the first.
    let exists = LISTS.iter().any(|list| dir.join(list).exists());
    let mut engine_error = None;
    let opened = guarded(&AtomicBool::new(false), || match open_guarded(dir, exists) {
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

fn open_guarded(dir: &Path, exists: bool) -> tantivy::Result<Shared> {
    let (schema, fields) = schema();
    let disk = Disk::open(dir)?;
    let mut engine = if exists {
        tantivy::Index::open(disk)?
    } else {
        tantivy::Index::create(disk, schema.clone(), IndexSettings::default())?
    };
    if engine.schema() != schema {
        return Err(TantivyError::SchemaError("it is of another version".to_owned()));
    }
    engine.set_tokenizers(tokenizers());
    engine.set_fast_field_tokenizers(tokenizers());
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(WRITER_MEMORY)
        .build();
    let writer: IndexWriter = engine.writer_with_options(options)?;
    let position = match engine.load_metas()?.payload {
        None => None,
        Some(payload) => Some(
            from_payload(&payload)
                .ok_or_else(|| TantivyError::SchemaError("its position cannot be read".to_owned()))?,
        ),
    };
    let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let lists = WordLists::default();
    let snapshot = Snapshot::take(reader.searcher(), fields, lists.clone())?;
    Ok(Shared {
        engine,
        fields,
        reader,
        broken: AtomicBool::new(false),
        desk: Mutex::new(Desk { writer: Some(writer), lent: false }),
        given_back: Condvar::new(),
        current: Mutex::new(Current { snapshot: snapshot.into(), position }),
        lists,
        stems: Mutex::default(),
    })
}

/// Removes the files of an index from a folder, while nobody writes to it.
pub(crate) fn clear(dir: &Path) -> Result<(), OpenError> {
    fs::create_dir_all(dir).map_err(OpenError::Io)?;
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
