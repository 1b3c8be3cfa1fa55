//! What is to become of an entry, as somebody typed it, and what is wrong with that.

use inkstand_model::{
    AuthorId, CategoryId, Cover, EntryId, Format, Instant, Language, Path, Seo, SeriesId, Slug,
};

use crate::{Refusal, RefusalCode, WriteError, text};

/// Characters of a title.
const LONGEST_TITLE: usize = 500;
/// Characters of a body: a novel and a half.
pub(crate) const LONGEST_SOURCE: usize = 1_000_000;
/// Characters of an excerpt, a description, a caption.
const LONGEST_NOTE: usize = 10_000;
/// Characters of an address elsewhere.
const LONGEST_URL: usize = 2_000;
/// Tags, categories, authors, old addresses of one entry.
const MOST_FILED: usize = 100;

/// Changes to a post or a page; what is `None` stays as it is, and for a new one takes its default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// Plain text.
    pub title: Option<String>,
    /// The source of the body and what it is written in.
    pub source: Option<(Format, String)>,
    /// An excerpt of the author's own, Markdown; `Some(None)` takes it from the body.
    pub excerpt: Option<Option<String>>,
    /// The readable part of the address; `Some(None)` makes it of the title.
    pub slug: Option<Option<String>>,
    /// An address of its own; `Some(None)` makes it by the site's pattern.
    pub path: Option<Option<String>>,
    /// The language; `Some(None)` is the site's.
    pub language: Option<Option<Language>>,
    /// The picture on top.
    pub cover: Option<Option<Cover>>,
    /// What search engines and shared links are told.
    pub seo: Option<Seo>,
    /// Shown before others where a front end wishes.
    pub featured: Option<bool>,
    /// The date that readers see, or that the author has in mind.
    pub date: Option<Instant>,
    /// Names of tags; those that are not there are made.
    pub tags: Option<Vec<String>>,
    /// Categories that are there.
    pub categories: Option<Vec<CategoryId>>,
    /// The byline, in order.
    pub authors: Option<Vec<AuthorId>>,
    /// The series and the place in it; without a place, after the others.
    pub series: Option<Option<(SeriesId, Option<i32>)>>,
    /// The page above a page.
    pub parent: Option<Option<EntryId>>,
    /// The place of a page among its siblings.
    pub menu_order: Option<i32>,
    /// Old addresses that are to lead to it, besides those that do already.
    pub redirect_from: Option<Vec<String>>,
}

/// An edit whose values mean something by themselves; whether they fit the blog shows in the transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Checked {
    pub(crate) title: Option<String>,
    pub(crate) source: Option<(Format, String)>,
    pub(crate) excerpt: Option<Option<String>>,
    pub(crate) slug: Option<Option<Slug>>,
    pub(crate) path: Option<Option<Path>>,
    pub(crate) language: Option<Option<Language>>,
    pub(crate) cover: Option<Option<Cover>>,
    pub(crate) seo: Option<Seo>,
    pub(crate) featured: Option<bool>,
    pub(crate) date: Option<Instant>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) categories: Option<Vec<CategoryId>>,
    pub(crate) authors: Option<Vec<AuthorId>>,
    pub(crate) series: Option<Option<(SeriesId, Option<i32>)>>,
    pub(crate) parent: Option<Option<EntryId>>,
    pub(crate) menu_order: Option<i32>,
    pub(crate) redirect_from: Vec<Path>,
    /// A picture as a revision has it, its caption HTML already.
    pub(crate) restored_cover: Option<Option<Cover>>,
}

impl Edit {
    /// Checks every value, and tells all that is wrong at once.
    pub(crate) fn check(self) -> Result<Checked, WriteError> {
        let mut wrong = Vec::new();
        let mut keep = |refusal: Refusal| wrong.push(refusal);
        let checked = Checked {
            title: self
                .title
                .and_then(|title| text::line("title", &title, 1, LONGEST_TITLE).map_err(&mut keep).ok()),
            source: self.source.and_then(|(format, source)| {
                let field = if format == Format::Markdown { "markdown" } else { "html" };
                let source = text::lines(field, &source, 0, LONGEST_SOURCE).map_err(&mut keep).ok()?;
                Some((format, source))
            }),
            excerpt: self.excerpt.map(|excerpt| {
                let excerpt = excerpt.filter(|excerpt| !excerpt.trim().is_empty())?;
                text::lines("excerpt", &excerpt, 0, LONGEST_NOTE).map_err(&mut keep).ok()
            }),
            slug: self.slug.map(|slug| {
                let slug = slug?;
                let made = Slug::from_title(&slug);
                if made.is_none() {
                    keep(invalid("slug", "a slug has at least one letter or digit"));
                }
                made
            }),
            path: self.path.map(|path| {
                Path::parse_permalink(&path?).map_err(|error| keep(invalid("path", error.to_string()))).ok()
            }),
            language: self.language,
            cover: self.cover.map(|cover| cover.and_then(|cover| check_cover(cover, &mut keep))),
            seo: self.seo.map(|seo| check_seo(seo, &mut keep)),
            featured: self.featured,
            date: self.date,
            tags: self.tags.map(|tags| check_tags(&tags, &mut keep)),
            categories: self.categories.map(|ids| check_ids("categories", ids, &mut keep)),
            authors: self.authors.map(|ids| check_ids("authors", ids, &mut keep)),
            series: self.series,
            parent: self.parent,
            menu_order: self.menu_order,
            redirect_from: check_redirects(self.redirect_from.unwrap_or_default(), &mut keep),
            restored_cover: None,
        };
        if wrong.is_empty() { Ok(checked) } else { Err(WriteError::Refused(wrong)) }
    }
}

fn invalid(field: &str, message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Invalid, field, message)
}

/// A refusal about a part of a field.
pub(crate) fn within(field: &str, part: impl ToString, refusal: Refusal) -> Refusal {
    Refusal { field: vec![field.to_owned(), part.to_string()], ..refusal }
}

/// An address that a browser may be sent to: nothing that runs.
fn is_harmless(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme) if !scheme.contains(['/', '?', '#']) => {
            scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
        }
        _ => true,
    }
}

fn check_cover(cover: Cover, keep: &mut impl FnMut(Refusal)) -> Option<Cover> {
    let mut part = |part: &str, checked: Result<String, Refusal>| {
        checked.map_err(|refusal| keep(within("cover", part, refusal))).ok()
    };
    let harmless = |src: String| {
        if is_harmless(&src) {
            Ok(src)
        } else {
            Err(invalid("", "a picture has an http or https address, or a path"))
        }
    };
    let src = part("src", text::line("", &cover.src, 1, LONGEST_URL).and_then(harmless));
    let alt = part("alt", text::line("", &cover.alt, 0, LONGEST_NOTE));
    let caption = match cover.caption {
        Some(caption) => Some(part("caption", text::lines("", &caption, 0, LONGEST_NOTE))?),
        None => None,
    };
    Some(Cover { src: src?, alt: alt?, caption: caption.filter(|caption| !caption.trim().is_empty()) })
}

fn check_seo(seo: Seo, keep: &mut impl FnMut(Refusal)) -> Seo {
    let mut part = |part: &str, value: Option<String>, most: usize| {
        let value = value.filter(|value| !value.trim().is_empty())?;
        text::line("", &value, 0, most).map_err(|refusal| keep(within("seo", part, refusal))).ok()
    };
    let title = part("title", seo.title, LONGEST_TITLE);
    let description = part("description", seo.description, LONGEST_NOTE);
    let canonical_url = part("canonicalUrl", seo.canonical_url, LONGEST_URL);
    let whole = |url: &String| {
        let lower = url.to_ascii_lowercase();
        (lower.starts_with("http://") || lower.starts_with("https://")) && !url.contains(char::is_whitespace)
    };
    if canonical_url.as_ref().is_some_and(|url| !whole(url)) {
        keep(within("seo", "canonicalUrl", invalid("", "a whole http or https address is wanted here")));
    }
    Seo { title, description, canonical_url, noindex: seo.noindex }
}

fn check_tags(tags: &[String], keep: &mut impl FnMut(Refusal)) -> Vec<String> {
    if !few_enough("tags", tags.len(), keep) {
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(tags.len());
    for (place, tag) in tags.iter().enumerate() {
        match text::line("", tag, 1, Slug::MAX_CHARS) {
            Ok(tag) if Slug::from_title(&tag).is_some() => checked.push(tag),
            Ok(_) => keep(within("tags", place, invalid("", "a tag has at least one letter or digit"))),
            Err(refusal) => keep(within("tags", place, refusal)),
        }
    }
    checked
}

fn check_ids<Id: PartialEq>(field: &str, ids: Vec<Id>, keep: &mut impl FnMut(Refusal)) -> Vec<Id> {
    if !few_enough(field, ids.len(), keep) {
        return Vec::new();
    }
    let mut once = Vec::with_capacity(ids.len());
    for id in ids {
        if !once.contains(&id) {
            once.push(id);
        }
    }
    once
}

fn check_redirects(paths: Vec<String>, keep: &mut impl FnMut(Refusal)) -> Vec<Path> {
    if !few_enough("redirectFrom", paths.len(), keep) {
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(paths.len());
    for (place, path) in paths.iter().enumerate() {
        match Path::parse_permalink(path) {
            Ok(path) => checked.push(path),
            Err(error) => keep(within("redirectFrom", place, invalid("", error.to_string()))),
        }
    }
    checked
}

fn few_enough(field: &str, count: usize, keep: &mut impl FnMut(Refusal)) -> bool {
    if count > MOST_FILED {
        keep(Refusal::new(
            RefusalCode::TooLong,
            field,
            format!("has {count} values; at most {MOST_FILED} are kept"),
        ));
    }
    count <= MOST_FILED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let cover = Cover { src: "javascript:alert(1)".to_owned(), alt: String::new(), caption: None };
        let seo = Seo { canonical_url: Some("/relative".to_owned()), ..Seo::default() };
        let edit = Edit {
            title: Some(" \u{0} ".to_owned()),
            source: Some((Format::Markdown, "nul\0".to_owned())),
            slug: Some(Some("!!!".to_owned())),
            path: Some(Some("/graphql/x".to_owned())),
            cover: Some(Some(cover)),
            seo: Some(seo),
            tags: Some(vec!["fine".to_owned(), "–".to_owned(), String::new()]),
            redirect_from: Some(vec!["/old".to_owned(), "/a/../b".to_owned()]),
            ..Edit::default()
        };
        let Err(WriteError::Refused(refusals)) = edit.check() else { panic!("it passed") };
        let fields: Vec<String> = refusals.iter().map(|refusal| refusal.field.join(".")).collect();
        let expected = [
            "title",
            "markdown",
            "slug",
            "path",
            "cover.src",
            "seo.canonicalUrl",
            "tags.1",
            "tags.2",
            "redirectFrom.1",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn what_is_fine_passes() {
        let cover =
            Cover { src: "/media/a:b.png".to_owned(), alt: String::new(), caption: Some(" ".to_owned()) };
        let edit = Edit {
            title: Some(" Übung ".to_owned()),
            cover: Some(Some(cover)),
            excerpt: Some(Some("  ".to_owned())),
            authors: Some(Vec::new()),
            ..Edit::default()
        };
        let checked = edit.check().unwrap();
        assert_eq!(checked.title.as_deref(), Some("Übung"));
        assert_eq!(checked.cover.unwrap().unwrap().caption, None);
        assert_eq!(checked.excerpt, Some(None));
    }
}
