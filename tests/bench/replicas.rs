//! `just bench-replicas`: what following, crashing and growing cost, each figure of a piece of its own.
//!
//! The servers are processes of the release binary. Where PostgreSQL is asked to be durable (`.ci/postgres
//! start-durable`), its figures are those of one in earnest; the first line says whether it is.

mod catch_up;
mod lag;
mod lease;
mod restart;
mod site;
mod throughput;
mod usage;
mod writes;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use inkstand_tests::{Database, TestDatabase};

/// What is measured, and how.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which figures
    #[arg(value_enum, required = true, num_args = 1..)]
    pieces: Vec<Piece>,

    /// The binary that is measured
    #[arg(long, default_value = "target/release/inkstand")]
    inkstand: PathBuf,

    /// Posts of the generated blog [default: 1000 for lag, lease and writes; 10000 for throughput; 20000 for catch-up;
    /// 100000 for restart]
    #[arg(long)]
    posts: Option<usize>,

    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    seconds: u64,

    /// Times that something is killed, or a measurement is made
    #[arg(long, default_value_t = 3)]
    rounds: usize,

    /// Writes a second of the piece `lag`
    #[arg(long, default_value_t = 500)]
    rate: u32,

    /// A folder in which the blog of `restart` is kept from one run to the next; nothing else may be in it
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// One kind of figures.
#[derive(Clone, Copy, ValueEnum)]
enum Piece {
    /// From an acknowledgement to another server's answers
    Lag,
    /// Changes a second that an index takes, along the log and built anew
    CatchUp,
    /// From a start after `kill -9` until it is ready and its index whole; and the same without an index
    Restart,
    /// Requests a second of one server and of three, and who is busy meanwhile
    Throughput,
    /// From the end of a lease's holder to the next message of another server
    Lease,
    /// How long writes take, of one writer and of eight, on both databases
    Writes,
}

/// Measures the pieces one after the other.
pub(crate) async fn measure(args: &Args) -> Result<()> {
    let cores = std::thread::available_parallelism()?;
    println!("{cores} processors; {}", durability().await);
    for piece in &args.pieces {
        match piece {
            Piece::Lag => lag::measure(args).await?,
            Piece::CatchUp => catch_up::measure(args).await?,
            Piece::Restart => restart::measure(args).await?,
            Piece::Throughput => throughput::measure(args).await?,
            Piece::Lease => lease::measure(args).await?,
            Piece::Writes => writes::measure(args).await?,
        }
    }
    Ok(())
}

/// Whether PostgreSQL keeps what it says it keeps.
async fn durability() -> String {
    if std::env::var_os("INKSTAND_TEST_POSTGRES").is_none() {
        return "no PostgreSQL (INKSTAND_TEST_POSTGRES names none)".to_owned();
    }
    let database = TestDatabase::new(Database::Postgres).await;
    let ask = "SELECT name || '=' || setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') ORDER BY name";
    format!("PostgreSQL with {}", database.texts(ask).await.join(" "))
}

/// The value below which so many hundredths of the sorted ones are.
fn percentile(sorted: &[std::time::Duration], hundredths: usize) -> Result<f64> {
    let place = (sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1));
    Ok(sorted.get(place).context("nothing was measured")?.as_secs_f64() * 1e3)
}

/// `p50 1.2 ms, p99 3.4 ms, max 5.6 ms of 789`.
fn spread(mut times: Vec<std::time::Duration>) -> Result<String> {
    times.sort();
    Ok(format!(
        "p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms of {}",
        percentile(&times, 50)?,
        percentile(&times, 99)?,
        percentile(&times, 100)?,
        times.len()
    ))
}
