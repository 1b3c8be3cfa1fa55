//! Documents that were read before: front ends send the same few ones over and over, with other variables.
//!
//! What is looked at in the document alone is looked at once: its grammar, whether fields can merge, where fragments
//! stand, and the plan of its answer. What depends on the variables, its weight above all, is looked at each time.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_graphql::parser::types::ExecutableDocument;
use inkstand_figures::{CacheFigures, Counter};
use quick_cache::{Equivalent, Weighter, sync::Cache};

use crate::completion::Plan;

/// Bytes that all documents may take that are remembered.
const CAPACITY: u64 = 8 * 1024 * 1024;

/// Bytes that a document takes for each byte of its text, at most about: a field of one letter is about 300 bytes, twice,
/// and has at least a space beside it.
const FOR_EACH_BYTE: u64 = 300;

/// A document that can be executed, and one of its operations.
pub(crate) struct ReadDocument {
    /// As it was sent, by which it is weighed.
    pub(crate) asked: Arc<ExecutableDocument>,
    /// As it is executed.
    pub(crate) document: ExecutableDocument,
    pub(crate) plan: Plan,
}

/// Those that were read lately, by their text and the name of the operation that is meant.
pub(crate) struct Documents {
    read: Cache<Key, Arc<ReadDocument>, Weigh>,
    hits: Counter,
    misses: Counter,
}

#[derive(Clone, PartialEq, Eq)]
struct Key {
    text: String,
    operation_name: Option<String>,
}

#[derive(Clone, Copy)]
struct KeyRef<'a> {
    text: &'a str,
    operation_name: Option<&'a str>,
}

#[derive(Clone)]
struct Weigh;

impl Default for Documents {
    fn default() -> Self {
        let read = Cache::with_weighter(128, CAPACITY, Weigh);
        Self { read, hits: Counter::default(), misses: Counter::default() }
    }
}

impl Documents {
    pub(crate) fn get(&self, text: &str, operation_name: Option<&str>) -> Option<Arc<ReadDocument>> {
        let found = self.read.get(&KeyRef { text, operation_name });
        if found.is_some() { &self.hits } else { &self.misses }.add(1);
        found
    }

    pub(crate) fn keep(&self, text: &str, operation_name: Option<&str>, read: &Arc<ReadDocument>) {
        let key = Key { text: text.to_owned(), operation_name: operation_name.map(ToOwned::to_owned) };
        self.read.insert(key, Arc::clone(read));
    }

    pub(crate) fn figures(&self) -> CacheFigures {
        CacheFigures {
            hits: self.hits.get(),
            misses: self.misses.get(),
            entries: self.read.len() as u64,
            bytes: self.read.weight(),
        }
    }
}

impl Weighter<Key, Arc<ReadDocument>> for Weigh {
    fn weight(&self, key: &Key, _: &Arc<ReadDocument>) -> u64 {
        (key.text.len() as u64 + 10) * FOR_EACH_BYTE
    }
}

impl Key {
    fn by_ref(&self) -> KeyRef<'_> {
        KeyRef { text: &self.text, operation_name: self.operation_name.as_deref() }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.by_ref().hash(state);
    }
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.operation_name.hash(state);
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.text == key.text && self.operation_name == key.operation_name.as_deref()
    }
}
