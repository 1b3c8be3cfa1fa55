//! Every number that the ranking depends on. They serve all blogs alike; the tests print what they are worth.

/// How often a word of the title counts as against one of the body.
///
/// A title's words are written that many times, at the same place, into the one field that is scored, so that
/// title and body share one saturation (BM25F). Two fields whose scores are added saturate each by itself, which
/// measurably hurts above a small weight. Changing these is a new index format.
pub(crate) const TITLE: u8 = 7;
/// A word of a tag.
pub(crate) const TAG: u8 = 3;
/// A word of a category.
pub(crate) const CATEGORY: u8 = 2;
/// A word of an author's name.
pub(crate) const AUTHOR: u8 = 3;
/// A word of the body.
pub(crate) const BODY: u8 = 1;

/// What the word as it was typed adds to its stem: enough that `launches` prefers `launches` to `launch`.
pub(crate) const AS_TYPED: f32 = 0.4;
/// What two neighbouring words of the question add where they are neighbours in the entry too.
pub(crate) const NEIGHBOURS: f32 = 0.25;
/// What they add where they are neighbours in the title.
pub(crate) const TITLE_NEIGHBOURS: f32 = 0.5;
/// What an entry gains that has all the words of the question.
pub(crate) const ALL_WORDS: f32 = 6.0;
/// What an entry gains whose tag is the whole question.
pub(crate) const TAG_IS_TEXT: f32 = 3.0;
/// What a word within one edit of the typed one counts, as against the typed one.
pub(crate) const ONE_EDIT: f32 = 0.7;
/// What a word within two edits counts.
pub(crate) const TWO_EDITS: f32 = 0.4;
/// A factor for a word that does not even begin as the typed one: first letters are rarely mistyped.
pub(crate) const OTHER_FIRST_LETTER: f32 = 0.6;
/// What a word that only begins as the unfinished last one counts.
pub(crate) const UNFINISHED: f32 = 0.8;
/// What a word or phrase counts that means the same as the typed one.
pub(crate) const SYNONYM: f32 = 0.8;

/// A word in more than this share of the entries says little, and is not asked for where others are.
pub(crate) const FILLER_SHARE: f64 = 0.33;
/// In a blog with fewer entries than this no word is a filler.
pub(crate) const FILLER_MIN_ENTRIES: u64 = 50;

/// At most so many different words of a text are searched; of more, the first.
pub(crate) const MAX_WORDS: usize = 48;
/// A misspelt word stands for at most so many others.
pub(crate) const MAX_CORRECTIONS: usize = 5;
/// An unfinished word stands for at most so many others, the most frequent ones.
pub(crate) const MAX_COMPLETIONS: usize = 24;
/// At most so many words of the dictionary are looked at to complete an unfinished one.
pub(crate) const MAX_COMPLETIONS_READ: usize = 20_000;
