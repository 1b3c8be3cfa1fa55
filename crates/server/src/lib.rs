//! The server: configuration, commands, composition, shutdown.
//!
//! [`Application`] opens a blog and its port, says where it listens, and runs until it is told to stop; the
//! binary and the tests use the very same one. Around it stand the command line ([`run`]), the configuration
//! ([`Settings`]: defaults, then a file, then the environment, then flags) and the log.
//!
//! This crate alone reads the environment, handles signals, installs a subscriber and uses `anyhow`.

mod application;
mod byte_size;
mod cli;
mod command;
mod open_files;
mod sample;
mod say;
mod settings;
mod start_lines;
mod stop_signal;
mod system_clock;
mod watching;

pub use application::Application;
pub use cli::run;
pub use inkstand_http::{LimitSettings, Quota, TrustedProxies};
pub use settings::{LogFormat, Migrate, Settings};
pub use system_clock::SystemClock;
pub use watching::WatchSettings;
