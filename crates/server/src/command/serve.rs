//! `inkstand serve`.

use std::{process::ExitCode, sync::Arc};

use anyhow::Result;

use crate::{
    Application, Settings, SystemClock,
    say::say,
    start_lines::start_lines,
    stop_signal::{StopSignals, end_at_a_signal},
};

/// Serves until the process is told to stop.
pub(crate) async fn serve(settings: &Settings) -> Result<ExitCode> {
    let application = end_at_a_signal(Application::build(settings, Arc::new(SystemClock))).await?;
    // Only now: until then the system's own way of stopping is quicker, and harms nothing.
    let mut signals = StopSignals::new();
    let lines =
        start_lines(settings, application.address(), application.sample_posts(), application.setup_token());
    // A full disk behind standard output is no reason not to serve.
    let _ = say(lines.join("\n"));
    let stop = async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            tracing::warn!("told to stop a second time: not waiting for what still runs");
            // What is committed is safe; what is not shall not be.
            std::process::exit(1);
        });
    };
    application.run_until_stopped(stop).await?;
    Ok(ExitCode::SUCCESS)
}
