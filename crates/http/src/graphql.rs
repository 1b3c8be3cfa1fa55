//! GraphQL over HTTP.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Extension, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use inkstand_blog::Provenance;
use inkstand_graphql::{Answer, KnownOperation, Outcome, Question, RequestId, code};
use inkstand_model::Seq;

use crate::{
    HttpOptions,
    admission::{admit, is_for_everybody},
    asked::{Asked, parse_address, parse_body},
    client_address::ClientAddress,
    figures::Account,
    graphiql,
    identity::caller,
    kept_answer::{FOR_ONE_VIEWER, Head, KeptAnswer, NOT_KEPT, Of, SEQ, STALE, VARY, stale_for},
    negotiation::{MediaType, wants_html},
    problem::{problem, problem_as, retry_after},
    quota::Bill,
    response_cache::{RequestRef, Turn, Way},
};

/// Where all of it is.
pub(crate) const ADDRESS: &str = "/graphql";

/// Characters of an address; longer queries are sent by POST.
pub(crate) const LONGEST_ADDRESS: usize = 16 * 1024;

/// `POST /graphql`.
pub(crate) async fn post(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    Extension(client): Extension<ClientAddress>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(media_type) = MediaType::accepted(&headers) else { return not_acceptable() };
    if !is_json(&headers) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return problem_as(media_type, status, code::UNSUPPORTED_MEDIA_TYPE, what_instead(&headers));
    }
    let body = match options.limits.bodies().read(&headers, body, media_type).await {
        Ok(body) => body,
        Err(refusal) => {
            if refusal.status() == StatusCode::SERVICE_UNAVAILABLE {
                options.limits.load().no_place.add(1);
            }
            return refusal;
        }
    };
    let sender = Sender { method: &Method::POST, headers: &headers, client };
    let sent = RequestRef { way: Way::Body(media_type), text: &body.bytes };
    execute(&options, id, parse_body(&body.bytes), sender, media_type, sent).await
}

/// `GET /graphql`: a query in the address, or GraphiQL for a browser.
pub(crate) async fn get(
    State(options): State<Arc<HttpOptions>>,
    Extension(id): Extension<RequestId>,
    Extension(client): Extension<ClientAddress>,
    method: Method,
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
    let Some(media_type) = MediaType::accepted_by_get(&headers) else { return not_acceptable() };
    if address.len() > LONGEST_ADDRESS {
        let message =
            format!("the address has more than {LONGEST_ADDRESS} characters; send the query by POST");
        return problem_as(media_type, StatusCode::URI_TOO_LONG, code::BODY_TOO_LARGE, &message);
    }
    let sender = Sender { method: &method, headers: &headers, client };
    let sent = RequestRef { way: Way::Address(media_type), text: address.as_bytes() };
    execute(&options, id, parse_address(&address), sender, media_type, sent).await
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
    client: ClientAddress,
}

async fn execute(
    options: &HttpOptions,
    id: RequestId,
    asked: Result<Asked, String>,
    sender: Sender<'_>,
    media_type: MediaType,
    sent: RequestRef<'_>,
) -> Response {
    let mut asked = match asked {
        Ok(asked) => asked,
        Err(message) => {
            return problem_as(media_type, StatusCode::BAD_REQUEST, code::BAD_REQUEST, &message);
        }
    };
    let admitted = match admit(options, sender.headers, sender.client, &id, media_type).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let (identity, bill) = (&admitted.identity, &admitted.bill);
    let persisted = options.limits.persisted();
    let (query, candidate) = match asked.document(persisted) {
        Ok(document) => document,
        Err(unknown) => {
            let response = counted(unknown.response(media_type), Account::refused());
            return paid(response, bill.as_ref());
        }
    };
    let question = Question {
        query,
        operation_name: asked.operation_name,
        variables: asked.variables,
        read_only: asked.read_only,
        unproven: identity.unproven,
        caller: caller(sender.client, sender.headers),
        tell_cost: asked.tell_cost,
        charge: bill.as_ref().map(Bill::charge),
    };
    let making = if is_for_everybody(options, sender.headers) {
        match options.response_cache.turn(&options.blog, sent).await {
            Turn::Kept(kept, seq) => {
                let away = options.blog.database_away_for();
                let response = told(options, &kept, &sender, Some(seq), away);
                return paid(response, bill.as_ref());
            }
            Turn::Make(making) => Some(making),
        }
    } else {
        None
    };
    let (reader, is_preview) = match admitted.reader(options, sender.headers, &id, media_type).await {
        Ok(reader) => reader,
        Err(refusal) => return refusal,
    };
    let (reader, provenance) = reader.noting();
    let Answer { body, outcome, session, cost, operation } =
        options.gateway.execute(question, reader, id).await;
    let ran = matches!(outcome, Outcome::Answered | Outcome::Partly | Outcome::Failed);
    if let (Some(persisted), Some(candidate), true) = (persisted, candidate, ran) {
        // It has proved to be within the budget.
        persisted.keep(candidate);
    }
    let account = Account::of(operation, outcome, cost);
    let away = options.blog.database_away_for();
    if let Some(making) = making {
        if matches!(outcome, Outcome::Hindered(_))
            && let Some(old) = making.old.clone()
        {
            // Better than nothing, and the best that can be had: it is kept for those who ask next.
            making.end(Some(Arc::clone(&old)));
            let away = away.unwrap_or_default();
            return paid(told(options, &old, &sender, None, Some(away)), bill.as_ref());
        }
        let kept = keepable(options, media_type, &body, outcome, operation, &provenance).map(Arc::new);
        making.end(kept.clone().filter(|kept| options.blog.still_true(kept.basis()).is_some()));
        if let Some(kept) = kept {
            let clock = options.clock.as_ref();
            let response = kept.response(sender.method, sender.headers, provenance.as_of(), away, clock);
            return paid(counted(response, account), bill.as_ref());
        }
    }
    let status = match (outcome, media_type) {
        (Outcome::Hindered(_), _) => StatusCode::SERVICE_UNAVAILABLE,
        (Outcome::OverQuota, _) => StatusCode::TOO_MANY_REQUESTS,
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
    match (outcome, away) {
        (Outcome::Hindered(code), _) => {
            response.headers_mut().insert(header::RETRY_AFTER, retry_after(code));
        }
        // From memory, or from the index.
        (Outcome::Answered | Outcome::Partly | Outcome::Failed, Some(away)) => {
            response.headers_mut().insert(STALE, stale_for(away));
        }
        _ => {}
    }
    if outcome == Outcome::NotReadOnly {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if is_preview {
        response.headers_mut().insert(header::CACHE_CONTROL, FOR_ONE_VIEWER);
    }
    admitted.identity.mark(options, session, response.headers_mut());
    paid(counted(response, account), bill.as_ref())
}

/// The answer as it may be kept, where it may: it ran without errors, and all that was read for it has keys.
fn keepable(
    options: &HttpOptions,
    media_type: MediaType,
    body: &[u8],
    outcome: Outcome,
    operation: KnownOperation,
    provenance: &Provenance,
) -> Option<KeptAnswer> {
    let keys = provenance.keys().filter(|_| outcome == Outcome::Answered)?;
    let basis = options.blog.basis(provenance, &keys)?;
    let head = Head::of_operation(media_type, operation);
    KeptAnswer::new(head, Bytes::copy_from_slice(body), &keys, basis)
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

/// What to send in place of a body that is not JSON.
fn what_instead(headers: &HeaderMap) -> &'static str {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
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
    }
}

/// A kept answer as it is sent, and counted.
fn told(
    options: &HttpOptions,
    kept: &KeptAnswer,
    sender: &Sender<'_>,
    seq: Option<Seq>,
    away: Option<Duration>,
) -> Response {
    let response = kept.response(sender.method, sender.headers, seq, away, options.clock.as_ref());
    match kept.of() {
        Of::Operation(operation) => {
            let account = Account::of_kept(operation, response.status());
            counted(response, account)
        }
        Of::Page(_) => response,
    }
}

/// An answer that tells those who count requests what it is.
fn counted(mut response: Response, account: Account) -> Response {
    response.extensions_mut().insert(account);
    response
}

/// An answer that says what is left of the quota it was paid by.
fn paid(mut response: Response, bill: Option<&Bill>) -> Response {
    if let Some(bill) = bill {
        bill.mark(response.headers_mut());
    }
    response
}

fn not_acceptable() -> Response {
    let message = "answers are application/graphql-response+json or application/json; accept one of them";
    problem(StatusCode::NOT_ACCEPTABLE, code::BAD_REQUEST, message)
}
