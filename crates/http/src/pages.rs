//! Pages for readers, feeds, and what else is read of a blog by its addresses.
//!
//! | address | what |
//! |---|---|
//! | `/` | the latest posts, 10 a page (`?page=2`) |
//! | any permalink | the post or page that stands there; 301 from where it stood, 410 where it was deleted |
//! | `/tag/…`, `/category/…`, `/author/…`, `/series/…` | what is filed there |
//! | `/2024`, `/2024/05` | what was published then |
//! | `/search?q=…` | a search; `/search/suggest?q=…` what to offer while somebody types |
//! | `/archive`, `/tags`, `/categories`, `/authors`, `/series`, `/feeds` | what there is to choose from |
//! | `…/atom.xml`, `…/rss.xml`, `…/feed.json` | the feed of the blog, of anything that posts are filed under, of a search |
//! | `/sitemap.xml`, `/robots.txt`, `/llms.txt`, `/oembed` | for programs |
//! | `/static/…` | styles, script, icon |
//!
//! What somebody has written goes before pages of ours: where a post or a page stands at `/archive`, that is what is there.
//! A page reads through a [`Reader`](inkstand_blog::Reader) that notes what it reads, so pages are kept and told from
//! old ones by the very rule by which answers to queries are (`kept_answer`).

mod address;
mod archive;
mod card;
mod desk;
mod entry;
mod feed;
mod frame;
mod index;
mod machines;
mod nothing;
mod posts;
mod query;
mod reply;
mod route;
mod search;
mod share;
mod sitemap;
mod statics;
mod suggest;
mod term;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Extension, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use inkstand_blog::{BlogError, Provenance, Reader};
use inkstand_graphql::{RequestId, code};
use inkstand_model::{Path, Viewer};
use inkstand_web::{Unwritten, assets};
use thiserror::Error;

use crate::{
    HttpOptions,
    admission::{Admitted, admit, is_for_everybody},
    client_address::ClientAddress,
    graphql::LONGEST_ADDRESS,
    kept_answer::{FOR_ONE_VIEWER, KeptAnswer, SEQ, STALE, etag, is_named, stale_for},
    negotiation::{MediaType, Wanted, wants_html},
    problem::{fault, problem},
    quota::Bill,
    response_cache::{RequestRef, Turn, Way},
    router::nothing_here,
};
use desk::Desk;
use reply::Reply;

/// What browsers and proxies do with a page that this server does not keep: they may, and ask before each use.
const ASKED_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// Why there is no page.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    /// It could not be read.
    #[error(transparent)]
    Blog(#[from] BlogError),
    /// It could not be written.
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
}

/// What is asked for.
pub(crate) struct Asked<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    /// The path and the query, as they were sent.
    uri: &'a Uri,
    wanted: Wanted,
    /// Whether whoever asks reads pages, rather than something that a page names.
    is_reader: bool,
}

/// Whether there may be a page at an address. `OPTIONS *` and `CONNECT` ask for something else.
pub(crate) fn is_address(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let first = rest.split('/').next().unwrap_or_default();
    !Path::RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(first))
}

/// By what a page is kept.
pub(crate) fn text_of(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |address| address.as_str())
}

/// Whatever no other route answers.
pub(crate) async fn answer(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    Extension(client): Extension<ClientAddress>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if uri.path().starts_with(assets::FOLDER) {
        return statics::file(uri.path());
    }
    if !is_address(uri.path()) {
        return nothing_here().await;
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        let message = "pages are read, by GET; what changes something goes to /graphql";
        let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, message);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if text_of(&uri).len() > LONGEST_ADDRESS {
        let message = format!("no address here has more than {LONGEST_ADDRESS} characters");
        return problem(StatusCode::URI_TOO_LONG, code::BODY_TOO_LARGE, &message);
    }
    let admitted = match admit(&options, &headers, client, &id, MediaType::Json).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let asked = Asked {
        method: &method,
        uri: &uri,
        headers: &headers,
        wanted: Wanted::by(&headers),
        is_reader: wants_html(&headers),
    };
    let mut response = if is_for_everybody(&options, &headers) {
        for_everybody(&options, &id, &asked, admitted.bill.as_ref()).await
    } else {
        for_one(&options, &id, &asked, &admitted).await
    };
    if let Some(bill) = &admitted.bill {
        bill.mark(response.headers_mut());
    }
    admitted.identity.mark(&options, None, response.headers_mut());
    response
}

/// A page as everybody gets it: the one that is kept, or one that is made now.
async fn for_everybody(
    options: &HttpOptions,
    id: &RequestId,
    asked: &Asked<'_>,
    bill: Option<&Bill>,
) -> Response {
    let Asked { method, headers, .. } = *asked;
    let clock = options.clock.as_ref();
    let sent = RequestRef { way: Way::Page(asked.wanted), text: text_of(asked.uri).as_bytes() };
    let making = match options.response_cache.turn(&options.blog, sent).await {
        Turn::Kept(kept, seq) => {
            let away = options.blog.database_away_for();
            return kept.response(method, headers, Some(seq), away, clock);
        }
        Turn::Make(making) => making,
    };
    if let Some(Err(refusal)) = bill.map(Bill::pay_for_a_page) {
        return refusal;
    }
    let (reader, provenance) = options.blog.reader(Viewer::Anonymous).noting();
    match made(options, reader, asked).await {
        Ok(reply) => {
            let away = options.blog.database_away_for();
            match keepable(options, reply, &provenance) {
                Ok(kept) => {
                    let kept = Arc::new(kept);
                    let response = kept.response(method, headers, provenance.as_of(), away, clock);
                    making.end(Some(kept).filter(|kept| options.blog.still_true(kept.basis()).is_some()));
                    response
                }
                Err(reply) => {
                    making.end(None);
                    told(reply, asked, &provenance, away)
                }
            }
        }
        Err(Fault::Blog(error)) if error.hindrance().is_some() && making.old.is_some() => {
            // Better than nothing, and the best that can be had: it is kept for those who ask next.
            let Some(old) = making.old.clone() else { return failed(&Fault::Blog(error), id) };
            making.end(Some(Arc::clone(&old)));
            let away = options.blog.database_away_for().unwrap_or_default();
            old.response(method, headers, None, Some(away), clock)
        }
        Err(fault) => failed(&fault, id),
    }
}

/// A page as somebody gets it who has signed in, or looks at a preview.
async fn for_one(options: &HttpOptions, id: &RequestId, asked: &Asked<'_>, admitted: &Admitted) -> Response {
    if let Some(Err(refusal)) = admitted.bill.as_ref().map(Bill::pay_for_a_page) {
        return refusal;
    }
    let (reader, is_preview) = match admitted.reader(options, asked.headers, id, MediaType::Json).await {
        Ok(reader) => reader,
        Err(refusal) => return refusal,
    };
    let (reader, provenance) = reader.noting();
    match made(options, reader, asked).await {
        Ok(reply) => {
            let away = options.blog.database_away_for();
            let mut response = told(reply, asked, &provenance, away);
            if is_preview {
                response.headers_mut().insert(header::CACHE_CONTROL, FOR_ONE_VIEWER);
            }
            response
        }
        Err(fault) => failed(&fault, id),
    }
}

async fn made(options: &HttpOptions, reader: Reader, asked: &Asked<'_>) -> Result<Reply, Fault> {
    let desk = Desk::open(&reader, &options.public_url).await?;
    route::reply(&desk, asked).await
}

/// The page as it may be kept, where it may: what is at an address, not that nothing is. Of nothing there is too much.
fn keepable(options: &HttpOptions, reply: Reply, provenance: &Provenance) -> Result<KeptAnswer, Reply> {
    let Some(keys) = provenance.keys().filter(|_| reply.status != StatusCode::NOT_FOUND) else {
        return Err(reply);
    };
    let Some(basis) = options.blog.basis(provenance, &keys) else { return Err(reply) };
    KeptAnswer::new(reply.head(options.clock.now()), reply.body.clone(), &keys, basis).ok_or(reply)
}

/// A page that is not kept here.
fn told(reply: Reply, asked: &Asked<'_>, provenance: &Provenance, away: Option<Duration>) -> Response {
    let named = etag(reply.content_type, &reply.body).filter(|_| reply.status == StatusCode::OK);
    let is_unchanged = matches!(*asked.method, Method::GET | Method::HEAD)
        && named.as_ref().is_some_and(|etag| is_named(asked.headers, etag, None));
    let mut response = reply.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, ASKED_EACH_TIME);
    if let Some(etag) = named {
        answer.insert(header::ETAG, etag);
    }
    if let Some(seq) = provenance.as_of() {
        answer.insert(SEQ, seq.get().into());
    }
    if let Some(away) = away {
        answer.insert(STALE, stale_for(away));
    }
    if is_unchanged {
        answer.remove(header::CONTENT_TYPE);
        let (mut head, _) = response.into_parts();
        head.status = StatusCode::NOT_MODIFIED;
        return Response::from_parts(head, axum::body::Body::empty());
    }
    response
}

fn failed(failure: &Fault, id: &RequestId) -> Response {
    match failure {
        Fault::Blog(error) => fault("a page could not be read", error, id, MediaType::Json),
        Fault::Unwritten(error) => {
            tracing::error!(request_id = %id, error = error as &dyn std::error::Error, "a page could not be written");
            let message = format!("something failed here; the log has more under request {id}");
            problem(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, &message)
        }
    }
}
