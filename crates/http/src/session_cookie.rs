//! The cookie of a session.

use axum::http::{HeaderMap, HeaderValue, header};
use inkstand_blog::SESSION_LIFE;

/// How the cookie is called and guarded, which depends on the address that readers use.
#[derive(Clone, Debug)]
pub(crate) struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// For a site at that address.
    pub(crate) fn at(public_url: &str) -> Self {
        Self { secure: public_url.starts_with("https://") }
    }

    /// RFC 6265bis §4.1.3.2: a browser takes a name with `__Host-` only over https, with `Secure`, for exactly this
    /// host and every path, so that no other host and no plain connection can put a session of its own in place.
    const fn name(&self) -> &'static str {
        if self.secure { "__Host-inkstand" } else { "inkstand" }
    }

    /// The secret that a request brings along. Of several cookies of that name, the first: browsers send the one for
    /// the longest path first, and ours is for all paths.
    pub(crate) fn read<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .map(|(_, value)| value)
    }

    /// Has the browser keep the secret until the session would end.
    pub(crate) fn keep(&self, secret: &str) -> Option<HeaderValue> {
        self.write(secret, SESSION_LIFE.as_secs())
    }

    /// Has the browser forget it.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.write("", 0)
    }

    fn write(&self, value: &str, max_age: u64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        let cookie = format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
        let mut cookie = HeaderValue::from_str(&cookie).ok()?;
        // Never in a log.
        cookie.set_sensitive(true);
        Some(cookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_called_depends_on_the_address() {
        for (address, set) in [
            (
                "https://blog.example",
                "__Host-inkstand=s; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure",
            ),
            ("http://127.0.0.1:8080", "inkstand=s; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"),
        ] {
            assert_eq!(SessionCookie::at(address).keep("s").unwrap(), set);
        }
        let cleared = "inkstand=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
        assert_eq!(SessionCookie::at("http://blog.example").clear().unwrap(), cleared);
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let cookie = SessionCookie::at("http://blog.example");
        for (sent, found) in [
            (&["inkstand=abc"][..], Some("abc")),
            (&["a=b; inkstand=abc; c=d"], Some("abc")),
            (&["a=b", "inkstand=abc"], Some("abc")),
            (&["inkstand=abc;inkstand=def"], Some("abc")),
            (&["__Host-inkstand=abc"], None),
            (&["inkstandx=abc; xinkstand=abc; Inkstand=abc"], None),
            (&["inkstand"], None),
            (&["inkstand="], Some("")),
            (&[""], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(header::COOKIE, HeaderValue::from_static(value));
            }
            assert_eq!(cookie.read(&headers), found, "{sent:?}");
        }
    }
}
