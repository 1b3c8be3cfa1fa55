//! Who sends a request.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use inkstand_blog::{Authenticated, BlogError, Caller, Credential};
use inkstand_graphql::{RequestId, SessionChange, code};
use inkstand_model::Viewer;

use crate::{
    HttpOptions,
    client_address::ClientAddress,
    kept_answer::FOR_ONE_VIEWER,
    negotiation::MediaType,
    problem::{fault, problem_as},
    same_origin::is_proven,
};

/// Who sends a request, and what that means for its answer.
pub(crate) struct Identity {
    /// Who it is.
    pub(crate) viewer: Viewer,
    /// Whether a page of somebody else's may have sent it with the cookie of whoever reads that page.
    pub(crate) unproven: bool,
    /// What the answer does with the cookie, unless the request itself begins or ends a session.
    cookie: CookieFate,
}

enum CookieFate {
    Stays,
    Renewed(String),
    Cleared,
}

impl Identity {
    /// Reads the token or the cookie of a request. A token goes before a cookie; other schemes of `Authorization` are
    /// some proxy's affair. A token that is good for nothing is refused, since a program should hear of it; a cookie
    /// that is good for nothing is taken away, and a reader goes on reading.
    pub(crate) async fn of(
        options: &HttpOptions,
        headers: &HeaderMap,
        id: &RequestId,
        media_type: MediaType,
    ) -> Result<Self, Response> {
        if let Some(token) = bearer(headers) {
            let known = options.blog.authenticate(Credential::Token(token)).await;
            return match known.map_err(|error| failed(&error, id, media_type))? {
                Some(Authenticated { viewer, .. }) => {
                    Ok(Self { viewer, unproven: false, cookie: CookieFate::Stays })
                }
                None => Err(refused(media_type)),
            };
        }
        let Some(secret) = options.session_cookie().read(headers) else {
            return Ok(Self { viewer: Viewer::Anonymous, unproven: false, cookie: CookieFate::Stays });
        };
        let known = options.blog.authenticate(Credential::Session(secret)).await;
        Ok(match known.map_err(|error| failed(&error, id, media_type))? {
            Some(Authenticated { viewer, renewed }) => Self {
                viewer,
                unproven: !is_proven(headers, &options.public_url),
                cookie: if renewed { CookieFate::Renewed(secret.to_owned()) } else { CookieFate::Stays },
            },
            None => Self { viewer: Viewer::Anonymous, unproven: false, cookie: CookieFate::Cleared },
        })
    }

    /// Writes into the answer what became of the session, and keeps the answer out of every cache where it is for one
    /// reader alone.
    pub(crate) fn mark(self, options: &HttpOptions, session: Option<SessionChange>, answer: &mut HeaderMap) {
        let cookie = options.session_cookie();
        let set = match (session, self.cookie) {
            (Some(SessionChange::Begun(secret)), _) | (None, CookieFate::Renewed(secret)) => {
                cookie.keep(&secret)
            }
            (Some(SessionChange::Ended), _) | (None, CookieFate::Cleared) => cookie.clear(),
            (None, CookieFate::Stays) => None,
        };
        if self.viewer != Viewer::Anonymous || set.is_some() {
            answer.insert(header::CACHE_CONTROL, FOR_ONE_VIEWER);
        }
        if let Some(set) = set {
            answer.insert(header::SET_COOKIE, set);
        }
    }
}

/// Where a request comes from.
pub(crate) fn caller(ClientAddress(address): ClientAddress, headers: &HeaderMap) -> Caller {
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Caller { address, user_agent: user_agent.unwrap_or_default().to_owned() }
}

/// The secret after `Authorization: Bearer`; empty where there is none behind it.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    // What is no ASCII is no token of ours, but it may have been meant as one.
    bearer_of(value.to_str().unwrap_or("Bearer "))
}

/// The secret in the value of such a header.
pub(crate) fn bearer_of(text: &str) -> Option<&str> {
    let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}

fn refused(media_type: MediaType) -> Response {
    let message = "this token is good for nothing: it is no token of this blog, has expired, was revoked, or its \
                   account cannot sign in";
    let mut response = problem_as(media_type, StatusCode::UNAUTHORIZED, code::UNAUTHENTICATED, message);
    // RFC 6750 §3.1.
    let challenge = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
    private(&mut response).insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn failed(error: &BlogError, id: &RequestId, media_type: MediaType) -> Response {
    let mut response = fault("a credential could not be checked", error, id, media_type);
    private(&mut response);
    response
}

fn private(response: &mut Response) -> &mut HeaderMap {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_ONE_VIEWER);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_is_told_from_other_schemes() {
        for (sent, token) in [
            ("Bearer ink_pat_x", Some("ink_pat_x")),
            ("bearer  ink_pat_x ", Some("ink_pat_x")),
            ("Bearer", Some("")),
            ("Bearer ", Some("")),
            ("Basic YTpi", None),
            ("ink_pat_x", None),
            ("Bearerink_pat_x", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(sent));
            assert_eq!(bearer(&headers), token, "{sent:?}");
        }
    }
}
