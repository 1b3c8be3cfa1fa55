//! What there is to choose from.

use std::collections::{HashMap, HashSet};

use inkstand_blog::{BlogError, Term};
use inkstand_feeds::FeedFormat;
use inkstand_model::{Author, Category, CategoryId, Series, SliceRequest, Tag, TermOrder};
use inkstand_web::{Counted, FeedLine, FeedsPage, Group, IndexPage};

use crate::pages::{
    Fault,
    address::TermKind,
    desk::{Desk, month_name},
    reply::Reply,
};

/// Terms of a kind on one page.
const MOST_TERMS: u32 = 1_000;

/// Terms of a kind whose feeds are named.
const MOST_FEEDS: u32 = 50;

/// Levels of a tree that are told apart.
const DEEPEST: u8 = 3;

/// Years and months.
pub(crate) async fn months(desk: &Desk<'_>) -> Result<Reply, Fault> {
    let mut groups: Vec<Group> = Vec::new();
    for (year, month, count) in desk.reader.archive().await? {
        let heading = year.to_string();
        if groups.last().is_none_or(|group| group.heading != heading) {
            let href = Some(desk.here(&format!("/{year:04}")));
            groups.push(Group { heading, href, lines: Vec::new() });
        }
        let line = Counted {
            text: month_name(month).to_owned(),
            href: desk.here(&format!("/{year:04}/{month:02}")),
            count,
            depth: 0,
        };
        groups.last_mut().into_iter().for_each(|group| group.lines.push(line.clone()));
    }
    page(desk, "Archive", "/archive", groups).await
}

/// All tags, categories, authors or series.
pub(crate) async fn terms(desk: &Desk<'_>, kind: TermKind) -> Result<Reply, Fault> {
    let (heading, path, lines) = match kind {
        TermKind::Tag => {
            ("Tags", "/tags", desk.counted::<Tag>(kind, MOST_TERMS, |tag| tag.post_count).await?)
        }
        TermKind::Category => ("Categories", "/categories", desk.tree().await?),
        TermKind::Author => (
            "Authors",
            "/authors",
            desk.counted::<Author>(kind, MOST_TERMS, |author| author.post_count).await?,
        ),
        TermKind::Series => {
            ("Series", "/series", desk.counted::<Series>(kind, MOST_TERMS, |series| series.post_count).await?)
        }
    };
    let group = Group { heading: String::new(), href: None, lines };
    let groups = if group.lines.is_empty() { Vec::new() } else { vec![group] };
    page(desk, heading, path, groups).await
}

/// The feeds.
pub(crate) async fn feeds(desk: &Desk<'_>) -> Result<Reply, Fault> {
    let line = |name: String, path: &str| {
        let at = |format: FeedFormat| desk.here(&format!("{path}/{}", format.file_name()));
        FeedLine { name, atom: at(FeedFormat::Atom), rss: at(FeedFormat::Rss), json: at(FeedFormat::Json) }
    };
    let mut lines = vec![line("All posts".to_owned(), "")];
    let mut of = |kind: TermKind, terms: Vec<(String, inkstand_model::Slug)>| {
        for (name, slug) in terms {
            lines.push(line(format!("{}: {name}", kind.label()), &kind.path(&slug)));
        }
    };
    of(TermKind::Category, names(&desk.most_used::<Category>(MOST_FEEDS).await?));
    of(TermKind::Series, names(&desk.most_used::<Series>(MOST_FEEDS).await?));
    of(TermKind::Author, names(&desk.most_used::<Author>(MOST_FEEDS).await?));
    of(TermKind::Tag, names(&desk.most_used::<Tag>(MOST_FEEDS).await?));
    let frame = desk.frame("Feeds", Some("/feeds")).await?;
    Ok(Reply::page(FeedsPage { frame, lines }.html()?))
}

fn names<T: Term>(terms: &[T]) -> Vec<(String, inkstand_model::Slug)> {
    terms.iter().map(|term| (term.name().to_owned(), term.slug().clone())).collect()
}

async fn page(
    desk: &Desk<'_>,
    heading: &'static str,
    path: &str,
    groups: Vec<Group>,
) -> Result<Reply, Fault> {
    let frame = desk.frame(heading, Some(path)).await?;
    Ok(Reply::page(IndexPage { frame, heading, groups }.html()?))
}

impl Desk<'_> {
    async fn most_used<T: Term>(&self, limit: u32) -> Result<Vec<T>, BlogError> {
        let slice = SliceRequest::first(limit);
        Ok(self.reader.terms::<T>(TermOrder::PostCount, &slice).await?.items)
    }

    /// The most used terms of a kind by name.
    async fn counted<T: Term>(
        &self,
        kind: TermKind,
        limit: u32,
        posts: impl Fn(&T) -> i64,
    ) -> Result<Vec<Counted>, BlogError> {
        let mut terms = self.most_used::<T>(limit).await?;
        terms.sort_by(|one, other| one.slug().cmp(other.slug()));
        let line = |term: &T| Counted {
            text: term.name().to_owned(),
            href: self.term(kind, term.slug()),
            count: u64::try_from(posts(term)).unwrap_or(0),
            depth: 0,
        };
        Ok(terms.iter().map(line).collect())
    }

    /// The tree of categories, each followed by what is below it.
    async fn tree(&self) -> Result<Vec<Counted>, BlogError> {
        let tree = self.reader.category_tree().await?;
        let known: HashSet<CategoryId> = tree.iter().map(|category| category.id).collect();
        let mut below: HashMap<Option<CategoryId>, Vec<&Category>> = HashMap::new();
        for category in tree.iter() {
            // A parent that the reader may not know of leaves its children at the top.
            let above = category.parent.filter(|parent| known.contains(parent));
            below.entry(above).or_default().push(category);
        }
        let mut lines = Vec::with_capacity(tree.len());
        self.branch(&below, None, 0, &mut lines);
        Ok(lines)
    }

    /// What is below one of them. From the top no loop is reached, since whatever is in one has a parent in it.
    fn branch(
        &self,
        below: &HashMap<Option<CategoryId>, Vec<&Category>>,
        above: Option<CategoryId>,
        depth: u8,
        lines: &mut Vec<Counted>,
    ) {
        for category in below.get(&above).into_iter().flatten() {
            lines.push(Counted {
                text: category.name.clone(),
                href: self.term(TermKind::Category, &category.slug),
                count: u64::try_from(category.post_count).unwrap_or(0),
                depth: (depth + 1).min(DEEPEST),
            });
            self.branch(below, Some(category.id), depth.saturating_add(1), lines);
        }
    }
}
