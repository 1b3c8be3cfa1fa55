//! Publishing what waits for its time.
//!
//! The look for what is due and its publication are one writing transaction, of which there is one at a time: so an
//! entry goes out once, whichever process is the first to see its time come, and also if none ran at that moment.

use std::time::Duration;

use inkstand_model::{Actor, Publication};
use tracing::{error, info};

use crate::{Blog, WriteError, audited::audited, entry_life::move_on, pause::Pause};

/// Entries in one transaction.
const PUBLISHED_AT_ONCE: u64 = 50;

/// The longest sleep: another process may schedule something for sooner.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The same where other processes are heard: the clock may be set meanwhile.
const LONGEST_SLEEP_WHILE_HEARING: Duration = Duration::from_secs(5);

impl Blog {
    /// Publishes entries at their time, for ever.
    pub(crate) async fn keep_schedule(&self) {
        let mut pause = Pause::new();
        loop {
            // Before the look, so that what is written meanwhile is not slept through.
            let written = self.inner.written.notified();
            match self.schedule_step().await {
                Ok(sleep) => {
                    pause.reset();
                    let _ = tokio::time::timeout(sleep, written).await;
                }
                Err(fault) => {
                    let pause = pause.next();
                    error!(
                        fault = &fault as &dyn std::error::Error,
                        retry_in_ms = pause.as_millis(),
                        "scheduled posts cannot be published"
                    );
                    self.sit_out(pause).await;
                }
            }
        }
    }

    /// Publishes what is due, and says how long nothing else is.
    async fn schedule_step(&self) -> Result<Duration, WriteError> {
        let now = self.inner.clock.now();
        let longest = if self.inner.hearing.comes() { LONGEST_SLEEP_WHILE_HEARING } else { LONGEST_SLEEP };
        match self.inner.storage.next_due().await? {
            None => Ok(longest),
            Some(at) if at > now => Ok(at.since(now).min(longest)),
            Some(_) => {
                self.publish_due().await?;
                Ok(Duration::ZERO)
            }
        }
    }

    async fn publish_due(&self) -> Result<(), WriteError> {
        let clock = self.inner.clock.as_ref();
        let mut writing = self.inner.storage.write(Actor::server("schedule"), clock).await?;
        let mut published = 0;
        for id in writing.due(PUBLISHED_AT_ONCE).await? {
            let Some(before) = writing.entry(id).await? else { continue };
            let Publication::Scheduled { at } = before.entry.publication else { continue };
            let after = move_on(&mut writing, &before, before.clone(), Publication::Published { at }).await?;
            audited(&mut writing, "publish", &after.entry, "scheduled").await?;
            published += 1;
        }
        self.commit(writing).await?;
        if published > 0 {
            info!(entries = published, "published at their time");
        }
        Ok(())
    }
}
