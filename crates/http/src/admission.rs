//! What stands before whatever is made for somebody: how long to wait, whether there is room, who asks, and who pays.

use std::time::Duration;

use axum::{
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::Response,
};
use inkstand_blog::Reader;
use inkstand_graphql::{RequestId, code};
use inkstand_model::{EntryId, Seq, Viewer};

use crate::{
    HttpOptions,
    client_address::{ClientAddress, host},
    identity::Identity,
    kept_answer::FOR_ONE_VIEWER,
    negotiation::MediaType,
    overload::Place,
    problem::{fault, problem_as},
    quota::Bill,
};

/// Asks to be answered only when this server knows what was written at that position of the change log.
pub(crate) const AFTER_SEQ: HeaderName = HeaderName::from_static("inkstand-after-seq");

/// How long that is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Carries the token of a preview.
pub(crate) const PREVIEW: HeaderName = HeaderName::from_static("inkstand-preview");

/// A request that may be answered.
pub(crate) struct Admitted {
    /// Who asks.
    pub(crate) identity: Identity,
    /// Who pays, where there is a quota.
    pub(crate) bill: Option<Bill>,
    /// Among the requests that run, until this value is dropped.
    _place: Place,
}

/// Lets a request in, or says why not in that media type.
pub(crate) async fn admit(
    options: &HttpOptions,
    headers: &HeaderMap,
    client: ClientAddress,
    id: &RequestId,
    media_type: MediaType,
) -> Result<Admitted, Response> {
    if let Some(seq) = headers.get(AFTER_SEQ).and_then(|seq| seq.to_str().ok()?.parse().ok()) {
        // Past its patience it answers with what it has; `search` says by `complete` where that is not all. Whoever
        // waits takes nobody's place.
        options.blog.catch_up(Seq::new(seq), PATIENCE).await;
    }
    let ClientAddress(address) = client;
    let place = options.limits.place(address).await.map_err(|overloaded| overloaded.response(media_type))?;
    let quotas = options.limits.quotas();
    let identity = Identity::of(options, headers, id, media_type).await.map_err(|mut refusal| {
        // Trying tokens costs as well.
        if let Some(bill) = quotas.bill(&Viewer::Anonymous, host(address)) {
            bill.mark(refusal.headers_mut());
        }
        refusal
    })?;
    let bill = quotas.bill(&identity.viewer, host(address));
    if let Some(bill) = &bill {
        bill.check(media_type)?;
    }
    Ok(Admitted { identity, bill, _place: place })
}

impl Admitted {
    /// Reads what its sender sees, with what the header `Inkstand-Preview` shows; and whether it shows anything.
    pub(crate) async fn reader(
        &self,
        options: &HttpOptions,
        headers: &HeaderMap,
        id: &RequestId,
        media_type: MediaType,
    ) -> Result<(Reader, bool), Response> {
        let reader = options.blog.reader(self.identity.viewer.clone());
        Ok(match previewed(options, headers, id, media_type).await? {
            Some(entry) => (reader.with_preview(entry), true),
            None => (reader, false),
        })
    }
}

/// The entry that a preview shows.
async fn previewed(
    options: &HttpOptions,
    headers: &HeaderMap,
    id: &RequestId,
    media_type: MediaType,
) -> Result<Option<EntryId>, Response> {
    let Some(token) = headers.get(PREVIEW) else { return Ok(None) };
    match options.blog.read_preview(token.to_str().unwrap_or_default()).await {
        Ok(Ok(entry)) => Ok(Some(entry)),
        Ok(Err(invalid)) => {
            let mut response =
                problem_as(media_type, StatusCode::UNAUTHORIZED, code::BAD_PREVIEW, &invalid.to_string());
            response.headers_mut().insert(header::CACHE_CONTROL, FOR_ONE_VIEWER);
            Err(response)
        }
        Err(error) => Err(fault("a preview could not be read", &error, id, media_type)),
    }
}

/// Whether the request has nothing by which its answer could be another one than everybody's. An `Authorization` of
/// other schemes is a proxy's affair and tells us nobody; but it tells that somebody is to be let in first, so the
/// answer is not for everybody who gets past that proxy's caches.
pub(crate) fn is_for_everybody(options: &HttpOptions, headers: &HeaderMap) -> bool {
    !headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key(PREVIEW)
        && (!headers.contains_key(header::COOKIE) || options.session_cookie().read(headers).is_none())
}
