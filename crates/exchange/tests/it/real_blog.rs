//! 509 posts that nobody on this project wrote.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use flate2::read::GzDecoder;
use inkstand_model::{ImportDate, ImportItem, Zone};
use tempfile::TempDir;

use crate::archives::read;

#[test]
fn the_real_blog_is_read_whole() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/real-blog");
    let archive = data.join("posts.tar.gz");
    if !archive.exists() {
        eprintln!("SKIPPED: {} is not here, so the real blog is not read", archive.display());
        return;
    }
    let (items, refusals) = read(&archive);
    assert_eq!(refusals, []);
    assert_eq!(items.len(), 509);

    let truth = fs::read_to_string(data.join("posts.jsonl")).unwrap();
    let truth: HashMap<String, serde_json::Value> = truth
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|post: serde_json::Value| {
            (post["source_path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(), post)
        })
        .collect();
    for item in &items {
        assert_equal(item, &truth[&item.source_path]);
    }
    let warnings: Vec<_> = items.iter().flat_map(|item| &item.warnings).collect();
    assert_eq!(warnings, [""; 0]);

    let dir = TempDir::new().unwrap();
    tar::Archive::new(GzDecoder::new(fs::File::open(&archive).unwrap())).unpack(dir.path()).unwrap();
    assert!(read(&dir.path().join("posts")) == (items, refusals), "the folder gives other items");
}

fn assert_equal(item: &ImportItem, truth: &serde_json::Value) {
    let at = &item.source_path;
    let texts = |name: &str| -> Vec<String> {
        truth[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap().trim().to_owned()).collect()
    };
    assert_eq!(item.title, truth["title"].as_str().unwrap().trim(), "{at}");
    assert_eq!(
        item.authors.iter().map(|author| author.handle.clone()).collect::<Vec<_>>(),
        texts("authors"),
        "{at}"
    );
    assert_eq!(item.tags, texts("tags"), "{at}");
    let day = match item.date.unwrap() {
        ImportDate::Exact(instant) => instant.local(&Zone::utc()).date(),
        ImportDate::Local(local) => local.date(),
    };
    assert_eq!(day.to_string(), truth["date"].as_str().unwrap()[..10], "{at}");
    assert_eq!(
        item.excerpt.as_deref().unwrap_or_default(),
        truth["excerpt"].as_str().unwrap().trim(),
        "{at}"
    );
    let body = truth["body_markdown"].as_str().unwrap();
    // Jekyll's marks are meant to be gone from five of them.
    if ["{% raw", "{%raw", "{% highlight"].iter().any(|mark| body.contains(mark)) {
        return;
    }
    assert_eq!(item.source.trim(), body.replace("\r\n", "\n").trim(), "{at}");
}
