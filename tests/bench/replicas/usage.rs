//! Who was busy, and who has how much memory.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use inkstand_tests::{Database, TestDatabase};

use super::site::Replica;

/// USER_HZ is 100 on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// Time on processors so far, of each party.
pub(super) struct Usage {
    at: Instant,
    servers: Duration,
    load: Duration,
    /// By process: one that has ended is in none of the later looks.
    postgres: BTreeMap<u32, Duration>,
}

impl Usage {
    /// Looks at the servers, at PostgreSQL and at this process with its children that have ended (wrk).
    pub(super) fn look(replicas: &[&Replica], postgres: Option<u32>) -> Result<Self> {
        let mut servers = Duration::ZERO;
        for replica in replicas {
            servers += replica.server.cpu()?;
        }
        let me = fields("self")?;
        let load = me[11..15].iter().map(|ticks| ticks.parse::<u32>().unwrap_or(0)).sum::<u32>() * TICK;
        let mut of_postgres = BTreeMap::new();
        for process in postgres.map(processes_of).transpose()?.unwrap_or_default() {
            if let Ok(fields) = fields(&process.to_string()) {
                let ticks: u32 = fields[11..13].iter().map(|ticks| ticks.parse::<u32>().unwrap_or(0)).sum();
                of_postgres.insert(process, ticks * TICK);
            }
        }
        Ok(Self { at: Instant::now(), servers, load, postgres: of_postgres })
    }

    /// What was used since `before`, in processors.
    pub(super) fn since(&self, before: &Self) -> Busy {
        let took = self.at.duration_since(before.at).as_secs_f64();
        let postgres: Duration = self
            .postgres
            .iter()
            .map(|(process, now)| {
                now.saturating_sub(before.postgres.get(process).copied().unwrap_or_default())
            })
            .sum();
        Busy {
            servers: (self.servers - before.servers).as_secs_f64() / took,
            load: (self.load - before.load).as_secs_f64() / took,
            postgres: postgres.as_secs_f64() / took,
        }
    }
}

/// Processors that each party had, on average.
pub(super) struct Busy {
    pub(super) servers: f64,
    pub(super) load: f64,
    pub(super) postgres: f64,
}

impl Busy {
    /// Who has the most, and whether there was anything left to have.
    pub(super) fn bound(&self) -> Result<String> {
        let cores = std::thread::available_parallelism()?.get() as f64;
        let all = self.servers + self.load + self.postgres;
        let mut parties =
            [(self.servers, "the servers"), (self.load, "the load"), (self.postgres, "PostgreSQL")];
        parties.sort_by(|one, other| other.0.total_cmp(&one.0));
        let most = parties[0].1;
        Ok(if all > 0.9 * cores {
            format!("the processors, of which {most} had the most")
        } else {
            format!("waiting: {:.1} of {cores} processors were idle", cores - all)
        })
    }
}

/// The first process of the PostgreSQL that tests use.
pub(super) async fn postmaster() -> Result<u32> {
    let database = TestDatabase::new(Database::Postgres).await;
    // All of them are its children. Who connected to look has gone by now; those that belong to nobody stay.
    let children = database.texts("SELECT CAST(pid AS TEXT) FROM pg_stat_activity").await;
    let first = children.iter().find_map(|child| fields(child).ok()).context("no process of PostgreSQL")?;
    Ok(first[1].parse()?)
}

fn processes_of(postmaster: u32) -> Result<Vec<u32>> {
    let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"))?;
    let mut processes = vec![postmaster];
    processes.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    Ok(processes)
}

/// Bytes of PostgreSQL's processes, each shared page counted once.
pub(super) fn memory_of_postgres(postmaster: u32) -> Result<u64> {
    let mut bytes = 0;
    for process in processes_of(postmaster)? {
        // One that ends meanwhile has none.
        let Ok(rollup) = fs::read_to_string(format!("/proc/{process}/smaps_rollup")) else { continue };
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss")?;
        bytes += line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024;
    }
    Ok(bytes)
}

/// The fields of `/proc/PID/stat` behind the name, from the state on.
fn fields(process: &str) -> Result<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = stat.rsplit_once(") ").context("no such process")?.1;
    Ok(after.split_whitespace().map(str::to_owned).collect())
}
