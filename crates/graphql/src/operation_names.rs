//! Which operations are told apart by whoever counts them. Their names are the clients' text, of which there is no end,
//! so only those count that were named beforehand.

use std::collections::HashMap;

/// The operations of `schema/operations`, and the one by which tools ask for the schema.
const OURS: [&str; 14] = [
    "Archive",
    "Changes",
    "FrontPage",
    "IntrospectionQuery",
    "Menu",
    "Post",
    "PostByPath",
    "PostBySlug",
    "PostsByTag",
    "Related",
    "Route",
    "Search",
    "SearchHits",
    "Suggest",
];

/// What all others are called.
const OTHER: &str = "other";

/// An operation that is told apart, or that it is none of those. As small as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KnownOperation(u16);

/// The operations that are told apart.
#[derive(Clone, Debug)]
pub struct OperationNames {
    names: Box<[String]>,
    places: HashMap<String, KnownOperation>,
}

impl KnownOperation {
    /// Its place among [`OperationNames::all`].
    #[must_use]
    pub fn place(self) -> usize {
        self.0.into()
    }
}

impl Default for OperationNames {
    fn default() -> Self {
        Self::with(std::iter::empty())
    }
}

impl OperationNames {
    /// Names beside our own ones that fit into a [`KnownOperation`], and into what keeps a series for each.
    pub const MOST: usize = 200;

    /// Our own ones, and these, of which the first [`Self::MOST`] count.
    pub fn with(names: impl IntoIterator<Item = String>) -> Self {
        let mut all = vec![OTHER.to_owned()];
        let more = names.into_iter().take(Self::MOST);
        for name in OURS.into_iter().map(ToOwned::to_owned).chain(more) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        let numbered = (0..).map(KnownOperation).zip(&all);
        // One that is called as the rest is.
        let places = numbered.skip(1).map(|(place, name)| (name.clone(), place)).collect();
        Self { names: all.into(), places }
    }

    /// All names; the first stands for what is none of the others.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn of(&self, name: &str) -> KnownOperation {
        self.places.get(name).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn our_own_operations_are_known() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/operations");
        let mut names = BTreeSet::from(["IntrospectionQuery".to_owned()]);
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let begin = text
                .lines()
                .find_map(|line| line.split_once("query ").filter(|(before, _)| before.is_empty()));
            let name: String = begin.unwrap().1.chars().take_while(|c| c.is_alphanumeric()).collect();
            names.insert(name);
        }
        assert_eq!(names, OURS.map(ToOwned::to_owned).into());
    }

    #[test]
    fn what_was_not_named_is_other() {
        let names = OperationNames::with(["Home".to_owned(), "Post".to_owned(), "other".to_owned()]);
        let name = |asked: &str| names.all()[names.of(asked).place()].as_str();
        assert_eq!(name("Home"), "Home");
        assert_eq!(name("Post"), "Post");
        assert_eq!(name("home"), "other");
        assert_eq!(name("other"), "other");
        assert_eq!(names.all().len(), OURS.len() + 2);
        let many = OperationNames::with((0..1000).map(|i| format!("Op{i}")));
        assert_eq!(many.all().len(), 1 + OURS.len() + OperationNames::MOST);
    }
}
