//! How many requests run at one time. What is beyond that waits for a moment, in bounded numbers, and is then
//! told to come again: a queue that grows would answer everybody too late.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use inkstand_graphql::code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{negotiation::MediaType, problem::problem_as};

/// Requests that run at one time. Two cores are busy with far fewer; more would only share them out more thinly.
const MOST_RUNNING: usize = 64;

/// Requests that wait for one of those to end.
const MOST_WAITING: usize = 192;

/// Requests of one host among both, so that nobody can take all of the places; and a front end that builds its pages
/// with a hundred requests at once is served.
const MOST_OF_ONE_HOST: usize = 128;

/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(1);

/// The places of the requests that run.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_host: HashMap<IpAddr, usize>,
}

/// A place, until it is dropped.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    _entry: Entry,
}

/// There is none.
#[derive(Debug)]
pub(crate) struct Overloaded;

struct Entry {
    places: Arc<Places>,
    host: Option<IpAddr>,
}

impl Places {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { free: Arc::new(Semaphore::new(MOST_RUNNING)), taken: Mutex::default() })
    }

    /// Takes a place; `None` is a host that speaks for many.
    pub(crate) async fn take(self: &Arc<Self>, host: Option<IpAddr>) -> Result<Place, Overloaded> {
        let entry = self.enter(host)?;
        let permit = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(PATIENCE, Arc::clone(&self.free).acquire_owned())
                .await
                .map_err(|_| Overloaded)?
                // Nobody closes it.
                .map_err(|_| Overloaded)?,
        };
        Ok(Place { _permit: permit, _entry: entry })
    }

    fn enter(self: &Arc<Self>, host: Option<IpAddr>) -> Result<Entry, Overloaded> {
        let mut taken = self.taken();
        if taken.all >= MOST_RUNNING + MOST_WAITING {
            return Err(Overloaded);
        }
        if let Some(host) = host {
            let of_host = taken.by_host.entry(host).or_default();
            if *of_host >= MOST_OF_ONE_HOST {
                return Err(Overloaded);
            }
            *of_host += 1;
        }
        taken.all += 1;
        Ok(Entry { places: Arc::clone(self), host })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(host) = self.host
            && let Some(of_host) = taken.by_host.get_mut(&host)
        {
            *of_host -= 1;
            if *of_host == 0 {
                taken.by_host.remove(&host);
            }
        }
    }
}

impl Overloaded {
    pub(crate) fn response(&self, media_type: MediaType) -> Response {
        let message =
            "too much is asked at once; ask again in a moment, with fewer requests at the same time";
        let mut response = problem_as(media_type, StatusCode::SERVICE_UNAVAILABLE, code::OVERLOADED, message);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 1)));

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_short_and_nobody_has_all_of_it() {
        let places = Places::new();
        let mut running = Vec::new();
        for _ in 0..MOST_RUNNING {
            running.push(places.take(ONE).await.unwrap());
        }
        let mut waiting: Vec<_> = (MOST_RUNNING..MOST_OF_ONE_HOST)
            .map(|_| {
                tokio::spawn({
                    let places = Arc::clone(&places);
                    async move { places.take(ONE).await }
                })
            })
            .collect();
        tokio::task::yield_now().await;
        // No more for this host, and one for another: it gets the first place that is free.
        assert!(places.take(ONE).await.is_err());
        drop(waiting.split_off(1).into_iter().map(|task| task.abort()).collect::<Vec<_>>());
        drop(running.pop());
        running.push(waiting.remove(0).await.unwrap().unwrap());
        // Who waits too long is told so, and leaves nothing behind.
        assert!(places.take(None).await.is_err());
        drop(running);
        tokio::task::yield_now().await;
        assert!(places.take(None).await.is_ok());
        assert!(places.taken().by_host.is_empty() && places.taken().all == 0);
    }
}
