//! The binary, as its users start, misuse and stop it.

mod commands;
mod post;
mod refusals;
mod settings;
mod signals;
mod start;
