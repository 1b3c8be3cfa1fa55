//! How large things were.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Nanoseconds, from half a millisecond, which an answer from memory takes, to the longest that anything may take.
const TIMES: &[u64] = &[
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
    30_000_000_000,
];

/// Counts values by their size.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, and one for what is beyond the last.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// What a [`Histogram`] counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// The largest value of each class but the last, which has no bound.
    pub bounds: &'static [u64],
    /// How many values there were in each class: one class more than there are bounds.
    pub counts: Vec<u64>,
    /// All values together.
    pub sum: u64,
}

impl Histogram {
    /// One with these bounds, in ascending order; a value that is a bound belongs to its class.
    #[must_use]
    pub fn of(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// One of times, in nanoseconds.
    #[must_use]
    pub fn of_time() -> Self {
        Self::of(TIMES)
    }

    /// Counts a value.
    pub fn record(&self, value: u64) {
        let class = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time.
    pub fn record_time(&self, time: Duration) {
        self.record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// What was counted so far. A value that is counted at this moment may be in the classes and not yet in the sum.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        Distribution {
            bounds: self.bounds,
            counts: self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect(),
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}

impl Distribution {
    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_in_the_class_whose_bound_it_does_not_exceed() {
        let histogram = Histogram::of(&[10, 100]);
        for value in [0, 10, 11, 100, 101, 5000] {
            histogram.record(value);
        }
        let counted = histogram.distribution();
        assert_eq!(counted.counts, [2, 2, 2]);
        assert_eq!((counted.count(), counted.sum), (6, 5222));
    }

    #[test]
    fn times_are_nanoseconds() {
        let histogram = Histogram::of_time();
        histogram.record_time(Duration::from_micros(500));
        histogram.record_time(Duration::MAX);
        let counted = histogram.distribution();
        assert_eq!((counted.counts[0], counted.counts.last()), (1, Some(&1)));
        assert!(TIMES.is_sorted());
    }
}
