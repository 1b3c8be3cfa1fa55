//! Why a request got no answer.

use std::{error::Error, io, net::IpAddr};

use thiserror::Error;

use crate::InvalidOutgoingUrl;

/// The ground of TLS is missing: nothing can be sent.
#[derive(Debug, Error)]
#[error("TLS cannot be set up")]
pub struct NoClient(#[from] pub(crate) tokio_rustls::rustls::Error);

/// Why a request got no answer, in words for whoever reads the list of deliveries.
#[derive(Debug, Error)]
pub enum SendError {
    /// The address may not be called, or not any more.
    #[error("the URL may not be called: {0}")]
    Url(#[from] InvalidOutgoingUrl),
    /// Nobody knows the name.
    #[error("the name {host} cannot be resolved")]
    Unresolved {
        /// The name.
        host: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The name leads to addresses that may not be called.
    #[error("{host} leads to {address}, which is not of the public internet")]
    NotPublic {
        /// The name.
        host: String,
        /// The first of its addresses.
        address: IpAddr,
    },
    /// Nobody listens there.
    #[error("cannot connect")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// The connection took too long.
    #[error("no connection within {0} seconds")]
    ConnectTimeout(u64),
    /// The other side is not whom the URL names, or speaks no TLS that we do.
    #[error("no secure connection")]
    Tls(#[source] io::Error),
    /// Something cannot be sent by HTTP.
    #[error("the request cannot be sent")]
    Request(#[source] hyper::http::Error),
    /// The connection ended before there was an answer.
    #[error("the connection broke off before there was an answer")]
    BrokenOff(#[source] hyper::Error),
    /// The answer took too long.
    #[error("no answer within {0} seconds")]
    Timeout(u64),
}

impl SendError {
    /// The whole story in one line: this error and what caused it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some libraries repeat their cause in their own words.
            if !words.contains(&text) {
                words = format!("{words}: {text}");
            }
            cause = error.source();
        }
        words
    }
}
