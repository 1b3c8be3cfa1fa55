//! Time and randomness, handed in from outside.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use uuid::{Builder, Uuid};

use crate::Instant;

/// Where time and randomness come from.
///
/// Nothing but the implementation that the server composes reads the machine's clock (clippy forbids it), so
/// that a test decides what time it is and every id in a snapshot is stable.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Instant;

    /// Ten bytes that nobody can guess.
    fn random(&self) -> [u8; 10];

    /// A new UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, the rest random.
    fn new_id(&self) -> Uuid {
        let millis = u64::try_from(self.now().millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.random()).into_uuid()
    }
}

/// A clock that stands still until it is set, and counts instead of rolling dice, for tests.
#[derive(Debug)]
pub struct FixedClock {
    now: Mutex<Instant>,
    drawn: AtomicU64,
}

impl FixedClock {
    /// A clock that says `now` until it is set.
    #[must_use]
    pub const fn at(now: Instant) -> Self {
        Self { now: Mutex::new(now), drawn: AtomicU64::new(0) }
    }

    /// Sets it, forwards or backwards.
    pub fn set(&self, now: Instant) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn random(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        bytes
    }
}
