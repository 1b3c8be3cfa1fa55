//! What requests are called in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use inkstand_graphql::RequestId;
use inkstand_model::Clock;

/// Given by a proxy or made here, sent back, and in every log line of the request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id that a proxy gives.
const LONGEST: usize = 64;
/// What lies between two ids before they are mixed: an odd number, so that all are met before one returns.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Gives each request an id: other ones in each process, and within one none twice. They are names and no secrets, so
/// that a step of the SplitMix64 generator (Steele, Lea and Flood 2014) does; the system's randomness would take longer
/// than all else that is made for an answer that is kept.
#[derive(Debug)]
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    /// Begins somewhere.
    pub(crate) fn new(clock: &dyn Clock) -> Self {
        let [first @ .., _, _] = clock.random();
        Self(AtomicU64::new(u64::from_be_bytes(first)))
    }

    /// The id that a proxy gave, else a new one.
    pub(crate) fn of(&self, headers: &HeaderMap) -> RequestId {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let harmless = |id: &&str| {
            !id.is_empty()
                && id.len() <= LONGEST
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        RequestId(given.filter(harmless).map_or_else(|| self.next(), str::to_owned))
    }

    fn next(&self) -> String {
        let mut id = self.0.fetch_add(STRIDE, Ordering::Relaxed);
        id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        id ^= id >> 31;
        format!("{id:016x}")
    }
}

/// An id as it is sent back.
pub(crate) fn request_id_value(id: RequestId) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from(id.0)).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use inkstand_model::{FixedClock, Instant};

    use super::*;

    #[test]
    fn ids_are_all_different() {
        let ids = RequestIds::new(&FixedClock::at(Instant::from_millis(0).unwrap()));
        let made: HashSet<String> = (0..10_000).map(|_| ids.of(&HeaderMap::new()).0).collect();
        assert_eq!(made.len(), 10_000);
        assert!(made.iter().all(|id| id.len() == 16), "leading zeros are kept");
    }

    #[test]
    fn only_harmless_ids_of_proxies_are_taken() {
        let ids = RequestIds::new(&FixedClock::at(Instant::from_millis(0).unwrap()));
        let of = |given: &[u8]| {
            let value = HeaderValue::from_bytes(given).unwrap();
            ids.of(&HeaderMap::from_iter([(REQUEST_ID, value)])).0
        };
        assert_eq!(of(b"a_b-C.9"), "a_b-C.9");
        for given in ["", "a b", "a\"b", "a;b", "\u{e9}", &"a".repeat(65)] {
            assert_ne!(of(given.as_bytes()), given);
        }
    }
}
