//! Five hundred entries of a real blog, if they are here.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

use inkstand_markup::{RenderOptions, render_excerpt};

use crate::markdown;
use crate::safety::faults;

#[test]
fn every_entry_renders_safely() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/real-blog/posts.jsonl");
    let Ok(posts) = fs::read_to_string(&path) else {
        println!("SKIPPED: the real blog is not here ({})", path.display());
        return;
    };
    let start = Instant::now();
    let (mut count, mut words, mut headings, mut hashtags) = (0, 0, 0, HashSet::new());
    for line in posts.lines() {
        let post: serde_json::Value = serde_json::from_str(line).unwrap();
        let (slug, body) = (post["slug"].as_str().unwrap(), post["body_markdown"].as_str().unwrap());
        let rendered = markdown(body);
        let excerpt = render_excerpt(post["excerpt"].as_str().unwrap_or_default(), &RenderOptions::default());
        for html in [&rendered.html, &rendered.excerpt_html, &excerpt.html] {
            assert_eq!(faults(html), Vec::<String>::new(), "{slug}");
        }
        assert!(rendered.word_count > 0 && !rendered.text.is_empty(), "{slug} has no words");
        assert!(!rendered.excerpt_text.is_empty(), "{slug} has no excerpt");
        let anchors: HashSet<&str> = rendered.headings.iter().map(|h| h.anchor.as_str()).collect();
        assert_eq!(anchors.len(), rendered.headings.len(), "{slug} repeats an anchor");
        // An image in a template tag is no markup to us: it stays as it stands, but for its typography.
        assert_eq!(rendered.text.matches("{% image").count(), body.matches("{% image").count(), "{slug}");
        count += 1;
        words += rendered.word_count;
        headings += rendered.headings.len();
        hashtags.extend(rendered.hashtags);
    }
    println!("{count} entries, {words} words, {headings} headings, {:?}: {hashtags:?}", start.elapsed());
    assert!(count > 500);
}
