//! The machine's clock and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use inkstand_model::{Clock, Instant};

/// What every part of the running server asks for the time and for randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Instant::from_millis(millis).unwrap_or(Instant::MAX)
    }

    fn random(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        #[expect(
            clippy::expect_used,
            reason = "a system without randomness can make no ids, and none is known"
        )]
        getrandom::fill(&mut bytes).expect("the system gives randomness");
        bytes
    }
}
