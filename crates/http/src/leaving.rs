//! A server that was told to stop goes on for a while, and says that it is about to go.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether this server is about to go. Clones are of the same server.
///
/// From then on `/readyz` says no, so that whoever spreads requests over servers sends it no more of them, and each
/// answer over HTTP/1.1 ends its connection: a proxy that keeps connections would otherwise send a request at the very
/// moment at which the server closes an idle one, and could not know whether it was heard.
#[derive(Clone, Debug, Default)]
pub struct Leaving(Arc<AtomicBool>);

impl Leaving {
    /// It is about to go.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
