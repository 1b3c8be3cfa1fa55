//! The answers of an operation, one after the other.

use std::{sync::Arc, time::Duration};

use async_graphql::{Error, Response, ServerError, Value};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use inkstand_blog::Reader;
use inkstand_model::Seq;
use serde_json::json;
use tokio::{sync::watch, time::Instant};

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
#[derive(Clone)]
pub(super) struct Source(Arc<watch::Sender<Left>>);

#[derive(Clone, Copy)]
struct Left {
    /// Since when it works for an event, or on its own beginning; `None` while it waits for something to happen.
    works: Option<Instant>,
    /// The position of the last change that it looked at.
    seq: Option<Seq>,
    /// Whether it listens, or did so once.
    began: bool,
    /// Whether it came to its end by an error.
    failed: bool,
}

impl Source {
    /// One that begins now.
    fn begin() -> Self {
        let left = Left { works: Some(Instant::now()), seq: None, began: false, failed: false };
        Self(Arc::new(watch::Sender::new(left)))
    }

    /// It has come so far, and looks at the change there.
    pub(super) fn reached(&self, seq: Seq) {
        self.0.send_modify(|left| (left.seq, left.works) = (Some(seq), Some(Instant::now())));
    }

    /// It has begun, and waits for something to happen.
    pub(super) fn listens(&self) {
        self.0.send_modify(|left| (left.began, left.works) = (true, None));
    }

    /// Its event is made, and it waits for something to happen.
    fn waits(&self) {
        self.0.send_modify(|left| left.works = None);
    }

    /// It ends with that error.
    pub(super) fn ends_with(&self, error: Error) -> Error {
        self.0.send_modify(|left| left.failed = true);
        error
    }

    fn left(&self) -> Left {
        *self.0.borrow()
    }

    /// Ready when it has worked for one event for longer than it may.
    async fn overdue(&self, deadline: Duration) {
        let mut left = self.0.subscribe();
        loop {
            let works = left.borrow_and_update().works;
            let over = async {
                match works {
                    Some(since) => tokio::time::sleep_until(since + deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // It does not fail: the sender is of `self`.
                _ = left.changed() => {}
                () = over => return,
            }
        }
    }
}

impl Gateway {
    /// Runs what is prepared over a socket, as `reader` sees the blog: a query or mutation to its one answer, a
    /// subscription for as long as the stream is kept. Its beginning, and each of its events, may take as long as
    /// `deadline`; then it ends with an error. How long the one answer may take is the transport's to say.
    pub fn stream(
        &self,
        prepared: Prepared,
        reader: Reader,
        id: RequestId,
        deadline: Duration,
    ) -> BoxStream<'static, Delivery> {
        if prepared.subscribes {
            return self.subscribe(prepared, reader, id, deadline);
        }
        let gateway = self.clone();
        stream::once(async move { gateway.run_over(prepared, reader, id, true).await.into() }).boxed()
    }

    fn subscribe(
        &self,
        prepared: Prepared,
        reader: Reader,
        id: RequestId,
        deadline: Duration,
    ) -> BoxStream<'static, Delivery> {
        let Prepared { question, read, .. } = prepared;
        let (batches, source) = (Batches::default(), Source::begin());
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
        let running = Running { responses, batches, state, source, read, deadline };
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
        if matches!(answer.outcome, Outcome::Answered | Outcome::Partly | Outcome::Failed) {
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
    deadline: Duration,
}

impl Running {
    /// The next event, with what was looked up for the last one forgotten.
    async fn next(&mut self) -> Option<Delivery> {
        self.state.forget();
        let response = tokio::select! {
            // What is ready is not too late.
            biased;
            response = self.batches.drive(self.responses.next()) => response?,
            () = self.source.overdue(self.deadline) => return Some(too_late()),
        };
        self.source.waits();
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

/// The client subscribes anew with `after`, and misses nothing.
fn too_late() -> Delivery {
    let message =
        "an event took too long and was broken off; ask for less with each, and subscribe again with `after`";
    Delivery::Errors(json!([{ "message": message, "extensions": { "code": code::TIMEOUT } }]).to_string())
}

/// Errors without data. One with a path comes from the field's own arguments: what else could be wrong was found by the
/// validation.
fn errors(errors: Vec<ServerError>) -> Delivery {
    let coded = errors.into_iter().map(|error| {
        let usual = if error.path.is_empty() { code::VALIDATION_FAILED } else { code::BAD_INPUT };
        coded(error, usual)
    });
    Delivery::Errors(json!(coded.collect::<Vec<_>>()).to_string())
}
