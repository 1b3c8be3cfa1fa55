//! What there is to choose from: months, tags, categories, authors, series.

use askama::Template;

use crate::{Frame, Href, Unwritten};

/// Names with the number of posts behind each.
#[derive(Clone, Debug, Template)]
#[template(path = "index.html")]
pub struct IndexPage {
    /// What is around it.
    pub frame: Frame,
    /// The heading.
    pub heading: &'static str,
    /// The names.
    pub groups: Vec<Group>,
}

/// Names under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The heading; empty where there is but one group.
    pub heading: String,
    /// Where the heading leads.
    pub href: Option<Href>,
    /// The names.
    pub lines: Vec<Counted>,
}

/// A name, and the posts behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What readers see.
    pub text: String,
    /// Where it leads.
    pub href: Href,
    /// How many posts.
    pub count: u64,
    /// How deep it stands, from 0.
    pub depth: u8,
}

impl IndexPage {
    /// The document.
    ///
    /// # Errors
    /// See [`Unwritten`].
    pub fn html(&self) -> Result<String, Unwritten> {
        Ok(self.render()?)
    }
}
