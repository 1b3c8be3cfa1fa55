//! What is sent for an address.

use axum::{
    body::Bytes,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use inkstand_model::Instant;
use inkstand_web::CONTENT_SECURITY_POLICY;

use crate::kept_answer::{Head, Of, VARY};

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
pub(crate) const MARKDOWN: &str = "text/markdown; charset=utf-8";
pub(crate) const XML: &str = "application/xml; charset=utf-8";
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// What every page, feed and text says besides.
static SAID_BY_ALL: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
];

/// What is sent for an address, whoever asked.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    /// Where to go instead.
    pub(crate) location: Option<HeaderValue>,
}

impl Reply {
    pub(crate) fn ok(content_type: &'static str, body: String) -> Self {
        Self { status: StatusCode::OK, content_type, body: body.into(), location: None }
    }

    pub(crate) fn page(html: String) -> Self {
        Self::ok(HTML, html)
    }

    /// 301: there, and for good. The address is percent-encoded, so that it can stand in a header.
    pub(crate) fn moved(address: &str) -> Self {
        Self {
            status: StatusCode::MOVED_PERMANENTLY,
            content_type: TEXT,
            body: format!("moved to {address}\n").into(),
            location: HeaderValue::from_str(address).ok(),
        }
    }

    /// 404, for programs.
    pub(crate) fn nothing() -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::ok(TEXT, "nothing is here\n".to_owned()) }
    }

    /// What is said of it, made at that moment.
    pub(crate) fn head(&self, made: Instant) -> Head {
        Head {
            status: self.status,
            content_type: self.content_type,
            location: self.location.clone(),
            more: &SAID_BY_ALL,
            of: Of::Page(made),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let content_type = HeaderValue::from_static(self.content_type);
        let mut response =
            (self.status, [(header::CONTENT_TYPE, content_type), (header::VARY, VARY)], self.body)
                .into_response();
        let headers = response.headers_mut();
        headers.extend(SAID_BY_ALL.iter().cloned());
        if let Some(location) = self.location {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}
