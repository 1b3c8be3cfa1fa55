//! A blog that nobody wrote: words by Zipf's law, the same on every machine.

use std::{io::Write, path::Path};

use anyhow::Result;

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
    let mut dice = Dice::new(count);
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
    let mut sentence = String::new();
    for n in 0..words {
        let word = word(dice.skewed(VOCABULARY));
        if n == 0 {
            sentence.push_str(&word[..1].to_uppercase());
            sentence.push_str(&word[1..]);
        } else {
            sentence.push(' ');
            sentence.push_str(&word);
        }
    }
    sentence
}

/// Repeatable chance.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: usize) -> Self {
        Self(seed as u64 ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// SplitMix64, by Sebastiano Vigna.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// A rank below `end`, about as often as one over itself (Zipf's law with exponent 1, by its inverse).
    pub(crate) fn skewed(&mut self, end: usize) -> usize {
        let rank = ((end + 1) as f64).powf(self.fraction());
        (rank as usize).clamp(1, end) - 1
    }
}
