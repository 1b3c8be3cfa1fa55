//! HTTP: routes, status codes, media types, limits and the log line of a request.
//!
//! [`router`] makes an axum router of a [`Blog`](inkstand_blog::Blog) and a
//! [`Gateway`](inkstand_graphql::Gateway):
//!
//! | address | what |
//! |---|---|
//! | `POST /graphql` | a GraphQL request as JSON |
//! | `GET /graphql?query=…` | a query |
//! | `GET /graphql` in a browser | GraphiQL, its files embedded |
//! | `GET /graphql/schema.graphql` | the schema |
//! | `GET /healthz` | whether the process lives |
//! | `GET /readyz` | whether the database answers, and how far the search has come |
//!
//! and [`serve`] answers by it on a port, with bounds on connections.
//!
//! What this crate does not know: SQL, the index, and what the schema says.

mod accept;
mod graphiql;
mod graphql;
mod health;
mod negotiation;
mod problem;
mod request_log;
mod router;

pub use accept::serve;
pub use graphiql::GRAPHIQL_LICENCES;
pub use router::{HttpOptions, router};
