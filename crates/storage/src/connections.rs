//! Which connections to PostgreSQL are fit for use, and how long that may take to find out.
//!
//! The driver asks a connection whether it still lives when it is given back and taken out, and waits for an answer
//! without end. Where a network was cut, or a firewall forgot a connection that was idle, there is none: each such
//! connection would hold its place in the pool for as long as the system goes on sending, which is a quarter of an hour.

use std::time::Duration;

use sea_orm::{
    SqlxError,
    sqlx::{
        Connection,
        postgres::{PgConnection, PgPoolOptions},
    },
};
use tokio::time::timeout;

use crate::presence::Presence;

/// One that was used so lately is not asked again: it answered when it was given back.
const FRESH: Duration = Duration::from_secs(1);

/// How long one may take to answer before it is used.
const TAKEN: Duration = Duration::from_secs(1);

/// How long one may take when it is given back, where it may have a transaction to take back first.
const GIVEN_BACK: Duration = Duration::from_secs(5);

/// Has a pool close what does not answer in time, and what was idle while the database was away.
pub(crate) fn fit_for_use(pool: PgPoolOptions, presence: &Presence) -> PgPoolOptions {
    let presence = presence.clone();
    pool.test_before_acquire(false)
        .before_acquire(move |connection, about| {
            let outlived = presence.has_been_away_within(about.idle_for);
            Box::pin(async move {
                if outlived {
                    return Ok(false);
                }
                if about.idle_for < FRESH { Ok(true) } else { answers(connection, TAKEN).await }
            })
        })
        .after_release(|connection, _| Box::pin(answers(connection, GIVEN_BACK)))
}

/// An error would be logged for each of them, by the driver and in its words.
async fn answers(connection: &mut PgConnection, patience: Duration) -> Result<bool, SqlxError> {
    Ok(matches!(timeout(patience, connection.ping()).await, Ok(Ok(()))))
}
