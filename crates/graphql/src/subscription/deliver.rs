//! The answers of an operation, one after the other.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Error, Response, ServerError, Value};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use inkstand_blog::Reader;
use inkstand_model::Seq;

use crate::{
    Answer, Gateway, Outcome, RequestId, SessionChange,
    batch::Batches,
    code,
    documents::ReadDocument,
    gateway::{coded, request},
    preparation::Prepared,
    request::{RequestState, SessionSlot},
};

/// What an operation has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The answer of a query or a mutation, as JSON: its only one.
    Answer(String),
    /// An event of a subscription, as JSON.
    Event(String),
    /// The list of errors for which it did not begin, or cannot go on, as JSON: its last word.
    Errors(String),
}

/// What the source of a subscription leaves for the delivery of its event.
#[derive(Clone, Default)]
pub(super) struct Source(Arc<Mutex<Left>>);

#[derive(Clone, Copy, Default)]
struct Left {
    /// The position of the last change that it looked at.
    seq: Option<Seq>,
    /// Whether it listens, or did so once.
    began: bool,
    /// Whether it came to its end by an error.
    failed: bool,
}

impl Source {
    /// It listens.
    pub(super) fn begins(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).began = true;
    }

    /// It has come so far.
    pub(super) fn reached(&self, seq: Seq) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).seq = Some(seq);
    }

    /// It ends with that error.
    pub(super) fn ends_with(&self, error: Error) -> Error {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failed = true;
        error
    }

    fn left(&self) -> Left {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gateway {
    /// Runs what is prepared over a socket, as `reader` sees the blog: a query or mutation to its one answer, a
    /// subscription for as long as the stream is kept.
    pub fn stream(&self, prepared: Prepared, reader: Reader, id: RequestId) -> BoxStream<'static, Delivery> {
        if prepared.subscribes {
            return self.subscribe(prepared, reader, id);
        }
        let gateway = self.clone();
        stream::once(async move { gateway.run_over(prepared, reader, id, true).await.into() }).boxed()
    }

    fn subscribe(&self, prepared: Prepared, reader: Reader, id: RequestId) -> BoxStream<'static, Delivery> {
        let Prepared { question, read, .. } = prepared;
        let (batches, source) = (Batches::default(), Source::default());
        let state = Arc::new(
            RequestState::new(
                id,
                reader,
                Arc::clone(&self.public_url),
                &batches,
                question.caller.clone(),
                SessionSlot::default(),
            )
            .over_socket(true),
        );
        let request = request(question, &read.document).data(Arc::clone(&state)).data(source.clone());
        let responses = self.schema.execute_stream(request);
        let running = Running { responses, batches, state, source, read };
        stream::unfold(Some(running), |running| async move {
            let mut running = running?;
            let delivery = running.next().await?;
            let goes_on = !matches!(delivery, Delivery::Errors(_));
            Some((delivery, goes_on.then_some(running)))
        })
        .boxed()
    }
}

impl From<Answer> for Delivery {
    fn from(answer: Answer) -> Self {
        debug_assert!(!matches!(answer.session, Some(SessionChange::Begun(_))));
        if matches!(answer.outcome, Outcome::Answered | Outcome::Partly) {
            return Self::Answer(String::from_utf8_lossy(&answer.body).into_owned());
        }
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        Self::Errors(body["errors"].to_string())
    }
}

struct Running {
    responses: BoxStream<'static, Response>,
    batches: Batches,
    state: Arc<RequestState>,
    source: Source,
    read: Arc<ReadDocument>,
}

impl Running {
    /// The next event, with what was looked up for the last one forgotten.
    async fn next(&mut self) -> Option<Delivery> {
        self.state.forget();
        let response = self.batches.drive(self.responses.next()).await?;
        let left = self.source.left();
        if !left.began || left.failed {
            return Some(errors(response.errors));
        }
        let Response { data, errors, .. } = response;
        let mut completed = Response::new(self.read.plan.complete(data, &errors));
        completed.errors = errors.into_iter().map(|error| coded(error, code::BAD_INPUT)).collect();
        if let Some(seq) = left.seq {
            completed.extensions.insert("seq".to_owned(), Value::from(seq.to_string()));
        }
        Some(match serde_json::to_string(&completed) {
            Ok(body) => Delivery::Event(body),
            Err(error) => {
                tracing::error!(%error, "an event cannot be written as JSON");
                self::errors(vec![ServerError::new("the event cannot be written as JSON", None)])
            }
        })
    }
}

/// Errors without data. One with a path comes from the field's own arguments: what else could be wrong was found by the
/// validation.
fn errors(errors: Vec<ServerError>) -> Delivery {
    let coded = errors.into_iter().map(|error| {
        let usual = if error.path.is_empty() { code::VALIDATION_FAILED } else { code::BAD_INPUT };
        coded(error, usual)
    });
    Delivery::Errors(serde_json::json!(coded.collect::<Vec<_>>()).to_string())
}
