//! A search.

use askama::Template;
use inkstand_model::Marked;

use crate::{Date, Frame, Href, Link, Pager, Unwritten};

/// What a search found.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// What is around it.
    pub frame: Frame,
    /// What was typed.
    pub text: String,
    /// Whether anything was asked at all.
    pub is_asked: bool,
    /// What is chosen besides, as hidden fields of the form: name and value.
    pub chosen: Vec<(&'static str, String)>,
    /// How many entries were found.
    pub total: u64,
    /// Whether the search knows everything that is published.
    pub is_complete: bool,
    /// What was searched in place of a text with a typo.
    pub corrected: Option<String>,
    /// What may have been meant.
    pub did_you_mean: Option<Link>,
    /// By what it can be narrowed.
    pub facets: Vec<FacetGroup>,
    /// The hits.
    pub hits: Vec<Hit>,
    /// The other pages.
    pub pager: Pager,
    /// The feed of this search.
    pub feed: Option<Href>,
}

/// Values of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetGroup {
    /// The field.
    pub label: &'static str,
    /// Its most frequent values among the hits.
    pub values: Vec<FacetValue>,
}

/// A value that a search can be narrowed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// What readers see.
    pub label: String,
    /// Hits that have it.
    pub count: u64,
    /// Whether it is chosen.
    pub is_chosen: bool,
    /// The search with it, or without it where it is chosen.
    pub href: Href,
}

/// An entry that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its title, what matched marked.
    pub title: Marked,
    /// Where it stands.
    pub href: Href,
    /// Its best passages.
    pub passages: Vec<Marked>,
    /// The date that readers see; none of a page.
    pub published: Option<Date>,
    /// The language, where it is another one than the site's.
    pub language: Option<String>,
}

impl SearchPage {
    /// The document.
    ///
    /// # Errors
    /// See [`Unwritten`].
    pub fn html(&self) -> Result<String, Unwritten> {
        Ok(self.render()?)
    }
}
