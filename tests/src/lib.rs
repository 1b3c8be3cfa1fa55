//! The harness: a real server over HTTP, on a database of its own.
//!
//! ```ignore
//! let blog = TestBlog::start(Database::Sqlite).await;
//! blog.import(&[("2024-05-01-hello.md", "---\ntitle: Hello\n---\nWorld")]).await;
//! let answer = blog.query("{ posts { nodes { title } } }").await;
//! ```
//!
//! A [`TestBlog`] is the very `Application` that the binary runs, listening on a free port, with its data in a
//! folder that vanishes. On PostgreSQL it gets a copy of a migrated template database, made once a run under a
//! lock, since each test is a process of its own. Nothing here waits for a time to pass: whoever needs the search
//! calls [`TestBlog::wait_for_search`], which waits for the event.
//!
//! [`Inkstand`] is the binary on a command line, run to its [`Ended`] or [`Served`]; what such a process does is
//! waited for by [`eventually`]. What an attack costs such a process is measured by [`strained`].
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that cannot do its work has nothing better to do than to say so and end the test"
)]

mod accounts;
mod binary;
mod blog;
mod client;
mod containers;
mod database;
mod eventually;
mod own_postgres;
mod receiver;
mod shared_data;
mod strain;
mod wire;

pub use accounts::PASSWORD;
pub use binary::{Ended, Inkstand, LOG, Output, Served};
pub use blog::{TestBlog, item};
pub use client::Client;
pub use containers::{Containers, repository};
pub use database::{Database, LockedTable, TestDatabase};
pub use eventually::eventually;
pub use own_postgres::{OwnPostgres, PgBouncer, database_at};
pub use receiver::{Answering, Received, Receiver};
pub use shared_data::shared_data;
pub use strain::{Strain, Used, connect_from, probe, strained};
pub use wire::Wire;
