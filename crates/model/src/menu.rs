//! Menus: what a front end shows at the top or the bottom of every page.

use crate::{AuthorId, CategoryId, EntryId, SeriesId, Slug, TagId};

/// A menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// Where it belongs, in the front end's own words: `main`, `footer`.
    pub location: Slug,
    /// Its items in order.
    pub items: Vec<MenuItem>,
    /// Grows with every change.
    pub version: i64,
}

impl Menu {
    /// Items of a menu, those below others included.
    pub const MOST_ITEMS: usize = 200;

    /// Levels of a menu.
    pub const MOST_LEVELS: usize = 3;
}

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// What readers see.
    pub label: String,
    /// Where it leads.
    pub target: MenuTarget,
    /// The items below it.
    pub children: Vec<MenuItem>,
}

/// Where an item of a menu leads. What is named by its id is followed wherever it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuTarget {
    /// A post or a page.
    Entry(EntryId),
    /// A tag.
    Tag(TagId),
    /// A category.
    Category(CategoryId),
    /// A series.
    Series(SeriesId),
    /// An author.
    Author(AuthorId),
    /// An address anywhere, or a path on this site.
    Url(String),
}

impl MenuItem {
    /// Calls `visit` with the target of this item and of every one below it.
    pub fn each_target<'a>(&'a self, visit: &mut impl FnMut(&'a MenuTarget)) {
        visit(&self.target);
        for child in &self.children {
            child.each_target(visit);
        }
    }

    /// The same, to change them.
    pub fn each_target_mut(&mut self, visit: &mut impl FnMut(&mut MenuTarget)) {
        visit(&mut self.target);
        for child in &mut self.children {
            child.each_target_mut(visit);
        }
    }
}
