//! A post or a page.

use askama::Template;

use crate::{Card, Date, Frame, Href, Link, Person, Picture, SafeHtml, Translation, Unwritten, structured};

/// A post or a page, to be read.
#[derive(Clone, Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// What is around it.
    pub frame: Frame,
    /// Whether it is a post: dated, with a byline.
    pub is_post: bool,
    /// Its title.
    pub title: String,
    /// The language, where it is another one than the site's.
    pub language: Option<String>,
    /// `draft` and the like, for those who may see what is not published.
    pub stage: Option<&'static str>,
    /// The date that readers see.
    pub published: Option<Date>,
    /// When it last changed, where that was a day or more later.
    pub updated: Option<Date>,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// The categories that it is posted in.
    pub categories: Vec<Link>,
    /// Its tags.
    pub tags: Vec<Link>,
    /// Minutes to read it.
    pub reading_minutes: u32,
    /// Words of it.
    pub word_count: u32,
    /// The picture on top of it.
    pub cover: Option<Picture>,
    /// Its headings, where it is long enough to be lost in.
    pub contents: Vec<ContentsLine>,
    /// What it says.
    pub body: SafeHtml,
    /// Its place in a series.
    pub series: Option<SeriesPlace>,
    /// The next newer post.
    pub newer: Option<Link>,
    /// The next older post.
    pub older: Option<Link>,
    /// Posts that say something alike.
    pub related: Vec<Card>,
    /// The pages above a page, from the top.
    pub above: Vec<Link>,
    /// The pages below a page.
    pub below: Vec<Link>,
    /// Places where it can be told to others.
    pub share: Vec<Link>,
    /// Its whole address.
    pub permalink: Href,
}

/// A line of a table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentsLine {
    /// How deep it stands, from 1.
    pub depth: u8,
    /// The heading's words.
    pub text: String,
    /// The heading's id.
    pub anchor: String,
}

/// The place of a post in a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesPlace {
    /// The series.
    pub series: Link,
    /// From 1.
    pub position: usize,
    /// How many posts it has.
    pub length: usize,
    /// The part before it.
    pub previous: Option<Link>,
    /// The part behind it.
    pub next: Option<Link>,
}

impl EntryPage {
    /// The document.
    ///
    /// # Errors
    /// See [`Unwritten`].
    pub fn html(&self) -> Result<String, Unwritten> {
        Ok(self.render()?)
    }

    /// The translations beside the page itself.
    fn others(&self) -> impl Iterator<Item = &Translation> {
        self.frame.translations.iter().filter(|translation| !translation.is_here)
    }

    /// What programs read of it: JSON-LD that cannot end its element.
    fn structured(&self) -> String {
        structured::of_entry(self)
    }
}
