//! What a running server tells those who watch it: its log, its metrics and its traces.
//!
//! [`start_log`] installs what writes the log of this process, one JSON object a line or lines for people.
//!
//! [`Metrics`] makes of the numbers that the other crates count ([`inkstand_figures`]) a page in Prometheus' format. It
//! alone knows how they are called there; `deploy/watching/metrics.md` explains each, and a test compares the two.
//!
//! [`Traces`] tells a collector of spans; [`join_trace`] and [`trace_headers`] have the trace of a caller go on here, and
//! ours go on where we call.
//!
//! What this crate does not know: where the page is served, and when.

mod collector;
mod log;
mod log_count;
mod metrics;
mod process;
mod traces;

pub use log::{BadLevel, LogError, start as start_log};
pub use metrics::{Metrics, Sources};
pub use process::most_open_files;
pub use traces::{NoTraces, Traces, join_trace, trace_headers};
