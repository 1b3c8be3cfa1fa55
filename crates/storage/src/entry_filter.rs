//! A model filter as a SQL condition.

use std::collections::HashSet;

use inkstand_model::{CategoryMatch, EntryFilter, EntryId, EntryKind, EntryStatus, Match, Slug};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QuerySelect,
    sea_query::{Asterisk, Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    StorageError,
    entity::{author, category, entry, entry_author, entry_category, entry_tag, series, series_part, tag},
    term_alias::in_current_slugs,
};

/// The condition that `filter` sets on the `entry` table.
///
/// One statement is sent beforehand where slugs are named, since they may be former ones, and one where categories
/// stand for their descendants: the tree is small, and a recursive query for each slug would be slower than reading it.
pub(crate) async fn condition(
    db: &impl ConnectionTrait,
    kind: EntryKind,
    filter: &EntryFilter,
) -> Result<Condition, StorageError> {
    let filter = in_current_slugs(db, filter).await?;
    let statuses: Vec<&str> = if filter.statuses.is_empty() {
        vec![EntryStatus::Published.as_str()]
    } else {
        filter.statuses.iter().map(|status| status.as_str()).collect()
    };
    let mut condition = Condition::all()
        .add(entry::Column::Kind.eq(kind.as_str()))
        // One status as an equation lets the index give the order as well.
        .add(match statuses.as_slice() {
            [one] => entry::Column::Status.eq(*one),
            many => entry::Column::Status.is_in(many.iter().copied()),
        });
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
        condition = condition.add(Condition::any().add(published).add(among(own)));
    }
    if let Some(ids) = &filter.ids {
        condition = condition.add(entry::Column::Id.is_in(ids.iter().map(|id| EntryId::uuid(*id))));
    }
    condition = matching_terms(condition, &filter.tags, tagged);
    condition = matching_terms(condition, &filter.authors, written_by);
    condition = matching_terms(condition, &filter.series, in_series);
    condition = in_categories(db, condition, &filter.categories).await?;
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
    Ok(condition)
}

/// `filed` chooses the entries filed under any of some slugs, `under_all` those filed under every one.
fn matching(
    condition: Condition,
    slugs: &Match,
    filed: impl Fn(&[Slug]) -> SelectStatement,
    under_all: impl Fn(&[Slug]) -> SelectStatement,
) -> Condition {
    let mut condition = condition;
    let mut all = slugs.all.clone();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => {}
        [one] => condition = condition.add(among(filed(std::slice::from_ref(one)))),
        many => condition = condition.add(among(under_all(many))),
    }
    if !slugs.any.is_empty() {
        condition = condition.add(among(filed(&slugs.any)));
    }
    if !slugs.none.is_empty() {
        condition = condition.add(entry::Column::Id.not_in_subquery(filed(&slugs.none)));
    }
    condition
}

/// The same for terms of which each has one slug: an entry is filed under all where it has as many of them.
///
/// One subquery for each slug would be as right, and PostgreSQL takes more than five seconds to plan a hundred.
fn matching_terms(
    condition: Condition,
    slugs: &Match,
    filed: impl Fn(&[Slug]) -> SelectStatement,
) -> Condition {
    matching(condition, slugs, &filed, |all| {
        let wanted = i64::try_from(all.len()).unwrap_or(i64::MAX);
        filed(all)
            .group_by_col(entry_tag::Column::EntryId)
            .and_having(Expr::col(Asterisk).count().eq(wanted))
            .take()
    })
}

fn among(entries: SelectStatement) -> SimpleExpr {
    entry::Column::Id.in_subquery(entries)
}

fn texts(slugs: &[Slug]) -> Vec<&str> {
    slugs.iter().map(Slug::as_str).collect()
}

fn tagged(slugs: &[Slug]) -> SelectStatement {
    Query::select()
        .column(entry_tag::Column::EntryId)
        .from(entry_tag::Entity)
        .and_where(
            entry_tag::Column::TagId.in_subquery(
                Query::select()
                    .column(tag::Column::Id)
                    .from(tag::Entity)
                    .and_where(tag::Column::Slug.is_in(texts(slugs)))
                    .take(),
            ),
        )
        .take()
}

fn written_by(slugs: &[Slug]) -> SelectStatement {
    Query::select()
        .column(entry_author::Column::EntryId)
        .from(entry_author::Entity)
        .and_where(
            entry_author::Column::AuthorId.in_subquery(
                Query::select()
                    .column(author::Column::Id)
                    .from(author::Entity)
                    .and_where(author::Column::Slug.is_in(texts(slugs)))
                    .take(),
            ),
        )
        .take()
}

fn in_series(slugs: &[Slug]) -> SelectStatement {
    Query::select()
        .column(series_part::Column::EntryId)
        .from(series_part::Entity)
        .and_where(
            series_part::Column::SeriesId.in_subquery(
                Query::select()
                    .column(series::Column::Id)
                    .from(series::Entity)
                    .and_where(series::Column::Slug.is_in(texts(slugs)))
                    .take(),
            ),
        )
        .take()
}

async fn in_categories(
    db: &impl ConnectionTrait,
    condition: Condition,
    wanted: &CategoryMatch,
) -> Result<Condition, StorageError> {
    if wanted.slugs.is_empty() {
        return Ok(condition);
    }
    let tree: Vec<(Uuid, String, Option<Uuid>)> = category::Entity::find()
        .select_only()
        .columns([category::Column::Id, category::Column::Slug, category::Column::ParentId])
        .into_tuple()
        .all(db)
        .await?;
    let ids = |slugs: &[Slug]| {
        let mut ids: HashSet<Uuid> = tree
            .iter()
            .filter(|(_, slug, _)| slugs.iter().any(|wanted| wanted.as_str() == slug))
            .map(|(id, ..)| *id)
            .collect();
        if wanted.descendants {
            add_descendants(&mut ids, &tree);
        }
        ids
    };
    let is_in = |slugs: &[Slug]| entry_category::Column::CategoryId.is_in(ids(slugs));
    let filed = |slugs: &[Slug]| {
        Query::select()
            .column(entry_category::Column::EntryId)
            .from(entry_category::Entity)
            .and_where(is_in(slugs))
            .take()
    };
    // A category stands for many here, so that a number of them says nothing: each slug has its own count.
    let under_all = |slugs: &[Slug]| {
        let mut filed = filed(slugs);
        filed.group_by_col(entry_category::Column::EntryId);
        for slug in slugs {
            let hits = Expr::case(is_in(std::slice::from_ref(slug)), 1).finally(0);
            filed.and_having(Expr::expr(hits).max().eq(1));
        }
        filed.take()
    };
    Ok(matching(condition, &wanted.slugs, filed, under_all))
}

/// Adds the categories below those in `ids`, a level of the tree each time round, until nothing is added.
fn add_descendants(ids: &mut HashSet<Uuid>, tree: &[(Uuid, String, Option<Uuid>)]) {
    loop {
        let below: Vec<Uuid> = tree
            .iter()
            .filter(|(id, _, parent)| parent.is_some_and(|p| ids.contains(&p)) && !ids.contains(id))
            .map(|(id, ..)| *id)
            .collect();
        if below.is_empty() {
            return;
        }
        ids.extend(below);
    }
}
