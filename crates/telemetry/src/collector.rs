//! The way to a collector.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use inkstand_outgoing::{Client, NoClient, OutgoingUrl, Reach, Reply, SendError};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;
use tracing::{info, warn};

/// Sends to a collector by the one client that this server has for requests to others. The exporter calls from a thread
/// of its own, which has no executor.
pub(crate) struct Collector {
    client: Client,
    url: OutgoingUrl,
    runtime: Handle,
    /// Whether it was told that it does not take what it is sent.
    away: AtomicBool,
}

impl Collector {
    pub(crate) fn at(url: OutgoingUrl, runtime: Handle) -> Result<Self, NoClient> {
        Ok(Self { client: Client::new(Reach::Anywhere)?, url, runtime, away: AtomicBool::new(false) })
    }

    /// Says when it goes away and when it is back, and not at each attempt between.
    fn note(&self, sent: &Result<Reply, SendError>) {
        let problem = match sent {
            Ok(reply) if (200..300).contains(&reply.status) => None,
            Ok(reply) => Some(format!("the answer was {}", reply.status)),
            Err(error) => Some(error.in_words()),
        };
        let was_away = self.away.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !was_away => {
                warn!(problem, "the collector does not take traces, which are lost meanwhile");
            }
            None if was_away => info!("the collector takes traces again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let headers = head
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        // The client says itself who it is, and to whom it speaks.
        let headers: Vec<(String, String)> =
            headers.filter(|(name, _)| name != "user-agent" && name != "host").collect();
        let (client, url) = (self.client.clone(), self.url.clone());
        let sending = self.runtime.spawn(async move {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            client.post(&url, &headers, body.to_vec()).await
        });
        let sent = sending.await?;
        self.note(&sent);
        let reply = sent?;
        Ok(Response::builder().status(reply.status).body(Bytes::from(reply.body))?)
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").field("url", &self.url).finish_non_exhaustive()
    }
}
