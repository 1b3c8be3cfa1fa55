//! When a message that did not arrive is sent again.

use std::time::Duration;

/// The first pause, doubled after each attempt.
const FIRST: i64 = 5_000;

/// The longest pause.
pub(super) const LONGEST: i64 = 8 * 60 * 60 * 1000;

/// A message is given up after so many attempts, which is before its webhook is switched off: what waits behind it
/// shall be tried, too.
pub(super) const MOST_ATTEMPTS: u32 = 21;

/// A webhook is switched off where nothing but failures came from it for three days.
pub(super) const FAILING: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Milliseconds until the next attempt, where so many have failed. `jitter` makes it up to a quarter shorter, so
/// that what failed together does not come again together.
pub(super) fn pause(attempts: u32, jitter: u16) -> i64 {
    let doublings = attempts.saturating_sub(1).min(20);
    let whole = (FIRST << doublings).min(LONGEST);
    whole - whole / 4 * i64::from(jitter) / i64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_eight_hours() {
        for (attempts, longest) in [
            (1, 5),
            (2, 10),
            (3, 20),
            (10, 2_560),
            (13, 20_480),
            (14, 28_800),
            (20, 28_800),
            (u32::MAX, 28_800),
        ] {
            assert_eq!(pause(attempts, 0), longest * 1000, "{attempts}");
            assert_eq!(pause(attempts, u16::MAX), longest * 750, "{attempts}");
        }
    }

    #[test]
    fn a_message_is_given_up_before_its_webhook_is() {
        let days = |jitter: u16| {
            let millis: i64 = (1..MOST_ATTEMPTS).map(|attempts| pause(attempts, jitter)).sum();
            millis as f64 / 86_400_000.0
        };
        assert!((2.0..2.5).contains(&days(u16::MAX)), "{}", days(u16::MAX));
        assert!((2.5..3.0).contains(&days(0)), "{}", days(0));
    }
}
