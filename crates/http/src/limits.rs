//! The limits of a server, and what they count.

use std::{net::IpAddr, sync::Arc};

use inkstand_figures::{Counter, Gauge};

use crate::{
    body::Bodies,
    client_address::{TrustedProxies, host},
    overload::{Overloaded, Place, Places},
    persisted::Persisted,
    quota::{Quota, Quotas},
};

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Connections at one time, WebSockets among them; one host may have two sevenths of them.
    pub connections: usize,
    /// The proxies whose word counts on where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// What each address may ask for where nobody has signed in; `None` for as much as it likes.
    pub quota: Option<Quota>,
    /// What each account may ask for, by all of its tokens and sessions together.
    pub account_quota: Option<Quota>,
    /// Whether documents are kept by their digests.
    pub persisted_queries: bool,
}

/// The limits of a server. Cheap to clone; the clones count together.
#[derive(Clone)]
pub struct Limits(Arc<Counted>);

struct Counted {
    connections: usize,
    proxies: TrustedProxies,
    places: Arc<Places>,
    bodies: Arc<Bodies>,
    quotas: Quotas,
    persisted: Option<Persisted>,
    load: Load,
}

/// What is there, and what was turned away since there was no room for it.
#[derive(Debug, Default)]
pub(crate) struct Load {
    pub(crate) connections: Gauge,
    pub(crate) no_connection: Counter,
    pub(crate) no_place: Counter,
    pub(crate) no_socket: Counter,
}

/// The same in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadFigures {
    /// Connections that are open.
    pub connections: u64,
    /// How many there may be.
    pub most_connections: u64,
    /// Connections that were turned away.
    pub no_connection: u64,
    /// Requests for which there was no room, by their number or by the bytes of their bodies.
    pub no_place: u64,
    /// WebSockets that were turned away.
    pub no_socket: u64,
    /// Documents that are kept by their digests.
    pub persisted: u64,
    /// Bytes that they take.
    pub persisted_bytes: u64,
}

impl LimitSettings {
    /// Connections at one time, where nobody says otherwise. With the files of the database and the index it stays below
    /// 1 024, which is what a process may have open where nobody says otherwise.
    pub const USUAL_CONNECTIONS: usize = 896;
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            connections: Self::USUAL_CONNECTIONS,
            trusted_proxies: TrustedProxies::default(),
            quota: None,
            account_quota: None,
            persisted_queries: true,
        }
    }
}

impl Limits {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(settings: LimitSettings) -> Self {
        Self(Arc::new(Counted {
            connections: settings.connections,
            proxies: settings.trusted_proxies,
            places: Places::new(),
            bodies: Arc::default(),
            quotas: Quotas::new(settings.quota, settings.account_quota),
            persisted: settings.persisted_queries.then(Persisted::default),
            load: Load::default(),
        }))
    }

    /// What is there now, and what was turned away.
    #[must_use]
    pub fn figures(&self) -> LoadFigures {
        let (persisted, persisted_bytes) = self.persisted().map(Persisted::size).unwrap_or_default();
        let load = self.load();
        LoadFigures {
            connections: load.connections.get(),
            most_connections: self.0.connections as u64,
            no_connection: load.no_connection.get(),
            no_place: load.no_place.get(),
            no_socket: load.no_socket.get(),
            persisted,
            persisted_bytes,
        }
    }

    pub(crate) fn load(&self) -> &Load {
        &self.0.load
    }

    /// How many connections there may be.
    pub(crate) fn connections(&self) -> usize {
        self.0.connections
    }

    /// Whose word counts.
    pub(crate) fn proxies(&self) -> &TrustedProxies {
        &self.0.proxies
    }

    pub(crate) fn bodies(&self) -> &Arc<Bodies> {
        &self.0.bodies
    }

    pub(crate) fn quotas(&self) -> &Quotas {
        &self.0.quotas
    }

    /// The documents that are kept by their digests, if any are.
    pub(crate) fn persisted(&self) -> Option<&Persisted> {
        self.0.persisted.as_ref()
    }

    /// Takes a place among the requests that run.
    pub(crate) async fn place(&self, client: IpAddr) -> Result<Place, Overloaded> {
        // A proxy that names nobody speaks for many.
        let host = (!self.0.proxies.has(client)).then(|| host(client));
        let place = self.0.places.take(host).await;
        if place.is_err() {
            self.0.load.no_place.add(1);
        }
        place
    }
}
