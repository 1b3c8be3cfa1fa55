//! HTTP: routes, status codes, media types, limits and the log line of a request.
//!
//! [`routes`] makes the routes of a [`Blog`](inkstand_blog::Blog) and a
//! [`Gateway`](inkstand_graphql::Gateway):
//!
//! | address | what |
//! |---|---|
//! | `POST /graphql` | a GraphQL request as JSON |
//! | `GET /graphql?query=…` | a query |
//! | `GET /graphql` in a browser | GraphiQL, its files embedded |
//! | `GET /graphql/schema.graphql` | the schema |
//! | `GET /graphql/ws` | a WebSocket of the protocol `graphql-transport-ws` |
//! | `GET /healthz` | whether the process lives |
//! | `GET /readyz` | whether the database answers, and how far the search has come |
//! | `GET /…` | pages and feeds, where they are served (`pages` says which) |
//!
//! A GraphQL request is somebody's by its token (`Authorization: Bearer`) or by the cookie that signing in set; one with
//! a cookie that changes something must come from a page of this site (`same_origin` says how that is known).
//!
//! [`serve`] answers by these routes on a port, HTTP/1.1 and HTTP/2, with bounds on connections. [`Limits`] bound what
//! is behind them: requests that run, bodies on their way, and, where [`LimitSettings`] has quotas, what a client asks
//! for in a while.
//!
//! [`serve_metrics`] serves the numbers of a running server on a port of their own; what is counted of requests is in
//! [`RequestFigures`].
//!
//! The header `Inkstand-Preview` adds one draft to what its sender sees; `Inkstand-After-Seq` waits for the search.
//!
//! What everybody gets alike is kept in a [`ResponseCache`] and given ahead of everything else, as long as nothing that it
//! was made from has changed; `kept_answer` says what is told about it to browsers and proxies.
//!
//! What this crate does not know: SQL, the index, and what the schema says.

mod accept;
mod admission;
mod ahead;
mod arriving;
mod asked;
mod body;
mod cache_tags;
mod client_address;
mod connections;
mod figures;
mod graphiql;
mod graphql;
mod health;
mod identity;
mod kept_answer;
mod leaving;
mod limits;
mod metrics;
mod negotiation;
mod overload;
mod pages;
mod persisted;
mod problem;
mod quota;
mod request_ids;
mod request_log;
mod response_cache;
mod router;
mod same_origin;
mod session_cookie;
mod socket;

pub use accept::serve;
pub use ahead::Routes;
pub use client_address::{NotAnAddress, TrustedProxies};
pub use figures::{OperationFigures, RequestFigures, Verdict};
pub use graphiql::GRAPHIQL_LICENCES;
pub use leaving::Leaving;
pub use limits::{LimitSettings, Limits, LoadFigures};
pub use metrics::{METRICS, serve_metrics};
pub use quota::{NotAQuota, Quota};
pub use response_cache::ResponseCache;
pub use router::{HttpOptions, JoinTrace, routes};
pub use socket::{SocketFigures, SocketLimits, Sockets};
