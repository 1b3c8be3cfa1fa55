//! Whether a request with a cookie was meant by whoever has the cookie.
//!
//! A browser adds cookies to whatever it sends, also for pages of others. The cookie is `SameSite=Lax`, bodies must be
//! JSON, and no answer lets another origin send either with credentials; this is the last of these walls, and the one
//! that keeps out other origins of the same site (`https://other.blog.example`, another port).

use axum::http::{HeaderMap, HeaderName, header};

/// Says where a request comes from, in every browser of today.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whoever sends it either is no browser or has asked us by a preflight, to which we say no.
const CSRF: HeaderName = HeaderName::from_static("inkstand-csrf");

/// Whether the request comes from a page of this site, or from no page at all.
pub(crate) fn is_proven(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    headers.contains_key(&CSRF)
        || matches!(text(&FETCH_SITE), Some("same-origin" | "none"))
        || text(&header::ORIGIN).is_some_and(|origin| {
            is_origin_of(origin, public_url) || text(&header::HOST).is_some_and(|host| is_at(origin, host))
        })
}

/// Whether `origin` is the scheme, the host and the port of a URL.
fn is_origin_of(origin: &str, url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let usual_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let authority = authority.strip_suffix(usual_port).unwrap_or(authority);
    origin.split_once("://").is_some_and(|(its_scheme, its_authority)| {
        its_scheme.eq_ignore_ascii_case(scheme) && its_authority.eq_ignore_ascii_case(authority)
    })
}

/// Whether a page of `origin` asks the very host that it comes from, whatever the scheme: a proxy may have taken the
/// encryption off.
fn is_at(origin: &str, host: &str) -> bool {
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
    origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"))
        .is_some_and(|authority| !authority.is_empty() && authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_pages_prove_themselves() {
        let public = "https://blog.example/sub";
        let host = ("host", "127.0.0.1:8080");
        for (sent, proven) in [
            (&[][..], false),
            (&[("inkstand-csrf", "1")], true),
            (&[("inkstand-csrf", "")], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "Same-Origin, none")], false),
            (&[("origin", "https://blog.example")], true),
            (&[("origin", "HTTPS://Blog.Example")], true),
            (&[("origin", "http://blog.example")], false),
            (&[("origin", "https://blog.example:8443")], false),
            (&[("origin", "https://blog.example.evil")], false),
            (&[("origin", "https://evil.blog.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "")], false),
            (&[("origin", "https://evil.example"), host], false),
            (&[("origin", "http://127.0.0.1:8080"), host], true),
            (&[("origin", "http://127.0.0.1:8081"), host], false),
            (&[("origin", "http://127.0.0.1"), host], false),
            (&[("origin", "http://"), ("host", "")], false),
            (&[("referer", "https://blog.example/")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_proven(&headers, public), proven, "{sent:?}");
        }
    }

    #[test]
    fn a_usual_port_is_no_port() {
        assert!(is_origin_of("https://blog.example", "https://blog.example:443"));
        assert!(is_origin_of("http://blog.example", "http://blog.example:80/"));
        assert!(!is_origin_of("http://blog.example", "http://blog.example:443"));
        assert!(is_at("https://blog.example", "blog.example:443"));
    }
}
