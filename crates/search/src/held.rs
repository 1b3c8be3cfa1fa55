//! Which entries an index holds, for whoever compares it with what it was made from.

use std::collections::BTreeSet;

use inkstand_model::EntryId;
use tracing::instrument;

use crate::error::Error;
use crate::index::Index;
use crate::snapshot::Snapshot;

impl Index {
    /// All published entries, which everybody can find.
    ///
    /// # Errors
    /// [`Error::Broken`] where the index is damaged.
    #[instrument(name = "search.entries", skip_all)]
    pub fn entries(&self) -> Result<BTreeSet<EntryId>, Error> {
        self.ask(|current| held(&current.published))
    }
}

fn held(snapshot: &Snapshot) -> tantivy::Result<BTreeSet<EntryId>> {
    let mut entries = BTreeSet::new();
    for segment in snapshot.searcher.segment_readers() {
        let columns = crate::columns::Columns::open(segment)?;
        entries.extend(segment.doc_ids_alive().map(|doc| columns.entry(doc).0));
    }
    Ok(entries)
}
