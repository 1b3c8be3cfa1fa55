//! What a process keeps in memory follows the change log: what it remembers, and who listens to its changes.
//!
//! The log is read once for all of them. Each step is noted in [`Freshness`](crate::freshness::Freshness) before it is
//! told to listeners, so that nobody who hears of a change is answered from before it.

use std::sync::Arc;

use inkstand_model::{Change, Position, Seq};
use tracing::error;

use crate::{Blog, BlogError, pause::Pause};

/// Changes taken in one step.
const CHANGES_AT_ONCE: u64 = 500;

/// Steps that a listener may be behind; one that is further behind reads the log itself.
pub(crate) const STEPS_KEPT: usize = 64;

/// A step along the log.
#[derive(Debug)]
pub(crate) struct LogStep {
    /// The number that the step went on from.
    pub(crate) from: Seq,
    /// What changed, in order.
    pub(crate) changes: Vec<Change>,
    /// The number of the last change that was looked at.
    pub(crate) reached: Seq,
    /// The log is another one than before, or lacks changes between: whoever follows must begin anew.
    pub(crate) reset: bool,
}

impl Blog {
    /// Takes what is kept in memory along the log, for ever.
    pub(crate) async fn follow_in_memory(&self) {
        let mut pause = Pause::new();
        let mut position = None;
        loop {
            // Before the look, so that what is written meanwhile is not slept through.
            let written = self.inner.written.notified();
            match self.memory_step(&mut position).await {
                Ok(true) => pause.reset(),
                Ok(false) => {
                    pause.reset();
                    let _ = tokio::time::timeout(self.inner.hearing.look(), written).await;
                }
                Err(fault) => {
                    let pause = pause.next();
                    error!(
                        fault = &fault as &dyn std::error::Error,
                        retry_in_ms = pause.as_millis(),
                        "the change log cannot be followed"
                    );
                    self.sit_out(pause).await;
                }
            }
        }
    }

    /// One step along the log; `false` where there is nothing to do.
    async fn memory_step(&self, position: &mut Option<Position>) -> Result<bool, BlogError> {
        let Some(at) = *position else {
            *position = Some(self.begin_anew().await?);
            return Ok(true);
        };
        if self.look().await? == at.seq {
            return Ok(false);
        }
        let end = self.inner.storage.log_end().await?;
        let after = self.inner.storage.changes_after(at.seq, CHANGES_AT_ONCE).await?;
        if end.log != at.log || after.reset {
            let end = self.begin_anew().await?;
            *position = Some(end);
            self.tell(LogStep { from: end.seq, changes: Vec::new(), reached: end.seq, reset: true });
            return Ok(true);
        }
        let Some(last) = after.changes.last() else { return Ok(false) };
        let reached = last.seq;
        let keys = after.changes.iter().map(|change| (change.seq, change.keys.as_slice()));
        self.inner.freshness.follow(reached, keys);
        *position = Some(Position { log: at.log, seq: reached });
        self.tell(LogStep { from: at.seq, changes: after.changes, reached, reset: false });
        Ok(true)
    }

    /// Goes on from the end of the log, and takes everything that was remembered for changed.
    async fn begin_anew(&self) -> Result<Position, BlogError> {
        let end = self.inner.storage.log_end().await?;
        self.inner.freshness.begin_anew(end.seq);
        Ok(end)
    }

    fn tell(&self, step: LogStep) {
        // Fails where nobody listens, which is fine.
        let _ = self.inner.steps.send(Arc::new(step));
    }
}
