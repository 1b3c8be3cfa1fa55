//! A model filter as a SQL condition.
//!
//! A list under a term can be read in two ways: along all entries in the list's order, asking of each whether it is
//! filed there, or by gathering what is filed there and sorting it. The one is right for a term of half the blog, of
//! which the first page is found at once, the other for one of a few posts. SQLite cannot know which, having no
//! statistics, so we decide, by the number of posts that each term keeps. PostgreSQL decides for itself.

use std::collections::HashSet;

use inkstand_model::{CategoryMatch, EntryFilter, EntryId, EntryKind, EntryStatus, Match, Slug};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QuerySelect,
    sea_query::{Alias, Asterisk, DynIden, Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    FiledUnder, StorageError,
    entity::{author, category, entry, entry_author, entry_category},
    term_alias::Named,
};

/// A filter as SQL.
pub(crate) struct Filtered {
    /// What it asks of the `entry` table.
    pub(crate) condition: Condition,
    /// How many entries pass, where a term keeps that number.
    pub(crate) count: Option<u64>,
}

/// So many entries of a list are looked for, about: a page and one more.
const PAGE: u64 = 16;

/// The condition that `filter` sets on the `entry` table.
///
/// One statement is sent beforehand where slugs are named, since they may be former ones, and one where categories
/// stand for their descendants: the tree is small, and a recursive query for each slug would be slower than reading it.
pub(crate) async fn filtered(
    db: &impl ConnectionTrait,
    kind: EntryKind,
    filter: &EntryFilter,
) -> Result<Filtered, StorageError> {
    let named = Named::of(db, filter).await?;
    let filter = &*named.filter;
    let statuses: Vec<&str> = if filter.statuses.is_empty() {
        vec![EntryStatus::Published.as_str()]
    } else {
        filter.statuses.iter().map(|status| status.as_str()).collect()
    };
    let is_public = kind == EntryKind::Post && statuses == [EntryStatus::Published.as_str()];
    let decides = is_public && db.get_database_backend() == DbBackend::Sqlite;
    let mut filed = Filed { named: &named, decides, gathers: false, count: None };
    let mut condition = Condition::all();
    if let Some(account) = filter.unpublished_by {
        let bylines = Query::select()
            .column(author::Column::Id)
            .from(author::Entity)
            .and_where(author::Column::AccountId.eq(account.uuid()))
            .take();
        let own = Query::select()
            .column(entry_author::Column::EntryId)
            .from(entry_author::Entity)
            .and_where(entry_author::Column::AuthorId.in_subquery(bylines))
            .take();
        let published = entry::Column::Status.eq(EntryStatus::Published.as_str());
        condition = condition.add(Condition::any().add(published).add(entry::Column::Id.in_subquery(own)));
    }
    if let Some(ids) = &filter.ids {
        condition = condition.add(entry::Column::Id.is_in(ids.iter().map(|id| EntryId::uuid(*id))));
    }
    for (under, slugs) in [
        (FiledUnder::Tag, &filter.tags),
        (FiledUnder::Author, &filter.authors),
        (FiledUnder::Series, &filter.series),
    ] {
        condition = filed.matching_terms(condition, under, slugs);
    }
    condition = filed.in_categories(db, condition, &filter.categories).await?;
    if !filter.languages.is_empty() {
        let mut any = Condition::any();
        for language in &filter.languages {
            any = any
                .add(entry::Column::Language.eq(language.as_str()))
                .add(entry::Column::Language.starts_with(format!("{language}-")));
        }
        condition = condition.add(any);
    }
    for (column, range) in
        [(entry::Column::PublishedAt, filter.published), (entry::Column::UpdatedAt, filter.updated)]
    {
        if let Some(from) = range.from {
            condition = condition.add(column.gte(from.millis()));
        }
        if let Some(before) = range.before {
            condition = condition.add(column.lt(before.millis()));
        }
    }
    if let Some(featured) = filter.featured {
        condition = condition.add(entry::Column::Featured.eq(featured));
    }
    let column = |column| Expr::col((entry::Entity, column));
    // An index that also gives the order would be preferred to what was gathered. Of an expression there is none.
    let [is_kind, in_status] = [entry::Column::Kind, entry::Column::Status].map(|name| {
        if filed.gathers { Expr::cust_with_exprs("? || ''", [column(name)]) } else { column(name) }
    });
    condition = condition.add(is_kind.eq(kind.as_str())).add(match statuses.as_slice() {
        // One status as an equation lets the index give the order as well.
        [one] => in_status.eq(*one),
        many => in_status.is_in(many.iter().copied()),
    });
    let count = filed.count.filter(|_| is_public && names_one_term(filter));
    Ok(Filtered { condition, count })
}

/// Whether nothing is asked but that entries are filed under one term.
fn names_one_term(filter: &EntryFilter) -> bool {
    let matches = [&filter.tags, &filter.authors, &filter.series, &filter.categories.slugs];
    let named: usize = matches.iter().map(|slugs| slugs.all.len() + slugs.any.len() + slugs.none.len()).sum();
    let none: usize = matches.iter().map(|slugs| slugs.none.len()).sum();
    let others = EntryFilter {
        tags: Match::default(),
        authors: Match::default(),
        series: Match::default(),
        categories: CategoryMatch::default(),
        statuses: Vec::new(),
        ..filter.clone()
    };
    named == 1 && none == 0 && others == EntryFilter::default()
}

/// Conditions on what entries are filed under.
struct Filed<'a> {
    named: &'a Named<'a>,
    /// Whether it is for us to say how the list is read: on SQLite, and where published posts alone can pass, which are
    /// what terms count.
    decides: bool,
    /// Whether the list is to be gathered from what is filed under some term.
    gathers: bool,
    /// The posts of the term that was asked for last.
    count: Option<u64>,
}

/// The terms under one of which entries are filed.
enum Terms<'a> {
    Slugs(&'a [Slug]),
    Ids(HashSet<Uuid>),
}

impl Filed<'_> {
    /// `filed` chooses terms and the number of their posts by some slugs, `under_all` the entries filed under every one.
    fn matching(
        &mut self,
        condition: Condition,
        under: FiledUnder,
        slugs: &Match,
        filed: impl Fn(&[Slug]) -> (Terms<'_>, u64),
        under_all: impl Fn(&[Slug]) -> SelectStatement,
    ) -> Condition {
        let mut condition = condition;
        match slugs.all.as_slice() {
            [] => {}
            [one] => condition = condition.add(self.among(under, filed(std::slice::from_ref(one)))),
            many => {
                self.gathers |= self.decides;
                condition = condition.add(entry::Column::Id.in_subquery(under_all(many)));
            }
        }
        if !slugs.any.is_empty() {
            condition = condition.add(self.among(under, filed(&slugs.any)));
        }
        if !slugs.none.is_empty() {
            let (terms, _) = filed(&slugs.none);
            condition = condition.add(entry::Column::Id.not_in_subquery(gathered(under, terms)));
        }
        condition
    }

    /// The same for terms of which each has one slug: an entry is filed under all where it has as many of them.
    ///
    /// One subquery for each slug would be as right, and PostgreSQL takes more than five seconds to plan a hundred.
    fn matching_terms(&mut self, condition: Condition, under: FiledUnder, slugs: &Match) -> Condition {
        let named = self.named;
        self.matching(
            condition,
            under,
            slugs,
            |slugs| (Terms::Slugs(slugs), slugs.iter().map(|slug| named.posts(under, slug)).sum()),
            |all| {
                let different: HashSet<&Slug> = all.iter().collect();
                let wanted = i64::try_from(different.len()).unwrap_or(i64::MAX);
                gathered(under, Terms::Slugs(all))
                    .group_by_col(under.link().1)
                    .and_having(Expr::col(Asterisk).count().eq(wanted))
                    .take()
            },
        )
    }

    async fn in_categories(
        &mut self,
        db: &impl ConnectionTrait,
        condition: Condition,
        wanted: &CategoryMatch,
    ) -> Result<Condition, StorageError> {
        if wanted.slugs.is_empty() {
            return Ok(condition);
        }
        let tree: Vec<Branch> = category::Entity::find()
            .select_only()
            .columns([
                category::Column::Id,
                category::Column::Slug,
                category::Column::ParentId,
                category::Column::PostCount,
            ])
            .into_tuple()
            .all(db)
            .await?;
        let ids = |slugs: &[Slug]| {
            let mut ids: HashSet<Uuid> = tree
                .iter()
                .filter(|(_, slug, ..)| slugs.iter().any(|wanted| wanted.as_str() == slug))
                .map(|(id, ..)| *id)
                .collect();
            if wanted.descendants {
                add_descendants(&mut ids, &tree);
            }
            ids
        };
        // A category stands for many here, so that a number of them says nothing: each slug has its own count.
        let under_all = |slugs: &[Slug]| {
            let is_in = |slugs: &[Slug]| entry_category::Column::CategoryId.is_in(ids(slugs));
            let mut filed = gathered(FiledUnder::Category, Terms::Ids(ids(slugs)));
            filed.group_by_col(entry_category::Column::EntryId);
            for slug in slugs {
                let hits = Expr::case(is_in(std::slice::from_ref(slug)), 1).finally(0);
                filed.and_having(Expr::expr(hits).max().eq(1));
            }
            filed.take()
        };
        Ok(self.matching(
            condition,
            FiledUnder::Category,
            &wanted.slugs,
            |slugs| {
                let ids = ids(slugs);
                let of_them = tree.iter().filter(|(id, ..)| ids.contains(id));
                let posts = of_them.map(|(.., posts)| posts.unsigned_abs()).sum();
                (Terms::Ids(ids), posts)
            },
            under_all,
        ))
    }

    /// That an entry is filed under one of these terms, which have so many posts.
    fn among(&mut self, under: FiledUnder, (terms, posts): (Terms<'_>, u64)) -> SimpleExpr {
        // Of several terms an entry may count more than once.
        self.count = match &terms {
            Terms::Slugs([_]) => Some(posts),
            Terms::Ids(ids) if ids.len() <= 1 => Some(posts),
            _ => None,
        };
        // Along the list's order a post of them is found in every (entries / posts)th place.
        let finds_soon = posts.saturating_mul(posts) > self.named.entries.saturating_mul(PAGE);
        if self.decides && finds_soon {
            // Not by EXISTS: SQLite 3.51 makes a join of that, whose OFFSET counts an entry once for each of its terms.
            return Expr::from(asked_of_entry(under, terms)).is_not_null();
        }
        self.gathers |= self.decides;
        entry::Column::Id.in_subquery(gathered(under, terms))
    }
}

/// The entries that are filed under one of these terms.
fn gathered(under: FiledUnder, terms: Terms<'_>) -> SelectStatement {
    let (link, entry_column, term_column) = under.link();
    Query::select().column(entry_column).from(link).and_where(is_one_of(under, term_column, terms)).take()
}

/// Something, if the entry of the statement around it is filed so.
fn asked_of_entry(under: FiledUnder, terms: Terms<'_>) -> SelectStatement {
    let (link, entry_column, term_column) = under.link();
    Query::select()
        .expr(Expr::val(1))
        .from(link.clone())
        .and_where(Expr::col((link, entry_column)).equals((entry::Entity, entry::Column::Id)))
        .and_where(is_one_of(under, term_column, terms))
        .limit(1)
        .take()
}

fn is_one_of(under: FiledUnder, term_column: DynIden, terms: Terms<'_>) -> SimpleExpr {
    match terms {
        Terms::Ids(ids) => Expr::col(term_column).is_in(ids),
        Terms::Slugs(slugs) => Expr::col(term_column).in_subquery(
            Query::select()
                .column(Alias::new("id"))
                .from(Alias::new(under.table()))
                .and_where(Expr::col(Alias::new("slug")).is_in(slugs.iter().map(Slug::as_str)))
                .take(),
        ),
    }
}

/// A category: its key, its slug, the one above it, and its posts.
type Branch = (Uuid, String, Option<Uuid>, i64);

/// Adds the categories below those in `ids`, a level of the tree each time round, until nothing is added.
fn add_descendants(ids: &mut HashSet<Uuid>, tree: &[Branch]) {
    loop {
        let below: Vec<Uuid> = tree
            .iter()
            .filter(|(id, _, parent, _)| parent.is_some_and(|p| ids.contains(&p)) && !ids.contains(id))
            .map(|(id, ..)| *id)
            .collect();
        if below.is_empty() {
            return;
        }
        ids.extend(below);
    }
}
