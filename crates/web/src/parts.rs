//! The small things that pages are made of.

use std::fmt;

use crate::Href;

/// HTML that `markup` has made: sanitised, and so the one thing that templates do not escape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Takes what was sanitised before.
    #[must_use]
    pub fn sanitised(html: String) -> Self {
        Self(html)
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What readers see.
    pub text: String,
    /// Where it leads.
    pub href: Href,
}

/// A date, for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// `1 May 2024`.
    pub shown: String,
    /// RFC 3339.
    pub exact: String,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub src: Href,
    /// The whole address of it, for other sites.
    pub url: Href,
    /// What is to be seen; empty where unknown.
    pub alt: String,
    /// A line below it.
    pub caption: SafeHtml,
}

/// A name in a byline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Their page here.
    pub href: Href,
    /// The whole address of that page.
    pub url: Href,
}

/// A post in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub href: Href,
    /// The date that readers see.
    pub published: Option<Date>,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// Its tags.
    pub tags: Vec<Link>,
    /// Its beginning, or what its author says of it.
    pub excerpt: SafeHtml,
    /// Minutes to read it; 0 says nothing.
    pub reading_minutes: u32,
    /// The language, where it is another one than the page's.
    pub language: Option<String>,
    /// Whether its author wants it shown before others.
    pub is_featured: bool,
}
