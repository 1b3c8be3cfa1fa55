//! The limits of a server, and what they count.

use std::{net::IpAddr, sync::Arc};

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
        }))
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
        self.0.places.take(host).await
    }
}
