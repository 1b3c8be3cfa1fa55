//! Hearing of what other servers do, and of the database itself.
//!
//! Where signals come (PostgreSQL), the followers look at the log when they hear of something, and otherwise now and
//! then. Where none come, because there are none (SQLite), the connection is lost, or nobody wants to listen, they look
//! several times a second.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use inkstand_storage::{Signal, StorageError};
use tracing::{info, warn};

use crate::{Blog, pause::Pause};

/// How often the log is looked at where nobody in this process says that something was written, and no signals come.
const LOOK: Duration = Duration::from_millis(200);

/// How often it is looked at where signals come: they are told once, and never again.
const LOOK_WHILE_HEARING: Duration = Duration::from_secs(5);

/// Whether signals come.
#[derive(Debug, Default)]
pub(crate) struct Hearing(AtomicBool);

impl Hearing {
    /// How long the log need not be looked at.
    pub(crate) fn look(&self) -> Duration {
        if self.comes() { LOOK_WHILE_HEARING } else { LOOK }
    }

    pub(crate) fn comes(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn set(&self, comes: bool) {
        self.0.store(comes, Ordering::Release);
    }
}

impl Blog {
    /// Listens for ever, and wakes the followers.
    pub(crate) async fn hear(&self) {
        let mut pause = Pause::quick();
        let mut told = false;
        loop {
            let fault = match self.listen_to_others(&mut pause, &mut told).await {
                Ok(()) => return std::future::pending().await,
                Err(fault) => fault,
            };
            self.inner.hearing.set(false);
            // From now on they look often; what was said since the connection was lost nobody has heard.
            self.inner.written.notify_waiters();
            self.inner.taken_away.send_replace(());
            // Where the database itself is away, that was told, and this is no news.
            if !told && self.inner.storage.away_for().is_none() {
                told = true;
                warn!(
                    fault = &fault as &dyn std::error::Error,
                    "what other servers write is looked for several times a second, since it cannot be listened to"
                );
            }
            self.sit_out(pause.next()).await;
        }
    }

    /// Ends where there is nothing to listen to.
    async fn listen_to_others(&self, pause: &mut Pause, told: &mut bool) -> Result<(), StorageError> {
        let Some(mut listener) = self.inner.storage.listen().await? else { return Ok(()) };
        let hearing = &self.inner.hearing;
        hearing.set(true);
        // Whatever was said before nobody has heard.
        self.inner.written.notify_waiters();
        self.inner.taken_away.send_replace(());
        if std::mem::take(told) {
            info!("what other servers write is listened to again");
        }
        loop {
            let signal = listener.next().await?;
            pause.reset();
            match signal {
                Signal::Log => self.inner.written.notify_waiters(),
                Signal::Credentials => self.inner.taken_away.send_replace(()),
            }
        }
    }

    /// Waits before something that failed is tried again; while the database is away, until it is back.
    pub(crate) async fn sit_out(&self, pause: Duration) {
        let storage = &self.inner.storage;
        if storage.away_for().is_some() {
            return storage.back().await;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // It goes away just now, as it may have been noticed here first: then it is worth trying when it is back.
            () = storage.gone() => storage.back().await,
        }
    }
}
