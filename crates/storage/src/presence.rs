//! Whether the database is there.
//!
//! A server that has gone away is noticed once, by whoever watches it ([`Storage::watch`]), and not by each request
//! anew: a pool knocks at the door for as long as it may wait, and hundreds of requests that wait for it are a pile-up.
//! While the database is away every statement fails at once; statements that were under way fail as soon as it is known.
//! A single broken connection makes nobody say that the database is away: it is only suspected, and looked after.

use std::{future::pending, io::ErrorKind, pin::pin, sync::Arc, time::Duration};

use sea_orm::{
    DbErr, RuntimeErr, SqlxError,
    sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions},
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};
use tracing::{info, warn};

use crate::{Storage, error::is_of_the_connection};

/// A statement that takes longer raises the question whether the database is still there.
const SUSPICIOUS: Duration = Duration::from_secs(1);

/// No statement is waited for longer, with the wait for a connection. The server itself breaks reads off earlier.
const LONGEST: Duration = Duration::from_secs(20);

/// How long a server may take to let us in and to answer. A busy machine is no server that is away.
const KNOCK_PATIENCE: Duration = Duration::from_secs(3);

/// Between two looks for a database that is away.
const LOOK: Duration = Duration::from_millis(250);

/// What is known of the database. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    options: PgConnectOptions,
    /// Since when it is away.
    away: watch::Sender<Option<Instant>>,
    /// Since when it is there again, after it was away.
    back: watch::Sender<Option<Instant>>,
    suspicion: Notify,
}

impl Presence {
    /// Of a server. A file does not go away.
    pub(crate) fn of_server(options: PgConnectOptions) -> Self {
        let inner = Inner {
            options,
            away: watch::Sender::new(None),
            back: watch::Sender::new(None),
            suspicion: Notify::new(),
        };
        Self(Some(Arc::new(inner)))
    }

    /// Whether the database is away, or was at some moment of so long a time until now.
    pub(crate) fn has_been_away_within(&self, time: Duration) -> bool {
        let Some(inner) = &self.0 else { return false };
        inner.away.borrow().is_some() || inner.back.borrow().is_some_and(|back| back.elapsed() <= time)
    }

    /// Does something with the database, unless that is away or goes away meanwhile.
    pub(crate) async fn watched<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let Some(inner) = &self.0 else { return work.await };
        if inner.away.borrow().is_some() {
            return Err(gone("the database is away"));
        }
        let mut work = pin!(work);
        let worked = tokio::select! {
            biased;
            worked = &mut work => Some(worked),
            () = sleep(SUSPICIOUS) => None,
        };
        let worked = if let Some(worked) = worked {
            worked
        } else {
            inner.suspicion.notify_one();
            let mut away = inner.away.subscribe();
            tokio::select! {
                biased;
                worked = &mut work => worked,
                _ = away.wait_for(Option::is_some) => Err(gone("the database has gone away")),
                () = sleep(LONGEST) => Err(gone("the database took too long to answer")),
            }
        };
        if worked.as_ref().is_err_and(is_of_the_connection) {
            inner.suspicion.notify_one();
        }
        worked
    }
}

impl Storage {
    /// Watches over the database, for ever: while nobody does, it is never said to be away.
    pub async fn watch(&self) {
        let Some(inner) = &self.presence().0 else { return pending().await };
        // Whoever stops watching leaves nobody to notice that it is back.
        let _watching = Watching(inner);
        loop {
            inner.suspicion.notified().await;
            let Err(fault) = knock(&inner.options).await else { continue };
            inner.away.send_replace(Some(Instant::now()));
            warn!(
                fault = &fault as &dyn std::error::Error,
                "the database does not answer: writes are refused until it does, reads go on from memory where they can"
            );
            while knock(&inner.options).await.is_err() {
                sleep(LOOK).await;
            }
            inner.back.send_replace(Some(Instant::now()));
            let since = inner.away.send_replace(None);
            let away_ms = since.map(|since| since.elapsed().as_millis());
            info!(away_ms, "the database answers again");
        }
    }

    /// For how long the database has been away; `None` while it is there.
    #[must_use]
    pub fn away_for(&self) -> Option<Duration> {
        let since = *self.presence().0.as_ref()?.away.borrow();
        since.map(|since| since.elapsed())
    }

    /// Waits until the database is away.
    pub async fn gone(&self) {
        match &self.presence().0 {
            Some(inner) => drop(inner.away.subscribe().wait_for(Option::is_some).await),
            None => pending().await,
        }
    }

    /// Waits while the database is away.
    pub async fn back(&self) {
        if let Some(inner) = &self.presence().0 {
            // Fails only when the sender is gone, and that is in `inner`.
            let _ = inner.away.subscribe().wait_for(Option::is_none).await;
        }
    }
}

struct Watching<'a>(&'a Inner);

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.0.away.send_replace(None);
    }
}

/// Whether the server lets us in and answers. Once is enough where it says no; where it says nothing, it is asked twice.
async fn knock(options: &PgConnectOptions) -> Result<(), SqlxError> {
    for patience in [KNOCK_PATIENCE, KNOCK_PATIENCE] {
        let knocked = timeout(patience, async {
            let mut connection = options.connect().await?;
            connection.ping().await?;
            connection.close().await
        });
        match knocked.await {
            Err(_) => {}
            // It is there, and has too many guests for one more.
            Ok(Err(SqlxError::Database(words))) if words.code().is_some_and(|code| code == "53300") => {
                return Ok(());
            }
            Ok(knocked) => return knocked,
        }
    }
    Err(SqlxError::Io(std::io::Error::new(ErrorKind::TimedOut, "it keeps silent")))
}

fn gone(why: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(why.to_owned()))
}
