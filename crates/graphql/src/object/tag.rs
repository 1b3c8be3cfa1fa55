//! Tags.

use crate::object::term::term_object;

term_object! {
    /// A flat label on posts.
    Tag, "Published posts in it.", "Its published posts, newest first unless ordered otherwise.", {
        /// Plain text, may be empty.
        async fn description(&self) -> &str {
            &self.0.description
        }
    }
}
