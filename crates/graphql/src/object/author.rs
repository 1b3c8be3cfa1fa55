//! Authors.

use crate::{object::term::term_object, scalar::Url};

term_object! {
    /// A public byline, with or without an account behind it.
    Author,
    "Published posts that bear the name.",
    "Their published posts, newest first unless ordered otherwise.",
    {
        /// The short name as it was first written; `author(handle:)` takes any spelling of it.
        async fn handle(&self) -> &str {
            &self.0.handle
        }

        /// Plain text about them, may be empty.
        async fn bio(&self) -> &str {
            &self.0.bio
        }

        /// Their own page elsewhere.
        async fn url(&self) -> Option<Url> {
            self.0.url.clone().map(Url)
        }

        /// The address of their picture.
        async fn avatar(&self) -> Option<Url> {
            self.0.avatar.clone().map(Url)
        }
    }
}
