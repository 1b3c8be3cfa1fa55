//! The texts of an entry as the index keeps them, for marks and for whoever looks at its words again.

use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, TantivyDocument};

use crate::schema::Fields;
use crate::snapshot::Snapshot;
use crate::tongue::Tongue;

/// What is stored of an entry.
pub(crate) struct Stored {
    document: TantivyDocument,
    fields: Fields,
}

impl Snapshot {
    /// Reads what is stored of the entry that stands there.
    pub(crate) fn stored(&self, entry: DocAddress) -> tantivy::Result<Stored> {
        Ok(Stored { document: self.searcher.doc(entry)?, fields: self.fields })
    }
}

impl Stored {
    /// Its title.
    pub(crate) fn title(&self) -> &str {
        self.text_of(self.fields.stored_title)
    }

    /// Its body without markup.
    pub(crate) fn text(&self) -> &str {
        self.text_of(self.fields.stored_text)
    }

    /// The language that both were analysed in.
    pub(crate) fn tongue(&self) -> Tongue {
        self.text_of(self.fields.stored_language).chars().next().map_or(Tongue::PLAIN, Tongue::from_char)
    }

    fn text_of(&self, field: Field) -> &str {
        self.document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default()
    }
}
