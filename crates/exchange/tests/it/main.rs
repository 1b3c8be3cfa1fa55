//! Inkstand's readers of foreign formats, met through their public interface.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test, to stop there is to report it")]

mod archives;
mod front_matter;
mod hostile;
mod real_blog;
mod sites;
