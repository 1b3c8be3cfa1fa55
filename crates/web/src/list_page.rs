//! Lists of posts: the first page of the blog, what is filed under a term, a year or a month.

use askama::Template;

use crate::{Card, Frame, Href, Link, Picture, Unwritten};

/// A part of a list of posts.
#[derive(Clone, Debug, Template)]
#[template(path = "list.html")]
pub struct ListPage {
    /// What is around it.
    pub frame: Frame,
    /// What kind of list it is: `Tag`, `Author`; empty for the blog itself.
    pub kind: &'static str,
    /// The name of what is listed.
    pub heading: String,
    /// What is said of it, plain text.
    pub description: String,
    /// A picture of it: an author's.
    pub picture: Option<Picture>,
    /// A page of its own elsewhere.
    pub website: Option<Href>,
    /// What is above it, from the top.
    pub above: Vec<Link>,
    /// What is below it, or beside it.
    pub below: Vec<Link>,
    /// The posts.
    pub cards: Vec<Card>,
    /// The number of the first of them, where they are read in order.
    pub numbered_from: Option<usize>,
    /// How many there are on all pages.
    pub total: u64,
    /// The other pages.
    pub pager: Pager,
}

/// The way through the pages of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pager {
    /// This page, from 1.
    pub number: u64,
    /// How many pages there are.
    pub pages: u64,
    /// The page before this one.
    pub previous: Option<Href>,
    /// The page behind this one.
    pub next: Option<Href>,
}

impl ListPage {
    /// The document.
    ///
    /// # Errors
    /// See [`Unwritten`].
    pub fn html(&self) -> Result<String, Unwritten> {
        Ok(self.render()?)
    }
}
