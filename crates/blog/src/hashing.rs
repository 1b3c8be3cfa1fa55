//! Hashing passwords off the executor, a few at a time.

use std::sync::Arc;

use inkstand_identity::{GivenPassword, NewPassword, Passwords};
use tokio::sync::Semaphore;

use crate::BlogError;

/// Hashes passwords on the blocking pool. Each hash keeps a core busy for tens of milliseconds and takes 19 MiB, so
/// that no more run at once than there are cores, and others wait: a crowd at the door must not starve the readers.
pub(crate) struct Hashing {
    passwords: Arc<Passwords>,
    places: Semaphore,
}

/// At most so many at once, on however large a machine.
const MOST_PLACES: usize = 4;

impl Default for Hashing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { passwords: Arc::default(), places: Semaphore::new(cores.min(MOST_PLACES)) }
    }
}

impl Hashing {
    /// What is to be kept of a password.
    pub(crate) async fn hash(&self, password: NewPassword) -> Result<String, BlogError> {
        Ok(self.run(move |passwords| passwords.hash(&password)).await??)
    }

    /// Whether it is the password of which `kept` was kept; the same work without one.
    pub(crate) async fn verify(&self, kept: Option<String>, given: GivenPassword) -> Result<bool, BlogError> {
        self.run(move |passwords| passwords.verify(kept.as_deref(), &given)).await
    }

    pub(crate) fn computed(&self) -> u64 {
        self.passwords.computed()
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Passwords) -> T + Send + 'static,
    ) -> Result<T, BlogError> {
        // Nobody closes the semaphore.
        let _place = self.places.acquire().await.ok();
        let passwords = Arc::clone(&self.passwords);
        Ok(tokio::task::spawn_blocking(move || work(&passwords)).await?)
    }
}
