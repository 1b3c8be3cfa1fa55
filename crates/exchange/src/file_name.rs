//! What the place of a file says: a date, a slug, a language, and of what it is a translation.

use inkstand_model::Language;
use jiff::civil::Date;

use crate::date::split_day;

/// The endings of Markdown files.
const ENDINGS: [&str; 4] = ["md", "markdown", "mdown", "mkd"];

/// The codes of ISO 639-1, as far as they aren't better known as endings of programs (`ts`), with the codes of three
/// letters that blogs use. Without a list, `node.js.md` would be a page in the language `js`.
const LANGUAGES: &str = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii \
    ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr \
    ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl \
    sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu \
    arz ast ceb ckb fil gsw haw hsb kab nds scn yue ";

/// A path taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileName<'a> {
    /// The day in front of the name, where it is one of the calendar.
    pub(crate) day: Option<Date>,
    /// The name without day, language and ending; that of the folder for `slug/index.md`.
    pub(crate) slug: Option<&'a str>,
    /// `fr` of `slug.fr.md`.
    pub(crate) language: Option<&'a str>,
    /// The path without language and ending: translations share it.
    pub(crate) stem: String,
}

impl<'a> FileName<'a> {
    pub(crate) fn of(path: &'a str) -> Self {
        let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
        let name = match name.rsplit_once('.') {
            Some((name, ending)) if is_markdown_ending(ending) => name,
            _ => name,
        };
        let (name, language) = match name.rsplit_once('.') {
            Some((name, infix)) if !name.is_empty() && is_language(infix) => (name, Some(infix)),
            _ => (name, None),
        };
        let named = if name.eq_ignore_ascii_case("index") { folder.rsplit('/').next() } else { Some(name) };
        let (day, slug) = match named.and_then(split_day) {
            Some((day @ Some(_), slug)) => (day, Some(slug)),
            _ => (None, named),
        };
        let stem = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        Self { day, slug: slug.map(str::trim).filter(|slug| !slug.is_empty()), language, stem }
    }

    /// A title for a file that says none: `my-first_post` becomes `My first post`.
    pub(crate) fn title(&self) -> String {
        let words = match self.slug {
            Some(slug) => {
                slug.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            }
            None => self.day.map_or_else(|| self.stem.clone(), |day| day.to_string()),
        };
        let mut chars = words.trim().chars();
        chars
            .next()
            .map_or_else(|| "Untitled".to_owned(), |first| first.to_uppercase().chain(chars).collect())
    }
}

pub(crate) fn is_markdown(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && is_markdown_ending(ending))
}

/// `_index.md` and `_index.fr.md`: the front of a section of Hugo's or Zola's, which is no post.
pub(crate) fn is_section(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).split('.').next() == Some("_index")
}

fn is_markdown_ending(ending: &str) -> bool {
    ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

fn is_language(infix: &str) -> bool {
    let code = infix.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    Language::parse(infix).is_ok() && LANGUAGES.split_ascii_whitespace().any(|known| known == code)
}

/// Sorts files by their paths, and each before its translations: `a.md` before `a.de.md`, so that of two posts of the
/// same slug the original has it.
pub(crate) fn reading_order(path: &str) -> (String, Option<String>, String) {
    let FileName { stem, language, .. } = FileName::of(path);
    (stem, language.map(ToOwned::to_owned), path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_day_slug_language_and_stem() {
        for (path, day, slug, language, stem) in [
            (
                "2014-03-12-coming-soon.md",
                Some("2014-03-12"),
                Some("coming-soon"),
                None,
                "2014-03-12-coming-soon",
            ),
            ("2024-12-5-title.md", Some("2024-12-05"), Some("title"), None, "2024-12-5-title"),
            ("2014-13-45-title.md", None, Some("2014-13-45-title"), None, "2014-13-45-title"),
            ("2014-03-12.md", Some("2014-03-12"), None, None, "2014-03-12"),
            ("posts/2014-03-12_a/index.md", Some("2014-03-12"), Some("a"), None, "posts/2014-03-12_a/index"),
            ("posts/a/index.fr.md", None, Some("a"), Some("fr"), "posts/a/index"),
            ("posts/a.pt-br.MD", None, Some("a"), Some("pt-br"), "posts/a"),
            ("node.js.md", None, Some("node.js"), None, "node.js"),
            ("v1.2.markdown", None, Some("v1.2"), None, "v1.2"),
            ("index.md", None, None, None, "index"),
            ("fr.md", None, Some("fr"), None, "fr"),
        ] {
            let name = FileName::of(path);
            assert_eq!(name.day.map(|day| day.to_string()).as_deref(), day, "{path}");
            assert_eq!((name.slug, name.language, name.stem.as_str()), (slug, language, stem), "{path}");
        }
    }

    #[test]
    fn an_original_is_read_before_its_translations() {
        let mut paths = ["b.md", "a.pt.md", "a/index.de.md", "a.md", "a.de.md", "a/index.md"];
        paths.sort_by_cached_key(|path| reading_order(path));
        assert_eq!(paths, ["a.md", "a.de.md", "a.pt.md", "a/index.md", "a/index.de.md", "b.md"]);
    }

    #[test]
    fn a_name_becomes_a_title() {
        for (path, title) in [
            ("2014-03-12-my-first_post.md", "My first post"),
            ("2014-03-12.md", "2014-03-12"),
            ("index.md", "Index"),
            ("über-uns.md", "Über uns"),
            ("---.md", "Untitled"),
        ] {
            assert_eq!(FileName::of(path).title(), title, "{path}");
        }
    }
}
