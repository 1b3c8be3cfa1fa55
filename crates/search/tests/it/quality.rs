//! Whether the right entry stands first, on judgements that others wrote. The data is not part of the repository;
//! where it is missing, the tests say so and pass.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant as Clock};

use inkstand_model::{SearchDocument, SearchRequest};
use serde_json::Value;

use crate::blog::{Blog, asking, post, terms};

pub(crate) fn lines(file: &str) -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: there is no {}", path.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

pub(crate) fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// The median and the slowest but one per cent.
pub(crate) fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("p50 {:.2?} p99 {:.2?}", times[times.len() / 2], times[times.len() * 99 / 100])
}

#[test]
fn the_known_post_stands_first() {
    let (Some(posts), Some(questions)) = (lines("real-blog/posts.jsonl"), lines("known_item.jsonl")) else {
        return;
    };
    let slugs: Vec<&str> = posts.iter().map(|post| post["slug"].as_str().unwrap()).collect();
    let start = Clock::now();
    let blog = Blog::of((0..).zip(&posts).map(|(number, json)| SearchDocument {
        tags: terms(&strings(&json["tags"])),
        authors: terms(&strings(&json["authors"])),
        ..post(number, json["title"].as_str().unwrap(), json["body_markdown"].as_str().unwrap())
    }));
    println!("{} posts indexed in {:.2?}", posts.len(), start.elapsed());
    for (kind, least_first) in [("exact", 0.99), ("typo", 0.98), ("prefix", 0.96)] {
        let mut places = Vec::new();
        let (mut times, mut suggested) = (Vec::new(), Vec::new());
        for question in questions.iter().filter(|question| question["kind"] == kind) {
            let text = question["query"].as_str().unwrap();
            let mut right = strings(&question["accept"]);
            right.extend(question["slug"].as_str());
            let request = SearchRequest { limit: 10, marks: true, ..asking(text) };
            let start = Clock::now();
            blog.index.suggest(text, 8).unwrap();
            suggested.push(start.elapsed());
            let start = Clock::now();
            let results = blog.index.search(&request).unwrap();
            times.push(start.elapsed());
            let found = |number: u64| right.contains(&slugs[usize::try_from(number).unwrap()]);
            let place = results.hits.iter().position(|hit| found(hit.id.uuid().as_u64_pair().1));
            if place != Some(0) {
                let first = results.hits.first().map(|hit| slugs[hit.id.uuid().as_u64_pair().1 as usize]);
                println!(
                    "  {kind} {text:?} at {place:?}, corrected {:?}, first {first:?}",
                    results.corrected
                );
            }
            places.push(place);
        }
        let share = |within: usize| {
            places.iter().filter(|place| place.is_some_and(|place| place < within)).count() as f64
                / places.len() as f64
        };
        println!(
            "known item, {kind}: first {:.3}, in five {:.3}, in ten {:.3} of {}; with marks {}; suggest {}",
            share(1),
            share(5),
            share(10),
            places.len(),
            told(times),
            told(suggested)
        );
        assert!(share(1) >= least_first, "{kind}");
    }
}

#[test]
fn cranfield_is_answered_better_than_by_plain_bm25() {
    let (Some(documents), Some(questions)) =
        (lines("ir/cranfield.docs.jsonl"), lines("ir/cranfield.queries.jsonl"))
    else {
        return;
    };
    let judgements = std::fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ir/cranfield.qrels.txt"),
    )
    .unwrap();
    let mut gains: HashMap<&str, HashMap<u64, f64>> = HashMap::new();
    for line in judgements.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        gains.entry(fields[0]).or_default().insert(fields[2].parse().unwrap(), fields[3].parse().unwrap());
    }
    let number = |json: &Value| json["id"].as_str().unwrap().parse::<u64>().unwrap();
    let blog = Blog::of(
        documents
            .iter()
            .map(|json| post(number(json), json["title"].as_str().unwrap(), json["text"].as_str().unwrap())),
    );
    let discount = |place: usize| ((place + 2) as f64).log2();
    let (mut ndcg, mut recall, mut times) = (0.0, 0.0, Vec::new());
    for question in &questions {
        let gains = &gains[question["id"].as_str().unwrap()];
        let start = Clock::now();
        let results = blog.index.search(&asking(question["text"].as_str().unwrap())).unwrap();
        times.push(start.elapsed());
        let found: Vec<f64> = results
            .hits
            .iter()
            .map(|hit| gains.get(&hit.id.uuid().as_u64_pair().1).copied().unwrap_or(0.0))
            .collect();
        let mut ideal: Vec<f64> = gains.values().copied().collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        let sum = |gains: &[f64]| {
            gains.iter().take(10).enumerate().map(|(place, gain)| gain / discount(place)).sum::<f64>()
        };
        ndcg += sum(&found) / sum(&ideal);
        recall += found.iter().filter(|gain| **gain > 0.0).count() as f64 / gains.len() as f64;
    }
    let count = questions.len() as f64;
    let (ndcg, recall) = (ndcg / count, recall / count);
    println!(
        "cranfield: NDCG@10 {ndcg:.4} (plain BM25 0.519), recall@100 {recall:.4} (0.749); {}",
        told(times)
    );
    assert!(ndcg >= 0.555 && recall >= 0.80);
}
