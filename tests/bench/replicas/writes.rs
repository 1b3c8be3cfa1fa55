//! How long a write takes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use inkstand_tests::Database;

use super::{
    Args,
    site::{Replica, Site},
    spread,
};

pub(super) async fn measure(args: &Args) -> Result<()> {
    for kind in [Database::Sqlite, Database::Postgres] {
        let site = Site::new(args, kind).await;
        site.import(args.posts.unwrap_or(1_000))?;
        let token = site.token()?;
        let replica = Arc::new(site.serve(&[])?);
        replica.complete(Instant::now()).await?;
        for writers in [1, 8] {
            let began = Instant::now();
            let times = write(&replica, &token, writers, Duration::from_secs(args.seconds)).await?;
            let rate = times.len() as f64 / began.elapsed().as_secs_f64();
            println!(
                "writes, {}, {writers} at a time: {}; {rate:.0} a second; {} MB resident",
                site.name(),
                spread(times)?,
                replica.server.memory()? / 1_000_000
            );
        }
    }
    Ok(())
}

/// Has so many writers publish one post after the other, and says how long each took.
async fn write(
    replica: &Arc<Replica>,
    token: &str,
    writers: usize,
    length: Duration,
) -> Result<Vec<Duration>> {
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let (replica, token) = (Arc::clone(replica), token.to_owned());
        tasks.spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < length {
                let asked = Instant::now();
                replica.publish(&token, &format!("Post {} of {writer} among {writers}", times.len())).await?;
                times.push(asked.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}
