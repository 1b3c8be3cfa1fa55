//! What tells the process to stop.

/// The exit code by which shells tell of that signal.
const ENDED_BY_SIGTERM: i32 = 128 + 15;

/// Does something, and ends the process at a signal meanwhile, as the system does by itself: but not where the process
/// is the first one of a container, which a signal that nobody handles does not reach.
pub(crate) async fn end_at_a_signal<T>(work: impl Future<Output = T>) -> T {
    if std::process::id() != 1 {
        return work.await;
    }
    let mut signals = StopSignals::new();
    tokio::select! {
        done = work => done,
        // What is committed is safe; what is not shall not be.
        () = signals.next() => std::process::exit(ENDED_BY_SIGTERM),
    }
}

/// SIGTERM and Ctrl-C, from the moment that this is made on.
pub(crate) struct StopSignals {
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    interrupt: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl StopSignals {
    pub(crate) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        // Without a handler the system's own way of stopping works.
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            interrupt: signal(SignalKind::interrupt()).ok(),
        }
    }

    /// Ready at the next one.
    pub(crate) async fn next(&mut self) {
        async fn of(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = of(&mut self.terminate) => {}
            () = of(&mut self.interrupt) => {}
        }
    }
}

#[cfg(not(unix))]
impl StopSignals {
    pub(crate) fn new() -> Self {
        Self {}
    }

    /// Ready at the next one.
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
