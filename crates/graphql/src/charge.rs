//! Paying for a request.

use std::{fmt, sync::Arc};

/// Asked with the cost of a request when that is known, before anything is done for it: whether it is paid.
///
/// The budget of one request is the gateway's own; what somebody may ask for in a while is the transport's affair,
/// which knows who that is.
#[derive(Clone)]
pub struct Charge(Arc<dyn Fn(u64) -> bool + Send + Sync>);

impl Charge {
    /// Charges by `pay`.
    #[must_use]
    pub fn new(pay: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(pay))
    }

    pub(crate) fn is_paid(&self, cost: u64) -> bool {
        (self.0)(cost)
    }
}

impl fmt::Debug for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Charge(…)")
    }
}
