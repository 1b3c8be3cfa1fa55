//! What is filed under a tag, a category, an author or a series.

use inkstand_blog::{BlogError, Term};
use inkstand_model::{
    Author, Category, CategoryId, CategoryMatch, EntryFilter, EntryId, Match, Series, SeriesId, Slug, Tag,
};
use inkstand_web::{Href, Link, Picture};

use crate::pages::{
    Fault,
    address::TermKind,
    desk::Desk,
    posts::{LAST_PAGE, ON_A_PAGE, Part, list},
    query::Query,
    reply::Reply,
};

/// Tags that are named beside a tag.
const MOST_RELATED: usize = 8;

/// Levels of a tree of categories that are gone up.
const MOST_LEVELS: usize = 10;

/// A term as its page shows it.
pub(crate) struct Shown {
    pub(crate) kind: TermKind,
    pub(crate) slug: Slug,
    pub(crate) name: String,
    pub(crate) description: String,
    picture: Option<Picture>,
    website: Option<Href>,
    /// Of a series.
    series: Option<SeriesId>,
    /// Of a category.
    category: Option<CategoryId>,
}

/// The page of a term; 301 from a slug that it had before, `None` where nothing bears the slug.
pub(crate) async fn page(
    desk: &Desk<'_>,
    kind: TermKind,
    slug: &Slug,
    query: &Query,
) -> Result<Option<Reply>, Fault> {
    let Some(term) = desk.named(kind, slug).await? else { return Ok(None) };
    if term.slug != *slug {
        return Ok(Some(Reply::moved(desk.term(kind, &term.slug).as_str())));
    }
    let part = match term.series {
        Some(series) => parts(desk, series, query).await?,
        None => desk.part(&term.filter(), query).await?,
    };
    let Some(part) = part.filter(|part| part.number == 1 || !part.posts.is_empty()) else { return Ok(None) };
    let path = kind.path(&term.slug);
    let mut frame = desk.list_frame(&term.name, &path, part.number).await?;
    frame.description.clone_from(&term.description);
    let title = format!("{}: {}", term.name, desk.site.title);
    frame.feeds.splice(0..0, desk.feed_links(&path, &title, ""));
    let first = (part.number as usize - 1) * ON_A_PAGE as usize + 1;
    let mut page = list(desk, frame, &path, part).await?;
    page.kind = kind.label();
    page.numbered_from = term.series.map(|_| first);
    (page.above, page.below) = beside(desk, &term).await?;
    page.description = term.description;
    page.picture = term.picture;
    page.website = term.website;
    Ok(Some(Reply::page(page.html()?)))
}

impl Shown {
    /// The posts that are filed there.
    pub(crate) fn filter(&self) -> EntryFilter {
        let filter = EntryFilter::default();
        let slugs = Match { any: vec![self.slug.clone()], ..Match::default() };
        match self.kind {
            TermKind::Tag => EntryFilter { tags: slugs, ..filter },
            TermKind::Category => {
                EntryFilter { categories: CategoryMatch { slugs, ..CategoryMatch::default() }, ..filter }
            }
            TermKind::Author => EntryFilter { authors: slugs, ..filter },
            TermKind::Series => EntryFilter { series: slugs, ..filter },
        }
    }
}

impl Desk<'_> {
    /// The term that bears a slug, or bore it.
    pub(crate) async fn named(&self, kind: TermKind, slug: &Slug) -> Result<Option<Shown>, BlogError> {
        fn shown(kind: TermKind, term: &impl Term, description: &str) -> Shown {
            Shown {
                kind,
                slug: term.slug().clone(),
                name: term.name().to_owned(),
                description: description.to_owned(),
                picture: None,
                website: None,
                series: None,
                category: None,
            }
        }
        let reader = self.reader;
        Ok(match kind {
            TermKind::Tag => {
                reader.term_by_slug::<Tag>(slug).await?.map(|tag| shown(kind, &tag, &tag.description))
            }
            TermKind::Category => reader.term_by_slug::<Category>(slug).await?.map(|category| Shown {
                category: Some(category.id),
                ..shown(kind, &category, &category.description)
            }),
            TermKind::Author => reader.term_by_slug::<Author>(slug).await?.map(|author| Shown {
                picture: author.avatar.as_deref().and_then(|avatar| self.picture(avatar, "", None)),
                website: author.url.as_deref().and_then(Href::parse),
                ..shown(kind, &author, &author.bio)
            }),
            TermKind::Series => reader
                .term_by_slug::<Series>(slug)
                .await?
                .map(|series| Shown { series: Some(series.id), ..shown(kind, &series, &series.description) }),
        })
    }
}

/// A part of a series, in reading order.
async fn parts(desk: &Desk<'_>, series: SeriesId, query: &Query) -> Result<Option<Part>, BlogError> {
    let Some(number) = query.page().filter(|number| *number <= LAST_PAGE) else { return Ok(None) };
    let parts = desk.reader.series_parts(&[series]).await?.remove(&series).unwrap_or_default();
    let skip = ((number - 1) * ON_A_PAGE) as usize;
    let ids: Vec<EntryId> = parts.iter().skip(skip).take(ON_A_PAGE as usize).map(|part| part.entry).collect();
    Ok(Some(Part { posts: desk.entries(&ids).await?, total: parts.len() as u64, number }))
}

/// What is above a term, and below or beside it.
async fn beside(desk: &Desk<'_>, term: &Shown) -> Result<(Vec<Link>, Vec<Link>), BlogError> {
    if term.kind == TermKind::Tag {
        let slugs = [term.slug.clone()];
        let mut related = desk.reader.related_tags(&slugs, MOST_RELATED).await?;
        let related = related.remove(&term.slug).unwrap_or_default();
        return Ok((Vec::new(), related.iter().map(|tag| desk.tag(tag)).collect()));
    }
    let Some(id) = term.category else { return Ok(Default::default()) };
    let tree = desk.reader.category_tree().await?;
    let parent = |id: CategoryId| {
        let parent = tree.iter().find(|category| category.id == id)?.parent?;
        tree.iter().find(|category| category.id == parent)
    };
    let mut above = Vec::new();
    let mut at = parent(id);
    while let Some(category) = at.filter(|category| category.id != id && above.len() < MOST_LEVELS) {
        above.insert(0, desk.category(category));
        at = parent(category.id);
    }
    let below = tree.iter().filter(|category| category.parent == Some(id) && category.id != id);
    Ok((above, below.map(|category| desk.category(category)).collect()))
}
