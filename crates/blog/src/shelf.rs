//! Values that are remembered for as long as they are true.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use inkstand_figures::{CacheFigures, Counter};
use inkstand_model::CacheKey;
use quick_cache::{Weighter, sync::Cache};

use crate::{
    Basis, BlogError,
    freshness::{Freshness, Moment},
};

/// Bytes of what a cache keeps beside a value: its key, its stamps and its own books.
const BESIDE: u64 = 128;

/// Values of one kind under their keys, up to a number of bytes. Those that were not asked for lately go first.
pub(crate) struct Shelf<K, V> {
    kept: Cache<K, Arc<Kept<V>>, Weigh>,
    hits: Counter,
    misses: Counter,
}

struct Kept<V> {
    value: Arc<V>,
    basis: Basis,
    bytes: u64,
}

/// Values whose size in memory is about known.
pub(crate) trait Weighed {
    /// Bytes on the heap and in itself, about.
    fn bytes(&self) -> usize;
}

#[derive(Clone)]
struct Weigh;

impl<K, V> Weighter<K, Arc<Kept<V>>> for Weigh {
    fn weight(&self, _: &K, kept: &Arc<Kept<V>>) -> u64 {
        kept.bytes
    }
}

impl<K: Clone + Eq + Hash, V: Weighed> Shelf<K, V> {
    /// One that holds values of so many bytes in all; none, where that is 0.
    pub(crate) fn new(capacity: u64) -> Self {
        // Only how much room is made at first depends on the number of values.
        let usually = (capacity / 1024).clamp(16, 100_000);
        let kept = Cache::with_weighter(usually as usize, capacity, Weigh);
        Self { kept, hits: Counter::default(), misses: Counter::default() }
    }

    /// What became of what was asked for, and what is there.
    pub(crate) fn figures(&self) -> CacheFigures {
        CacheFigures {
            hits: self.hits.get(),
            misses: self.misses.get(),
            entries: self.kept.len() as u64,
            bytes: self.kept.weight(),
        }
    }

    /// The value, if it is still true.
    pub(crate) fn get(&self, freshness: &Freshness, key: &K) -> Option<Arc<V>> {
        let found = self.find(freshness, key);
        if found.is_some() { &self.hits } else { &self.misses }.add(1);
        found
    }

    fn find(&self, freshness: &Freshness, key: &K) -> Option<Arc<V>> {
        let kept = self.kept.get(key)?;
        if !kept.basis.is_true(freshness) {
            self.kept.remove(key);
            return None;
        }
        Some(Arc::clone(&kept.value))
    }

    /// Remembers a value that was read after `since` and made from what these keys name.
    pub(crate) fn put(
        &self,
        freshness: &Freshness,
        since: Option<Moment>,
        key: K,
        value: V,
        made_from: impl IntoIterator<Item = CacheKey>,
    ) -> Arc<V> {
        let value = Arc::new(value);
        let Some(since) = since else { return value };
        if self.kept.capacity() == 0 {
            return value;
        }
        let basis = Basis::new(freshness, since, made_from);
        // What changed meanwhile may have been read half before and half after.
        if basis.is_true(freshness) {
            let bytes = BESIDE + (value.bytes() + basis.size()) as u64;
            self.kept.insert(key, Arc::new(Kept { value: Arc::clone(&value), basis, bytes }));
        }
        value
    }

    /// The value of one key: as it is remembered, or as `read` gives it together with the keys that it was made from.
    pub(crate) async fn get_or_read<Keys: IntoIterator<Item = CacheKey>>(
        &self,
        freshness: &Freshness,
        key: K,
        read: impl AsyncFnOnce() -> Result<(V, Keys), BlogError>,
    ) -> Result<Arc<V>, BlogError> {
        if let Some(value) = self.get(freshness, &key) {
            return Ok(value);
        }
        let since = freshness.now();
        let (value, made_from) = read().await?;
        Ok(self.put(freshness, since, key, value, made_from))
    }

    /// The values of many keys: those that are remembered, and the others as `load` gives them. What `load` leaves out
    /// is not there.
    pub(crate) async fn get_or_load(
        &self,
        freshness: &Freshness,
        keys: &[K],
        load: impl AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>, BlogError>,
        made_from: impl Fn(&K, &V) -> Vec<CacheKey>,
    ) -> Result<HashMap<K, Arc<V>>, BlogError> {
        let since = freshness.now();
        let mut found = HashMap::with_capacity(keys.len());
        let mut missing = Vec::new();
        for key in keys {
            match self.find(freshness, key) {
                Some(value) => drop(found.insert(key.clone(), value)),
                None => missing.push(key.clone()),
            }
        }
        self.hits.add(found.len() as u64);
        self.misses.add(missing.len() as u64);
        if !missing.is_empty() {
            for (key, value) in load(missing).await? {
                let from = made_from(&key, &value);
                let value = self.put(freshness, since, key.clone(), value, from);
                found.insert(key, value);
            }
        }
        Ok(found)
    }
}
