//! What is around every page.

use crate::{Href, Picture, assets};

/// Head, menus, search field and foot of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The blog's name.
    pub site_title: String,
    /// A line below it, may be empty.
    pub tagline: String,
    /// The site's language.
    pub language: String,
    /// What all addresses on this site begin with: empty, or `/path` where it is served below one.
    pub base: String,
    /// The document's title, without the blog's name.
    pub title: String,
    /// What search engines show of the page; may be empty.
    pub description: String,
    /// The address that the page is known by, as a whole.
    pub canonical: Option<Href>,
    /// Whether search engines shall leave it out.
    pub is_hidden: bool,
    /// The same in other languages, and itself.
    pub translations: Vec<Translation>,
    /// The feeds of what the page shows.
    pub feeds: Vec<FeedLink>,
    /// What is shown where somebody shares the page.
    pub card: ShareCard,
    /// The menu at the top.
    pub menu: Vec<MenuLine>,
    /// The menu at the bottom.
    pub footer: Vec<MenuLine>,
    /// Whether it is the first page of the blog, where its name is the heading.
    pub is_home: bool,
    /// Whether the page has a search field of its own.
    pub has_own_search: bool,
}

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuLine {
    /// What readers see.
    pub label: String,
    /// Where it leads.
    pub href: Href,
    /// Whether that is the page itself.
    pub is_here: bool,
    /// The lines below it.
    pub children: Vec<MenuLine>,
}

/// The same entry in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// BCP 47.
    pub language: String,
    /// Its title.
    pub title: String,
    /// Its whole address.
    pub url: Href,
    /// Whether it is the page itself.
    pub is_here: bool,
}

/// A feed that a page names in its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLink {
    /// Its name.
    pub title: String,
    /// `application/atom+xml` and the like.
    pub media_type: &'static str,
    /// Where it is.
    pub href: Href,
}

/// What other sites show of a page: OpenGraph, and Twitter's cards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareCard {
    /// Whether it is an article rather than a list.
    pub is_article: bool,
    /// Its picture.
    pub picture: Option<Picture>,
    /// When it was published, RFC 3339.
    pub published: Option<String>,
    /// When it last changed, RFC 3339.
    pub modified: Option<String>,
    /// The whole addresses of the pages of those who wrote it.
    pub authors: Vec<Href>,
    /// Its tags.
    pub tags: Vec<String>,
    /// `de_DE`, as OpenGraph wants it.
    pub locale: String,
}

impl Frame {
    /// The document's title with the blog's name.
    pub(crate) fn whole_title(&self) -> String {
        match (self.title.is_empty(), self.site_title.is_empty()) {
            (true, _) => self.site_title.clone(),
            (_, true) => self.title.clone(),
            _ => format!("{} · {}", self.title, self.site_title),
        }
    }

    pub(crate) fn style(&self) -> String {
        format!("{}{}", self.base, assets::style().address)
    }

    pub(crate) fn script(&self) -> String {
        format!("{}{}", self.base, assets::script().address)
    }

    pub(crate) fn icon(&self) -> String {
        format!("{}{}", self.base, assets::icon().address)
    }
}
