//! How much a client may ask for in a while, counted in the cost of its queries.
//!
//! A bucket for each client, which fills evenly and holds one window's worth. It is kept as one number, the moment at
//! which it will be full again ("virtual scheduling", ITU-T I.371), so that a full bucket need not be kept at all.
//! What a client has left is told by `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11). Its
//! registry of units has none for a cost, so ours is told by a parameter of our own (§3.1, §3.1.2), and the window is the
//! one over which what is left would have to be spread (§6 wants the ratio of both bounded).

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    net::IpAddr,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use inkstand_graphql::{Charge, code};
use inkstand_model::{AccountId, Viewer};
use thiserror::Error;

use crate::{negotiation::MediaType, problem::problem_as};

/// What is left.
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What there is.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Clients whose buckets are not full at one time. Those beyond share one bucket, until others are full again: some
/// megabytes are kept, however many addresses there are.
const MOST_CLIENTS: usize = 50_000;

/// Letting go of full buckets looks at all of them.
const BETWEEN_TIDYING: Duration = Duration::from_secs(1);

/// So much of cost in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    cost: u64,
    window: Duration,
}

/// What is no quota.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no quota; say how much cost in what time: 20000/minute, also /second, /hour, /day")]
pub struct NotAQuota(String);

const UNITS: [(&str, u64); 4] = [("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400)];

impl FromStr for Quota {
    type Err = NotAQuota;

    fn from_str(text: &str) -> Result<Self, NotAQuota> {
        let read = || {
            let (cost, unit) = text.split_once('/')?;
            let cost = cost.trim().parse().ok().filter(|cost| (1..=1_000_000_000_000).contains(cost))?;
            let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
            Some(Self { cost, window: Duration::from_secs(*seconds) })
        };
        read().ok_or_else(|| NotAQuota(text.to_owned()))
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, seconds)| *seconds == self.window.as_secs());
        write!(f, "{}/{}", self.cost, unit.map_or("", |(name, _)| name))
    }
}

/// What a page costs that had to be made: about as much as the query that would ask for the same.
const PAGE_COST: u64 = 500;

/// The quotas of a server.
pub(crate) struct Quotas {
    began: Instant,
    anonymous: Option<Arc<Buckets<IpAddr>>>,
    account: Option<Arc<Buckets<AccountId>>>,
}

impl Quotas {
    pub(crate) fn new(anonymous: Option<Quota>, account: Option<Quota>) -> Self {
        Self {
            began: Instant::now(),
            anonymous: anonymous.map(|quota| Arc::new(Buckets::new("anonymous", quota))),
            account: account.map(|quota| Arc::new(Buckets::new("account", quota))),
        }
    }

    /// Whether whoever does not sign in has a quota.
    pub(crate) fn bind_everybody(&self) -> bool {
        self.anonymous.is_some()
    }

    /// Whose bucket pays for a request: an account's where one asks, by whatever token or session, or else the host's.
    /// `None` where there is no quota.
    pub(crate) fn bill(&self, viewer: &Viewer, host: IpAddr) -> Option<Bill> {
        let pay: Arc<dyn Fn(u64, Duration) -> Balance + Send + Sync> = match viewer {
            Viewer::Account(signed_in) => {
                let (buckets, account) = (Arc::clone(self.account.as_ref()?), signed_in.account);
                Arc::new(move |cost, now| buckets.pay(account, cost, now))
            }
            Viewer::Anonymous => {
                let buckets = Arc::clone(self.anonymous.as_ref()?);
                Arc::new(move |cost, now| buckets.pay(host, cost, now))
            }
            Viewer::Operator => return None,
        };
        Some(Bill { pay, began: self.began, paid: Arc::default() })
    }
}

/// What a request pays, once.
#[derive(Clone)]
pub(crate) struct Bill {
    pay: Arc<dyn Fn(u64, Duration) -> Balance + Send + Sync>,
    began: Instant,
    paid: Arc<Mutex<Option<Balance>>>,
}

impl Bill {
    /// Whether anything is left at all. Asked first, so that whoever has used everything up costs no more work.
    #[expect(clippy::result_large_err, reason = "the error is the response that is sent at once")]
    pub(crate) fn check(&self, media_type: MediaType) -> Result<(), Response> {
        let balance = (self.pay)(0, self.began.elapsed());
        if balance.left > 0 { Ok(()) } else { Err(balance.refusal(media_type)) }
    }

    /// Has the gateway pay when it knows what the request costs, and before it does anything for it.
    pub(crate) fn charge(&self) -> Charge {
        let bill = self.clone();
        Charge::new(move |cost| bill.pay(cost).is_paid)
    }

    /// Pays for a page, before anything is read for it.
    #[expect(clippy::result_large_err, reason = "the error is the response that is sent at once")]
    pub(crate) fn pay_for_a_page(&self) -> Result<(), Response> {
        let balance = self.pay(PAGE_COST);
        if balance.is_paid { Ok(()) } else { Err(balance.refusal(MediaType::Json)) }
    }

    /// The headers of an answer. One that came to nothing before it was weighed costs 1.
    pub(crate) fn mark(&self, headers: &mut HeaderMap) {
        let paid = *self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        paid.unwrap_or_else(|| self.pay(1)).mark(headers);
    }

    fn pay(&self, cost: u64) -> Balance {
        let balance = (self.pay)(cost, self.began.elapsed());
        *self.paid.lock().unwrap_or_else(PoisonError::into_inner) = Some(balance);
        balance
    }
}

/// A bucket after somebody wanted something of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    name: &'static str,
    quota: Quota,
    is_paid: bool,
    left: u64,
    /// How long what is left lasts at the rate at which the bucket fills; until something is in it, where nothing is.
    lasts: Duration,
    /// Until there is enough for what was not paid.
    enough_in: Duration,
}

impl Balance {
    fn mark(&self, headers: &mut HeaderMap) {
        let Self { name, quota: Quota { cost, window }, is_paid, left, lasts, enough_in } = self;
        // §6: nobody shall come again within the window, where one is told when to come again.
        let effective = whole_seconds(if *is_paid { *lasts } else { *enough_in }).max(1);
        let policy = format!("\"{name}\";q={cost};w={};inkstand-unit=\"cost\"", window.as_secs());
        let limit = format!("\"{name}\";r={left};t={effective}");
        // They are digits and names of ours.
        if let (Ok(policy), Ok(limit)) = (HeaderValue::from_str(&policy), HeaderValue::from_str(&limit)) {
            headers.insert(RATE_LIMIT_POLICY, policy);
            headers.insert(RATE_LIMIT, limit);
        }
        if !is_paid {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(effective));
        }
    }

    /// The answer to whoever has nothing left.
    fn refusal(mut self, media_type: MediaType) -> Response {
        self.is_paid = false;
        let message = format!(
            "the quota of {} is used up; ask again in {} seconds",
            self.quota,
            whole_seconds(self.enough_in).max(1)
        );
        let mut response =
            problem_as(media_type, StatusCode::TOO_MANY_REQUESTS, code::RATE_LIMITED, &message);
        self.mark(response.headers_mut());
        response
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Buckets of one size.
struct Buckets<K> {
    name: &'static str,
    quota: Quota,
    full_at: Mutex<FullAt<K>>,
}

/// When each will be full again, in nanoseconds since the server began.
struct FullAt<K> {
    of: HashMap<K, u128>,
    of_the_crowd: u128,
    /// When those that are full were last let go.
    tidied: u128,
}

impl<K: Eq + Hash> Buckets<K> {
    fn new(name: &'static str, quota: Quota) -> Self {
        Self { name, quota, full_at: Mutex::new(FullAt { of: HashMap::new(), of_the_crowd: 0, tidied: 0 }) }
    }

    /// Takes `cost` out of a bucket, where it is in it. What is dearer than a full bucket is paid by a full one, which
    /// then owes the rest: otherwise nobody could ever ask for it.
    fn pay(&self, client: K, cost: u64, now: Duration) -> Balance {
        let now = now.as_nanos();
        let window = self.quota.window.as_nanos();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.of.len() >= MOST_CLIENTS && now - full_at.tidied >= BETWEEN_TIDYING.as_nanos() {
            full_at.tidied = now;
            full_at.of.retain(|_, at| *at > now);
        }
        let has_room = full_at.of.len() < MOST_CLIENTS || full_at.of.contains_key(&client);
        let before = match full_at.of.get(&client) {
            Some(at) => *at,
            None if has_room => 0,
            None => full_at.of_the_crowd,
        }
        .max(now);
        // Rounded up, so that nothing is for nothing.
        let price = (u128::from(cost) * window).div_ceil(u128::from(self.quota.cost));
        let needed = price.min(window);
        let is_paid = before + needed <= now + window;
        let after = if is_paid { before + price } else { before };
        if is_paid && price > 0 {
            if has_room {
                full_at.of.insert(client, after);
            } else {
                full_at.of_the_crowd = after;
            }
        }
        let left = (window.saturating_sub(after - now) * u128::from(self.quota.cost) / window) as u64;
        let unit = window.div_ceil(u128::from(self.quota.cost));
        // To have something at least is what a check of nothing waits for.
        let wanted = needed.max(unit);
        let missing = |wanted: u128, full_at: u128| (full_at + wanted).saturating_sub(now + window);
        Balance {
            name: self.name,
            quota: self.quota,
            is_paid,
            left,
            lasts: nanoseconds((u128::from(left) * unit).max(missing(unit, after))),
            enough_in: nanoseconds(missing(wanted, before)),
        }
    }
}

fn nanoseconds(of: u128) -> Duration {
    Duration::from_nanos(u64::try_from(of).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn buckets(quota: &str) -> Buckets<u32> {
        Buckets::new("anonymous", quota.parse().unwrap())
    }

    #[test]
    fn a_quota_is_written_as_it_is_read() {
        for good in ["20000/minute", "1/second", "5/hour", "1000000/day"] {
            assert_eq!(good.parse::<Quota>().unwrap().to_string(), good);
        }
        for bad in ["", "20000", "0/minute", "-1/minute", "1/week", "1.5/minute", "x/minute", "1//minute"] {
            assert!(bad.parse::<Quota>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let buckets = buckets("60/minute");
        let second = Duration::from_secs;
        for (at, cost, is_paid, left, lasts, enough_in) in [
            (0, 0, true, 60, 60, 0),
            (0, 40, true, 20, 20, 0),
            (0, 21, false, 20, 20, 1),
            (0, 20, true, 0, 1, 0),
            (0, 0, true, 0, 1, 1),
            (0, 1, false, 0, 1, 1),
            (10, 10, true, 0, 1, 0),
            (70, 0, true, 60, 60, 0),
            // Dearer than all there is: only of a full bucket, which owes the rest.
            (70, 90, true, 0, 31, 0),
            (99, 0, false, 0, 2, 2),
            (130, 30, true, 0, 1, 0),
            (191, 90, true, 0, 31, 0),
            (192, 90, false, 0, 30, 89),
        ] {
            let balance = buckets.pay(1, cost, second(at));
            assert_eq!(
                (balance.is_paid, balance.left, balance.lasts, balance.enough_in),
                (is_paid, left, second(lasts), second(enough_in)),
                "{cost} at {at}"
            );
        }
        assert_eq!(buckets.pay(2, 60, second(192)).left, 0, "another client has a bucket of its own");
    }

    #[test]
    fn the_crowd_shares_a_bucket() {
        let buckets = buckets("10/hour");
        for client in 0..MOST_CLIENTS as u32 + 2 {
            let balance = buckets.pay(client, 4, Duration::ZERO);
            assert_eq!(balance.left, if client > MOST_CLIENTS as u32 { 2 } else { 6 }, "{client}");
        }
        assert_eq!(buckets.full_at.lock().unwrap().of.len(), MOST_CLIENTS);
        // An hour later all are full again, and nothing of them is kept.
        assert_eq!(buckets.pay(u32::MAX, 4, Duration::from_secs(3600)).left, 6);
        assert_eq!(buckets.full_at.lock().unwrap().of.len(), 1);
    }

    proptest! {
        /// Whatever is asked and when: what is paid in any span of time is a full bucket, what flows in meanwhile, and
        /// what one request may owe; and who waits for as long as it is told is served.
        #[test]
        fn no_more_flows_out_than_in(
            quota in 1u64..100_000,
            window in 0usize..4,
            asked in prop::collection::vec((prop_oneof![1 => Just(0), 9 => 0u64..200_000], 0u64..100_000_000_000), 1..80),
        ) {
            let quota = Quota { cost: quota, window: Duration::from_secs(UNITS[window].1) };
            let buckets = Buckets::new("anonymous", quota);
            let (mut now, mut paid, mut dearest) = (Duration::ZERO, 0u128, 0u128);
            for (cost, pause) in asked {
                now += Duration::from_nanos(pause);
                let balance = buckets.pay(7u32, cost, now);
                if balance.is_paid {
                    paid += u128::from(cost);
                    dearest = dearest.max(u128::from(cost));
                } else {
                    let later = now + balance.enough_in;
                    let soon = later - Duration::from_nanos(1);
                    let paid_at = |at| {
                        let copy = Buckets::new("anonymous", quota);
                        copy.full_at.lock().unwrap().of.clone_from(&buckets.full_at.lock().unwrap().of);
                        copy.pay(7u32, cost, at).is_paid
                    };
                    // What costs nothing needs no more than that nothing is owed, and is told to wait for something.
                    prop_assert!(cost == 0 || !paid_at(soon));
                    prop_assert!(paid_at(later));
                }
                prop_assert!(balance.left <= quota.cost);
                let flowed = u128::from(quota.cost) * now.as_nanos() / quota.window.as_nanos();
                prop_assert!(paid <= u128::from(quota.cost) + flowed + dearest + 1);
            }
        }
    }
}
