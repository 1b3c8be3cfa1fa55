//! The wire: connections, limits, headers; what other programs send, and what hostile ones do.

mod attacks;
mod audits;
mod deadline;
mod persisted;
mod quotas;
mod refused_forms;
