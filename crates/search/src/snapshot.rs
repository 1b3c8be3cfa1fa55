//! One state of the index, and what is worth knowing of it beforehand.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use inkstand_model::{EntryId, EntryKind, Slug};
use tantivy::schema::Field;
use tantivy::{DocAddress, Searcher, SegmentOrdinal};

use crate::columns::Columns;
use crate::dictionary::{Dictionary, Words};
use crate::document::split_label;
use crate::schema::Fields;
use crate::tongue::Tongue;
use crate::word_list::WordLists;
use crate::words::folded_words;

/// At most so many languages are thought of when the stems of a typed word are formed.
const MAX_TONGUES: usize = 6;

/// What the index held after a commit. Questions hold on to theirs while newer ones come.
pub(crate) struct Snapshot {
    /// Reads the index as it was.
    pub(crate) searcher: Searcher,
    /// Handles of the fields.
    pub(crate) fields: Fields,
    /// The languages of its entries, the most frequent first: in which one a question is asked nobody says, so
    /// that its words get the stems of all of them.
    pub(crate) tongues: Vec<Tongue>,
    /// Whether those are all of its languages.
    pub(crate) all_tongues: bool,
    lists: WordLists,
    columns: Vec<OnceLock<Columns>>,
    names: OnceLock<Names>,
}

/// The names of tags and authors.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Tags by slug.
    pub(crate) tags: Vec<Name>,
    /// Authors by slug.
    pub(crate) authors: Vec<Name>,
}

/// A name with its words.
#[derive(Debug)]
pub(crate) struct Name {
    /// The slug.
    pub(crate) slug: Slug,
    /// What readers see.
    pub(crate) text: String,
    /// Its words as the index spells them.
    pub(crate) words: Vec<String>,
}

impl Snapshot {
    /// Looks at what the index holds now; `lists` are of what it held before.
    pub(crate) fn take(searcher: Searcher, fields: Fields, lists: WordLists) -> tantivy::Result<Self> {
        lists.keep(&searcher);
        let mut entries: BTreeMap<Tongue, u64> = BTreeMap::new();
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(fields.language)?;
            let mut languages = index.terms().stream()?;
            while languages.advance() {
                let Ok(tag) = std::str::from_utf8(languages.key()) else { continue };
                if !tag.contains('-') {
                    *entries.entry(Tongue::named(tag)).or_default() += u64::from(languages.value().doc_freq);
                }
            }
        }
        let mut tongues: Vec<(u64, Tongue)> = entries.into_iter().map(|(tongue, n)| (n, tongue)).collect();
        tongues.sort_unstable_by(|a, b| b.cmp(a));
        let all_tongues = tongues.len() <= MAX_TONGUES;
        let tongues = tongues.into_iter().map(|(_, tongue)| tongue).take(MAX_TONGUES).collect();
        let columns = searcher.segment_readers().iter().map(|_| OnceLock::new()).collect();
        Ok(Self { searcher, fields, tongues, all_tongues, lists, columns, names: OnceLock::new() })
    }

    /// The columns of a segment, opened at the first need.
    pub(crate) fn columns(&self, segment: SegmentOrdinal) -> tantivy::Result<&Columns> {
        let place = &self.columns[segment as usize];
        if let Some(columns) = place.get() {
            return Ok(columns);
        }
        let columns = Columns::open(self.searcher.segment_reader(segment))?;
        Ok(place.get_or_init(|| columns))
    }

    /// Which entry stands there.
    pub(crate) fn entry(&self, address: DocAddress) -> tantivy::Result<(EntryId, EntryKind)> {
        Ok(self.columns(address.segment_ord)?.entry(address.doc_id))
    }

    /// How many terms that field has in an entry on the average.
    pub(crate) fn average_length(&self, field: Field) -> tantivy::Result<f32> {
        let mut terms = 0;
        for segment in self.searcher.segment_readers() {
            terms += segment.inverted_index(field)?.total_num_tokens();
        }
        Ok((terms as f32 / self.entries().max(1) as f32).max(1.0))
    }

    /// Entries of all segments, deleted ones included.
    pub(crate) fn entries(&self) -> u64 {
        self.searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum()
    }

    /// The dictionary of a field.
    pub(crate) fn dictionary(&self, field: Field) -> Dictionary<'_> {
        let words = Words { searcher: &self.searcher, lists: &self.lists, seen: None };
        Dictionary { field, known: vec![words], weighing: None }
    }

    /// What was read of the dictionaries before.
    pub(crate) fn lists(&self) -> &WordLists {
        &self.lists
    }

    /// The names of tags and authors, read at the first need: there are few of them beside the entries.
    pub(crate) fn names(&self) -> tantivy::Result<&Names> {
        if let Some(names) = self.names.get() {
            return Ok(names);
        }
        let names = Names {
            tags: self.read_names("tag_label", self.fields.tag)?,
            authors: self.read_names("author_label", self.fields.author)?,
        };
        Ok(self.names.get_or_init(|| names))
    }

    fn read_names(&self, labels: &str, slugs: Field) -> tantivy::Result<Vec<Name>> {
        let slugs = self.dictionary(slugs);
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        // The newest segments stand last: after a change of name theirs is the current one.
        for segment in self.searcher.segment_readers().iter().rev() {
            let Some(column) = segment.fast_fields().str(labels)? else { continue };
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                let Ok(label) = std::str::from_utf8(stream.key()) else { continue };
                let (slug, text) = split_label(label);
                // A name that only withdrawn entries bear must not be offered.
                if seen.contains(slug) || !slugs.is_alive(slug)? {
                    continue;
                }
                seen.insert(slug.to_owned());
                names.push(Name {
                    slug: Slug::from_stored(slug.to_owned()),
                    text: text.to_owned(),
                    words: folded_words(text),
                });
            }
        }
        Ok(names)
    }
}
