//! The numbers of a running server in Prometheus' text format.

mod database;
mod load;
mod page;
mod process;
mod requests;
mod upkeep;

use std::time::Duration;

use inkstand_blog::{Blog, Surroundings};
use inkstand_graphql::Gateway;
use inkstand_http::{Limits, RequestFigures, ResponseCache, Sockets};
use tracing::debug;

use page::Page;

/// A database that does not answer in this time is one that is away, and the rest is told without it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything that counts.
#[derive(Clone)]
pub struct Sources {
    /// The blog that is served.
    pub blog: Blog,
    /// What it is asked by.
    pub gateway: Gateway,
    /// The requests.
    pub requests: RequestFigures,
    /// What is bounded.
    pub limits: Limits,
    /// The WebSockets.
    pub sockets: Sockets,
    /// The answers that are kept.
    pub response_cache: ResponseCache,
    /// The version of the server.
    pub version: &'static str,
}

/// Tells the numbers of a server. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Sources);

impl Metrics {
    /// Of these.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self(sources)
    }

    /// All numbers as they are now. What the database must be asked for is missing where it does not answer.
    pub async fn page(&self) -> String {
        let sources = &self.0;
        let surroundings = self.look_around().await;
        let blog = sources.blog.figures();
        let mut page = Page::default();
        requests::add(&mut page, sources);
        load::add(&mut page, sources, &blog);
        database::add(&mut page, &blog, surroundings.is_some());
        upkeep::add(&mut page, &blog, surroundings.as_ref());
        process::add(&mut page, sources.version, blog.shared);
        page.text()
    }

    async fn look_around(&self) -> Option<Surroundings> {
        let looked = tokio::time::timeout(PATIENCE, self.0.blog.surroundings()).await;
        match looked {
            Ok(Ok(surroundings)) => Some(surroundings),
            Ok(Err(fault)) => {
                debug!(fault = &fault as &dyn std::error::Error, "metrics without the database");
                None
            }
            Err(_) => None,
        }
    }
}
