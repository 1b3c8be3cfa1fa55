//! What every engine must do.

use anyhow::Result;

use crate::questions::{Class, Question};

/// Something that was filled and answers.
pub(crate) trait Engine {
    /// How the table names it.
    fn name(&self) -> &'static str;

    /// Whether it has anything like that.
    fn knows(&self, class: Class) -> bool;

    /// Finds ten hits, their total and what the kind of question wants besides, snippets made; answers the total.
    fn ask(&mut self, question: &Question) -> Result<u64>;
}

/// Words of an answer that nobody reads must still be made.
pub(crate) fn used<T>(answer: T) {
    std::hint::black_box(answer);
}
