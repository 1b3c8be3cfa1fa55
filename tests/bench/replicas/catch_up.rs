//! Changes that an index takes in a second.

use std::time::Instant;

use anyhow::{Result, ensure};
use inkstand_tests::Database;

use super::{Args, site::Site};

pub(super) async fn measure(args: &Args) -> Result<()> {
    let posts = args.posts.unwrap_or(20_000);
    for kind in [Database::Sqlite, Database::Postgres] {
        let site = Site::new(args, kind).await;
        let empty = site.serve(&[])?;
        empty.complete(Instant::now()).await?;
        drop(empty);
        let (_, imported) = site.import(posts)?;
        println!(
            "import, {}: {posts} posts in {imported:.1} s, {:.0} a second",
            site.name(),
            posts as f64 / imported
        );
        for (how, anew) in [("along the log", false), ("built anew", true)] {
            if anew {
                std::fs::remove_dir_all(site.folder.join("index"))?;
            }
            let began = Instant::now();
            let replica = site.serve(&[])?;
            let ready = replica.ready(began).await?;
            let (whole, entries) = replica.complete(began).await?;
            ensure!(entries == posts as u64, "{entries} entries of {posts}");
            println!(
                "catch-up, {}, {how}: ready after {ready:.2} s, whole after {whole:.2} s, {:.0} changes a second; {} MB \
                 resident",
                site.name(),
                posts as f64 / (whole - ready),
                replica.server.memory()? / 1_000_000
            );
        }
    }
    Ok(())
}
