//! What a feed tells.

use inkstand_model::Instant;

use crate::{atom, json_feed, rss};

/// The latest of a list of posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its name.
    pub title: String,
    /// A line below it, may be empty.
    pub subtitle: String,
    /// The language of what is around the posts.
    pub language: String,
    /// The address of the page that lists the same posts: also what the feed is known by.
    pub page: String,
    /// Its own address.
    pub address: String,
    /// When the latest of its posts changed.
    pub updated: Instant,
    /// The posts, latest first.
    pub items: Vec<FeedItem>,
}

/// A post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedItem {
    /// What it is known by, wherever it moves: a URI.
    pub id: String,
    /// Where it stands.
    pub url: String,
    /// Plain text.
    pub title: String,
    /// The date that readers see.
    pub published: Instant,
    /// When it last changed.
    pub updated: Instant,
    /// Who wrote it.
    pub authors: Vec<Contributor>,
    /// What it is filed under.
    pub labels: Vec<Label>,
    /// Its beginning, plain text.
    pub summary: String,
    /// The whole of it: safe HTML whose addresses are whole.
    pub html: String,
    /// The language that it is written in.
    pub language: String,
    /// The address of its picture.
    pub picture: Option<String>,
}

/// Somebody who wrote a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    /// Their name.
    pub name: String,
    /// The address of their page.
    pub url: String,
}

/// A tag or a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its slug.
    pub term: String,
    /// Its name.
    pub name: String,
}

/// A format of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    /// RFC 4287.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl FeedFormat {
    /// All of them, the one that is understood best first.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// What a feed is called, wherever it is: `atom.xml`.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Atom => "atom.xml",
            Self::Rss => "rss.xml",
            Self::Json => "feed.json",
        }
    }

    /// The format of what is called so.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.file_name() == name)
    }

    /// What it is sent as, and linked as.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }
}

impl Feed {
    /// The feed in a format.
    #[must_use]
    pub fn write(&self, format: FeedFormat) -> String {
        match format {
            FeedFormat::Atom => atom::write(self),
            FeedFormat::Rss => rss::write(self),
            FeedFormat::Json => json_feed::write(self),
        }
    }
}
