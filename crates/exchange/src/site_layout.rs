//! Which files of a site are posts, which are pages, and which are neither.

use crate::file_name::{FileName, is_section};

/// Where a file stands in its site, and what follows from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) source_path: String,
    pub(crate) kind: PlaceKind,
    /// In `_drafts`.
    pub(crate) draft: bool,
    /// Jekyll's folders above `_posts`.
    pub(crate) categories: Vec<String>,
    /// Jekyll copies files without front matter as they are: they are no pages.
    pub(crate) needs_front_matter: bool,
}

/// What a file is, where it doesn't say so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    Post,
    Page,
    PageUnlessDated,
}

/// What becomes of a Markdown file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Read(Place),
    /// The front of a section.
    Section,
    /// No content of this site.
    Outside,
}

/// How a site is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SiteLayout {
    /// Posts below `_posts` and `_drafts`, pages everywhere else.
    Jekyll,
    /// Hugo and Zola: everything below `content`.
    Content { below: &'static str },
    /// Nothing but posts.
    Plain { drafts: bool },
}

impl Place {
    /// A file without a site around it.
    pub(crate) fn alone(source_path: &str) -> Self {
        let draft = source_path.split('/').any(|part| part == "_drafts");
        Self::new(source_path, PlaceKind::Post, draft)
    }

    fn new(source_path: &str, kind: PlaceKind, draft: bool) -> Self {
        Self {
            source_path: source_path.to_owned(),
            kind,
            draft,
            categories: Vec::new(),
            needs_front_matter: false,
        }
    }
}

impl SiteLayout {
    /// Tells the layout from the name of the root and the paths of its Markdown files below it.
    pub(crate) fn of<'a>(root: &str, paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut content = false;
        for path in paths {
            let (folder, _) = path.rsplit_once('/').unwrap_or_default();
            if folder.split('/').any(|part| part == "_posts") && !is_foreign(folder) {
                return Self::Jekyll;
            }
            content |= path.starts_with("content/");
        }
        match root {
            _ if content => Self::Content { below: "content/" },
            "content" => Self::Content { below: "" },
            root => Self::Plain { drafts: root == "_drafts" },
        }
    }

    pub(crate) fn verdict(&self, path: &str) -> Verdict {
        if is_foreign(path) {
            return Verdict::Outside;
        }
        match self {
            Self::Jekyll => jekyll(path),
            Self::Content { below } => match path.strip_prefix(below) {
                None => Verdict::Outside,
                Some(_) if is_section(path) => Verdict::Section,
                Some(inner) => Verdict::Read(Place::new(path, kind_in_content(inner), false)),
            },
            Self::Plain { .. } if is_section(path) => Verdict::Section,
            Self::Plain { drafts } => {
                let place = Place::alone(path);
                Verdict::Read(Place { draft: place.draft || *drafts, ..place })
            }
        }
    }
}

fn jekyll(path: &str) -> Verdict {
    let folders: Vec<&str> = path.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
    if let Some(at) = folders.iter().position(|part| matches!(*part, "_posts" | "_drafts")) {
        let mut place = Place::new(path, PlaceKind::Post, folders[at] == "_drafts");
        place.needs_front_matter = path.rsplit('/').next().is_some_and(|name| name.starts_with("README."));
        place.categories = folders[..at]
            .iter()
            .filter(|part| !part.starts_with('_'))
            .map(|part| (*part).to_owned())
            .collect();
        return Verdict::Read(place);
    }
    // `_pages` is the one collection that most themes agree on.
    if folders.iter().any(|part| part.starts_with('_') && *part != "_pages") {
        return Verdict::Outside;
    }
    let mut place = Place::new(path, PlaceKind::Page, false);
    place.needs_front_matter = true;
    Verdict::Read(place)
}

/// Pages stand directly in `content`, also as `about/index.md`; what is deeper belongs to a section of posts.
fn kind_in_content(path: &str) -> PlaceKind {
    let stem = FileName::of(path).stem;
    let own_folder = stem.strip_suffix("/index").unwrap_or(&stem);
    if own_folder.contains('/') { PlaceKind::Post } else { PlaceKind::PageUnlessDated }
}

/// Folders that hold other people's Markdown, or the site's own once more.
fn is_foreign(path: &str) -> bool {
    const FOREIGN: [&str; 5] = ["node_modules", "_site", "_includes", "_layouts", "_sass"];
    path.split('/').any(|part| FOREIGN.contains(&part)) || path.starts_with("vendor/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(root: &str, rows: &[(&str, &str)]) {
        let layout = SiteLayout::of(root, rows.iter().map(|(path, _)| *path));
        for (path, expected) in rows {
            let verdict = match layout.verdict(path) {
                Verdict::Read(place) => {
                    let draft = if place.draft { " draft" } else { "" };
                    let categories: String = place.categories.iter().map(|name| format!(" {name}")).collect();
                    format!("{:?}{draft}{categories}", place.kind)
                }
                other => format!("{other:?}"),
            };
            assert_eq!(&verdict, expected, "{path} in {layout:?}");
        }
    }

    #[test]
    fn a_jekyll_site() {
        check(
            "site",
            &[
                ("_posts/2014-03-12-a.md", "Post"),
                ("_posts/2015/2015-03-12-a.md", "Post"),
                ("_drafts/b.md", "Post draft"),
                ("news/_posts/2014-03-12-c.md", "Post news"),
                ("about.md", "Page"),
                ("_pages/contact.md", "Page"),
                ("_includes/x.md", "Outside"),
                ("_recipes/x.md", "Outside"),
                ("vendor/x/_posts/2014-03-12-d.md", "Outside"),
            ],
        );
    }

    #[test]
    fn a_content_tree() {
        check(
            "site",
            &[
                ("content/posts/a.md", "Post"),
                ("content/posts/b/index.md", "Post"),
                ("content/posts/_index.md", "Section"),
                ("content/_index.fr.md", "Section"),
                ("content/about.md", "PageUnlessDated"),
                ("content/about.fr.md", "PageUnlessDated"),
                ("content/contact/index.md", "PageUnlessDated"),
                ("archetypes/default.md", "Outside"),
                ("README.md", "Outside"),
            ],
        );
        check("content", &[("about.md", "PageUnlessDated"), ("posts/a.md", "Post")]);
    }

    #[test]
    fn a_plain_folder() {
        check(
            "posts",
            &[
                ("a.md", "Post"),
                ("2014/b.md", "Post"),
                ("_index.md", "Section"),
                ("_drafts/c.md", "Post draft"),
            ],
        );
        check("_drafts", &[("a.md", "Post draft")]);
    }
}
