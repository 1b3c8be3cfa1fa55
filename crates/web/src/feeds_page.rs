//! Which feeds there are.

use askama::Template;

use crate::{Frame, Href, Unwritten};

/// The feeds of a blog.
#[derive(Clone, Debug, Template)]
#[template(path = "feeds.html")]
pub struct FeedsPage {
    /// What is around it.
    pub frame: Frame,
    /// The feeds, the blog's own first.
    pub lines: Vec<FeedLine>,
}

/// A feed in its three formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLine {
    /// What it tells of: `Tag: rust`.
    pub name: String,
    /// As Atom.
    pub atom: Href,
    /// As RSS.
    pub rss: Href,
    /// As JSON Feed.
    pub json: Href,
}

impl FeedsPage {
    /// The document.
    ///
    /// # Errors
    /// See [`Unwritten`].
    pub fn html(&self) -> Result<String, Unwritten> {
        Ok(self.render()?)
    }
}
