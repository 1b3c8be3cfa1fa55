//! `inkstand serve`.

use std::{io::Write, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};

use crate::{Application, Settings, SystemClock, start_lines::start_lines, stop_signal::stop_signal};

/// Serves until the process is told to stop.
pub(crate) async fn serve(settings: &Settings) -> Result<ExitCode> {
    // Before anything is said: who reads that it serves may stop it at once, and that is to be a clean end.
    let stop = stop_signal().context("cannot take signals")?;
    let application = Application::build(settings, Arc::new(SystemClock)).await?;
    let lines = start_lines(settings, application.address(), application.sample_posts());
    // Nobody may be listening any more (`inkstand | head -1`), and that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "{}", lines.join("\n"));
    application.run_until_stopped(stop).await?;
    Ok(ExitCode::SUCCESS)
}
