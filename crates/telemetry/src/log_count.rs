//! How many lines of the log there were that somebody should read.

use inkstand_figures::Counter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Of this process, since the log is the process's.
static ERRORS: Counter = Counter::new();
static WARNINGS: Counter = Counter::new();

/// Counts what is logged.
pub(crate) struct Counting;

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        match *event.metadata().level() {
            Level::ERROR => ERRORS.add(1),
            Level::WARN => WARNINGS.add(1),
            _ => {}
        }
    }
}

/// Lines by their level.
pub(crate) fn lines() -> [(&'static str, u64); 2] {
    [("error", ERRORS.get()), ("warn", WARNINGS.get())]
}
