//! A memory in numbers.

/// What became of what was asked of a memory, and what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheFigures {
    /// What was asked for and there.
    pub hits: u64,
    /// What was asked for and not there, or not true any more.
    pub misses: u64,
    /// What is there.
    pub entries: u64,
    /// Bytes that it takes, about.
    pub bytes: u64,
}
