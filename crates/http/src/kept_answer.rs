//! An answer with all that is said about it to those who keep it: browsers, proxies, this server itself.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use inkstand_blog::Basis;
use inkstand_graphql::KnownOperation;
use inkstand_model::{CacheKey, Clock, Instant, Seq, Zone};
use sha2::{Digest, Sha256};

use crate::{cache_tags::CacheTags, negotiation::MediaType};

/// The number of the change log that an answer is at least as new as.
pub(crate) const SEQ: HeaderName = HeaderName::from_static("inkstand-seq");

/// For how many seconds the database has not answered: what the answer says is as it was then.
pub(crate) const STALE: HeaderName = HeaderName::from_static("inkstand-stale");

/// What an answer depends on, whoever asks.
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
    head: Head,
    body: Bytes,
    etag: HeaderValue,
    tags: Option<CacheTags>,
    basis: Basis,
}

/// What is said of an answer besides.
pub(crate) struct Head {
    /// Where it is no 200, it has no 304 either.
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    /// Where to go instead.
    pub(crate) location: Option<HeaderValue>,
    /// What all answers of its kind say.
    pub(crate) more: &'static [(HeaderName, HeaderValue)],
    pub(crate) of: Of,
}

/// What an answer is one to.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    /// A query.
    Operation(KnownOperation),
    /// A page, which was made at that moment.
    Page(Instant),
}

impl Head {
    /// Of the answer to a query.
    pub(crate) fn of_operation(media_type: MediaType, operation: KnownOperation) -> Self {
        Self {
            status: StatusCode::OK,
            content_type: media_type.content_type(),
            location: None,
            more: &[],
            of: Of::Operation(operation),
        }
    }

    /// The date that a page is known by, from when on it may be told. It is the first whole second behind the moment at
    /// which the page was made, and told once that second is there: whatever takes its place later was made later, and has
    /// a later date. The dates of what a page shows would not do, since a page also changes when something is taken away.
    fn modified(&self, clock: &dyn Clock) -> Option<String> {
        let Of::Page(made) = self.of else { return None };
        let second = Instant::from_millis((made.millis().div_euclid(1000) + 1) * 1000).ok()?;
        (second <= clock.now())
            .then(|| second.local(&Zone::utc()).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }
}

impl KeptAnswer {
    /// Of that which was made from `keys`.
    pub(crate) fn new(head: Head, body: Bytes, keys: &[CacheKey], basis: Basis) -> Option<Self> {
        let etag = etag(head.content_type, &body)?;
        Some(Self { head, etag, tags: CacheTags::of(keys), body, basis })
    }

    /// What it rests on.
    pub(crate) fn basis(&self) -> &Basis {
        &self.basis
    }

    /// What it answers, for whoever counts.
    pub(crate) fn of(&self) -> Of {
        self.head.of
    }

    /// The bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        let tags = self.tags.as_ref().map_or(0, CacheTags::size)
            + self.head.location.as_ref().map_or(0, HeaderValue::len);
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
        clock: &dyn Clock,
    ) -> Response {
        let modified = self.head.modified(clock);
        let unchanged = matches!(*method, Method::GET | Method::HEAD)
            && self.head.status == StatusCode::OK
            && is_named(asked, &self.etag, modified.as_deref());
        let body = if unchanged { Body::empty() } else { Body::from(self.body.clone()) };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.reserve(12);
        if !unchanged {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.head.content_type));
        }
        headers.extend(self.head.more.iter().cloned());
        if let Some(location) = &self.head.location {
            headers.insert(header::LOCATION, location.clone());
        }
        if let Some(modified) = modified.and_then(|modified| HeaderValue::try_from(modified).ok()) {
            headers.insert(header::LAST_MODIFIED, modified);
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
        *response.status_mut() = if unchanged { StatusCode::NOT_MODIFIED } else { self.head.status };
        response
    }
}

/// Whether a request names the answer that has this ETag (RFC 9110 §13.1.2: by weak comparison) or, where it names none,
/// this date: not a later one either, since the clocks of two servers differ.
pub(crate) fn is_named(asked: &HeaderMap, etag: &HeaderValue, modified: Option<&str>) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        return asked.get_all(header::IF_NONE_MATCH).iter().any(|value| {
            let mut named = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            named.any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag.as_bytes())
        });
    }
    let since = asked.get(header::IF_MODIFIED_SINCE).map(HeaderValue::as_bytes);
    modified.is_some_and(|modified| since == Some(modified.as_bytes()))
}

/// The value of [`STALE`].
pub(crate) fn stale_for(away: Duration) -> HeaderValue {
    away.as_secs().max(1).into()
}

/// RFC 9110 §8.8.3: strong. Answers of the same bytes in two media types are two.
pub(crate) fn etag(content_type: &str, body: &[u8]) -> Option<HeaderValue> {
    let mut digest = Sha256::new();
    digest.update(content_type);
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
