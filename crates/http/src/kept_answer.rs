//! An answer with all that is said about it to those who keep it: browsers, proxies, this server itself.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use inkstand_blog::Basis;
use inkstand_graphql::KnownOperation;
use inkstand_model::{CacheKey, Seq};
use sha2::{Digest, Sha256};

use crate::{cache_tags::CacheTags, negotiation::MediaType};

/// The number of the change log that an answer is at least as new as.
pub(crate) const SEQ: HeaderName = HeaderName::from_static("inkstand-seq");

/// For how many seconds the database has not answered: what the answer says is as it was then.
pub(crate) const STALE: HeaderName = HeaderName::from_static("inkstand-stale");

/// What an answer to a GraphQL request depends on, whoever asks.
pub(crate) const VARY: HeaderValue =
    HeaderValue::from_static("accept, authorization, cookie, inkstand-preview");

/// For the viewer alone, and not even they keep it.
pub(crate) const FOR_ONE_VIEWER: HeaderValue = HeaderValue::from_static("private, no-store");

/// For everybody, and nobody keeps it.
pub(crate) const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// Everybody may keep it, and asks before each use whether it is still true: a 304 says so. Who is told of changes may
/// do without asking. Where the question fails, the answer is good for another day; `no-cache` would forbid that (RFC
/// 9111 §4.2.4), so it has no time to live instead.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=0, stale-if-error=86400");

/// The same, where it depends on more than can be named in `Cache-Tag`.
const KEPT_BY_CLIENTS: HeaderValue = HeaderValue::from_static("private, max-age=0, stale-if-error=86400");

/// An answer that may be kept.
pub(crate) struct KeptAnswer {
    media_type: MediaType,
    body: Bytes,
    etag: HeaderValue,
    tags: Option<CacheTags>,
    basis: Basis,
    operation: KnownOperation,
}

impl KeptAnswer {
    /// Of that which was made from `keys`.
    pub(crate) fn new(
        media_type: MediaType,
        body: Bytes,
        keys: &[CacheKey],
        basis: Basis,
        operation: KnownOperation,
    ) -> Option<Self> {
        let etag = etag(media_type, &body)?;
        Some(Self { media_type, etag, tags: CacheTags::of(keys), body, basis, operation })
    }

    /// What it rests on.
    pub(crate) fn basis(&self) -> &Basis {
        &self.basis
    }

    /// What it answers, for whoever counts.
    pub(crate) fn operation(&self) -> KnownOperation {
        self.operation
    }

    /// The bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        let tags = self.tags.as_ref().map_or(0, CacheTags::size);
        size_of::<Self>() + self.body.len() + self.etag.len() + tags + self.basis.size()
    }

    /// What is sent to a request with that method and those headers: 304 where it says that it has just this. `away`
    /// says for how long the database has not answered, so that nobody knows whether this is still true.
    pub(crate) fn response(
        &self,
        method: &Method,
        asked: &HeaderMap,
        seq: Option<Seq>,
        away: Option<Duration>,
    ) -> Response {
        let unchanged = matches!(*method, Method::GET | Method::HEAD) && self.is_named_by(asked);
        let body = if unchanged { Body::empty() } else { Body::from(self.body.clone()) };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.reserve(12);
        if !unchanged {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type.content_type()));
        }
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::VARY, VARY);
        headers.insert(header::CACHE_CONTROL, if self.tags.is_some() { KEPT } else { KEPT_BY_CLIENTS });
        if let Some(tags) = &self.tags {
            tags.write(headers, asked);
        }
        if let Some(seq) = seq {
            headers.insert(SEQ, seq.get().into());
        }
        if let Some(away) = away {
            headers.insert(STALE, stale_for(away));
        }
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        response
    }

    /// Whether `If-None-Match` names this answer (RFC 9110 §13.1.2: by weak comparison).
    fn is_named_by(&self, asked: &HeaderMap) -> bool {
        asked.get_all(header::IF_NONE_MATCH).iter().any(|value| {
            let mut named = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            named.any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == self.etag.as_bytes())
        })
    }
}

/// The value of [`STALE`].
pub(crate) fn stale_for(away: Duration) -> HeaderValue {
    away.as_secs().max(1).into()
}

/// RFC 9110 §8.8.3: strong. Answers of the same bytes in two media types are two.
fn etag(media_type: MediaType, body: &[u8]) -> Option<HeaderValue> {
    let mut digest = Sha256::new();
    digest.update(media_type.content_type());
    digest.update(body);
    let digest: [u8; 32] = digest.finalize().into();
    let mut etag = String::with_capacity(34);
    etag.push('"');
    digest[..16].iter().for_each(|byte| push_hex(&mut etag, *byte));
    etag.push('"');
    HeaderValue::from_maybe_shared(Bytes::from(etag)).ok()
}

/// A byte as two digits.
pub(crate) fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from_digit(digit.into(), 16).unwrap_or_default());
    }
}
