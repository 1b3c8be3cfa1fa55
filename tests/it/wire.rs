//! The wire: connections, limits, headers; what hostile clients do to them.

mod attacks;
