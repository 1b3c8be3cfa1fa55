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
pub(crate) const AS_TYPED: f32 = 0.3;
/// What two neighbouring words of the question add where they are neighbours in the entry too.
pub(crate) const NEIGHBOURS: f32 = 0.2;
/// What they add where they are neighbours in the title.
pub(crate) const TITLE_NEIGHBOURS: f32 = 0.5;
/// What an entry gains that has all the words of the question.
pub(crate) const ALL_WORDS: f32 = 6.0;
/// The same for a question of few words, of which an entry must have more than one: more than they can score together,
/// so that what has all stands before what has most.
pub(crate) const ALL_OF_FEW_WORDS: f32 = 200.0;
/// What an entry gains whose title has all the words.
pub(crate) const ALL_IN_TITLE: f32 = 2.0;
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

/// BM25's `k1`: how soon more of the same word says no more. More than the usual 1.2, since a word of the title is
/// several here.
pub(crate) const SATURATION: f32 = 2.0;
/// BM25's `b`: how much a long text needs more of a word than a short one.
pub(crate) const LENGTH: f32 = 0.75;

/// So many entries are taken by a plain sum over their words, and only those are scored in full. Enough that the
/// largest page has them twice.
pub(crate) const SHORTLIST: usize = 200;

/// A question of at least so many telling words is asked again with words of its best entries.
pub(crate) const FEEDBACK_LEAST_WORDS: usize = 5;
/// Of so many entries.
pub(crate) const FEEDBACK_ENTRIES: usize = 10;
/// To which power their scores say how much they are listened to: the third entry much less than the first, where it scores
/// much less.
pub(crate) const FEEDBACK_SHARPNESS: i32 = 3;
/// So many words.
pub(crate) const FEEDBACK_WORDS: usize = 40;
/// What the most telling of them counts as against a typed one, and what a typed one gains that those entries have most.
pub(crate) const FEEDBACK: f32 = 1.2;
/// So many words of an entry are looked at: the beginning says what it is about.
pub(crate) const FEEDBACK_READ: usize = 500;

/// A word in more than this share of the entries says little, and is not asked for where others are.
pub(crate) const FILLER_SHARE: f64 = 0.33;
/// In a blog with fewer entries than this no word is a filler.
pub(crate) const FILLER_MIN_ENTRIES: u64 = 50;

/// Words that only hold a sentence together are left out of account where a question has so many telling ones.
pub(crate) const SUBJECT_WORDS: usize = 4;

/// At most so many different words of a text are searched; of more, the first.
pub(crate) const MAX_WORDS: usize = 48;
/// A misspelt word stands for at most so many others.
pub(crate) const MAX_CORRECTIONS: usize = 5;
/// An unfinished word stands for at most so many others, the most frequent ones.
pub(crate) const MAX_COMPLETIONS: usize = 24;
/// Those, but for the most frequent one, are in at most so many entries.
pub(crate) const MAX_COMPLETED: u64 = 250_000;
/// The same for titles.
pub(crate) const MAX_TITLES_COMPLETED: u64 = 50_000;
/// At most so many words of the dictionary are looked at that are near a misspelt one.
pub(crate) const MAX_NEAR_READ: usize = 20_000;
