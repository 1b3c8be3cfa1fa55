//! Executing a request.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    EmptySubscription, Request, Response, Schema, ServerError, Value, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType},
    },
};
use inkstand_blog::{Caller, Reader};
use serde_json::json;
use tracing::Span;

use crate::{
    Charge,
    batch::Batches,
    budget::{Refusal, check_document, check_text},
    code,
    completion::Plan,
    mutation::MutationRoot,
    query::QueryRoot,
    request::{RequestId, RequestState, SessionChange, SessionSlot},
    schema_map::SchemaMap,
};

/// Nested parentheses, brackets and braces that the parser follows before it gives up.
const PARSER_DEPTH: usize = 64;

/// Bytes of an operation's name in the log.
const LONGEST_NAME: usize = 80;

/// Bytes of an error's message.
const LONGEST_MESSAGE: usize = 1_000;

/// Directives on one selection.
const MOST_DIRECTIVES: usize = 16;

/// The schema, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    schema: Schema<QueryRoot, MutationRoot, EmptySubscription>,
    public_url: Arc<str>,
    map: Arc<SchemaMap>,
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
}

/// What became of a request, as far as a transport must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, without errors.
    Answered,
    /// It ran, and some fields are missing: `errors` beside `data`.
    Partly,
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
    /// Builds the schema. `public_url` is the site's address without a slash at its end, for absolute links.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        let schema = Schema::build(QueryRoot::default(), MutationRoot::default(), EmptySubscription)
            .limit_recursive_depth(PARSER_DEPTH)
            .limit_directives(MOST_DIRECTIVES)
            .extension(MarkExecution)
            .finish();
        let map = Arc::new(SchemaMap::read(&schema.sdl()));
        Self { schema, public_url: public_url.trim_end_matches('/').into(), map }
    }

    /// The schema in GraphQL's definition language.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Answers a request as `reader` sees the blog. The current span gets the operation's name.
    pub async fn execute(&self, question: Question, reader: Reader, id: RequestId) -> Answer {
        if let Err(refusal) = check_text(&question.query) {
            return refused_by(refusal);
        }
        let document = match parse_query(&question.query) {
            Ok(document) => document,
            Err(error) => return refused(vec![in_one_line(error.into())], code::PARSE_FAILED),
        };
        if let Err(refusal) = check_document(&document, &question.variables, &self.map) {
            return refused_by(refusal);
        }
        let writes = document.operations.iter().any(|(_, op)| op.node.ty != OperationType::Query);
        if writes {
            reader.keep_nothing();
        }
        if question.read_only && writes {
            let error = ServerError::new("only queries may be sent by GET; use POST", None);
            return Answer { outcome: Outcome::NotReadOnly, ..refused(vec![error], code::BAD_REQUEST) };
        }
        if question.unproven && writes {
            let message = "a request with a cookie that changes something must come from a page of this site, or have \
                           the header Inkstand-Csrf with any value";
            let error = ServerError::new(message, None);
            return Answer { outcome: Outcome::Unproven, ..refused(vec![error], code::CSRF) };
        }
        let name = question.operation_name.as_deref().or_else(|| {
            let mut names = document.operations.iter().filter_map(|(name, _)| name);
            names.next().filter(|_| names.next().is_none()).map(async_graphql::Name::as_str)
        });
        if let Some(name) = name {
            // It is the client's text, and goes into the log.
            Span::current().record("operation", &name[..name.floor_char_boundary(LONGEST_NAME)]);
        }
        if let Some(error) = missing_variable(&document, name, &question.variables) {
            return refused(vec![error], code::VALIDATION_FAILED);
        }
        // The weight of the document comes with the budget's next version; until then each request weighs the same.
        let cost = 1;
        if question.charge.as_ref().is_some_and(|charge| !charge.is_paid(cost)) {
            let message = format!(
                "this request costs {cost}, more than is left of the quota; see RateLimit and Retry-After"
            );
            let error = ServerError::new(message, None);
            return Answer { outcome: Outcome::OverQuota, ..refused(vec![error], code::RATE_LIMITED) };
        }

        let batches = Batches::default();
        let executed = Executed::default();
        let variables = Variables::from_json(serde_json::Value::Object(question.variables));
        let session = SessionSlot::default();
        let state = RequestState::new(
            id,
            reader,
            Arc::clone(&self.public_url),
            &batches,
            question.caller,
            session.clone(),
        );
        let mut request =
            Request::new(question.query).variables(variables).data(state).data(executed.clone());
        request.operation_name = question.operation_name;
        let plan = Plan::new(&document, request.operation_name.as_deref(), &self.map);
        request.set_parsed_query(document);
        let response = batches.drive(self.schema.execute(request)).await;
        if !executed.0.load(Ordering::Relaxed) {
            return refused(response.errors, code::VALIDATION_FAILED);
        }
        Answer { session: session.take(), ..answer(response, &plan) }
    }
}

fn refused_by(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::TooMuch(reason) => refused(vec![ServerError::new(reason, None)], code::TOO_EXPENSIVE),
        Refusal::Circular(name) => {
            let message = format!("the fragment {name:?} spreads itself, directly or through others");
            refused(vec![ServerError::new(message, None)], code::VALIDATION_FAILED)
        }
    }
}

/// The parser draws the line with the fault, and in a document on one line that is the whole document. What it
/// expected is on the last line of its drawing, and the place is told by `locations`.
fn in_one_line(mut error: ServerError) -> ServerError {
    if let Some((_, expected)) = error.message.rsplit_once("\n") {
        error.message = format!("the query cannot be read: {}", expected.trim_start_matches([' ', '=']));
    }
    error
}

/// GraphQL §6.1.2: a variable that must be there and is not keeps the operation from running. The library would
/// find out in the middle of it.
fn missing_variable(
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &serde_json::Map<String, serde_json::Value>,
) -> Option<ServerError> {
    let meant =
        document.operations.iter().find(|(name, _)| name.map(async_graphql::Name::as_str) == operation);
    let definitions = meant.into_iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    definitions.map(|definition| (definition.pos, &definition.node)).find_map(|(pos, variable)| {
        let kind = &variable.var_type.node;
        let name = variable.name.node.as_str();
        let missing = !kind.nullable && variable.default_value.is_none() && !variables.contains_key(name);
        missing.then(|| {
            ServerError::new(format!("the variable `${name}` of type `{kind}` is missing"), Some(pos))
        })
    })
}

/// The body of a refusal before execution: GraphQL §7.1 wants no `data` in it.
fn refused(errors: Vec<ServerError>, code: &'static str) -> Answer {
    let errors: Vec<_> = errors.into_iter().map(|error| coded(error, code)).collect();
    Answer {
        body: json!({ "errors": errors }).to_string().into_bytes(),
        outcome: Outcome::Refused,
        session: None,
    }
}

/// The body of an answer; an error that no resolver of ours gave a code is about a value that did not fit.
fn answer(response: Response, plan: &Plan) -> Answer {
    let Response { data, errors, .. } = response;
    let mut completed = Response::new(plan.complete(data, &errors));
    completed.errors = errors.into_iter().map(|error| coded(error, code::BAD_INPUT)).collect();
    let outcome = if completed.errors.is_empty() { Outcome::Answered } else { Outcome::Partly };
    match serde_json::to_vec(&completed) {
        Ok(body) => Answer { body, outcome, session: None },
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            refused(vec![ServerError::new("the answer cannot be written as JSON", None)], code::INTERNAL)
        }
    }
}

fn coded(mut error: ServerError, code: &'static str) -> ServerError {
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

/// Whether the execution began: what fails before is a request error, what fails in it a field error, and the
/// library's response does not tell them apart.
#[derive(Clone, Default)]
struct Executed(Arc<AtomicBool>);

struct MarkExecution;

impl ExtensionFactory for MarkExecution {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for MarkExecution {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if let Some(executed) = ctx.data_opt::<Executed>() {
            executed.0.store(true, Ordering::Relaxed);
        }
        next.run(ctx, operation_name).await
    }
}
