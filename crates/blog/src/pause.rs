//! How long to wait before something that failed is tried again.

use std::time::Duration;

/// Half a second at first, doubled with each failure up to a minute.
pub(crate) struct Pause {
    next: Duration,
    longest: Duration,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(60);
    const LONGEST_QUICK: Duration = Duration::from_secs(5);

    pub(crate) const fn new() -> Self {
        Self { next: Self::FIRST, longest: Self::LONGEST }
    }

    /// Doubled up to five seconds alone.
    pub(crate) const fn quick() -> Self {
        Self { next: Self::FIRST, longest: Self::LONGEST_QUICK }
    }

    /// It went well: the next failure is the first one.
    pub(crate) const fn reset(&mut self) {
        self.next = Self::FIRST;
    }

    /// The pause after another failure.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        pause
    }
}
