//! Executing a request.

use std::sync::Arc;

use async_graphql::{
    Request, Response, Schema, ServerError, Value, Variables, parser::types::ExecutableDocument,
};
use inkstand_blog::{Caller, Reader};
use inkstand_figures::CacheFigures;
use serde_json::json;
use tracing::instrument;

use crate::{
    Charge,
    batch::Batches,
    budget::MOST_COST,
    code,
    completion::Plan,
    documents::Documents,
    mutation::MutationRoot,
    operation_names::{KnownOperation, OperationNames},
    preparation::Prepared,
    query::QueryRoot,
    refusal::Refusal,
    request::{RequestId, RequestState, SessionChange, SessionSlot},
    schema_map::SchemaMap,
    subscription::SubscriptionRoot,
};

/// Nested parentheses, brackets and braces that the parser follows before it gives up.
const PARSER_DEPTH: usize = 64;

/// Bytes of an error's message.
const LONGEST_MESSAGE: usize = 1_000;

/// What a request costs that is refused: it was read, and not much more.
pub const REFUSAL_COST: u64 = 10;

/// Errors of a document that does not fit the schema, of which whoever writes it mends the first ones first.
const MOST_ERRORS: usize = 20;

/// The schema, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) schema: Schema<QueryRoot, MutationRoot, SubscriptionRoot>,
    pub(crate) public_url: Arc<str>,
    pub(crate) map: Arc<SchemaMap>,
    pub(crate) disclosure: Disclosure,
    pub(crate) documents: Arc<Documents>,
    pub(crate) operations: Arc<OperationNames>,
}

/// What a gateway tells of its schema to those who do not know it. All, for a public API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// Whether errors tell what may have been meant by a name that is not there.
    pub suggestions: bool,
}

impl Default for Disclosure {
    fn default() -> Self {
        Self { introspection: true, suggestions: true }
    }
}

/// A GraphQL request, in whatever form the transport got it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The document.
    pub query: String,
    /// Which of the document's operations is meant.
    pub operation_name: Option<String>,
    /// The variables, a JSON object.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether only queries may run, as over GET.
    pub read_only: bool,
    /// Whether the request may have been sent by a page of somebody else's, with the cookie that the browser adds to
    /// whatever it sends: then it changes nothing.
    pub unproven: bool,
    /// Where it comes from.
    pub caller: Caller,
    /// Whether the answer shall say in `extensions.cost` what it cost.
    pub tell_cost: bool,
    /// Has it paid for, where there is a quota.
    pub charge: Option<Charge>,
}

/// What to send back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// JSON.
    pub body: Vec<u8>,
    /// What became of the request.
    pub outcome: Outcome,
    /// What became of the session of whoever asked, if it began or ended.
    pub session: Option<SessionChange>,
    /// What it cost, in units of the budget: what was foreseen for what ran, [`REFUSAL_COST`] for what did not.
    pub cost: u64,
    /// Which operation it was, for whoever counts.
    pub operation: KnownOperation,
}

/// What became of a request, as far as a transport must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, without errors.
    Answered,
    /// It ran, and some fields are missing: `errors` beside `data`.
    Partly,
    /// It ran, and something failed that should not have: the log has more.
    Failed,
    /// It ran, and something could not be read or written just now: nothing is wrong with the request.
    Hindered(&'static str),
    /// It did not run: `errors`, and no `data`.
    Refused,
    /// It would change something over a way that only reads.
    NotReadOnly,
    /// It would change something, and may have been sent by a page of somebody else's.
    Unproven,
    /// It would cost more than whoever asks may ask for now.
    OverQuota,
}

impl Gateway {
    /// Builds the schema, which tells of itself. `public_url` is the site's address without a slash at its end, for
    /// absolute links.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        Self::with_disclosure(public_url, Disclosure::default())
    }

    /// Builds a schema that tells of itself what `disclosure` says.
    #[must_use]
    pub fn with_disclosure(public_url: &str, disclosure: Disclosure) -> Self {
        let mut schema = Schema::build(QueryRoot::default(), MutationRoot::default(), SubscriptionRoot)
            .limit_recursive_depth(PARSER_DEPTH);
        if !disclosure.introspection {
            schema = schema.disable_introspection();
        }
        if !disclosure.suggestions {
            schema = schema.disable_suggestions();
        }
        let schema = schema.finish();
        let map = Arc::new(SchemaMap::read(&schema.sdl()));
        let public_url = public_url.trim_end_matches('/').into();
        Self { schema, public_url, map, disclosure, documents: Arc::default(), operations: Arc::default() }
    }

    /// The same, which tells these operations apart in [`Answer::operation`].
    #[must_use]
    pub fn knowing(self, operations: OperationNames) -> Self {
        Self { operations: Arc::new(operations), ..self }
    }

    /// The operations that are told apart.
    #[must_use]
    pub fn operations(&self) -> &OperationNames {
        &self.operations
    }

    /// How it fares with the documents that it remembers.
    #[must_use]
    pub fn documents(&self) -> CacheFigures {
        self.documents.figures()
    }

    /// What it tells of its schema.
    #[must_use]
    pub fn disclosure(&self) -> Disclosure {
        self.disclosure
    }

    /// The schema in GraphQL's definition language.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Answers a request as `reader` sees the blog: [`Self::prepare`], then [`Self::run`]. The current span gets the
    /// operation's name.
    pub async fn execute(&self, question: Question, reader: Reader, id: RequestId) -> Answer {
        match self.prepare(question) {
            Ok(prepared) => self.run(prepared, reader, id).await,
            Err(refusal) => refusal,
        }
    }

    /// Runs what is prepared, as `reader` sees the blog.
    pub async fn run(&self, prepared: Prepared, reader: Reader, id: RequestId) -> Answer {
        self.run_over(prepared, reader, id, false).await
    }

    /// The same, `over_socket` or by HTTP.
    #[instrument(level = "debug", name = "graphql.execute", skip_all, fields(cost = prepared.cost))]
    pub(crate) async fn run_over(
        &self,
        prepared: Prepared,
        reader: Reader,
        id: RequestId,
        over_socket: bool,
    ) -> Answer {
        let Prepared { question, read, cost, operation, writes, subscribes } = prepared;
        if writes {
            reader.keep_nothing();
        }
        if subscribes {
            let message = "a subscription has many answers and is not taken here: send it over a WebSocket to /graphql/ws, \
                           by the protocol graphql-transport-ws";
            return Answer { operation, ..refused(vec![ServerError::new(message, None)], code::BAD_REQUEST) };
        }
        let batches = Batches::default();
        let tell_cost = question.tell_cost.then_some(cost);
        let session = SessionSlot::default();
        let state = RequestState::new(
            id,
            reader,
            Arc::clone(&self.public_url),
            &batches,
            question.caller.clone(),
            session.clone(),
        );
        let state = Arc::new(state.over_socket(over_socket));
        let request = request(question, &read.document).data(state);
        let response = batches.drive(self.schema.execute(request)).await;
        if !ran(&response) {
            return Answer { operation, ..refused(response.errors, code::VALIDATION_FAILED) };
        }
        Answer { session: session.take(), cost, operation, ..answer(response, &read.plan, tell_cost) }
    }
}

/// What the library is given to execute.
pub(crate) fn request(question: Question, document: &ExecutableDocument) -> Request {
    let variables = Variables::from_json(serde_json::Value::Object(question.variables));
    let mut request = Request::new(question.query).variables(variables);
    request.operation_name = question.operation_name;
    request.set_parsed_query(document.clone());
    request
}

/// The answer to a request that is refused before it runs.
pub(crate) fn refused_by(refusal: Refusal) -> Answer {
    let code = refusal.code;
    refused(vec![refusal.into()], code)
}

/// The body of an answer, with what it cost for whoever asks (`Question::tell_cost`).
pub(crate) fn tell_cost(body: &[u8], cost: u64) -> Vec<u8> {
    let Ok(serde_json::Value::Object(mut body)) = serde_json::from_slice(body) else {
        return body.to_owned();
    };
    body.insert("extensions".to_owned(), json!({ "cost": { "requested": cost, "maximum": MOST_COST } }));
    serde_json::Value::Object(body).to_string().into_bytes()
}

/// The body of a refusal before execution: GraphQL §7.1 wants no `data` in it.
pub(crate) fn refused(errors: Vec<ServerError>, code: &'static str) -> Answer {
    let errors: Vec<_> = errors.into_iter().take(MOST_ERRORS).map(|error| coded(error, code)).collect();
    Answer {
        body: json!({ "errors": errors }).to_string().into_bytes(),
        outcome: Outcome::Refused,
        session: None,
        cost: REFUSAL_COST,
        operation: KnownOperation::default(),
    }
}

/// The body of an answer; an error that no resolver of ours gave a code is about a value that did not fit.
fn answer(response: Response, plan: &Plan, cost: Option<u64>) -> Answer {
    let Response { data, errors, .. } = response;
    let mut completed = Response::new(plan.complete(data, &errors));
    completed.errors = errors.into_iter().map(|error| coded(error, code::BAD_INPUT)).collect();
    if let Some(cost) = cost {
        let told = json!({ "requested": cost, "maximum": MOST_COST });
        completed.extensions.insert("cost".to_owned(), Value::from_json(told).unwrap_or_default());
    }
    let outcome = if completed.errors.is_empty() {
        Outcome::Answered
    } else if let Some(code) = completed.errors.iter().filter_map(hindered_by).min() {
        Outcome::Hindered(code)
    } else if completed.errors.iter().any(is_internal) {
        Outcome::Failed
    } else {
        Outcome::Partly
    };
    match serde_json::to_vec(&completed) {
        Ok(body) => Answer { body, outcome, session: None, cost: 0, operation: KnownOperation::default() },
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            let error = ServerError::new("the answer cannot be written as JSON", None);
            Answer { outcome: Outcome::Failed, ..refused(vec![error], code::INTERNAL) }
        }
    }
}

/// The code of an error that says what cannot be done just now.
fn hindered_by(error: &ServerError) -> Option<&'static str> {
    let Value::String(said) = error.extensions.as_ref()?.get("code")? else { return None };
    [code::READ_ONLY, code::UNAVAILABLE].into_iter().find(|code| code == said)
}

/// Whether it is a fault of ours.
fn is_internal(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    matches!(code, Some(Value::String(said)) if said == code::INTERNAL)
}

pub(crate) fn coded(mut error: ServerError, code: &'static str) -> ServerError {
    // The library repeats a value that does not fit, however long it is.
    if error.message.len() > LONGEST_MESSAGE {
        error.message.truncate(error.message.floor_char_boundary(LONGEST_MESSAGE));
        error.message.push('…');
    }
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", Value::from(code));
    }
    error
}

/// Whether the request ran. What fails before is a request error, what fails in it a field error, and the library's
/// response does not tell them apart, but for this: a field error has a path. (An extension could tell. Where there is
/// one, the library goes a longer way for each field.)
fn ran(response: &Response) -> bool {
    response.data != Value::Null
        || response.errors.is_empty()
        || response.errors.iter().any(|error| !error.path.is_empty())
}
