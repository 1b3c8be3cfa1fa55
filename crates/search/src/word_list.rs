//! The words of a segment with their frequencies, in memory: which of thousands of words that begin so are the most
//! frequent, the dictionary on disk would tell only one after the other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tantivy::index::SegmentId;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader};

use crate::index::lock;
use crate::tongue::STEM_MARK;

/// Words in their order, about fifteen bytes each.
#[derive(Debug, Default)]
pub(crate) struct WordList {
    letters: String,
    /// Where each word ends in `letters`, and the entries of the segment that have it, deleted ones included.
    words: Vec<(u32, u32)>,
}

impl WordList {
    /// Reads the dictionary of a field.
    pub(crate) fn read(segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        let index = segment.inverted_index(field)?;
        // Stems stand before all words.
        let first = [STEM_MARK as u8 + 1];
        let mut stream = index.terms().range().ge(first).into_stream()?;
        let mut list = Self::default();
        while stream.advance() {
            let Ok(word) = std::str::from_utf8(stream.key()) else { continue };
            list.letters.push_str(word);
            let Ok(end) = u32::try_from(list.letters.len()) else { break };
            list.words.push((end, stream.value().doc_freq));
        }
        list.letters.shrink_to_fit();
        list.words.shrink_to_fit();
        Ok(list)
    }

    /// The words that begin so, without the beginning itself.
    pub(crate) fn beginning<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = (&'a str, u32)> {
        let start = self.first_from(|word| word <= beginning);
        let words = (start..self.words.len()).map(|place| (self.word(place), self.words[place].1));
        words.take_while(move |(word, _)| word.starts_with(beginning))
    }

    /// Entries that have the word.
    pub(crate) fn entries(&self, word: &str) -> u32 {
        let place = self.first_from(|other| other < word);
        if place < self.words.len() && self.word(place) == word { self.words[place].1 } else { 0 }
    }

    /// The place of the first word that is not before.
    fn first_from(&self, before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.words.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if before(self.word(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn word(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.words[before].0);
        &self.letters[start as usize..self.words[place].0 as usize]
    }
}

/// The lists of all segments. A segment never changes, so that a commit makes only those of new ones necessary.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordLists(Arc<Mutex<ListsByPlace>>);

type ListsByPlace = HashMap<(SegmentId, Field), Arc<WordList>>;

impl WordLists {
    /// The list of a segment, read at the first need.
    pub(crate) fn of(&self, segment: &SegmentReader, field: Field) -> tantivy::Result<Arc<WordList>> {
        let place = (segment.segment_id(), field);
        if let Some(list) = lock(&self.0).get(&place) {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(WordList::read(segment, field)?);
        lock(&self.0).insert(place, Arc::clone(&list));
        Ok(list)
    }

    /// Forgets the segments that are gone.
    pub(crate) fn keep(&self, searcher: &Searcher) {
        let segments = searcher.segment_readers();
        lock(&self.0).retain(|(id, _), _| segments.iter().any(|segment| segment.segment_id() == *id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_beginning() {
        let mut list = WordList::default();
        for (word, entries) in [("a", 1), ("tea", 2), ("team", 3), ("tears", 4), ("ten", 5), ("über", 6)] {
            list.letters.push_str(word);
            list.words.push((u32::try_from(list.letters.len()).unwrap(), entries));
        }
        for (beginning, expected) in [
            ("tea", vec![("team", 3), ("tears", 4)]),
            ("te", vec![("tea", 2), ("team", 3), ("tears", 4), ("ten", 5)]),
            ("teas", vec![]),
            ("ü", vec![("über", 6)]),
            ("z", vec![]),
            ("über", vec![]),
        ] {
            assert_eq!(list.beginning(beginning).collect::<Vec<_>>(), expected, "{beginning}");
        }
        assert_eq!((list.entries("ten"), list.entries("te"), list.entries("zoo")), (5, 0, 0));
    }
}
