//! Other words in place of typed ones: those that were searched, and those that may have been meant.

use crate::asked::AskedWord;
use crate::dictionary::{Dictionary, edits};

/// A word in fewer entries than this may be a typo that somebody made in them; with more, the reader has found something.
const FEW_ENTRIES: u64 = 10;

/// A word in more than one of so many entries is none of those, however few there are.
const RARE_SHARE: u64 = 1000;

/// What was meant instead is in so many times more entries.
const TIMES_MORE: u64 = 20;

/// The text with its misspelt words replaced by what was searched.
pub(crate) fn corrected(text: &str, words: &[AskedWord]) -> Option<String> {
    replaced(text, words, |word| word.near.first().filter(|_| word.corrected).map(|near| near.word.clone()))
}

/// The text with rare words replaced by far more frequent ones, one edit away; `None` where there are none, and where not
/// even all typed words are known. `entries` are all there are.
pub(crate) fn did_you_mean(
    text: &str,
    words: &[AskedWord],
    dictionary: &Dictionary<'_>,
    entries: u64,
) -> tantivy::Result<Option<String>> {
    if words.iter().any(|word| word.entries == 0 || word.corrected) {
        return Ok(None);
    }
    let rare = (entries / RARE_SHARE).max(1);
    let mut meant = Vec::new();
    for word in words {
        // Numbers and code are near others by nature.
        let is_word = word.sequence.is_empty() && word.spelled.chars().all(char::is_alphabetic);
        let frequent = if is_word && word.entries <= rare && word.entries < FEW_ENTRIES {
            let near = dictionary.corrections(&word.spelled, false)?.into_iter();
            let near = near.filter(|near| edits(&word.spelled, &near.word) == 1);
            near.filter(|near| near.entries >= TIMES_MORE * word.entries).max_by_key(|near| near.entries)
        } else {
            None
        };
        meant.push(frequent.map(|near| near.word));
    }
    let mut meant = meant.into_iter();
    Ok(replaced(text, words, |_| meant.next().flatten()))
}

/// The text with some of its words replaced; `None` where none is. The words stand in its order.
fn replaced(
    text: &str,
    words: &[AskedWord],
    mut by: impl FnMut(&AskedWord) -> Option<String>,
) -> Option<String> {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for word in words {
        if let (Some(other), Some(before)) = (by(word), text.get(end..word.range.start)) {
            replaced.push_str(before);
            replaced.push_str(&other);
            end = word.range.end;
        }
    }
    replaced.push_str(text.get(end..)?);
    (end > 0).then_some(replaced)
}
