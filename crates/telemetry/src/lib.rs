//! What a running server tells those who watch it: its log and its metrics.
//!
//! [`start_log`] installs what writes the log of this process, one JSON object a line or lines for people.
//!
//! [`Metrics`] makes of the numbers that the other crates count ([`inkstand_figures`]) a page in Prometheus' format. It
//! alone knows how they are called there; `deploy/watching/metrics.md` explains each, and a test compares the two.
//!
//! What this crate does not know: where the page is served, and when.

mod log;
mod log_count;
mod metrics;
mod process;

pub use log::{BadLevel, LogError, start as start_log};
pub use metrics::{Metrics, Sources};
