//! Where a request comes from, when proxies stand between.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use axum::http::{HeaderMap, HeaderName};
use ipnet::{IpNet, Ipv6Net};
use thiserror::Error;

/// Where a connection comes from; the accept loop puts it into each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where a request comes from, as far as that can be believed; the outermost layer puts it into each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// RFC 7239.
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// What everybody wrote before there was an RFC, and still does.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies on the way that are looked at. Nobody has more; a header of thousands costs no more than this.
const MOST_HOPS: usize = 16;

/// The hosts whose `Forwarded` and `X-Forwarded-For` are believed. By default none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// What is no list of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no address; trusted proxies are addresses, networks such as 10.0.0.0/8, or the words `loopback` and \
     `private`, with commas between"
)]
pub struct NotAnAddress(String);

impl FromStr for TrustedProxies {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let mut networks = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let words: &[&str] = match name {
                "loopback" => &["127.0.0.0/8", "::1/128"],
                "private" => &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
                _ => &[name],
            };
            for word in words {
                let network =
                    word.parse::<IpNet>().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
                networks.push(network.ok_or_else(|| NotAnAddress(name.to_owned()))?);
            }
        }
        Ok(Self(networks))
    }
}

impl TrustedProxies {
    /// Whether what comes from there speaks for others.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request: the last one on its way that is no trusted proxy. Everything left of it may have been
    /// written by the client itself, so nothing of it counts; where a trusted proxy names nothing that can be read, the
    /// proxy itself is the client.
    pub(crate) fn client(&self, peer: Option<Peer>, headers: &HeaderMap) -> IpAddr {
        let peer =
            peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Peer(address)| address.ip().to_canonical());
        if self.0.is_empty() || !self.has(peer) {
            return peer;
        }
        // A proxy that writes the one may pass on the other as the client sent it, so they are not joined. The RFC's
        // goes first where it is there, since a proxy that knows it writes it.
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = if headers.contains_key(&FORWARDED) {
            (FORWARDED, forwarded_for)
        } else {
            (X_FORWARDED_FOR, address)
        };
        let mut client = peer;
        let values: Vec<&str> =
            headers.get_all(&name).iter().filter_map(|value| value.to_str().ok()).collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')).take(MOST_HOPS) {
            let Some(address) = read(hop) else { break };
            client = address;
            if !self.has(address) {
                break;
            }
        }
        client
    }
}

/// Whom limits hold together: an IPv4 address, or in IPv6 the /64 that a household has for itself.
pub(crate) fn host(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            IpAddr::V6(Ipv6Net::new(v6, 64).map_or(Ipv6Addr::UNSPECIFIED, |network| network.network()))
        }
    }
}

/// What the log says of where a request comes from: the network, which tells of attacks and not of a person. An IPv4
/// address without its last number, in IPv6 the /48 of a site.
pub(crate) fn network(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, length).map_or(IpNet::from(address), |network| network.trunc())
}

/// The address in `for=192.0.2.60;proto=http`, `for="[2001:db8::1]:4711"` (RFC 7239 §4, §6).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    element
        .split(';')
        .find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then_some(value)
        })
        .and_then(|value| address(value.trim().trim_matches('"')))
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_last_hop_that_is_no_proxy_of_ours_is_the_client() {
        let trusted: TrustedProxies = "loopback, 10.0.0.0/8, 2001:db8:ffff::1".parse().unwrap();
        let (f, x) = ("forwarded", "x-forwarded-for");
        for (peer, sent, client) in [
            ("127.0.0.1", &[][..], "127.0.0.1"),
            ("127.0.0.1", &[(x, "203.0.113.7")], "203.0.113.7"),
            // What the client wrote itself stands to the left of what the proxy wrote.
            ("127.0.0.1", &[(x, "1.2.3.4, 203.0.113.7")], "203.0.113.7"),
            ("127.0.0.1", &[(x, "1.2.3.4"), (x, "203.0.113.7")], "203.0.113.7"),
            ("127.0.0.1", &[(x, "1.2.3.4, 203.0.113.7, 10.1.1.1")], "203.0.113.7"),
            ("127.0.0.1", &[(x, "10.9.9.9, 10.1.1.1")], "10.9.9.9"),
            ("127.0.0.1", &[(x, "127.0.0.1, 203.0.113.7, garbage")], "127.0.0.1"),
            ("127.0.0.1", &[(x, "203.0.113.7, garbage, 10.1.1.1")], "10.1.1.1"),
            ("127.0.0.1", &[(x, "")], "127.0.0.1"),
            ("127.0.0.1", &[(x, "unknown")], "127.0.0.1"),
            ("127.0.0.1", &[(x, "203.0.113.7:4711")], "203.0.113.7"),
            ("127.0.0.1", &[(x, "2001:db8::7")], "2001:db8::7"),
            ("127.0.0.1", &[(x, "[2001:db8::7]:80")], "2001:db8::7"),
            ("127.0.0.1", &[(x, "::ffff:203.0.113.7")], "203.0.113.7"),
            ("127.0.0.1", &[(f, "for=203.0.113.7")], "203.0.113.7"),
            ("127.0.0.1", &[(f, "proto=https;For=\"[2001:db8::7]:4711\";by=10.0.0.1")], "2001:db8::7"),
            ("127.0.0.1", &[(f, "for=1.2.3.4, for=203.0.113.7")], "203.0.113.7"),
            ("127.0.0.1", &[(f, "for=_hidden")], "127.0.0.1"),
            ("127.0.0.1", &[(f, "for=203.0.113.7"), (x, "198.51.100.1")], "203.0.113.7"),
            ("2001:db8:ffff::1", &[(x, "203.0.113.7")], "203.0.113.7"),
            // Nobody believes a stranger.
            ("198.51.100.9", &[(x, "203.0.113.7")], "198.51.100.9"),
            ("198.51.100.9", &[(f, "for=127.0.0.1")], "198.51.100.9"),
            ("::ffff:198.51.100.9", &[(x, "203.0.113.7")], "198.51.100.9"),
            ("::ffff:127.0.0.1", &[(x, "203.0.113.7")], "203.0.113.7"),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            let peer = Peer(SocketAddr::new(peer.parse().unwrap(), 4711));
            let expected: IpAddr = client.parse().unwrap();
            assert_eq!(trusted.client(Some(peer), &headers), expected, "{peer:?} {sent:?}");
        }
    }

    #[test]
    fn a_header_of_thousands_is_read_no_further_than_needed() {
        let trusted: TrustedProxies = "loopback".parse().unwrap();
        let mut headers = HeaderMap::new();
        let many = vec!["127.0.0.1"; 5000].join(",");
        headers.insert(X_FORWARDED_FOR, HeaderValue::from_str(&format!("203.0.113.7,{many}")).unwrap());
        let peer = Peer(SocketAddr::from(([127, 0, 0, 1], 1)));
        assert_eq!(trusted.client(Some(peer), &headers), IpAddr::from([127, 0, 0, 1]));
    }

    #[test]
    fn what_can_be_trusted() {
        for good in ["", "loopback", "private,10.0.0.1", "2001:db8::/32", " 10.0.0.0/8 , ::1 "] {
            assert!(good.parse::<TrustedProxies>().is_ok(), "{good}");
        }
        for bad in ["localhost", "10.0.0.0/33", "10.0.0", "*", "all"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_household_is_one_host() {
        for (one, other, same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("203.0.113.7", "::ffff:203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
        ] {
            assert_eq!(host(one.parse().unwrap()) == host(other.parse().unwrap()), same, "{one} {other}");
        }
    }
}
