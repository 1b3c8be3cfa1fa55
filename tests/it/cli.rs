//! The binary, as its users start, misuse and stop it.

mod accounts;
mod commands;
mod post;
mod refusals;
mod settings;
mod signals;
mod start;
mod stopping;
