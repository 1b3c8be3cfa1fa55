//! A blog that nobody wrote: words by Zipf's law, the same on every machine.
//!
//! Every post can be made by itself, so that a million of them need not be held.

use std::time::Duration;

use anyhow::Result;
use inkstand_chance::Dice;
use inkstand_model::{EntryId, EntryKind, EntryStatus, Instant, Language, SearchDocument, SearchTerm, Slug};
use uuid::Uuid;

/// Different words of the whole blog.
pub(crate) const VOCABULARY: usize = 120_000;

/// Words of a post, on the average.
const WORDS: usize = 400;

const AUTHORS: usize = 20;
const CATEGORIES: usize = 10;
const TAGS: usize = 500;

/// The blog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corpus {
    beginning: Instant,
}

impl Corpus {
    /// It begins in 2015.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { beginning: Instant::parse_rfc3339("2015-01-01T00:00:00Z")? })
    }

    /// The post of that number; a later number has a later date, an hour apart.
    pub(crate) fn post(self, number: usize) -> SearchDocument {
        const HOUR: u64 = 3_600;
        const HOURS_OF_A_YEAR: usize = 8_766;
        let mut dice = dice_of(number);
        let title = sentence(5 + dice.below(5), &mut dice);
        let mut text = String::new();
        let mut left = WORDS / 2 + dice.below(WORDS);
        while left > 0 {
            let take = left.min(8 + dice.below(12));
            left -= take;
            text.push_str(&sentence(take, &mut dice));
            text.push_str(if dice.below(5) == 0 { ".\n\n" } else { ". " });
        }
        let mut tags: Vec<SearchTerm> =
            (0..1 + dice.below(4)).map(|_| term("Tag", dice.skewed(TAGS))).collect();
        tags.sort();
        tags.dedup();
        let at = self.beginning.plus(Duration::from_secs(number as u64 * HOUR));
        SearchDocument {
            id: id(number),
            kind: EntryKind::Post,
            status: EntryStatus::Published,
            byline: Vec::new(),
            title,
            text,
            tags,
            categories: vec![term("Category", dice.skewed(CATEGORIES))],
            category_ancestors: Vec::new(),
            authors: vec![term("Author", dice.skewed(AUTHORS))],
            series: None,
            hashtags: Vec::new(),
            language: Language::english(),
            published_at: Some(at),
            updated_at: at,
            year: Some(2015 + (number / HOURS_OF_A_YEAR) as i16),
            featured: false,
        }
    }
}

/// Its id: no order, as ids of imported posts have none.
pub(crate) fn id(number: usize) -> EntryId {
    EntryId::from_uuid(Uuid::from_u64_pair(dice_of(number ^ 0xF00D).roll(), number as u64))
}

/// A tag by its rank, the most frequent first.
pub(crate) fn tag(rank: usize) -> Slug {
    term("Tag", rank).slug
}

/// The tags that there are.
pub(crate) const fn tags() -> usize {
    TAGS
}

/// Words by rank, the most frequent first: syllables, and of every four ranks two inflect the first, so that stems
/// have something to do.
pub(crate) fn word(rank: usize) -> String {
    const HEADS: [&str; 16] =
        ["ba", "co", "di", "fu", "ga", "he", "ji", "ko", "lu", "ma", "ne", "po", "ra", "si", "tu", "ve"];
    const TAILS: [&str; 8] = ["n", "r", "st", "l", "x", "m", "th", "d"];
    let (root, ending) = match rank % 4 {
        1 => (rank - 1, "s"),
        2 => (rank - 2, "ing"),
        _ => (rank, ""),
    };
    let mut word = String::new();
    let mut rest = root;
    loop {
        word.push_str(HEADS[rest % HEADS.len()]);
        rest /= HEADS.len();
        word.push_str(TAILS[rest % TAILS.len()]);
        rest /= TAILS.len();
        if rest == 0 {
            break;
        }
    }
    word.push_str(ending);
    word
}

/// Dice of its own for each number: those of neighbouring ones would follow each other.
pub(crate) const fn dice_of(number: usize) -> Dice {
    Dice::new((number as u64).wrapping_mul(0xD134_2543_DE82_EF95))
}

fn term(kind: &str, rank: usize) -> SearchTerm {
    let name = format!("{kind} {}", word(rank * 4));
    let slug = Slug::from_title(&name).unwrap_or_else(|| Slug::from_stored(format!("{kind}-{rank}")));
    SearchTerm { slug, name, former: Vec::new() }
}

fn sentence(words: usize, dice: &mut Dice) -> String {
    inkstand_chance::sentence(words, || word(dice.skewed(VOCABULARY)))
}
