//! How long to wait before something that failed is tried again.

use std::time::Duration;

/// Half a second at first, doubled with each failure up to a minute.
pub(crate) struct Pause(Duration);

impl Pause {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(60);

    pub(crate) const fn new() -> Self {
        Self(Self::FIRST)
    }

    /// It went well: the next failure is the first one.
    pub(crate) const fn reset(&mut self) {
        self.0 = Self::FIRST;
    }

    /// The pause after another failure.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(Self::LONGEST);
        pause
    }
}
