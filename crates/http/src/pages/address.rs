//! Which page of ours an address means.

use inkstand_feeds::FeedFormat;
use inkstand_model::Slug;

/// What is at an address that nobody has given to a post or a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The latest posts.
    Home,
    /// What is filed under a term.
    Term(TermKind, Slug),
    /// What was published in a year.
    Year(i16),
    /// What was published in a month.
    Month(i16, i8),
    /// A search.
    Search,
    /// What to offer while somebody types.
    Suggest,
    /// What there is to choose from.
    Index(Index),
    /// Which feeds there are.
    Feeds,
    /// The latest posts of one of those, as a feed.
    Feed(Box<Place>, FeedFormat),
    /// All addresses, or the part of them with that number.
    Sitemap(Option<u64>),
    /// What programs that read everything shall leave alone.
    Robots,
    /// A map for language models.
    Llms,
    /// What another site shows of a post.
    OEmbed,
}

/// What posts are filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TermKind {
    Tag,
    Category,
    Author,
    Series,
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    Months,
    Terms(TermKind),
}

impl TermKind {
    /// As it stands in addresses.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Category => "category",
            Self::Author => "author",
            Self::Series => "series",
        }
    }

    /// As readers see it.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Tag => "Tag",
            Self::Category => "Category",
            Self::Author => "Author",
            Self::Series => "Series",
        }
    }

    /// The path of one of its kind.
    pub(crate) fn path(self, slug: &Slug) -> String {
        format!("/{}/{slug}", self.word())
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Tag, Self::Category, Self::Author, Self::Series].into_iter().find(|kind| kind.word() == word)
    }
}

impl Place {
    /// What a decoded path means, with or without a slash at its end.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if let [above @ .., last] = &parts[..]
            && let Some(format) = FeedFormat::of_file_name(last)
        {
            let of = Self::of_parts(above).filter(Self::has_feed)?;
            return Some(Self::Feed(Box::new(of), format));
        }
        Self::of_parts(&parts)
    }

    fn of_parts(parts: &[&str]) -> Option<Self> {
        Some(match *parts {
            [] => Self::Home,
            ["search"] => Self::Search,
            ["search", "suggest"] => Self::Suggest,
            ["archive"] => Self::Index(Index::Months),
            ["tags"] => Self::Index(Index::Terms(TermKind::Tag)),
            ["categories"] => Self::Index(Index::Terms(TermKind::Category)),
            ["authors"] => Self::Index(Index::Terms(TermKind::Author)),
            ["series"] => Self::Index(Index::Terms(TermKind::Series)),
            ["feeds"] => Self::Feeds,
            ["sitemap.xml"] => Self::Sitemap(None),
            ["sitemap", part] => Self::Sitemap(Some(part.strip_suffix(".xml")?.parse().ok()?)),
            ["robots.txt"] => Self::Robots,
            ["llms.txt"] => Self::Llms,
            ["oembed"] => Self::OEmbed,
            [year] => Self::Year(number(year, 4)?),
            [year, month] if TermKind::of_word(year).is_none() => {
                let month = number(month, 2)?;
                Self::Month(number(year, 4)?, i8::try_from(month).ok().filter(|m| (1..=12).contains(m))?)
            }
            [kind, slug] => Self::Term(TermKind::of_word(kind)?, Slug::parse(slug).ok()?),
            _ => return None,
        })
    }

    fn has_feed(&self) -> bool {
        matches!(self, Self::Home | Self::Term(..) | Self::Search)
    }

    /// Whether it is a page, which gives way to what somebody has written. Programs ask for the rest by names that they
    /// know beforehand.
    pub(crate) fn is_page(&self) -> bool {
        matches!(
            self,
            Self::Term(..) | Self::Year(_) | Self::Month(..) | Self::Search | Self::Index(_) | Self::Feeds
        )
    }
}

/// A number of just so many digits.
fn number(text: &str, digits: usize) -> Option<i16> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_mean_one_thing() {
        let slug = |text| Slug::parse(text).unwrap();
        let feed = |of, format| Some(Place::Feed(Box::new(of), format));
        for (path, place) in [
            ("/", Some(Place::Home)),
            ("/atom.xml", feed(Place::Home, FeedFormat::Atom)),
            ("/tag/größe", Some(Place::Term(TermKind::Tag, slug("größe")))),
            ("/tag/größe/", Some(Place::Term(TermKind::Tag, slug("größe")))),
            ("/series/a-b/feed.json", feed(Place::Term(TermKind::Series, slug("a-b")), FeedFormat::Json)),
            ("/search/rss.xml", feed(Place::Search, FeedFormat::Rss)),
            ("/search/suggest", Some(Place::Suggest)),
            ("/series", Some(Place::Index(Index::Terms(TermKind::Series)))),
            ("/2024", Some(Place::Year(2024))),
            ("/2024/05", Some(Place::Month(2024, 5))),
            ("/sitemap/2.xml", Some(Place::Sitemap(Some(2)))),
            ("/2024/13", None),
            ("/2024/5", None),
            ("/24", None),
            ("/+024", None),
            ("/2024/atom.xml", None),
            ("/archive/atom.xml", None),
            ("/tag", None),
            ("/tag/Not A Slug", None),
            ("/tag/a/b", None),
            ("/sitemap/x.xml", None),
            ("/nothing", None),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }
}
