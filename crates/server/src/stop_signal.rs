//! What tells the process to stop.

use std::{future::Future, io};

/// Ready at the first SIGTERM or Ctrl-C after this call: from then on, neither ends the process by itself.
///
/// # Errors
/// Where the system takes no handlers.
#[cfg(unix)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready at the first Ctrl-C.
///
/// # Errors
/// Where the system takes no handlers.
#[cfg(not(unix))]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler the system's own way of stopping works.
            std::future::pending::<()>().await;
        }
    })
}
