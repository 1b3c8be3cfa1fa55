//! The machine's clock and randomness.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use inkstand_model::{Clock, Instant};
use uuid::{Builder, Uuid};

/// What every part of the running server asks for the time and for randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let millis = i64::try_from(since_1970().as_millis()).unwrap_or(i64::MAX);
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

    /// The fraction of the millisecond comes before the randomness (RFC 9562 §6.2, method 3), so that ids are in
    /// the order in which they were made: posts of one day stand in the order of their import, in every database.
    fn new_id(&self) -> Uuid {
        let since = since_1970();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let [high, low] = u16::try_from(since.subsec_nanos() % 1_000_000 * 4096 / 1_000_000)
            .unwrap_or_default()
            .to_be_bytes();
        let mut rest = self.random();
        (rest[0], rest[1]) = (high, low);
        Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_the_order_of_their_making() {
        let ids: Vec<Uuid> = (0..200)
            .map(|_| {
                std::thread::sleep(Duration::from_micros(2));
                SystemClock.new_id()
            })
            .collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
