//! Everything that is looked at before a request runs.

use std::sync::Arc;

use async_graphql::{
    ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use tracing::Span;

use crate::{
    budget::{MOST_COST, Weigher, check_text, check_variables},
    code,
    coercion::check_values,
    completion::Plan,
    document::meant,
    documents::ReadDocument,
    gateway::{Answer, Gateway, Outcome, Question, refused, refused_by, tell_cost},
    merging::{check_merging, name_types},
    operation_names::KnownOperation,
    places::check_places,
    presence::mark_presence,
    refusal::Refusal,
    subscription::with_one_root,
};

/// Bytes of an operation's name in the log.
const LONGEST_NAME: usize = 80;

/// A request that was read, weighed and found good: ready to run.
pub struct Prepared {
    pub(crate) question: Question,
    pub(crate) read: Arc<ReadDocument>,
    pub(crate) cost: u64,
    pub(crate) operation: KnownOperation,
    /// Whether it is to change something.
    pub(crate) writes: bool,
    /// Whether it has many answers.
    pub(crate) subscribes: bool,
}

impl Prepared {
    /// What it will cost, in units of the budget.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// Whether it has many answers, and goes over a socket alone.
    #[must_use]
    pub fn subscribes(&self) -> bool {
        self.subscribes
    }
}

impl Gateway {
    /// Reads a request and weighs it, before anything runs: a transport learns what it costs. The current span gets
    /// the operation's name.
    ///
    /// # Errors
    /// The answer, where it is refused.
    pub fn prepare(&self, question: Question) -> Result<Prepared, Answer> {
        let mut operation = KnownOperation::default();
        self.prepare_known(question, &mut operation).map_err(|refusal| Answer { operation, ..refusal })
    }

    /// The same, which also tells of a refused request which operation it was, once that is known.
    fn prepare_known(
        &self,
        mut question: Question,
        operation: &mut KnownOperation,
    ) -> Result<Prepared, Answer> {
        check_text(&question.query).map_err(refused_by)?;
        check_variables(&question.variables).map_err(refused_by)?;
        let wanted = question.operation_name.as_deref();
        let known = self.documents.get(&question.query, wanted);
        let asked = match &known {
            Some(read) => Arc::clone(&read.asked),
            None => Arc::new(
                parse_query(&question.query)
                    .map_err(|error| refused(vec![in_one_line(error.into())], code::PARSE_FAILED))?,
            ),
        };
        let (name, meant) = meant(&asked, wanted).map_err(refused_by)?;
        if let Some(name) = name {
            *operation = self.operations.of(name);
            // It is the client's text, and goes into the log.
            Span::current().record("operation", &name[..name.floor_char_boundary(LONGEST_NAME)]);
        }
        let mut weigher = Weigher::new(&asked, &question.variables, &self.map, self.disclosure.introspection);
        let cost = weigher.cost(&meant.node).map_err(refused_by)?;
        if cost > MOST_COST {
            let mut refusal = refused_by(too_dear(cost));
            if question.tell_cost {
                refusal.body = tell_cost(&refusal.body, cost);
            }
            return Err(refusal);
        }
        let writes = meant.node.ty == OperationType::Mutation;
        let subscribes = meant.node.ty == OperationType::Subscription;
        if question.read_only && writes {
            let error = ServerError::new("only queries may be sent by GET; use POST", None);
            return Err(Answer { outcome: Outcome::NotReadOnly, ..refused(vec![error], code::BAD_REQUEST) });
        }
        if question.unproven && writes {
            let message = "a request with a cookie that changes something must come from a page of this site, or have \
                           the header Inkstand-Csrf with any value";
            let error = ServerError::new(message, None);
            return Err(Answer { outcome: Outcome::Unproven, ..refused(vec![error], code::CSRF) });
        }
        if known.is_none() {
            check_merging(&asked, &self.map).map_err(refused_by)?;
            check_places(&asked, &self.map).map_err(refused_by)?;
        }
        check_values(&meant.node, &question.variables, &self.map, self.disclosure.suggestions)
            .map_err(refused_by)?;
        let defaults = defaults(&meant.node, &question.variables);
        let read = match known {
            Some(read) => read,
            None => self.read(&asked, subscribes, &question)?,
        };
        question.variables.extend(defaults);
        if question.charge.as_ref().is_some_and(|charge| !charge.is_paid(cost)) {
            let message = format!(
                "this request costs {cost}, more than is left of the quota; see RateLimit and Retry-After"
            );
            let error = ServerError::new(message, None);
            return Err(Answer { outcome: Outcome::OverQuota, ..refused(vec![error], code::RATE_LIMITED) });
        }
        Ok(Prepared { question, read, cost, operation: *operation, writes, subscribes })
    }

    /// Makes of a document what is executed, and remembers it.
    fn read(
        &self,
        asked: &Arc<ExecutableDocument>,
        subscribes: bool,
        question: &Question,
    ) -> Result<Arc<ReadDocument>, Answer> {
        let name = question.operation_name.as_deref();
        let mut document = ExecutableDocument::clone(asked);
        if subscribes {
            with_one_root(&mut document, name)
                .map_err(|error| refused(vec![error], code::VALIDATION_FAILED))?;
        }
        let plan = Plan::new(&document, name, &self.map);
        name_types(&mut document, &self.map);
        mark_presence(&mut document, &self.map);
        let read = Arc::new(ReadDocument { asked: Arc::clone(asked), document, plan });
        self.documents.keep(&question.query, name, &read);
        Ok(read)
    }
}

/// The values of variables that the request leaves out (§6.1.2). The library knows them where it reads an argument, and
/// not where `@skip` or `@include` asks.
fn defaults(
    operation: &OperationDefinition,
    values: &serde_json::Map<String, serde_json::Value>,
) -> Vec<(String, serde_json::Value)> {
    let missing = operation.variable_definitions.iter().map(|definition| &definition.node);
    missing
        .filter(|variable| !values.contains_key(variable.name.node.as_str()))
        .filter_map(|variable| {
            let default = variable.default_value.as_ref()?.node.clone().into_json().ok()?;
            Some((variable.name.node.to_string(), default))
        })
        .collect()
}

fn too_dear(cost: u64) -> Refusal {
    Refusal::too_much(format!(
        "the query costs about {cost}, more than the {MOST_COST} that one request may; ask for shorter pages, or in \
         several requests"
    ))
}

/// The parser draws the line with the fault, and in a document on one line that is the whole document. What it
/// expected is on the last line of its drawing, and the place is told by `locations`.
fn in_one_line(mut error: ServerError) -> ServerError {
    if let Some((_, expected)) = error.message.rsplit_once("\n") {
        error.message = format!("the query cannot be read: {}", expected.trim_start_matches([' ', '=']));
    }
    error
}
