//! From an acknowledgement of one server to the answers of another.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use inkstand_tests::Database;
use serde_json::json;
use tokio::sync::watch;

use super::{
    Args,
    site::{Replica, Site},
    spread,
    usage::{Usage, postmaster},
};

/// Requests that may be under way at once.
const WRITERS: usize = 16;

/// Between two looks for a post.
const LOOK: Duration = Duration::from_millis(1);

/// A post that was just acknowledged.
#[derive(Clone)]
struct Written {
    id: String,
    word: String,
    at: Instant,
}

pub(super) async fn measure(args: &Args) -> Result<()> {
    let site = Site::new(args, Database::Postgres).await;
    site.import(args.posts.unwrap_or(1_000))?;
    let token = site.token()?;
    let (one, other) = (Arc::new(site.serve(&[])?), Arc::new(site.serve_beside(&[])?));
    for replica in [&one, &other] {
        replica.complete(Instant::now()).await?;
    }
    let postgres = postmaster().await?;
    let servers = [&*one, &*other];
    let before = Usage::look(&servers, Some(postgres))?;
    let (newest, _) = watch::channel(None::<Written>);
    let ends = Instant::now() + Duration::from_secs(args.seconds);

    let mut looks = tokio::task::JoinSet::new();
    for (what, replica, by_search) in [
        ("a read of another server", &other, false),
        ("the search of another server", &other, true),
        ("the search of the same server", &one, true),
    ] {
        let (replica, newest) = (Arc::clone(replica), newest.subscribe());
        looks.spawn(async move { anyhow::Ok((what, look(&replica, newest, by_search).await?)) });
    }
    let sent = Arc::new(AtomicU32::new(0));
    let began = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let (replica, token, newest, sent) =
            (Arc::clone(&one), token.clone(), newest.clone(), Arc::clone(&sent));
        let rate = args.rate;
        writers.spawn(async move {
            loop {
                let number = sent.fetch_add(1, Ordering::Relaxed);
                let due = began + Duration::from_secs(1) * number / rate;
                if due >= ends || Instant::now() >= ends {
                    return anyhow::Ok(());
                }
                tokio::time::sleep_until(due.into()).await;
                // Nothing that a typo of another one would be.
                let word = format!("lag{}", word_of(number));
                let id = replica.publish(&token, &word).await?;
                newest.send_replace(Some(Written { id, word, at: Instant::now() }));
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    let written = sent.load(Ordering::Relaxed) - u32::try_from(WRITERS)?;
    let rate = f64::from(written) / began.elapsed().as_secs_f64();
    let busy = Usage::look(&servers, Some(postgres))?.since(&before);
    drop(newest);
    println!("lag: {rate:.0} writes a second were acknowledged ({} were wanted)", args.rate);
    println!(
        "  processors: servers {:.2}, PostgreSQL {:.2}, load {:.2}; bound by {}",
        busy.servers,
        busy.postgres,
        busy.load,
        busy.bound()?
    );
    while let Some(seen) = looks.join_next().await {
        let (what, times) = seen??;
        println!("  until {what} has it: {}", spread(times)?);
    }
    Ok(())
}

/// Takes the newest post, looks until it is there, and begins again; how long each took from its acknowledgement.
async fn look(
    replica: &Replica,
    mut newest: watch::Receiver<Option<Written>>,
    by_search: bool,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    while newest.changed().await.is_ok() {
        let Some(written) = newest.borrow_and_update().clone() else { continue };
        while !is_there(replica, &written, by_search).await? {
            tokio::time::sleep(LOOK).await;
        }
        times.push(written.at.elapsed());
    }
    Ok(times)
}

async fn is_there(replica: &Replica, written: &Written, by_search: bool) -> Result<bool> {
    if !by_search {
        let query = "query($id: ID!) { post(by: { id: $id }) { title } }";
        return Ok(!replica.ask(query, json!({ "id": written.id })).await?["post"].is_null());
    }
    let query = "query($text: String!) { search(text: $text, first: 1) { nodes { node { id } } } }";
    let found = replica.ask(query, json!({ "text": format!("\"{}\"", written.word) })).await?;
    Ok(found["search"]["nodes"][0]["node"]["id"] == written.id.as_str())
}

/// A number in letters, eight of them.
fn word_of(number: u32) -> String {
    (0..8).map(|place| char::from(b'a' + ((number >> (place * 3)) & 7) as u8)).collect()
}
