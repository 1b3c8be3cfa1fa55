//! GraphQL over HTTP.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Extension, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use inkstand_blog::Provenance;
use inkstand_graphql::{Answer, Outcome, Question, RequestId, code};
use inkstand_model::{EntryId, Seq};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    HttpOptions, graphiql,
    identity::{Identity, Peer, caller},
    kept_answer::{FOR_ONE_VIEWER, KeptAnswer, NOT_KEPT, SEQ, VARY},
    negotiation::{MediaType, wants_html},
    problem::{fault, problem, problem_as},
    response_cache::{RequestRef, Turn, Way},
    router::LARGEST_BODY,
};

/// Where all of it is.
pub(crate) const ADDRESS: &str = "/graphql";

/// Asks to be answered only when this server knows what was written at that position of the change log.
pub(crate) const AFTER_SEQ: HeaderName = HeaderName::from_static("inkstand-after-seq");

/// How long that is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Carries the token of a preview.
pub(crate) const PREVIEW: HeaderName = HeaderName::from_static("inkstand-preview");

/// Characters of a query in an address; longer ones are sent by POST.
const LONGEST_ADDRESS: usize = 16 * 1024;

/// `POST /graphql`.
pub(crate) async fn post(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(media_type) = MediaType::accepted(&headers) else { return not_acceptable() };
    if !is_json(&headers) {
        let message = "send the request with `content-type: application/json`, in UTF-8";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return problem_as(media_type, status, code::UNSUPPORTED_MEDIA_TYPE, message);
    }
    let body = match read(body, media_type).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let sender = Sender { method: &Method::POST, headers: &headers, peer: peer.map(|Extension(peer)| peer) };
    let sent = RequestRef { way: Way::Body, media_type, text: &body };
    execute(&options, id, parse_body(&body), sender, sent).await
}

/// `GET /graphql`: a query in the address, or GraphiQL for a browser.
pub(crate) async fn get(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    peer: Option<Extension<Peer>>,
    method: Method,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Response {
    let address = address.unwrap_or_default();
    let has_query = address.split('&').any(|part| part.starts_with("query="));
    if !has_query && wants_html(&headers) {
        return graphiql::page();
    }
    let Some(media_type) = MediaType::accepted_by_get(&headers) else { return not_acceptable() };
    if address.len() > LONGEST_ADDRESS {
        let message =
            format!("the address has more than {LONGEST_ADDRESS} characters; send the query by POST");
        return problem_as(media_type, StatusCode::URI_TOO_LONG, code::BODY_TOO_LARGE, &message);
    }
    let sender = Sender { method: &method, headers: &headers, peer: peer.map(|Extension(peer)| peer) };
    let sent = RequestRef { way: Way::Address, media_type, text: address.as_bytes() };
    execute(&options, id, parse_address(&address), sender, sent).await
}

/// Any other method on `/graphql`.
pub(crate) async fn wrong_method(headers: HeaderMap) -> Response {
    let media_type = MediaType::accepted(&headers).unwrap_or(MediaType::Json);
    let message = "GraphQL requests are sent by POST, queries also by GET";
    let mut response = problem_as(media_type, StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

/// `GET /graphql/schema.graphql`.
pub(crate) async fn schema(State(options): State<Arc<HttpOptions>>) -> Response {
    if !options.gateway.disclosure().introspection {
        let message =
            "this blog does not show its schema; its owner may have it printed by `inkstand schema`";
        return problem(StatusCode::NOT_FOUND, code::INTROSPECTION_OFF, message);
    }
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, content_type)], options.gateway.sdl()).into_response()
}

/// What tells who sends a request.
struct Sender<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    peer: Option<Peer>,
}

async fn execute(
    options: &HttpOptions,
    id: RequestId,
    asked: Result<Asked, String>,
    sender: Sender<'_>,
    sent: RequestRef<'_>,
) -> Response {
    let media_type = sent.media_type;
    let asked = match asked {
        Ok(asked) => asked,
        Err(message) => {
            return problem_as(media_type, StatusCode::BAD_REQUEST, code::BAD_REQUEST, &message);
        }
    };
    let identity = match Identity::of(options, sender.headers, &id, media_type).await {
        Ok(identity) => identity,
        Err(refusal) => return refusal,
    };
    let question = Question {
        query: asked.query,
        operation_name: asked.operation_name,
        variables: asked.variables,
        read_only: asked.read_only,
        unproven: identity.unproven,
        caller: caller(sender.peer, sender.headers),
        tell_cost: asked.tell_cost,
    };
    if let Some(seq) = sender.headers.get(AFTER_SEQ).and_then(|seq| seq.to_str().ok()?.parse().ok()) {
        // Past its patience it answers with what it has; `search` says by `complete` where that is not all.
        options.blog.catch_up(Seq::new(seq), PATIENCE).await;
    }
    let making = if is_for_everybody(options, sender.headers) {
        match options.response_cache.turn(&options.blog, sent).await {
            Turn::Kept(kept, seq) => return kept.response(sender.method, sender.headers, Some(seq)),
            Turn::Make(making) => Some(making),
        }
    } else {
        None
    };
    let reader = options.blog.reader(identity.viewer.clone());
    let preview = match previewed(options, sender.headers, &id, media_type).await {
        Ok(preview) => preview,
        Err(refusal) => return refusal,
    };
    let reader = match preview {
        Some(entry) => reader.with_preview(entry),
        None => reader,
    };
    let (reader, provenance) = reader.noting();
    let Answer { body, outcome, session, .. } = options.gateway.execute(question, reader, id).await;
    if let Some(making) = making {
        let kept = keepable(options, media_type, &body, outcome, &provenance).map(Arc::new);
        making.end(kept.clone().filter(|kept| options.blog.still_true(kept.basis()).is_some()));
        if let Some(kept) = kept {
            return kept.response(sender.method, sender.headers, provenance.as_of());
        }
    }
    let status = match (outcome, media_type) {
        (Outcome::NotReadOnly, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::Unproven, _) => StatusCode::FORBIDDEN,
        // GraphQL over HTTP §6.4: only the newer media type tells by its status that nothing was executed.
        (Outcome::Refused, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let content_type = HeaderValue::from_static(media_type.content_type());
    let mut response = (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
    response.headers_mut().insert(header::VARY, VARY);
    response.headers_mut().insert(header::CACHE_CONTROL, NOT_KEPT);
    if let Some(seq) = provenance.as_of() {
        response.headers_mut().insert(SEQ, seq.get().into());
    }
    if outcome == Outcome::NotReadOnly {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if preview.is_some() {
        response.headers_mut().insert(header::CACHE_CONTROL, FOR_ONE_VIEWER);
    }
    identity.mark(options, session, response.headers_mut());
    response
}

/// The entry that the header `Inkstand-Preview` shows.
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

/// The answer as it may be kept, where it may: it ran without errors, and all that was read for it has keys.
fn keepable(
    options: &HttpOptions,
    media_type: MediaType,
    body: &[u8],
    outcome: Outcome,
    provenance: &Provenance,
) -> Option<KeptAnswer> {
    let keys = provenance.keys().filter(|_| outcome == Outcome::Answered)?;
    let basis = options.blog.basis(provenance, &keys)?;
    KeptAnswer::new(media_type, Bytes::copy_from_slice(body), &keys, basis)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// A GraphQL request as it was sent, whoever sent it.
struct Asked {
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    read_only: bool,
    /// `extensions: {"cost": true}`: the answer shall say what it cost.
    tell_cost: bool,
}

fn parse_body(body: &[u8]) -> Result<Asked, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err("the body is empty; send JSON like {\"query\": \"{ site { title } }\"}".to_owned());
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| format!("the body is not UTF-8 from byte {} on", error.valid_up_to()))?;
    if text.trim_start().starts_with('[') {
        return Err("batches are not taken: send one request as a JSON object".to_owned());
    }
    let envelope: Envelope =
        serde_json::from_str(text).map_err(|error| format!("the body is no GraphQL request: {error}"))?;
    let tell_cost = asks_for_cost(envelope.extensions.as_ref());
    let asked = asked(envelope.query, envelope.operation_name, envelope.variables, false)?;
    Ok(Asked { tell_cost, ..asked })
}

fn asks_for_cost(extensions: Option<&Map<String, Value>>) -> bool {
    extensions.and_then(|extensions| extensions.get("cost")).is_some_and(|cost| *cost == Value::Bool(true))
}

fn parse_address(address: &str) -> Result<Asked, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        query: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }

    let uri = format!("/?{address}").parse().map_err(|_| "the address cannot be read".to_owned())?;
    let axum::extract::Query(parameters) = axum::extract::Query::<Parameters>::try_from_uri(&uri)
        .map_err(|error| format!("the address cannot be read: {error}"))?;
    let variables = json_object("variables", parameters.variables)?;
    let tell_cost = asks_for_cost(json_object("extensions", parameters.extensions)?.as_ref());
    let asked = asked(parameters.query, parameters.operation_name, variables, true)?;
    Ok(Asked { tell_cost, ..asked })
}

/// A parameter of an address that holds a JSON object, or nothing.
fn json_object(name: &str, text: Option<String>) -> Result<Option<Map<String, Value>>, String> {
    let text = text.filter(|text| !text.is_empty());
    let object = text.map(|text| serde_json::from_str::<Option<Map<String, Value>>>(&text)).transpose();
    Ok(object.map_err(|error| format!("`{name}` is no JSON object: {error}"))?.flatten())
}

fn asked(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    read_only: bool,
) -> Result<Asked, String> {
    let query = query
        .filter(|query| !query.trim().is_empty())
        .ok_or("there is no `query`; send JSON like {\"query\": \"{ site { title } }\"}")?;
    let operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(Asked { query, operation_name, variables: variables.unwrap_or_default(), read_only, tell_cost: false })
}

/// Whether the body is said to be JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"));
    is_json && is_utf8
}

async fn read(body: Body, media_type: MediaType) -> Result<Bytes, Response> {
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => {
            let message = format!("the body is larger than {LARGEST_BODY} bytes");
            Err(problem_as(media_type, StatusCode::PAYLOAD_TOO_LARGE, code::BODY_TOO_LARGE, &message))
        }
        Err(error) => {
            let message = format!("the body broke off: {error}");
            Err(problem_as(media_type, StatusCode::BAD_REQUEST, code::BAD_REQUEST, &message))
        }
    }
}

fn not_acceptable() -> Response {
    let message = "answers are application/graphql-response+json or application/json; accept one of them";
    problem(StatusCode::NOT_ACCEPTABLE, code::BAD_REQUEST, message)
}
