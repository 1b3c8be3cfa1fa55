//! Listening to what changes, while it changes.
//!
//! A listener hears of each change that its viewer could notice, once, in the order of the log. It takes the steps of
//! `log_follower` as they come; what it missed, because it went on from an earlier position or was slower than the
//! steps, it reads from the log itself. So it keeps nothing that grows, however slow its reader is.

use std::{collections::VecDeque, sync::Arc};

use futures::{Stream, stream};
use inkstand_model::{Change, LogId, Seq};
use thiserror::Error;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{BlogError, Reader, log_follower::LogStep};

/// Changes read from the log at once: few, since each listener may hold as many.
const PORTION: usize = 64;

/// Why a listener cannot go on.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The log does not go on from where the listener is: it is another one, or what came next is no longer kept.
    #[error("the change log does not go on from there")]
    BeginAnew,
    /// The log cannot be read.
    #[error(transparent)]
    Blog(#[from] BlogError),
}

/// A listener of one viewer.
pub struct Listening {
    reader: Reader,
    steps: Receiver<Arc<LogStep>>,
    log: LogId,
    /// Everything up to there was told, or is in `found`.
    at: Seq,
    found: VecDeque<Change>,
    /// Whether there may be changes in the log that no step will bring.
    behind: bool,
}

impl Reader {
    /// Listens to what this viewer could notice: from now on, or from what comes after a position.
    ///
    /// # Errors
    /// Where the log does not go on from that position.
    pub async fn listen(&self, after: Option<Seq>) -> Result<Listening, ListenError> {
        let inner = &self.blog().inner;
        // Before the look at the log, so that nothing falls between the two; and after the follower has begun, since
        // it begins at the end of the log without a step.
        inner.freshness.wait_for(Seq::ZERO).await;
        let steps = inner.steps.subscribe();
        let end = inner.storage.log_end().await.map_err(BlogError::from)?;
        if after.is_some_and(|after| after > end.seq) {
            return Err(ListenError::BeginAnew);
        }
        let mut listening = Listening {
            reader: self.clone(),
            steps,
            log: end.log,
            at: after.unwrap_or(end.seq),
            found: VecDeque::new(),
            behind: after.is_some_and(|after| after < end.seq),
        };
        // What was trimmed away is told before anything else.
        listening.read_portion().await?;
        Ok(listening)
    }
}

impl Listening {
    /// The changes, one after the other, each with whatever comes of it. It ends after an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Change, ListenError>> + Send {
        stream::unfold(Some(self), |listening| async move {
            let mut listening = listening?;
            match listening.next().await {
                Ok(Some(change)) => Some((Ok(change), Some(listening))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// The next change; `None` when the blog is closed.
    async fn next(&mut self) -> Result<Option<Change>, ListenError> {
        loop {
            if let Some(change) = self.found.pop_front() {
                return Ok(Some(change));
            }
            if self.behind {
                self.read_portion().await?;
                continue;
            }
            match self.steps.recv().await {
                Ok(step) if step.reset => return Err(ListenError::BeginAnew),
                Ok(step) if step.from > self.at => self.behind = true,
                Ok(step) => self.take(&step.changes, step.reached),
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }

    /// Reads on in the log, where it must.
    async fn read_portion(&mut self) -> Result<(), ListenError> {
        if !self.behind {
            return Ok(());
        }
        let storage = self.reader.storage();
        let read = storage.changes_after(self.at, PORTION as u64).await.map_err(BlogError::from)?;
        // Asked afterwards: where the log is still the same, what was read is of it.
        let end = storage.log_end().await.map_err(BlogError::from)?;
        if read.reset || end.log != self.log {
            return Err(ListenError::BeginAnew);
        }
        // Past the end, whatever comes comes as a step, since the steps were subscribed to before.
        self.behind = read.changes.len() == PORTION;
        if let Some(last) = read.changes.last() {
            self.take(&read.changes, last.seq);
        }
        Ok(())
    }

    /// Keeps of these changes what was not told yet and the viewer could notice.
    fn take(&mut self, changes: &[Change], reached: Seq) {
        let news = changes.iter().filter(|change| change.seq > self.at && self.reader.notices(change));
        self.found.extend(news.cloned());
        self.at = self.at.max(reached);
    }
}
