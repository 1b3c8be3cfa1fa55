//! What one asks of the index and what it answers.

use crate::{AuthorId, EntryFilter, EntryId, EntryKind, EntryStatus, Instant, Language, Slug, Zone};

/// What the index knows of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchDocument {
    /// The entry.
    pub id: EntryId,
    /// Post or page.
    pub kind: EntryKind,
    /// Its stage. What is not published is kept apart from what is, and found only by requests that name its stage.
    pub status: EntryStatus,
    /// The authors of its byline: whose it is, where it is not published.
    pub byline: Vec<AuthorId>,
    /// Plain text.
    pub title: String,
    /// The body's words without markup.
    pub text: String,
    /// Its tags.
    pub tags: Vec<SearchTerm>,
    /// The categories that it is filed under.
    pub categories: Vec<SearchTerm>,
    /// The categories above those, by the slugs that they have and had, for filters that take descendants.
    pub category_ancestors: Vec<Slug>,
    /// Its authors.
    pub authors: Vec<SearchTerm>,
    /// The series that it is part of.
    pub series: Option<SearchTerm>,
    /// Hashtags of the body without `#`.
    pub hashtags: Vec<String>,
    /// Chooses the analyzer.
    pub language: Language,
    /// The date that readers see or would see; a draft may have none.
    pub published_at: Option<Instant>,
    /// When it last changed.
    pub updated_at: Instant,
    /// The year of that date in the site's zone, a facet.
    pub year: Option<i16>,
    /// Featured.
    pub featured: bool,
}

/// A tag, category, author or series as the index knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchTerm {
    /// What filters and facets go by.
    pub slug: Slug,
    /// What readers see.
    pub name: String,
    /// Slugs that it had before, or that terms had which were merged into it: filters go by them as well.
    pub former: Vec<Slug>,
}

/// A question to the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// What was typed. No text is an error; an empty one finds everything that passes the filter.
    pub text: String,
    /// Posts, pages or both; none named means both.
    pub kinds: Vec<EntryKind>,
    /// What hits must be like. The index knows no accounts, so that `unpublished_by` is not looked at but `unpublished_of`.
    pub filter: EntryFilter,
    /// Of entries that are not published only those with one of these in their byline; `None` means all of them.
    pub unpublished_of: Option<Vec<AuthorId>>,
    /// What hits must be like in what no list of the database is filtered by.
    pub matching: SearchMatching,
    /// In which `before:` and `after:` of the text are dates.
    pub zone: Zone,
    /// Best first, or by date.
    pub order: SearchOrder,
    /// At most so many hits.
    pub limit: u32,
    /// Leave out so many first.
    pub skip: u32,
    /// Whether titles and snippets with marks are wanted: they cost more than the hits themselves.
    pub marks: bool,
    /// Whether the number of hits on all pages is wanted.
    pub total: bool,
    /// Whether it is wanted what the text may have meant instead: it costs a look-up for each rare word.
    pub did_you_mean: bool,
}

/// Conditions that the index alone knows, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchMatching {
    /// Words of the title in any of their forms, all of them, and `"phrases"` of it as they stand; as with the text, no
    /// title is an error.
    pub title: Option<String>,
    /// By hashtags, each of which an entry has in its body or as a tag.
    pub hashtags: HashtagMatch,
    /// Published in one of these years in the site's zone; none named means any.
    pub years: Vec<i32>,
}

/// Conditions on a set of hashtags, with or without their `#`; an empty list sets no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HashtagMatch {
    /// Every one of these.
    pub all: Vec<String>,
    /// At least one of these.
    pub any: Vec<String>,
    /// Not one of these.
    pub none: Vec<String>,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SearchOrder {
    /// Best first; equal scores by date, latest first, then by id.
    #[default]
    Relevance,
    /// By date of publication, latest first.
    Newest,
    /// By date of publication, earliest first.
    Oldest,
}

/// An answer of the index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchResults {
    /// The hits in order.
    pub hits: Vec<SearchHit>,
    /// Whether more follow.
    pub has_next: bool,
    /// The number of hits on all pages, where the request wanted it.
    pub total: Option<u64>,
    /// What was searched in place of a text that had a typo.
    pub corrected: Option<String>,
    /// What the text may have meant, where the request wanted to know: its words are all known, but a rare one of them is
    /// almost a far more frequent one. It was not searched.
    pub did_you_mean: Option<String>,
}

/// An entry that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHit {
    /// The entry.
    pub id: EntryId,
    /// Post or page.
    pub kind: EntryKind,
    /// How well it fits; comparable within one answer only. 0 where the order is by date.
    pub score: f32,
    /// The title with marks, where the request wanted them.
    pub title: Option<Marked>,
    /// The best passages of the body with marks; the beginning of the body where nothing in it matched.
    pub body: Vec<Marked>,
}

/// A text of which some parts matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// The parts in order; together they are the text.
    pub parts: Vec<MarkedPart>,
}

/// A part of a marked text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedPart {
    /// Plain text.
    pub text: String,
    /// Whether it matched.
    pub hit: bool,
}

impl Marked {
    /// The text as HTML: escaped, with `<mark>` around what matched.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::new();
        for part in &self.parts {
            if part.hit {
                html.push_str("<mark>");
            }
            for c in part.text.chars() {
                match c {
                    '&' => html.push_str("&amp;"),
                    '<' => html.push_str("&lt;"),
                    '>' => html.push_str("&gt;"),
                    '"' => html.push_str("&quot;"),
                    '\'' => html.push_str("&#39;"),
                    c => html.push(c),
                }
            }
            if part.hit {
                html.push_str("</mark>");
            }
        }
        html
    }
}

/// What hits can be counted by.
///
/// A choice of one value or another (`any` of a filter, the years of a [`SearchMatching`]) does not narrow the counts of
/// its own field, so that the values beside it stay there to be chosen as well; everything else narrows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetField {
    /// Tags.
    Tag,
    /// Categories, each counting the entries filed directly under it.
    Category,
    /// Authors.
    Author,
    /// Years of publication in the site's zone.
    Year,
}

/// A value and the number of hits that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// A slug, or a year.
    pub value: String,
    /// What readers see.
    pub label: String,
    /// Hits that have it.
    pub count: u64,
    /// Whether the request asks for it by its present slug: in the filter (`any` or `all`), among the years, or by an
    /// operator of the text.
    pub selected: bool,
}

/// Something whose name begins as the reader began to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// Its name or title.
    pub text: String,
}

/// What a suggestion leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuggestionKind {
    /// A post or a page.
    Entry(EntryId, EntryKind),
    /// A tag.
    Tag(Slug),
    /// An author.
    Author(Slug),
}
