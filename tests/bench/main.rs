//! `just bench`: how many requests a second, beside what is possible.
//!
//! Each in a process of its own, over the same generated blog: (a) Inkstand without its response cache, (b) Inkstand as
//! it is shipped, both on SQLite and on PostgreSQL, (c) a bare axum handler that sends the same bytes, (d) the same shape
//! of schema in stock async-graphql, from memory. The load is wrk on the same machine. Rounds are interleaved, so that
//! what else the machine does hits all of them alike; the table gives medians.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod bare;
mod corpus;
mod load;
mod memory;
mod operations;
mod process;
mod replicas;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use inkstand_tests::{Database, TestDatabase};

use crate::{
    load::{Load, Measured, median},
    operations::{OPERATIONS, ask, cursors},
    process::{Server, free_port},
};

// The one of the server, so that the yardsticks are not measured beside another allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Inkstand beside a bare axum handler and stock async-graphql.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    mode: Option<Mode>,

    /// The binary that is measured
    #[arg(long, default_value = "target/release/inkstand")]
    inkstand: PathBuf,

    /// Posts of the generated blog
    #[arg(long, default_value_t = 10_000)]
    posts: usize,

    /// Seconds of each measurement
    #[arg(long, default_value_t = 3)]
    seconds: u64,

    /// Measurements of each kind, of which the median is printed
    #[arg(long, default_value_t = 3)]
    rounds: usize,

    /// Connections at a time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<u32>,
}

#[derive(Subcommand)]
enum Mode {
    /// Answers everything with the bytes of a file (used by the measurement itself)
    Bare { port: u16, answer: PathBuf },
    /// Answers from memory through stock async-graphql (used by the measurement itself)
    Memory { port: u16, posts: usize },
    /// Measures what following, crashing and growing cost, instead (`just bench-replicas`)
    Replicas(replicas::Args),
}

/// What is measured, in the table's order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Uncached(Kind),
    Shipped(Kind),
    Bare,
    Memory,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Target {
    const fn name(self) -> &'static str {
        match self {
            Self::Uncached(Kind::Sqlite) => "(a) Inkstand, cache off, SQLite",
            Self::Uncached(Kind::Postgres) => "(a) Inkstand, cache off, PostgreSQL",
            Self::Shipped(Kind::Sqlite) => "(b) Inkstand as shipped, SQLite",
            Self::Shipped(Kind::Postgres) => "(b) Inkstand as shipped, PostgreSQL",
            Self::Bare => "(c) bare axum, same bytes",
            Self::Memory => "(d) async-graphql from memory",
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    match &args.mode {
        Some(Mode::Bare { port, answer }) => bare::serve(*port, answer).await,
        Some(Mode::Memory { port, posts }) => memory::serve(*port, *posts).await,
        Some(Mode::Replicas(args)) => replicas::measure(args).await,
        None => measure(&args).await,
    }
}

/// A blog that is served, and where its data are.
struct Running {
    target: Target,
    server: Server,
    _database: TestDatabase,
}

async fn measure(args: &Args) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path();
    let load = Load::prepare(folder, args.seconds)?;
    println!("generating {} posts", args.posts);
    let posts = corpus::posts(args.posts);
    let archive = folder.join("blog.tar");
    corpus::write_archive(&posts, &archive)?;
    println!("{} MB of Markdown", std::fs::metadata(&archive)?.len() / 1_000_000);

    let mut running = Vec::new();
    let kinds: &[Kind] = if std::env::var_os("INKSTAND_TEST_POSTGRES").is_some() {
        &[Kind::Sqlite, Kind::Postgres]
    } else {
        println!("no PostgreSQL: INKSTAND_TEST_POSTGRES names none (`just postgres` starts one)");
        &[Kind::Sqlite]
    };
    for kind in kinds {
        for target in [Target::Uncached(*kind), Target::Shipped(*kind)] {
            running.push(start(args, target, &archive).await?);
        }
    }

    let client = reqwest::Client::new();
    let port = running[0].server.port;
    let pages = cursors(&client, port).await?;
    let places: Vec<String> = (0..pages.len()).map(|page| (page * 10 + 9).to_string()).collect();
    let me = std::env::current_exe()?;
    let memory_port = free_port()?;
    let mut command = Command::new(&me);
    command.args(["memory", &memory_port.to_string(), &args.posts.to_string()]);
    let memory = Server::start(command, memory_port, &folder.join("memory.log"))?;

    let mut rows: BTreeMap<(usize, u32, Target), Vec<Measured>> = BTreeMap::new();
    for round in 1..=args.rounds {
        for (number, operation) in OPERATIONS.iter().enumerate() {
            println!("round {round} of {}: {}", args.rounds, operation.name);
            let requests = operation.write(&posts, &pages, folder)?;
            let for_memory = operation.write(&posts, &places, folder)?;
            let first: serde_json::Value = serde_json::from_str(
                std::fs::read_to_string(&requests)?.lines().nth(1).context("no request")?,
            )?;
            let answer = folder.join("answer.json");
            std::fs::write(&answer, ask(&client, port, &first).await?)?;
            let bare_port = free_port()?;
            let mut command = Command::new(&me);
            command.arg("bare").arg(bare_port.to_string()).arg(&answer);
            let bare = Server::start(command, bare_port, &folder.join("bare.log"))?;
            for connections in &args.connections {
                let mut measure = |target, server: &Server, requests: &Path| -> Result<()> {
                    let measured = load.run(server, requests, *connections)?;
                    rows.entry((number, *connections, target)).or_default().push(measured);
                    Ok(())
                };
                for blog in &running {
                    measure(blog.target, &blog.server, &requests)?;
                }
                measure(Target::Bare, &bare, &requests)?;
                if operation.in_memory {
                    measure(Target::Memory, &memory, &for_memory)?;
                }
            }
        }
    }
    report(&rows);
    Ok(())
}

/// Imports the corpus into a new database and serves it, waiting until the search knows all of it.
async fn start(args: &Args, target: Target, archive: &Path) -> Result<Running> {
    let (Target::Uncached(kind) | Target::Shipped(kind)) = target else {
        anyhow::bail!("not a server of ours")
    };
    let database = TestDatabase::new(match kind {
        Kind::Sqlite => Database::Sqlite,
        Kind::Postgres => Database::Postgres,
    })
    .await;
    let folder = database.folder.path();
    let inkstand = || {
        let mut command = Command::new(&args.inkstand);
        command.arg("--data-dir").arg(folder).args(["--database-url", &database.url_text]);
        command
    };
    println!("importing for {}", target.name());
    let imported =
        inkstand().arg("import").arg(archive).output().context("the binary; `just build` makes it")?;
    ensure!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let port = free_port()?;
    let mut command = inkstand();
    command.args(["serve", "--no-sample", "--listen", &format!("127.0.0.1:{port}")]);
    if matches!(target, Target::Uncached(_)) {
        command.args(["--response-cache", "0"]);
    }
    let server = Server::start(command, port, &folder.join("server.log"))?;
    let client = reqwest::Client::new();
    let all = serde_json::json!({ "query": "{ search { totalCount complete } }" });
    loop {
        let answer: serde_json::Value = serde_json::from_str(&ask(&client, port, &all).await?)?;
        let search = &answer["data"]["search"];
        if search["complete"] == true && search["totalCount"] == args.posts {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    println!("  {} MB resident at rest", server.memory()? / 1_000_000);
    Ok(Running { target, server, _database: database })
}

fn report(rows: &BTreeMap<(usize, u32, Target), Vec<Measured>>) {
    println!(
        "\nlog level info; p50 and p99 in milliseconds, processor time of the server for each request\n"
    );
    println!("| operation | connections | what | requests/s | p50 | p99 | µs CPU | MB | of its yardstick |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for ((operation, connections, target), rounds) in rows {
        let measured = median(rounds);
        let yardstick = match target {
            Target::Uncached(_) => Some((Target::Memory, "d")),
            Target::Shipped(_) | Target::Memory => Some((Target::Bare, "c")),
            Target::Bare => None,
        };
        let ratio = yardstick.and_then(|(yardstick, name)| {
            let other = median(rows.get(&(*operation, *connections, yardstick))?);
            Some(format!("{:.2} of ({name})", measured.per_second / other.per_second))
        });
        println!(
            "| {} | {connections} | {} | {:.0} | {:.2} | {:.2} | {:.0} | {} | {} |",
            OPERATIONS[*operation].name,
            target.name(),
            measured.per_second,
            measured.p50,
            measured.p99,
            measured.cpu,
            measured.memory / 1_000_000,
            ratio.unwrap_or_default()
        );
    }
}
