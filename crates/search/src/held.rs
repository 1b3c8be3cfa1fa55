//! What an index holds, for whoever compares it with what it was made from.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use inkstand_model::EntryId;
use tantivy::DocAddress;
use tracing::instrument;

use crate::error::Error;
use crate::index::Index;
use crate::snapshot::Snapshot;

/// An entry as an index holds it, or should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldEntry {
    /// Whether everybody finds it.
    pub published: bool,
    /// Of its title and its text, so that two blogs' worth of them need not be in memory.
    digest: u64,
}

impl HeldEntry {
    /// An entry with these texts.
    #[must_use]
    pub fn new(published: bool, title: &str, text: &str) -> Self {
        // Nobody chooses these texts to deceive us: what is looked for is decay.
        let mut hasher = DefaultHasher::new();
        hasher.write(title.as_bytes());
        // In no text that is UTF-8.
        hasher.write_u8(0xff);
        hasher.write(text.as_bytes());
        Self { published, digest: hasher.finish() }
    }
}

impl Index {
    /// All entries, with their texts read from the files.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.entries", skip_all)]
    pub fn entries(&self) -> Result<BTreeMap<EntryId, HeldEntry>, Error> {
        self.ask(|current| {
            let mut entries = BTreeMap::new();
            add(&mut entries, &current.unpublished, false)?;
            // Of one that should stand in both, what everybody finds counts.
            add(&mut entries, &current.published, true)?;
            Ok(entries)
        })
    }
}

fn add(
    entries: &mut BTreeMap<EntryId, HeldEntry>,
    snapshot: &Snapshot,
    published: bool,
) -> tantivy::Result<()> {
    for (number, segment) in (0..).zip(snapshot.searcher.segment_readers()) {
        let columns = crate::columns::Columns::open(segment)?;
        for doc in segment.doc_ids_alive() {
            let stored = snapshot.stored(DocAddress::new(number, doc))?;
            let held = HeldEntry::new(published, stored.title(), stored.text());
            entries.insert(columns.entry(doc).0, held);
        }
    }
    Ok(())
}
