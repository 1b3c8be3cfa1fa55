//! The whole server, from outside: over HTTP, by the command line, in a browser, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on ends there; clippy.toml allows it in test functions, this in what they call"
)]

mod browser;
mod cache;
mod cli;
#[cfg(target_os = "linux")]
mod crash;
#[cfg(target_os = "linux")]
mod deploy;
mod graphql;
mod import;
mod index;
mod live;
mod logs;
mod ops;
mod replicas;
mod walls;
mod watching;
mod web;
mod webhooks;
mod wire;
