//! Slugs that terms had once: they lead to the same term for ever, unless another term takes them.
//!
//! A slug has one holder. Whoever bears it now comes first, so a term that is made with a former slug of another one
//! takes it over, and no row here names a slug that a term of its kind has.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use inkstand_model::{EntryFilter, Match, Slug};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::{
    FiledUnder, Storage, StorageError, Writing,
    entity::{entry, term_alias},
    writing::IDS_AT_ONCE,
};

impl Storage {
    /// The slugs that these terms had, of whatever kind they are; a term that had none is left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn former_slugs(&self, terms: &[Uuid]) -> Result<HashMap<Uuid, Vec<Slug>>, StorageError> {
        let mut slugs: HashMap<Uuid, Vec<Slug>> = HashMap::new();
        for terms in terms.chunks(IDS_AT_ONCE) {
            let rows = term_alias::Entity::find()
                .filter(term_alias::Column::TermId.is_in(terms.iter().copied()))
                .all(self.reader())
                .await?;
            for row in rows {
                slugs.entry(row.term_id).or_default().push(Slug::from_stored(row.slug));
            }
        }
        Ok(slugs)
    }
}

/// The keys of the terms that had one of these slugs.
pub(crate) fn once_had<'a>(under: FiledUnder, slugs: impl IntoIterator<Item = &'a Slug>) -> SelectStatement {
    Query::select()
        .column(term_alias::Column::TermId)
        .from(term_alias::Entity)
        .and_where(term_alias::Column::Kind.eq(under.table()))
        .and_where(term_alias::Column::Slug.is_in(slugs.into_iter().map(Slug::as_str)))
        .take()
}

/// A filter, and what is known of the terms that it names.
pub(crate) struct Named<'a> {
    /// The filter with the slug that each term has now in place of one that it had.
    pub(crate) filter: Cow<'a, EntryFilter>,
    /// Published posts of each term by its slug of now. Slugs of nothing are left out.
    posts: HashMap<(FiledUnder, Slug), u64>,
    /// Entries in all, about: the highest number that one has.
    pub(crate) entries: u64,
}

impl<'a> Named<'a> {
    /// Looks up the terms that a filter names: one statement, where it names any.
    pub(crate) async fn of(db: &impl ConnectionTrait, filter: &'a EntryFilter) -> Result<Self, StorageError> {
        let mut this = Self { filter: Cow::Borrowed(filter), posts: HashMap::new(), entries: 0 };
        let mut terms: Option<SelectStatement> = None;
        for under in FiledUnder::ALL {
            let slugs: HashSet<&str> = matching(filter, under).map(Slug::as_str).collect();
            if slugs.is_empty() {
                continue;
            }
            for part in [terms_now(under, &slugs), terms_once(under, &slugs)] {
                match &mut terms {
                    None => terms = Some(part),
                    Some(others) => {
                        others.union(UnionType::All, part);
                    }
                }
            }
        }
        let Some(terms) = terms else { return Ok(this) };
        let mut renamed: HashMap<(FiledUnder, Slug), Slug> = HashMap::new();
        for row in db.query_all(&terms).await? {
            let kind: String = row.try_get("", "kind")?;
            let Some(under) = FiledUnder::ALL.into_iter().find(|under| under.table() == kind) else {
                continue;
            };
            let named = Slug::from_stored(row.try_get("", "slug")?);
            let now = Slug::from_stored(row.try_get("", "current_slug")?);
            let posts: i64 = row.try_get("", "post_count")?;
            let entries: Option<i64> = row.try_get("", "entries")?;
            this.entries = entries.unwrap_or_default().unsigned_abs();
            this.posts.insert((under, now.clone()), posts.unsigned_abs());
            if named != now {
                renamed.insert((under, named), now);
            }
        }
        if !renamed.is_empty() {
            let filter = this.filter.to_mut();
            for (under, slugs) in [
                (FiledUnder::Tag, &mut filter.tags),
                (FiledUnder::Category, &mut filter.categories.slugs),
                (FiledUnder::Author, &mut filter.authors),
                (FiledUnder::Series, &mut filter.series),
            ] {
                for slug in slugs.all.iter_mut().chain(&mut slugs.any).chain(&mut slugs.none) {
                    if let Some(now) = renamed.get(&(under, slug.clone())) {
                        slug.clone_from(now);
                    }
                }
            }
        }
        Ok(this)
    }

    /// Published posts of a term.
    pub(crate) fn posts(&self, under: FiledUnder, slug: &Slug) -> u64 {
        self.posts.get(&(under, slug.clone())).copied().unwrap_or_default()
    }
}

/// The terms that have one of these slugs.
fn terms_now(under: FiledUnder, slugs: &HashSet<&str>) -> SelectStatement {
    let column = |name: &'static str| Expr::col((Alias::new(under.table()), Alias::new(name)));
    let mut terms = Query::select();
    terms
        .expr_as(Expr::val(under.table()), Alias::new("kind"))
        .expr_as(column("slug"), Alias::new("slug"))
        .expr_as(column("slug"), Alias::new("current_slug"))
        .from(Alias::new(under.table()))
        .and_where(column("slug").is_in(slugs.iter().copied()));
    with_numbers(terms, under)
}

/// The terms that had one of these slugs.
fn terms_once(under: FiledUnder, slugs: &HashSet<&str>) -> SelectStatement {
    let column = |name: &'static str| Expr::col((Alias::new(under.table()), Alias::new(name)));
    let alias = |column: term_alias::Column| Expr::col((term_alias::Entity, column));
    let mut terms = Query::select();
    terms
        .expr_as(alias(term_alias::Column::Kind), Alias::new("kind"))
        .expr_as(alias(term_alias::Column::Slug), Alias::new("slug"))
        .expr_as(column("slug"), Alias::new("current_slug"))
        .from(term_alias::Entity)
        .inner_join(
            Alias::new(under.table()),
            column("id").equals((term_alias::Entity, term_alias::Column::TermId)),
        )
        .and_where(alias(term_alias::Column::Kind).eq(under.table()))
        .and_where(alias(term_alias::Column::Slug).is_in(slugs.iter().copied()));
    with_numbers(terms, under)
}

fn with_numbers(mut terms: SelectStatement, under: FiledUnder) -> SelectStatement {
    let entries = Query::select().expr(Expr::col(entry::Column::Number).max()).from(entry::Entity).take();
    terms
        .expr_as(Expr::col((Alias::new(under.table()), Alias::new("post_count"))), Alias::new("post_count"))
        .expr_as(Expr::from(entries), Alias::new("entries"))
        .take()
}

/// The slugs of a kind that a filter names.
fn matching(filter: &EntryFilter, under: FiledUnder) -> impl Iterator<Item = &Slug> {
    let Match { all, any, none } = match under {
        FiledUnder::Tag => &filter.tags,
        FiledUnder::Category => &filter.categories.slugs,
        FiledUnder::Author => &filter.authors,
        FiledUnder::Series => &filter.series,
    };
    all.iter().chain(any).chain(none)
}

impl Writing<'_> {
    /// The term that had a slug which no term has now.
    pub(crate) async fn former_holder(
        &self,
        under: FiledUnder,
        slug: &Slug,
    ) -> Result<Option<Uuid>, StorageError> {
        let row = term_alias::Entity::find_by_id((under.table().to_owned(), slug.as_str().to_owned()))
            .one(&self.transaction)
            .await?;
        Ok(row.map(|row| row.term_id))
    }

    /// Makes a slug free for `holder`, which is about to have it: it no longer leads to a term that had it.
    pub(crate) async fn claim_slug(
        &mut self,
        under: FiledUnder,
        slug: &Slug,
        holder: Uuid,
    ) -> Result<(), StorageError> {
        let Some(loser) = self.former_holder(under, slug).await? else { return Ok(()) };
        if loser != holder {
            // Whoever knows it by that slug, such as the index, must forget it.
            self.alter([(under, loser)]).await?;
        }
        term_alias::Entity::delete_by_id((under.table().to_owned(), slug.as_str().to_owned()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Has a slug that is no longer any term's lead to `term`.
    pub(crate) async fn keep_slugs(
        &mut self,
        under: FiledUnder,
        slugs: impl IntoIterator<Item = &Slug>,
        term: Uuid,
    ) -> Result<(), StorageError> {
        let rows: Vec<_> = slugs
            .into_iter()
            .map(|slug| term_alias::ActiveModel {
                kind: Set(under.table().to_owned()),
                slug: Set(slug.as_str().to_owned()),
                term_id: Set(term),
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let replace = OnConflict::columns([term_alias::Column::Kind, term_alias::Column::Slug])
            .update_column(term_alias::Column::TermId)
            .to_owned();
        term_alias::Entity::insert_many(rows)
            .on_conflict(replace)
            .exec_without_returning(&self.transaction)
            .await?;
        Ok(())
    }

    /// Has the former slugs of some terms lead to another one.
    pub(crate) async fn hand_over_slugs(
        &mut self,
        under: FiledUnder,
        from: &[Uuid],
        to: Uuid,
    ) -> Result<(), StorageError> {
        term_alias::Entity::update_many()
            .col_expr(term_alias::Column::TermId, Expr::val(to))
            .filter(term_alias::Column::Kind.eq(under.table()))
            .filter(term_alias::Column::TermId.is_in(from.iter().copied()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Forgets the former slugs of terms that are gone.
    pub(crate) async fn forget_slugs(
        &mut self,
        under: FiledUnder,
        terms: &[Uuid],
    ) -> Result<(), StorageError> {
        term_alias::Entity::delete_many()
            .filter(term_alias::Column::Kind.eq(under.table()))
            .filter(term_alias::Column::TermId.is_in(terms.iter().copied()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}
