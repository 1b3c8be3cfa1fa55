//! Progress bars on long work: on standard error, and only for somebody who looks.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// Posts, rows, entries.
    Things,
    /// Bytes.
    Bytes,
}

/// A bar, or where nobody knows how long it will be, a spinner; hidden where nobody looks.
pub(super) fn progress_bar(total: Option<u64>, counted: Counted) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match (total, counted) {
        (Some(total), Counted::Things) => {
            (ProgressBar::new(total), "{bar:40} {pos}/{len} · {per_sec} · {eta} left")
        }
        (Some(total), Counted::Bytes) => {
            (ProgressBar::new(total), "{bar:40} {bytes}/{total_bytes} · {bytes_per_sec} · {eta} left")
        }
        (None, _) => (ProgressBar::new_spinner(), "{spinner} {pos} · {per_sec}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// For work that tells how much of how much is done.
pub(super) fn telling(bar: &ProgressBar) -> impl Fn(u64, u64) + Send + Sync {
    let bar = bar.clone();
    move |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    }
}
