//! An address to call.

use std::{fmt, net::IpAddr};

use thiserror::Error;
use url::{Host, Url};

use crate::Reach;

/// Bytes of an address.
const LONGEST: usize = 2_000;

/// An address on another host that may be called, as far as that can be told without resolving its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingUrl(Url);

/// Why an address may not be called.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidOutgoingUrl {
    /// It is no URL.
    #[error("not a URL such as https://example.com/hook")]
    NotUrl,
    /// It is longer than anybody needs.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// It is not of HTTP.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// It holds a name or a password, which would stand in lists and logs.
    #[error("must not hold a name or a password; the signature is what proves the sender")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("must not have a fragment (#…), which is not sent")]
    Fragment,
    /// It names an address that is not of the public internet.
    #[error(
        "{0} is not of the public internet; the server calls such addresses only where it is set to (webhooks-allow-private)"
    )]
    NotPublic(String),
}

impl OutgoingUrl {
    /// Checks an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, InvalidOutgoingUrl> {
        if text.len() > LONGEST {
            return Err(InvalidOutgoingUrl::TooLong);
        }
        // The parser drops them without a word, and a line break that vanished is a mistake that stays.
        if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(InvalidOutgoingUrl::NotUrl);
        }
        let url = Url::parse(text).map_err(|_| InvalidOutgoingUrl::NotUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidOutgoingUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidOutgoingUrl::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidOutgoingUrl::Fragment);
        }
        if url.as_str().len() > LONGEST {
            return Err(InvalidOutgoingUrl::TooLong);
        }
        let private = match url.host() {
            None => return Err(InvalidOutgoingUrl::NotUrl),
            Some(Host::Ipv4(address)) => !reach.allows(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => !reach.allows(IpAddr::V6(address)),
            // RFC 6761 §6.3: whatever is below `localhost` is this machine.
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                reach == Reach::Public && (name == "localhost" || name.ends_with(".localhost"))
            }
        };
        if private {
            return Err(InvalidOutgoingUrl::NotPublic(url.host_str().unwrap_or_default().to_owned()));
        }
        Ok(Self(url))
    }

    /// The address in its usual spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for OutgoingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_checked_without_a_network() {
        use InvalidOutgoingUrl::*;
        let check = |text: &str, expected: Result<&str, InvalidOutgoingUrl>| {
            let parsed = OutgoingUrl::parse(text, Reach::Public);
            assert_eq!(parsed.as_ref().map(OutgoingUrl::as_str).map_err(Clone::clone), expected, "{text}");
        };
        check("https://Hooks.Example/Blog?a=b", Ok("https://hooks.example/Blog?a=b"));
        check("http://hooks.example:8080", Ok("http://hooks.example:8080/"));
        check("https://bücher.example/", Ok("https://xn--bcher-kva.example/"));
        check("https://1.1.1.1/", Ok("https://1.1.1.1/"));
        check("", Err(NotUrl));
        check("/blog", Err(NotUrl));
        check("hooks.example/blog", Err(NotUrl));
        check("https://", Err(NotUrl));
        check("https://a.example/\n", Err(NotUrl));
        check("https://a b.example/", Err(NotUrl));
        check("ftp://hooks.example/", Err(Scheme));
        check("file:///etc/passwd", Err(Scheme));
        check("javascript:alert(1)", Err(Scheme));
        check("https://user@hooks.example/", Err(Credentials));
        check("https://user:secret@hooks.example/", Err(Credentials));
        check("https://:secret@hooks.example/", Err(Credentials));
        check("https://hooks.example/#part", Err(Fragment));
        check(&format!("https://hooks.example/{}", "a".repeat(2_000)), Err(TooLong));
        check(&format!("https://hooks.example/{}", "ü".repeat(500)), Err(TooLong));
        let private = |host: &str| Err(NotPublic(host.to_owned()));
        check("http://127.0.0.1:9000/", private("127.0.0.1"));
        check("http://127.1/", private("127.0.0.1"));
        check("http://0x7f000001/", private("127.0.0.1"));
        check("http://2130706433/", private("127.0.0.1"));
        check("http://017700000001/", private("127.0.0.1"));
        check("http://１２７.0.0.1/", private("127.0.0.1"));
        check("http://169.254.169.254/latest", private("169.254.169.254"));
        check("http://[::1]/", private("[::1]"));
        check("http://[::ffff:10.0.0.1]/", private("[::ffff:a00:1]"));
        check("http://localhost:3000/", private("localhost"));
        check("http://Shop.LOCALHOST./", private("shop.localhost."));
    }

    #[test]
    fn where_it_is_allowed_any_address_may_be_called() {
        for text in ["http://127.0.0.1:9000/", "http://localhost:3000/", "http://[fd00::1]/"] {
            assert!(OutgoingUrl::parse(text, Reach::Anywhere).is_ok(), "{text}");
        }
        assert_eq!(OutgoingUrl::parse("ftp://127.0.0.1/", Reach::Anywhere), Err(InvalidOutgoingUrl::Scheme));
    }
}
