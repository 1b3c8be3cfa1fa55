//! Measures the search: `quality` on judgements that others wrote, `speed` over a corpus that nobody wrote, each
//! beside what one would otherwise use.

#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

mod corpus;
mod databases;
mod engine;
mod ours;
mod process;
mod quality;
mod questions;
mod raw;
mod speed;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the search
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Subcommand)]
enum Measure {
    /// Whether the right entries stand first, on the collections of ../shared/data
    Quality(quality::Args),
    /// How long answers take, over generated posts, beside raw tantivy, SQLite FTS5 and PostgreSQL
    Speed(speed::Args),
}

fn main() -> Result<()> {
    match Args::parse().measure {
        Measure::Quality(args) => quality::measure(&args),
        Measure::Speed(args) => speed::measure(&args),
    }
}
