//! A blog that nobody wrote: words by Zipf's law, the same on every machine.

use std::{io::Write, path::Path};

use anyhow::Result;
use inkstand_chance::Dice;

/// Different words of the whole blog.
const VOCABULARY: usize = 20_000;

/// Words of a post, as far as its paragraphs go.
const WORDS: usize = 400;

const AUTHORS: usize = 20;
const CATEGORIES: usize = 10;
const TAGS: usize = 500;

/// A post before anything made HTML of it.
pub(crate) struct Post {
    pub(crate) slug: String,
    pub(crate) title: String,
    /// `2015-03-01T07:00:00Z`.
    pub(crate) date: String,
    pub(crate) author: String,
    pub(crate) category: String,
    pub(crate) tags: Vec<String>,
    pub(crate) paragraphs: Vec<String>,
}

/// So many posts, an hour between two of them.
pub(crate) fn posts(count: usize) -> Vec<Post> {
    let mut dice = Dice::new(count as u64);
    (0..count).map(|n| post(n, &mut dice)).collect()
}

/// Tags by number, the most frequent ones first.
pub(crate) fn tag(n: usize) -> String {
    format!("tag-{n:03}")
}

/// The tags that there are.
pub(crate) const fn tags() -> usize {
    TAGS
}

/// Words by rank, the most frequent one first.
pub(crate) fn word(rank: usize) -> String {
    const HEADS: [&str; 16] =
        ["ba", "co", "di", "fu", "ga", "he", "ji", "ko", "lu", "ma", "ne", "po", "ra", "si", "tu", "ve"];
    const TAILS: [&str; 8] = ["", "n", "r", "st", "l", "x", "m", "th"];
    let mut word = String::new();
    let mut rest = rank;
    loop {
        word.push_str(HEADS[rest % HEADS.len()]);
        rest /= HEADS.len();
        word.push_str(TAILS[rest % TAILS.len()]);
        rest /= TAILS.len();
        if rest == 0 {
            break;
        }
    }
    // Short ranks would be words of two letters.
    if word.len() < 4 {
        word.push_str("la");
    }
    word
}

/// Writes the posts as an archive of Markdown, as somebody would bring a blog along.
pub(crate) fn write_archive(posts: &[Post], file: &Path) -> Result<()> {
    let mut archive = tar::Builder::new(std::io::BufWriter::new(std::fs::File::create(file)?));
    for post in posts {
        let mut text = Vec::new();
        write!(
            text,
            "---\ntitle: {}\ndate: {}\nslug: {}\nauthors: [{}]\ncategories: [{}]\ntags: [{}]\n---\n",
            post.title,
            post.date,
            post.slug,
            post.author,
            post.category,
            post.tags.join(", ")
        )?;
        text.write_all(post.paragraphs.join("\n\n").as_bytes())?;
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, format!("posts/{}.md", post.slug), text.as_slice())?;
    }
    archive.into_inner()?.flush()?;
    Ok(())
}

fn post(n: usize, dice: &mut Dice) -> Post {
    let title = sentence(5 + dice.below(5), dice);
    let mut paragraphs = Vec::new();
    let mut words = 0;
    while words < WORDS {
        let length = 40 + dice.below(60);
        words += length;
        let mut paragraph = String::new();
        let mut left = length;
        while left > 0 {
            let take = left.min(8 + dice.below(12));
            left -= take;
            paragraph.push_str(&sentence(take, dice));
            paragraph.push_str(". ");
        }
        paragraphs.push(paragraph.trim_end().to_owned());
    }
    let mut tags: Vec<String> = (0..1 + dice.below(4)).map(|_| tag(dice.skewed(TAGS))).collect();
    tags.sort();
    tags.dedup();
    let hours = n as i64;
    let day = hours / 24;
    // Years of 360 days are enough for an order.
    let (year, month, date) = (2015 + day / 360, day % 360 / 30 + 1, (day % 30 + 1).min(28));
    Post {
        slug: format!("post-{n:06}"),
        title,
        date: format!("{year}-{month:02}-{date:02}T{:02}:{:02}:00Z", hours % 24, n / 24 % 2 * 30),
        author: format!("author-{:02}", dice.skewed(AUTHORS)),
        category: format!("category-{}", dice.skewed(CATEGORIES)),
        tags,
        paragraphs,
    }
}

fn sentence(words: usize, dice: &mut Dice) -> String {
    inkstand_chance::sentence(words, || word(dice.skewed(VOCABULARY)))
}
