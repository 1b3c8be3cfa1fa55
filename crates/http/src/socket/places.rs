//! How many sockets there are, and their end.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use inkstand_figures::{Counter, Gauge, Held};
use tokio::sync::watch;

use super::SocketLimits;

/// All sockets of a server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: SocketLimits,
    taken: Mutex<HashMap<IpAddr, usize>>,
    open: watch::Sender<usize>,
    stopping: watch::Sender<bool>,
    opened: Counter,
    operations: Counter,
    running: Gauge,
    events: Counter,
}

/// The sockets of a server in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SocketFigures {
    /// Those that are open.
    pub open: u64,
    /// Those that were opened so far.
    pub opened: u64,
    /// Operations that were begun over them.
    pub operations: u64,
    /// Those of them that go on, nearly all of which are subscriptions.
    pub running: u64,
    /// Events that subscriptions were told of.
    pub events: u64,
}

/// The place of one socket, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    inner: Arc<Inner>,
    address: IpAddr,
}

impl Sockets {
    /// None yet.
    #[must_use]
    pub fn new(limits: SocketLimits) -> Self {
        Self(Arc::new(Inner {
            limits,
            taken: Mutex::default(),
            open: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            opened: Counter::default(),
            operations: Counter::default(),
            running: Gauge::default(),
            events: Counter::default(),
        }))
    }

    /// What is open now, and what was done so far.
    #[must_use]
    pub fn figures(&self) -> SocketFigures {
        SocketFigures {
            open: *self.0.open.borrow() as u64,
            opened: self.0.opened.get(),
            operations: self.0.operations.get(),
            running: self.0.running.get(),
            events: self.0.events.get(),
        }
    }

    /// Counts an operation that goes on until what this gives is dropped.
    pub(crate) fn begin_operation(&self) -> Held {
        self.0.operations.add(1);
        self.0.running.hold()
    }

    /// Counts an event.
    pub(crate) fn count_event(&self) {
        self.0.events.add(1);
    }

    /// Tells every client that this server stops, and waits until all are gone.
    pub async fn end(&self) {
        self.0.stopping.send_replace(true);
        // Fails only when the sender is gone, and that is `self`.
        let _ = self.0.open.subscribe().wait_for(|open| *open == 0).await;
    }

    pub(crate) fn limits(&self) -> &SocketLimits {
        &self.0.limits
    }

    /// Whether this server stops.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// A place for a socket of that address; `None` where there are too many, or this server stops.
    pub(crate) fn admit(&self, address: IpAddr) -> Option<Place> {
        let address = of_whom(address);
        let mut taken = self.0.taken();
        let full = *self.0.open.borrow() >= self.0.limits.most
            || taken.get(&address).is_some_and(|taken| *taken >= self.0.limits.most_per_address);
        if full || *self.0.stopping.borrow() {
            return None;
        }
        *taken.entry(address).or_default() += 1;
        self.0.open.send_modify(|open| *open += 1);
        self.0.opened.add(1);
        Some(Place { inner: Arc::clone(&self.0), address })
    }
}

impl Inner {
    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.inner.taken();
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
        self.inner.open.send_modify(|open| *open -= 1);
    }
}

/// Whoever has one address of version 6 has all that share its first half.
fn of_whom(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_counted_by_address_and_in_all() {
        let sockets = Sockets::new(SocketLimits { most: 3, most_per_address: 2, ..SocketLimits::default() });
        let admit = |address: &str| sockets.admit(address.parse().unwrap());
        let first = admit("192.0.2.1").unwrap();
        let _second = admit("::ffff:192.0.2.1").unwrap();
        assert!(admit("192.0.2.1").is_none());
        let _third = admit("2001:db8::1").unwrap();
        assert!(admit("192.0.2.2").is_none(), "three in all");
        drop(first);
        let fourth = admit("2001:db8:0:0:ffff::2").unwrap();
        assert!(admit("192.0.2.2").is_none());
        drop(fourth);
        assert!(admit("192.0.2.2").is_some());
    }

    #[tokio::test]
    async fn the_end_waits_for_the_last_one() {
        let sockets = Sockets::new(SocketLimits::default());
        let place = sockets.admit("192.0.2.1".parse().unwrap()).unwrap();
        let mut stopping = sockets.stopping();
        let ending = tokio::spawn({
            let sockets = sockets.clone();
            async move { sockets.end().await }
        });
        stopping.wait_for(|stopping| *stopping).await.unwrap();
        assert!(sockets.admit("192.0.2.1".parse().unwrap()).is_none());
        assert!(!ending.is_finished());
        drop(place);
        ending.await.unwrap();
    }
}
