//! Whether the right entries stand first, on judgements that nobody here wrote. The data is not part of the
//! repository.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use anyhow::{Context, Result};
use inkstand_model::{
    EntryId, EntryKind, EntryStatus, Instant, Language, SearchDocument, SearchRequest, SearchTerm, Slug,
};
use inkstand_search::Index;
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::ours::Ours;
use crate::raw::Raw;

/// Where the collections are.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder of the collections
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"))]
    data: PathBuf,

    /// Tell the questions of which the right entry is not the first
    #[arg(long)]
    misses: bool,
}

pub(crate) fn measure(args: &Args) -> Result<()> {
    println!("| measure | ours | tantivy's own parser | plain BM25 |\n|---|---|---|---|");
    judged(args, "cranfield")?;
    known_items(args)
}

/// The three that are compared.
struct Compared {
    ours: Index,
    raw: Raw,
    _folder: TempDir,
}

impl Compared {
    fn of(entries: &[SearchDocument]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ours = Ours::open(folder.path())?;
        ours.fill(std::iter::once(entries.to_vec()))?;
        let raw = Raw::create(None)?;
        raw.fill(std::iter::once((0..).zip(entries.iter().cloned()).collect()))?;
        Ok(Self { ours: ours.index, raw, _folder: folder })
    }

    fn ours(&self, text: &str, limit: u32) -> Result<Vec<u64>> {
        let request = SearchRequest { text: text.to_owned(), limit, ..SearchRequest::default() };
        Ok(self.ours.search(&request)?.hits.iter().map(|hit| hit.id.uuid().as_u64_pair().1).collect())
    }
}

/// A collection whose questions have several right answers of different worth.
fn judged(args: &Args, name: &str) -> Result<()> {
    let file = |kind: &str| args.data.join("ir").join(format!("{name}.{kind}"));
    let (Some(documents), Some(questions), Ok(judgements)) = (
        lines(file("docs.jsonl"))?,
        lines(file("queries.jsonl"))?,
        std::fs::read_to_string(file("qrels.txt")),
    ) else {
        return Ok(());
    };
    let mut gains: HashMap<&str, HashMap<&str, f64>> = HashMap::new();
    for line in judgements.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [question, _, document, gain] = fields.as_slice() {
            gains.entry(question).or_default().insert(document, gain.parse()?);
        }
    }
    let ids: Vec<&str> = documents.iter().map(|json| string(json, "id")).collect();
    let entries: Result<Vec<_>> =
        (0..).zip(&documents).map(|(number, json)| entry(number, json, "text")).collect();
    let compared = Compared::of(&entries?)?;
    let mut means = [[0.0; 3]; 2];
    let mut count = 0.0;
    for question in &questions {
        let Some(gains) = gains.get(string(question, "id")) else { continue };
        let text = string(question, "text");
        let answers =
            [compared.ours(text, 100)?, compared.raw.best(text, 100)?, compared.raw.bm25(text, 100)?];
        for (system, answer) in answers.iter().enumerate() {
            let found: Vec<f64> = answer
                .iter()
                .map(|&number| ids.get(number as usize).and_then(|id| gains.get(id)).copied().unwrap_or(0.0))
                .collect();
            means[0][system] += ndcg(&found, gains.values().copied().collect());
            let relevant = gains.values().filter(|gain| **gain > 0.0).count().max(1);
            means[1][system] += found.iter().filter(|gain| **gain > 0.0).count() as f64 / relevant as f64;
        }
        count += 1.0;
    }
    for (measure, values) in ["NDCG@10", "Recall@100"].iter().zip(means) {
        let [ours, parser, bm25] = values.map(|sum| sum / count);
        println!("| {name}, {measure} ({count} queries) | {ours:.4} | {parser:.4} | {bm25:.4} |");
    }
    Ok(())
}

/// Discounted gain of the first ten, as a share of the best possible one.
fn ndcg(found: &[f64], mut ideal: Vec<f64>) -> f64 {
    ideal.sort_by(|a, b| b.total_cmp(a));
    let sum = |gains: &[f64]| -> f64 {
        gains.iter().take(10).zip(2..).map(|(gain, place)| gain / f64::from(place).log2()).sum()
    };
    let best = sum(&ideal);
    if best > 0.0 { sum(found) / best } else { 0.0 }
}

/// Questions that are about one post of a real blog.
fn known_items(args: &Args) -> Result<()> {
    let (Some(posts), Some(questions)) =
        (lines(args.data.join("real-blog/posts.jsonl"))?, lines(args.data.join("known_item.jsonl"))?)
    else {
        return Ok(());
    };
    let slugs: Vec<&str> = posts.iter().map(|json| string(json, "slug")).collect();
    let entries: Result<Vec<_>> =
        (0..).zip(&posts).map(|(number, json)| entry(number, json, "body_markdown")).collect();
    let compared = Compared::of(&entries?)?;
    for (kind, told) in [("exact", "exact words"), ("typo", "one typo"), ("prefix", "as you type")] {
        let mut within = [[0_usize; 3]; 2];
        let mut count = 0;
        for question in questions.iter().filter(|question| string(question, "kind") == kind) {
            let text = string(question, "query");
            let mut right: BTreeSet<&str> = strings(question, "accept").collect();
            right.insert(string(question, "slug"));
            let of_raw = |text| match kind {
                "prefix" => compared.raw.best_as_typed(text, 10),
                _ => compared.raw.best(text, 10),
            };
            let answers = [compared.ours(text, 10)?, of_raw(text)?, compared.raw.bm25(text, 10)?];
            for (system, answer) in answers.iter().enumerate() {
                let found =
                    |&number: &u64| slugs.get(number as usize).is_some_and(|slug| right.contains(slug));
                let place = answer.iter().position(found);
                within[0][system] += usize::from(place == Some(0));
                within[1][system] += usize::from(place.is_some_and(|place| place < 5));
                if args.misses && system == 0 && place != Some(0) {
                    let first = answer.first().and_then(|&number| slugs.get(number as usize));
                    println!("  {kind} {text:?} at {place:?}, first {first:?}, right {right:?}");
                }
            }
            count += 1;
        }
        let [ours, parser, bm25] = [0, 1, 2].map(|system| {
            let [first, in_five] = within.map(|within| within[system] as f64 / f64::from(count).max(1.0));
            if kind == "prefix" { format!("{first:.3} / {in_five:.3}") } else { format!("{first:.3}") }
        });
        let measure = if kind == "prefix" { "first / in five" } else { "first" };
        println!("| real blog, {told}, {measure} ({count}) | {ours} | {parser} | {bm25} |");
    }
    Ok(())
}

fn lines(file: PathBuf) -> Result<Option<Vec<Value>>> {
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("SKIPPED: there is no {}", file.display());
        return Ok(None);
    };
    text.lines().map(|line| serde_json::from_str(line).with_context(|| file.display().to_string())).collect()
}

fn string<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

fn strings<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    json[name].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn entry(number: u64, json: &Value, body: &str) -> Result<SearchDocument> {
    let at = Instant::parse_rfc3339("2020-01-01T00:00:00Z")?;
    let terms = |name: &str| {
        let terms = strings(json, name).filter_map(|name| {
            Some(SearchTerm { slug: Slug::from_title(name)?, name: name.to_owned(), former: Vec::new() })
        });
        terms.collect::<Vec<_>>()
    };
    Ok(SearchDocument {
        id: EntryId::from_uuid(Uuid::from_u64_pair(7, number)),
        kind: EntryKind::Post,
        status: EntryStatus::Published,
        byline: Vec::new(),
        title: string(json, "title").to_owned(),
        text: string(json, body).to_owned(),
        tags: terms("tags"),
        categories: terms("categories"),
        category_ancestors: Vec::new(),
        authors: terms("authors"),
        series: None,
        hashtags: Vec::new(),
        language: Language::english(),
        published_at: Some(at),
        updated_at: at,
        year: Some(2020),
        featured: false,
    })
}
