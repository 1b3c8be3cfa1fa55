//! What is asked.

use inkstand_chance::Dice;
use inkstand_model::Slug;

use crate::corpus::{self, Corpus};

/// Kinds of questions, in the table's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    OneWord,
    TwoWords,
    Phrase,
    WordAndTag,
    Prefix,
    Typo,
    Facets,
    Suggest,
}

impl Class {
    pub(crate) const ALL: [Self; 8] = [
        Self::OneWord,
        Self::TwoWords,
        Self::Phrase,
        Self::WordAndTag,
        Self::Prefix,
        Self::Typo,
        Self::Facets,
        Self::Suggest,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OneWord => "one word",
            Self::TwoWords => "two words",
            Self::Phrase => "phrase",
            Self::WordAndTag => "word + tag",
            Self::Prefix => "prefix",
            Self::Typo => "typo",
            Self::Facets => "word, facets on",
            Self::Suggest => "suggest",
        }
    }
}

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) class: Class,
    /// The words, without quotes and the like: each engine writes its own.
    pub(crate) words: String,
    pub(crate) tag: Option<Slug>,
}

/// The most frequent words are no questions: they are what `the` and `of` are in a language.
const STOP_WORDS: usize = 20;

/// So many questions of a kind about a blog of so many posts.
pub(crate) fn questions(class: Class, count: usize, corpus: Corpus, posts: usize) -> Vec<Question> {
    let mut dice = corpus::dice_of(class as usize + 0xBEEF);
    (0..count).map(|_| question(class, corpus, posts, &mut dice)).collect()
}

fn question(class: Class, corpus: Corpus, posts: usize, dice: &mut Dice) -> Question {
    let words = match class {
        Class::OneWord | Class::WordAndTag | Class::Facets => word(dice),
        Class::TwoWords => format!("{} {}", word(dice), word(dice)),
        Class::Phrase => neighbours(corpus, posts, dice),
        Class::Prefix | Class::Suggest => {
            let word = word(dice);
            let letters = 2 + dice.below(word.len().saturating_sub(3).max(1));
            word[..letters.min(word.len())].to_owned()
        }
        Class::Typo => misspelt(dice),
    };
    let tag = (class == Class::WordAndTag).then(|| corpus::tag(dice.skewed(corpus::tags())));
    Question { class, words, tag }
}

fn word(dice: &mut Dice) -> String {
    loop {
        let rank = dice.skewed(corpus::VOCABULARY);
        if rank >= STOP_WORDS {
            return corpus::word(rank);
        }
    }
}

/// Two words that stand beside each other somewhere, frequent ones included.
fn neighbours(corpus: Corpus, posts: usize, dice: &mut Dice) -> String {
    let text = corpus.post(dice.below(posts)).text;
    let first = text.split(['.', '\n']).find(|sentence| sentence.split_whitespace().count() > 2);
    let words: Vec<&str> = first.unwrap_or_default().split_whitespace().collect();
    let at = dice.below(words.len().saturating_sub(1));
    words.iter().skip(at).take(2).copied().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A word with one letter changed, not the first, so that there is no such word.
fn misspelt(dice: &mut Dice) -> String {
    loop {
        let mut letters = word(dice).into_bytes();
        if letters.len() >= 5 {
            let at = 1 + dice.below(letters.len() - 1);
            // No word of the corpus has these.
            letters[at] = b"qwzy"[dice.below(4)];
            return String::from_utf8(letters).unwrap_or_default();
        }
    }
}
