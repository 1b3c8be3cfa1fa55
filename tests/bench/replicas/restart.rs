//! From a start after `kill -9` to answers, of a large blog.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use inkstand_tests::Database;
use serde_json::json;

use super::{
    Args,
    site::{Replica, Site},
};

/// How long it is written to before it is killed.
const WRITTEN_FOR: Duration = Duration::from_secs(3);

const WRITERS: usize = 4;

pub(super) async fn measure(args: &Args) -> Result<()> {
    let posts = args.posts.unwrap_or(100_000);
    let site = match &args.keep {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            Site::kept(args, folder)
        }
        None => Site::new(args, Database::Sqlite).await,
    };
    if !site.folder.join("index").exists() {
        let (_, took) = site.import(posts)?;
        println!("import: {posts} posts in {took:.1} s");
        let began = Instant::now();
        let replica = site.serve(&[])?;
        let (whole, _) = replica.complete(began).await?;
        println!(
            "first index: whole after {whole:.1} s; {} MB resident",
            replica.server.memory()? / 1_000_000
        );
    }
    let token = site.token()?;
    for round in 1..=args.rounds {
        let replica = Arc::new(site.serve(&[])?);
        replica.complete(Instant::now()).await?;
        let (acknowledged, replica) = written_to(replica, &token, round).await?;
        // Server's end is SIGKILL.
        drop(replica);
        let replica = tell(&site, "after kill -9", posts).await?;
        for id in &acknowledged {
            let query = "query($id: ID!) { post(by: { id: $id }) { title } }";
            let found = replica.ask(query, json!({ "id": id })).await?;
            ensure!(!found["post"].is_null(), "{id} was acknowledged and is lost");
        }
        println!("  all {} that were acknowledged are there", acknowledged.len());
    }
    for _ in 0..args.rounds {
        std::fs::remove_dir_all(site.folder.join("index"))?;
        tell(&site, "without an index", posts).await?;
    }
    Ok(())
}

/// Starts it, and tells how long everything took.
async fn tell(site: &Site, when: &str, posts: usize) -> Result<Replica> {
    let began = Instant::now();
    let replica = site.serve(&[])?;
    let ready = replica.ready(began).await?;
    let first = replica
        .ask("{ posts(first: 10) { nodes { title } } search(text: \"bala\") { complete } }", json!({}));
    let first = first.await?;
    let answered = began.elapsed().as_secs_f64();
    let (whole, entries) = replica.complete(began).await?;
    ensure!(entries >= posts as u64, "{entries} entries of {posts}");
    println!(
        "restart, {}, {when}, {entries} posts: ready after {ready:.2} s, a first answer after {answered:.2} s (complete: {}), \
         the index whole after {whole:.2} s; {} MB resident",
        site.name(),
        first["search"]["complete"],
        replica.server.memory()? / 1_000_000
    );
    Ok(replica)
}

/// Writes for a while, and gives the ids that were acknowledged up to then, while writers still write.
async fn written_to(replica: Arc<Replica>, token: &str, round: usize) -> Result<(Vec<String>, Arc<Replica>)> {
    let (told, mut ids) = tokio::sync::mpsc::unbounded_channel();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (replica, token, told) = (Arc::clone(&replica), token.to_owned(), told.clone());
        writers.spawn(async move {
            for number in 0.. {
                let Ok(id) = replica.publish(&token, &format!("Round {round} {writer} {number}")).await
                else {
                    return;
                };
                if told.send(id).is_err() {
                    return;
                }
            }
        });
    }
    tokio::time::sleep(WRITTEN_FOR).await;
    replica.server.kill()?;
    // They end with the server.
    while writers.join_next().await.is_some() {}
    drop(told);
    let mut acknowledged = Vec::new();
    while let Some(id) = ids.recv().await {
        acknowledged.push(id);
    }
    Ok((acknowledged, replica))
}
