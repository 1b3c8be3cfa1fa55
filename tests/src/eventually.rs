//! Waiting for what another process does.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(10);

/// Looks until `look` gives something, and says how long that took.
///
/// # Panics
/// Where it gives nothing within `deadline`.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    deadline: Duration,
    mut look: impl FnMut() -> F,
) -> (T, Duration) {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return (found, began.elapsed());
        }
        assert!(began.elapsed() < deadline, "not within {deadline:?}: {what}");
        tokio::time::sleep(LOOK).await;
    }
}
