//! Filters as they come in.

use async_graphql::{ID, InputObject, Result};
use inkstand_model as model;

use crate::{
    code,
    error::refusal,
    node_id::NodeId,
    object::EntryStatus,
    scalar::{DateTime, Language, Slug},
};

/// Slugs or ids in one list of a filter.
const MOST_VALUES: usize = 100;

/// Conditions on posts, all of which must hold.
#[derive(InputObject, Default)]
pub(crate) struct PostFilter {
    /// Only these, at most 100.
    ids: Option<Vec<ID>>,
    /// By tags.
    tags: Option<Match>,
    /// By categories.
    categories: Option<CategoryMatch>,
    /// By authors.
    authors: Option<Match>,
    /// By series.
    series: Option<Match>,
    /// In one of these languages; `pt` takes `pt-BR` too.
    languages: Option<Vec<Language>>,
    /// By date of publication.
    published: Option<TimeRange>,
    /// By date of the last change.
    updated: Option<TimeRange>,
    /// Featured ones, or the others.
    featured: Option<bool>,
    /// In one of these stages, published ones where none is named. The others are for those who may edit: editors see
    /// all of them, authors their own.
    status: Option<Vec<EntryStatus>>,
}

/// Conditions on slugs, all of which must hold; at most 100 slugs a list.
#[derive(InputObject, Default)]
pub(crate) struct Match {
    /// Every one of these.
    all: Option<Vec<Slug>>,
    /// At least one of these.
    any: Option<Vec<Slug>>,
    /// Not one of these.
    none: Option<Vec<Slug>>,
}

/// Conditions on categories, all of which must hold; at most 100 slugs a list.
#[derive(InputObject)]
pub(crate) struct CategoryMatch {
    /// Every one of these.
    all: Option<Vec<Slug>>,
    /// At least one of these.
    any: Option<Vec<Slug>>,
    /// Not one of these.
    none: Option<Vec<Slug>>,
    /// Whether a category stands for those below it too.
    #[graphql(default = true)]
    descendants: bool,
}

/// Conditions on posts and pages that the search alone knows, all of which must hold. What else the text can say has its
/// place in the filter and in `in`.
#[derive(InputObject)]
pub(crate) struct SearchMatching {
    /// Words of the title in any of their forms, all of them, and `"phrases"` of it as they stand; in the text, `title:`.
    title: Option<String>,
    /// By hashtags of the body, and tags of that name; in the text, `#hashtag`.
    hashtags: Option<HashtagMatch>,
    /// Published in one of these years in the site's zone, at most 100: values of the facet `YEAR`.
    years: Option<Vec<i32>>,
}

/// Conditions on hashtags, with or without their `#`, all of which must hold; at most 100 a list.
#[derive(InputObject, Default)]
pub(crate) struct HashtagMatch {
    /// Every one of these.
    all: Option<Vec<String>>,
    /// At least one of these.
    any: Option<Vec<String>>,
    /// Not one of these.
    none: Option<Vec<String>>,
}

/// From a moment on, and before another one.
#[derive(InputObject)]
pub(crate) struct TimeRange {
    /// The first moment within.
    from: Option<DateTime>,
    /// The first moment past it.
    before: Option<DateTime>,
}

impl PostFilter {
    /// Checks the filter and puts it in the model's words.
    pub(crate) fn read(self) -> Result<model::EntryFilter> {
        let ids = self.ids.map(|ids| {
            let ids = some(Some(ids))?;
            ids.iter().map(|id| NodeId::parse_entry(id, model::EntryKind::Post)).collect::<Result<Vec<_>>>()
        });
        Ok(model::EntryFilter {
            ids: ids.transpose()?,
            tags: self.tags.unwrap_or_default().read()?,
            categories: match self.categories {
                None => model::CategoryMatch::default(),
                Some(CategoryMatch { all, any, none, descendants }) => {
                    model::CategoryMatch { slugs: Match { all, any, none }.read()?, descendants }
                }
            },
            authors: self.authors.unwrap_or_default().read()?,
            series: self.series.unwrap_or_default().read()?,
            languages: some(self.languages)?.into_iter().map(|language| language.0).collect(),
            published: range(self.published),
            updated: range(self.updated),
            featured: self.featured,
            statuses: some(self.status)?.into_iter().map(Into::into).collect(),
            unpublished_by: None,
        })
    }
}

impl SearchMatching {
    /// Checks the conditions and puts them in the model's words.
    pub(crate) fn read(self) -> Result<model::SearchMatching> {
        let hashtags = self.hashtags.unwrap_or_default();
        Ok(model::SearchMatching {
            title: self.title,
            hashtags: model::HashtagMatch {
                all: some(hashtags.all)?,
                any: some(hashtags.any)?,
                none: some(hashtags.none)?,
            },
            years: some(self.years)?,
        })
    }
}

impl Match {
    fn read(self) -> Result<model::Match> {
        let slugs =
            |list| Ok::<_, async_graphql::Error>(some(list)?.into_iter().map(|slug: Slug| slug.0).collect());
        Ok(model::Match { all: slugs(self.all)?, any: slugs(self.any)?, none: slugs(self.none)? })
    }
}

fn range(range: Option<TimeRange>) -> model::InstantRange {
    range.map_or_else(model::InstantRange::default, |range| model::InstantRange {
        from: range.from.map(|from| from.0),
        before: range.before.map(|before| before.0),
    })
}

fn some<T>(list: Option<Vec<T>>) -> Result<Vec<T>> {
    let list = list.unwrap_or_default();
    if list.len() > MOST_VALUES {
        let message = format!("a list of a filter has at most {MOST_VALUES} values, not {}", list.len());
        return Err(refusal(code::BAD_INPUT, message));
    }
    Ok(list)
}
