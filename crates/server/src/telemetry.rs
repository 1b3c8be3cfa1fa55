//! The log.

use std::io::IsTerminal;

use anyhow::{Result, anyhow};
use tracing_subscriber::{EnvFilter, fmt};

use crate::LogFormat;

/// What libraries say that we say ourselves, unless the level names them.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn,";

/// Installs the subscriber of this process; the log goes to standard error.
pub(crate) fn start(format: LogFormat, level: &str) -> Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET}{level}")).map_err(|error| {
        anyhow!("the log level {level:?} is none: {error} (examples: info, inkstand_http=debug)")
    })?;
    let human = match format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = if human {
        builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).compact().try_init()
    } else {
        // Flat, so that `jq .request_id` finds the id of the span's request in each event.
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
    installed.map_err(|error| anyhow!("cannot start the log: {error}"))
}
