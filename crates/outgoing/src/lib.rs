//! Requests to other hosts, and how they are signed.
//!
//! Whoever runs a blog may name an address for us to call. That address may lead back into the network of the
//! machine: to a database's own door, to the metadata service of a cloud. So a [`Client`] connects to public
//! addresses alone, and looks at them after the name was resolved and right before it connects, since a name may
//! lead anywhere, and elsewhere a moment later. [`Reach::Anywhere`] lifts that for receivers in one's own network.
//! An [`OutgoingUrl`] has passed the checks that need no network.
//!
//! Everything is bounded: 5 seconds to connect, 15 for all of it, 64 KiB of the answer are read. Redirects are not
//! followed, no proxy is asked, no connection is kept.
//!
//! [`standard_webhooks`] makes secrets and signatures after <https://www.standardwebhooks.com>, as pure functions.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use inkstand_outgoing::{Client, OutgoingUrl, Reach};
//!
//! let url = OutgoingUrl::parse("https://hooks.example/blog", Reach::Public)?;
//! let reply = Client::new(Reach::Public)?.post(&url, &[("content-type", "application/json")], b"{}".to_vec()).await?;
//! assert_eq!(reply.status, 204);
//! # Ok(()) }
//! ```
//!
//! What this crate does not know: what is sent, to whom, and when it is tried again.

mod address;
mod client;
mod error;
pub mod standard_webhooks;
mod url;

pub use address::is_public;
pub use client::{Client, Reply};
pub use error::{NoClient, SendError};
pub use url::{InvalidOutgoingUrl, OutgoingUrl};

/// Where requests may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// To addresses of the public internet alone.
    #[default]
    Public,
    /// Also to this machine and the networks that it is in.
    Anywhere,
}

impl Reach {
    /// Whether an address may be connected to.
    #[must_use]
    pub fn allows(self, address: std::net::IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}
