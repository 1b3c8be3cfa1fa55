//! How long answers take, and what the index costs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Clock};

use anyhow::Result;
use inkstand_model::SearchDocument;
use inkstand_search::Batch;

use crate::corpus::Corpus;
use crate::databases::Searching;
use crate::engine::Engine;
use crate::ours::{Ours, position};
use crate::process;
use crate::questions::{Class, Question, questions};
use crate::raw::Raw;

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Posts of the generated blog
    #[arg(long, default_value_t = 100_000)]
    posts: usize,

    /// Questions of each kind
    #[arg(long, default_value_t = 300)]
    questions: usize,

    /// Leave SQLite out
    #[arg(long)]
    no_sqlite: bool,

    /// Leave PostgreSQL out, although INKSTAND_TEST_POSTGRES names one
    #[arg(long)]
    no_postgres: bool,

    /// Leave raw tantivy out
    #[arg(long)]
    no_raw: bool,

    /// Measure also while posts are applied
    #[arg(long)]
    while_indexing: bool,

    /// Measure only these kinds, by the beginning of their names
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,

    /// Keep the indexes of ours and of raw tantivy in this folder, and use what is there
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// Posts that are made at a time.
const CHUNK: usize = 1_000;
/// Posts that are applied in one step while others ask.
const APPLIED: usize = 50;

pub(crate) fn measure(args: &Args) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let folder = args.keep.as_deref().unwrap_or(scratch.path());
    let corpus = Corpus::new()?;
    let text: usize = (0..1_000).map(|number| size(&corpus.post(number))).sum::<usize>() / 1_000 * args.posts;
    println!("{} posts of 400 words, {} MB of text\n", args.posts, text / 1_000_000);
    println!("| filling, one writer thread | seconds | posts/s | posts/s of one core | MB | of the text |");
    println!("|---|---|---|---|---|---|");
    let (before, _) = process::memory();
    let mut engines: Vec<Box<dyn Engine>> =
        vec![Box::new(fill_ours(args, corpus, &folder.join("ours"), text)?)];
    if !args.no_raw {
        engines.push(Box::new(fill_raw(args, corpus, &folder.join("raw"), text)?));
    }
    if !args.no_sqlite {
        let place = scratch.path().join("sqlite");
        std::fs::create_dir(&place)?;
        let sqlite = Searching::sqlite(&place)?;
        let filled = Filling::measure(args.posts, corpus, |chunks| sqlite.fill(chunks))?;
        filled.print("SQLite FTS5", process::size(&place), text);
        engines.push(Box::new(sqlite));
    }
    match std::env::var("INKSTAND_TEST_POSTGRES") {
        Ok(url) if !args.no_postgres => {
            let postgres = Searching::postgres(&url)?;
            let filled = Filling::measure(args.posts, corpus, |chunks| postgres.fill(chunks))?;
            filled.print("PostgreSQL", 0, text);
            engines.push(Box::new(postgres));
        }
        _ if args.no_postgres => {}
        _ => println!("SKIPPED: PostgreSQL, because INKSTAND_TEST_POSTGRES names none"),
    }
    let sets: Vec<(Class, Vec<Question>)> = Class::ALL
        .into_iter()
        .filter(|class| args.only.is_empty() || args.only.iter().any(|only| class.name().starts_with(only)))
        .map(|class| (class, questions(class, args.questions, corpus, args.posts)))
        .collect();
    print_head("10 hits + total + snippets, one thread: p50 / p99 ms", &engines);
    for (class, set) in &sets {
        let mut cells = Vec::new();
        for engine in &mut engines {
            cells.push(if engine.knows(*class) {
                cell(&ask_all(engine.as_mut(), set)?)
            } else {
                "–".to_owned()
            });
        }
        println!("| {} | {} |", class.name(), cells.join(" | "));
    }
    let (held, mapped) = process::memory();
    println!("\nmemory after all: {held} MB held ({before} before anything), {mapped} MB of files mapped");
    drop(engines);
    if args.while_indexing {
        while_indexing(args, corpus, &folder.join("ours"), &sets)?;
    }
    Ok(())
}

fn fill_ours(args: &Args, corpus: Corpus, folder: &Path, text: usize) -> Result<Ours> {
    let ours = Ours::open(folder)?;
    if ours.index.len() != args.posts as u64 {
        let filled = Filling::measure(args.posts, corpus, |chunks| ours.fill(chunks))?;
        // Closing waits for the merges that go on, and what they replaced is removed at the next opening.
        drop(ours);
        let ours = Ours::open(folder)?;
        filled.print("ours", process::size(folder), text);
        return Ok(ours);
    }
    Ok(ours)
}

fn fill_raw(args: &Args, corpus: Corpus, folder: &Path, text: usize) -> Result<Raw> {
    if folder.exists() {
        return Raw::open(folder);
    }
    std::fs::create_dir_all(folder)?;
    let raw = Raw::create(Some(folder))?;
    let filled = Filling::measure(args.posts, corpus, |chunks| {
        raw.fill(chunks.map(|chunk| (0..).zip(chunk).collect()))
    })?;
    filled.print("raw tantivy", process::size(folder), text);
    Ok(raw)
}

/// What filling took, without making the posts.
struct Filling {
    posts: usize,
    wall: Duration,
    processor: Duration,
}

impl Filling {
    fn measure(
        posts: usize,
        corpus: Corpus,
        fill: impl FnOnce(&mut dyn Iterator<Item = Vec<SearchDocument>>) -> Result<()>,
    ) -> Result<Self> {
        let (mut made_wall, mut made_processor) = (Duration::ZERO, Duration::ZERO);
        let (wall, processor) = (Clock::now(), process::processor_time());
        let mut chunks = (0..posts).step_by(CHUNK).map(|start| {
            let (wall, processor) = (Clock::now(), process::thread_time());
            let chunk = (start..posts.min(start + CHUNK)).map(|number| corpus.post(number)).collect();
            made_wall += wall.elapsed();
            made_processor += process::thread_time() - processor;
            chunk
        });
        fill(&mut chunks)?;
        drop(chunks);
        let processor = (process::processor_time() - processor).saturating_sub(made_processor);
        Ok(Self { posts, wall: wall.elapsed().saturating_sub(made_wall), processor })
    }

    fn print(&self, name: &str, size: u64, text: usize) {
        let rate = |time: Duration| self.posts as f64 / time.as_secs_f64();
        println!(
            "| {name} | {:.1} | {:.0} | {:.0} | {} | {:.2} |",
            self.wall.as_secs_f64(),
            rate(self.wall),
            rate(self.processor),
            size / 1_000_000,
            size as f64 / text as f64
        );
    }
}

/// What all questions took.
struct Asked {
    times: Vec<Duration>,
    /// The median of the totals, by which one sees that engines were asked the same.
    total: u64,
}

fn ask_all(engine: &mut dyn Engine, set: &[Question]) -> Result<Asked> {
    for question in set.iter().take(20) {
        engine.ask(question)?;
    }
    let (mut times, mut totals) = (Vec::new(), Vec::new());
    for question in set {
        let start = Clock::now();
        totals.push(engine.ask(question)?);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    totals.sort_unstable();
    Ok(Asked { total: totals[totals.len() / 2], times })
}

fn percentile(times: &[Duration], hundredths: usize) -> f64 {
    let place = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
    times.get(place).map_or(0.0, Duration::as_secs_f64) * 1_000.0
}

fn cell(asked: &Asked) -> String {
    format!(
        "{:.2} / {:.2} ({} found)",
        percentile(&asked.times, 50),
        percentile(&asked.times, 99),
        asked.total
    )
}

fn print_head(what: &str, engines: &[Box<dyn Engine>]) {
    let names: Vec<_> = engines.iter().map(|engine| engine.name()).collect();
    println!("\n| {what} | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
}

fn while_indexing(args: &Args, corpus: Corpus, folder: &Path, sets: &[(Class, Vec<Question>)]) -> Result<()> {
    let mut ours = Ours::open(folder)?;
    println!("\n| p50 / p99 ms | idle | while {APPLIED} posts at a time are applied |\n|---|---|---|");
    let index = ours.index.clone();
    let over = AtomicBool::new(false);
    for (class, set) in sets {
        let idle = ask_all(&mut ours, set)?;
        over.store(false, Ordering::Release);
        let busy = std::thread::scope(|scope| {
            let applying = scope.spawn(|| -> Result<()> {
                // Posts that are there are written again, so that the blog stays as large as it was.
                for start in (0..args.posts).step_by(APPLIED) {
                    if over.load(Ordering::Acquire) {
                        break;
                    }
                    let end = args.posts.min(start + APPLIED);
                    let upserts = (start..end).map(|number| corpus.post(number)).collect();
                    index.apply(Batch { upserts, deletes: Vec::new() }, position(2))?;
                }
                Ok(())
            });
            let busy = ask_all(&mut ours, set);
            over.store(true, Ordering::Release);
            match applying.join() {
                Ok(applied) => applied.and(busy),
                Err(_) => anyhow::bail!("applying panicked"),
            }
        })?;
        println!("| {} | {} | {} |", class.name(), cell(&idle), cell(&busy));
    }
    Ok(())
}

fn size(entry: &SearchDocument) -> usize {
    entry.title.len() + entry.text.len()
}
