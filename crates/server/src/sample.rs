//! The sample blog: a dozen posts, part of the binary, read by the same importer as anybody's.

use anyhow::{Context, Result};
use inkstand_blog::{Blog, ImportReport};
use inkstand_exchange::parse_markdown;
use inkstand_model::Viewer;
use tokio::sync::mpsc;

/// The name that the sample posts are known by.
pub(crate) const SOURCE: &str = "inkstand-sample";

/// A word that occurs in several of them, for a search to try.
pub(crate) const SEARCH_WORD: &str = "blotter";

macro_rules! posts {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../sample/", $name)).as_slice())),*]
    };
}

/// Loads the sample blog.
pub(crate) async fn load(blog: &Blog) -> Result<ImportReport> {
    let (sender, items) = mpsc::channel(POSTS.len());
    for (name, source) in POSTS {
        sender.send(parse_markdown(name, source)).await.context("the sample posts cannot be read")?;
    }
    drop(sender);
    blog.import(&Viewer::Operator, SOURCE, items, |_| {}).await.context("cannot load the sample posts")
}

const POSTS: [(&str, &[u8]); 15] = posts![
    "2024-01-18-why-we-still-write-with-ink.md",
    "2024-03-02-oak-gall-ink-in-a-kitchen.md",
    "2024-05-11-in-praise-of-the-blotter.md",
    "2024-06-14-loeschpapier-eine-kleine-liebeserklaerung.md",
    "2024-07-23-washi-to-inku.md",
    "2024-09-05-a-letter-a-week.md",
    "2024-11-30-the-colours-inside-black.md",
    "2025-01-15-asking-for-posts.md",
    "2025-02-12-finding-things-again.md",
    "2025-03-19-moving-in.md",
    "2025-06-08-the-same-blog-on-postgresql.md",
    "2025-09-21-a-notebook-is-a-log.md",
    "2026-08-30-sorting-the-drawer.md",
    "2026-10-04-slow-words.md",
    "about.md",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_post_is_read_without_a_warning() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sample")).unwrap().count();
        assert_eq!(POSTS.len(), files, "every file of the folder is part of the binary");
        for (name, source) in POSTS {
            let item = parse_markdown(name, source).unwrap();
            assert_eq!(item.warnings, Vec::<String>::new(), "{name}");
        }
    }
}
