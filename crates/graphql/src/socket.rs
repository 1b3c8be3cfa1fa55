//! The protocol `graphql-transport-ws` as a machine without sockets, clocks or tasks: what happens goes in as an
//! [`Input`], and what is to be done comes out as [`Output`]s. Whoever has the socket does it, in that order.
//!
//! The protocol: <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>.

mod close;
mod message;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use serde_json::{Map, Value, json};

pub use close::Close;

use crate::{Delivery, code};
use message::Message;

/// How the protocol is called where a socket is opened.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// Bytes of an operation's id. Each answer repeats it.
pub(crate) const LONGEST_ID: usize = 256;

/// What a socket may.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Operations that run at once.
    pub most_operations: usize,
    /// How long `connection_init` is waited for.
    pub init_wait: Duration,
}

/// Names one run of an operation. Ids are the client's, and come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Run(u64);

/// An operation as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The document.
    pub query: String,
    /// Which of its operations is meant.
    pub operation_name: Option<String>,
    /// The variables.
    pub variables: Map<String, Value>,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A text came.
    Text(&'a str),
    /// What came is no text, or longer than one may be: why it is not taken.
    Unreadable(&'a str),
    /// So much time has passed since the socket was opened.
    Open(Duration),
    /// Whoever sends may do so; what `connection_ack` tells them.
    Admitted(Value),
    /// Whoever sends is nobody known, or not any more: why.
    Refused(&'a str),
    /// An operation has something to say.
    Delivered(Run, Delivery),
    /// An operation has come to its end.
    Ended(Run),
    /// This server stops.
    Stopping,
    /// Something failed that is not the client's doing.
    Failed,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this text.
    Send(String),
    /// Find out who sends, by `authorization` where the client named one, and say so by [`Input::Admitted`] or
    /// [`Input::Refused`].
    Identify {
        /// As in the header of that name.
        authorization: Option<String>,
    },
    /// Begin an operation.
    Start(Run, Asked),
    /// Break an operation off.
    Stop(Run),
    /// Close the socket, and break off whatever runs. Nothing comes after it.
    Close(Close),
}

/// What has been said on one socket, as far as it matters.
#[derive(Debug)]
pub struct Machine {
    rules: Rules,
    phase: Phase,
    running: HashMap<String, Run>,
    begun: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// `connection_init` has not come yet.
    New,
    /// It has, and it is found out who sent it.
    Identifying,
    /// Operations are taken.
    Ready,
    Closed,
}

impl Machine {
    /// A socket that was just opened, with the protocols that the client offered.
    ///
    /// # Errors
    /// Where ours is not among them: how to close it.
    pub fn open<'a>(offered: impl IntoIterator<Item = &'a str>, rules: Rules) -> Result<Self, Close> {
        if !offered.into_iter().any(|protocol| protocol == PROTOCOL) {
            return Err(Close::not_acceptable());
        }
        Ok(Self { rules, phase: Phase::New, running: HashMap::new(), begun: 0 })
    }

    /// Whether operations are taken.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// What is to be done about what happens.
    pub fn take(&mut self, input: Input<'_>) -> Vec<Output> {
        if self.phase == Phase::Closed {
            return Vec::new();
        }
        match input {
            Input::Text(text) => match Message::parse(text) {
                Ok(message) => self.read(message),
                Err(reason) => self.close(Close::bad_request(&reason)),
            },
            Input::Unreadable(reason) => self.close(Close::bad_request(reason)),
            Input::Open(so_long) if self.phase == Phase::New && so_long >= self.rules.init_wait => {
                self.close(Close::init_timeout())
            }
            Input::Open(_) => Vec::new(),
            Input::Admitted(payload) if self.phase == Phase::Identifying => {
                self.phase = Phase::Ready;
                vec![Output::Send(json!({ "type": "connection_ack", "payload": payload }).to_string())]
            }
            Input::Admitted(_) => Vec::new(),
            Input::Refused(reason) => self.close(Close::forbidden(reason)),
            Input::Delivered(run, delivery) => self.deliver(run, &delivery),
            Input::Ended(run) => match self.end(run) {
                Some(id) => vec![Output::Send(json!({ "id": id, "type": "complete" }).to_string())],
                None => Vec::new(),
            },
            Input::Stopping => self.close(Close::going_away()),
            Input::Failed => self.close(Close::failed()),
        }
    }

    fn read(&mut self, message: Message) -> Vec<Output> {
        match message {
            Message::Init { authorization } => {
                if self.phase != Phase::New {
                    return self.close(Close::too_many_inits());
                }
                self.phase = Phase::Identifying;
                vec![Output::Identify { authorization }]
            }
            Message::Ping(payload) => {
                let pong = match payload {
                    Some(payload) => json!({ "type": "pong", "payload": payload }),
                    None => json!({ "type": "pong" }),
                };
                vec![Output::Send(pong.to_string())]
            }
            Message::Pong => Vec::new(),
            Message::Complete { id } => self.running.remove(&id).map(Output::Stop).into_iter().collect(),
            Message::Subscribe { .. } if self.phase != Phase::Ready => self.close(Close::unauthorized()),
            Message::Subscribe { id, .. } if self.running.contains_key(&id) => self.close(Close::exists(&id)),
            Message::Subscribe { id, .. } if self.running.len() >= self.rules.most_operations => {
                let message = format!(
                    "a socket carries at most {} operations at once; complete one, or open another socket",
                    self.rules.most_operations
                );
                let error =
                    json!({ "message": message, "extensions": { "code": code::TOO_MANY_OPERATIONS } });
                vec![Output::Send(json!({ "id": id, "type": "error", "payload": [error] }).to_string())]
            }
            Message::Subscribe { id, asked } => {
                let run = Run(self.begun);
                self.begun += 1;
                self.running.insert(id, run);
                vec![Output::Start(run, asked)]
            }
        }
    }

    fn deliver(&mut self, run: Run, delivery: &Delivery) -> Vec<Output> {
        // The payload is JSON already.
        let text = |id: &str, kind: &str, payload: &str| {
            Output::Send(format!(r#"{{"id":{},"type":"{kind}","payload":{payload}}}"#, json!(id)))
        };
        match delivery {
            Delivery::Event(body) => {
                let id = self.running.iter().find(|(_, running)| **running == run).map(|(id, _)| id);
                id.map(|id| text(id, "next", body)).into_iter().collect()
            }
            Delivery::Answer(body) => {
                let Some(id) = self.end(run) else { return Vec::new() };
                let complete = json!({ "id": id, "type": "complete" }).to_string();
                vec![text(&id, "next", body), Output::Send(complete)]
            }
            Delivery::Errors(list) => self.end(run).map(|id| text(&id, "error", list)).into_iter().collect(),
        }
    }

    /// Forgets a run, and gives the id that it had; `None` where it was forgotten before.
    fn end(&mut self, run: Run) -> Option<String> {
        let id = self.running.iter().find(|(_, running)| **running == run).map(|(id, _)| id.clone())?;
        self.running.remove(&id);
        Some(id)
    }

    fn close(&mut self, close: Close) -> Vec<Output> {
        self.phase = Phase::Closed;
        self.running.clear();
        vec![Output::Close(close)]
    }
}
