//! Numbers that a running server counts by, wherever something happens that somebody wants to watch.
//!
//! A [`Counter`] and a [`Gauge`] are one atomic number, a [`Histogram`] is a few: to count is one relaxed addition (three
//! for a histogram), without a lock, a name or a label. [`CacheFigures`] are what every memory tells of itself.
//! Whoever wants to know asks for the numbers, and has them as plain values.
//!
//! ```
//! use std::time::Duration;
//! use inkstand_figures::{Counter, Histogram};
//!
//! let (asked, took) = (Counter::default(), Histogram::of_time());
//! asked.add(1);
//! took.record_time(Duration::from_millis(3));
//! assert_eq!(asked.get(), 1);
//! assert_eq!(took.distribution().count(), 1);
//! ```
//!
//! What this crate does not know: what is counted, how it is called, and who reads it.

mod cache;
mod counter;
mod histogram;

pub use cache::CacheFigures;
pub use counter::{Counter, Gauge, Held};
pub use histogram::{Distribution, Histogram};
