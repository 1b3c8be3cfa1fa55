//! Requests a second of one server and of three, each client at one of them, and who is busy meanwhile.

use std::{path::Path, time::Instant};

use anyhow::{Result, anyhow};
use inkstand_tests::Database;

use super::{
    Args,
    site::{Replica, Site},
    usage::{Usage, memory_of_postgres, postmaster},
};
use crate::{
    load::{Load, Measured},
    operations::{OPERATIONS, cursors},
};

/// Connections of all clients together.
const CONNECTIONS: u32 = 48;

pub(super) async fn measure(args: &Args) -> Result<()> {
    let site = Site::new(args, Database::Postgres).await;
    let (posts, _) = site.import(args.posts.unwrap_or(10_000))?;
    let postgres = postmaster().await?;
    let scratch = tempfile::tempdir()?;
    let load = Load::prepare(scratch.path(), args.seconds)?;
    for (how, flags) in [
        ("as shipped", &[][..]),
        ("nothing from memory", &["--response-cache", "0", "--entity-cache", "0"][..]),
    ] {
        let mut replicas = vec![site.serve(flags)?];
        for count in [1, 3] {
            while replicas.len() < count {
                replicas.push(site.serve_beside(flags)?);
            }
            for replica in &replicas {
                replica.complete(Instant::now()).await?;
            }
            let pages = cursors(&replicas[0].client, replicas[0].server.port).await?;
            for operation in &OPERATIONS {
                let requests = operation.write(&posts, &pages, scratch.path())?;
                let all: Vec<&Replica> = replicas.iter().collect();
                let before = Usage::look(&all, Some(postgres))?;
                let measured = at_once(&load, &replicas, &requests)?;
                let busy = Usage::look(&all, Some(postgres))?.since(&before);
                println!(
                    "throughput, {how}, {count} of them, {}: {:.0} requests/s, p50 {:.1} ms, p99 {:.1} ms (the slowest \
                     of them); processors: servers {:.2}, PostgreSQL {:.2}, load {:.2}; bound by {}",
                    operation.name,
                    measured.iter().map(|one| one.per_second).sum::<f64>(),
                    measured.iter().map(|one| one.p50).fold(0.0, f64::max),
                    measured.iter().map(|one| one.p99).fold(0.0, f64::max),
                    busy.servers,
                    busy.postgres,
                    busy.load,
                    busy.bound()?
                );
            }
            let memory = replicas
                .iter()
                .map(|replica| Ok((replica.server.memory()? / 1_000_000).to_string()))
                .collect::<Result<Vec<_>>>()?;
            println!(
                "  MB resident: servers {}, all of PostgreSQL {}",
                memory.join(" "),
                memory_of_postgres(postgres)? / 1_000_000
            );
        }
    }
    Ok(())
}

/// One load for each server, together with as many connections as one alone would get.
fn at_once(load: &Load, replicas: &[Replica], requests: &Path) -> Result<Vec<Measured>> {
    let connections = CONNECTIONS / u32::try_from(replicas.len())?;
    std::thread::scope(|scope| {
        let loads: Vec<_> = replicas
            .iter()
            .map(|replica| scope.spawn(move || load.run(&replica.server, requests, connections)))
            .collect();
        loads.into_iter().map(|load| load.join().map_err(|_| anyhow!("a load that panicked"))?).collect()
    })
}
