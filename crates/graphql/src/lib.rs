//! The GraphQL schema and its execution.
//!
//! [`Gateway`] takes a [`Question`] (query, operation name, variables) and a `blog::Reader`, and gives an
//! [`Answer`]: the body to send, and an [`Outcome`] from which the transport makes a status. The schema is
//! Relay's: global ids, connections with cursors, and one query answers a whole page without N+1, because every
//! look-up of a request goes through its batches (`batch` says how). A session that a mutation began or ended comes
//! back as a [`SessionChange`], for the transport to tell the client of.
//!
//! Before anything runs, [`Gateway::prepare`] counts the text, weighs the document, compares fields that are merged and
//! reads the variables (`budget`, `merging`, `places`, `coercion`); a [`Prepared`] request knows what it costs.
//!
//! What is wrong with a mutation's input is data, `userErrors` in its payload; every other foreseeable refusal is an
//! error with a stable `extensions.code` ([`code`] lists them all, and
//! `schema/error-codes.md` explains them); faults are one opaque error with the request's id, logged once.
//!
//! What this crate does not know: HTTP, SQL, the index, and who may see what: that is `blog`'s affair.

mod batch;
mod budget;
mod charge;
pub mod code;
mod coercion;
mod completion;
mod connection;
mod cursor;
#[cfg(test)]
mod deprecation;
mod document;
mod documents;
mod error;
mod gateway;
mod loader;
mod merging;
mod mutation;
mod node_id;
mod object;
mod operation_names;
mod payload;
mod places;
mod preparation;
mod presence;
mod query;
mod refusal;
mod request;
mod scalar;
mod schema_map;
pub mod socket;
mod subscription;

pub use charge::Charge;
pub use error::hindered;
pub use gateway::{Answer, Disclosure, Gateway, Outcome, Question, REFUSAL_COST};
pub use operation_names::{KnownOperation, OperationNames};
pub use preparation::Prepared;
pub use request::{RequestId, SessionChange};
pub use subscription::Delivery;
