//! GraphQL over HTTP.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Extension, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use inkstand_graphql::{Answer, Outcome, Question, RequestId, code};
use inkstand_model::{EntryId, Seq, Viewer};

use crate::{
    HttpOptions,
    asked::{Asked, parse_address, parse_body},
    client_address::{ClientAddress, host},
    graphiql,
    identity::{Identity, caller},
    negotiation::{MediaType, wants_html},
    problem::{fault, problem, problem_as},
};

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
    Extension(client): Extension<ClientAddress>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(media_type) = MediaType::accepted(&headers) else { return not_acceptable() };
    if let Err(refusal) = is_json(&headers, media_type) {
        return refusal;
    }
    let body = match options.limits.bodies().read(&headers, body, media_type).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let asked = parse_body(&body.bytes);
    drop(body);
    execute(&options, id, asked, Sender { headers: &headers, client }, media_type).await
}

/// `GET /graphql`: a query in the address, or GraphiQL for a browser.
pub(crate) async fn get(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    Extension(client): Extension<ClientAddress>,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Response {
    let address = address.unwrap_or_default();
    // A persisted query has its digest in `extensions` alone.
    let has_query =
        address.split('&').any(|part| part.starts_with("query=") || part.starts_with("extensions="));
    if !has_query && wants_html(&headers) {
        return graphiql::page();
    }
    let Some(media_type) = MediaType::accepted(&headers).or(wants_html(&headers).then_some(MediaType::Json))
    else {
        return not_acceptable();
    };
    if address.len() > LONGEST_ADDRESS {
        let message =
            format!("the address has more than {LONGEST_ADDRESS} characters; send the query by POST");
        return problem_as(media_type, StatusCode::URI_TOO_LONG, code::BODY_TOO_LARGE, &message);
    }
    let sender = Sender { headers: &headers, client };
    execute(&options, id, parse_address(&address), sender, media_type).await
}

/// Any other method on `/graphql`.
pub(crate) async fn wrong_method(headers: HeaderMap) -> Response {
    let media_type = MediaType::accepted(&headers).unwrap_or(MediaType::Json);
    let message = "GraphQL requests are sent by POST, queries also by GET";
    let mut response = problem_as(media_type, StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

/// `GET /graphql/schema.graphql`.
pub(crate) async fn schema(State(options): State<Arc<HttpOptions>>) -> Response {
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, content_type)], options.gateway.sdl()).into_response()
}

/// What tells who sends a request.
struct Sender<'a> {
    headers: &'a HeaderMap,
    client: ClientAddress,
}

async fn execute(
    options: &HttpOptions,
    id: RequestId,
    asked: Result<Asked, String>,
    sender: Sender<'_>,
    media_type: MediaType,
) -> Response {
    let mut asked = match asked {
        Ok(asked) => asked,
        Err(message) => {
            return problem_as(media_type, StatusCode::BAD_REQUEST, code::BAD_REQUEST, &message);
        }
    };
    if let Some(seq) = sender.headers.get(AFTER_SEQ).and_then(|seq| seq.to_str().ok()?.parse().ok()) {
        // Past its patience it answers with what it has; `search` says by `complete` where that is not all. Whoever
        // waits takes nobody's place.
        options.blog.catch_up(Seq::new(seq), PATIENCE).await;
    }
    let ClientAddress(address) = sender.client;
    let _place = match options.limits.place(address).await {
        Ok(place) => place,
        Err(overloaded) => return overloaded.response(media_type),
    };
    let identity = match Identity::of(options, sender.headers, &id, media_type).await {
        Ok(identity) => identity,
        Err(mut refusal) => {
            // Trying tokens costs as well.
            if let Some(bill) = options.limits.quotas().bill(&Viewer::Anonymous, host(address)) {
                bill.mark(refusal.headers_mut());
            }
            return refusal;
        }
    };
    let bill = options.limits.quotas().bill(&identity.viewer, host(address));
    if let Some(Err(refusal)) = bill.as_ref().map(|bill| bill.check(media_type)) {
        return refusal;
    }
    let persisted = options.limits.persisted();
    let (query, candidate) = match asked.document(persisted) {
        Ok(document) => document,
        Err(unknown) => {
            let mut response = unknown.response(media_type);
            if let Some(bill) = bill {
                bill.mark(response.headers_mut());
            }
            return response;
        }
    };
    let question = Question {
        query,
        operation_name: asked.operation_name,
        variables: asked.variables,
        read_only: asked.read_only,
        unproven: identity.unproven,
        caller: caller(sender.client, sender.headers),
        charge: bill.as_ref().map(|bill| bill.charge()),
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
    let Answer { body, outcome, session, .. } = options.gateway.execute(question, reader, id).await;
    if let (Some(persisted), Some(candidate), Outcome::Answered | Outcome::Partly) =
        (persisted, candidate, outcome)
    {
        // It has proved to be within the budget.
        persisted.keep(candidate);
    }
    let status = match (outcome, media_type) {
        (Outcome::OverQuota, _) => StatusCode::TOO_MANY_REQUESTS,
        (Outcome::NotReadOnly, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::Unproven, _) => StatusCode::FORBIDDEN,
        // GraphQL over HTTP §6.4: only the newer media type tells by its status that nothing was executed.
        (Outcome::Refused, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let content_type = HeaderValue::from_static(media_type.content_type());
    let mut response = (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    if outcome == Outcome::NotReadOnly {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if preview.is_some() {
        keep_out_of_caches(response.headers_mut());
    }
    identity.mark(options, session, response.headers_mut());
    if let Some(bill) = bill {
        bill.mark(response.headers_mut());
    }
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
            keep_out_of_caches(response.headers_mut());
            Err(response)
        }
        Err(error) => Err(fault("a preview could not be read", &error, id, media_type)),
    }
}

fn keep_out_of_caches(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization, cookie, inkstand-preview"));
}

#[expect(clippy::result_large_err, reason = "the error is the response that is sent at once")]
fn is_json(headers: &HeaderMap, accepted: MediaType) -> Result<(), Response> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"));
    if is_json && is_utf8 {
        return Ok(());
    }
    let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let message = match name.as_str() {
        "multipart/form-data" => {
            "uploads by multipart are not taken; send the request as JSON, with `content-type: application/json`"
        }
        "application/graphql" => {
            "a bare document is not taken; send {\"query\": \"…\"} with `content-type: application/json`"
        }
        "application/x-www-form-urlencoded" => {
            "forms are not taken, since any page can send one; send JSON with `content-type: application/json`"
        }
        _ => "send the request with `content-type: application/json`, in UTF-8",
    };
    Err(problem_as(accepted, StatusCode::UNSUPPORTED_MEDIA_TYPE, code::UNSUPPORTED_MEDIA_TYPE, message))
}

fn not_acceptable() -> Response {
    let message = "answers are application/graphql-response+json or application/json; accept one of them";
    problem(StatusCode::NOT_ACCEPTABLE, code::BAD_REQUEST, message)
}
