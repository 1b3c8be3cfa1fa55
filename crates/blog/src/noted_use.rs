//! Notes that a session or a token was used: in the background, so that no request waits for it or fails by it.

use std::{
    collections::HashSet,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use inkstand_storage::StorageError;
use tracing::debug;
use uuid::Uuid;

/// The sessions and tokens whose use is being noted now: a burst of requests makes one note.
#[derive(Clone, Default)]
pub(crate) struct NotedUse(Arc<Mutex<HashSet<Uuid>>>);

impl NotedUse {
    /// Runs `note`, unless there is one for `key` under way.
    pub(crate) fn note(
        &self,
        key: Uuid,
        note: impl Future<Output = Result<(), StorageError>> + Send + 'static,
    ) {
        if !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            return;
        }
        let under_way = UnderWay { all: self.clone(), key };
        tokio::spawn(async move {
            let _under_way = under_way;
            if let Err(fault) = note.await {
                // Only the time of the last use is wrong by that.
                debug!(fault = &fault as &dyn std::error::Error, "noting the use of a session or token");
            }
        });
    }
}

/// Ends when its task does, however that comes about.
struct UnderWay {
    all: NotedUse,
    key: Uuid,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
