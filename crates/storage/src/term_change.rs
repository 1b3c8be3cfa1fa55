//! Making terms by hand, changing, merging and removing them.

use std::collections::BTreeMap;

use inkstand_model::{
    CacheKey, Category, CategoryId, ChangeOp, EntryId, EntryKind, EntryStatus, Path, SeriesId, Slug,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, Query},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    FiledUnder, StorageError, Term, Writing,
    convert::kind,
    entity::{category, entry, series_part},
    term::table::TermTable,
    writing::IDS_AT_ONCE,
};

/// Rows of three columns that are inserted by one statement.
const ROWS_AT_ONCE: usize = 1_000;

impl Writing<'_> {
    /// The term with this key, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn term<T: Term>(&self, key: Uuid) -> Result<Option<T>, StorageError> {
        Ok(self.terms_by_keys(&[key]).await?.pop())
    }

    /// Those of the terms with these keys that are there, in no particular order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn terms_by_keys<T: Term>(&self, keys: &[Uuid]) -> Result<Vec<T>, StorageError> {
        let found = <T as TermTable>::Entity::find().filter(T::ID.is_in(keys.iter().copied()));
        Ok(found.all(&self.transaction).await?.into_iter().map(T::from).collect())
    }

    /// The term that has this slug now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn holder_of<T: Term>(&self, slug: &Slug) -> Result<Option<T>, StorageError> {
        let found = <T as TermTable>::Entity::find().filter(T::SLUG.eq(slug.as_str()));
        Ok(found.one(&self.transaction).await?.map(T::from))
    }

    /// Every category.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn category_tree(&self) -> Result<Vec<Category>, StorageError> {
        let rows = category::Entity::find().all(&self.transaction).await?;
        Ok(rows.into_iter().map(Category::from).collect())
    }

    /// How many entries of any kind and stage are filed under a term.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_filed<T: Term>(&self, key: Uuid) -> Result<u64, StorageError> {
        let (link, entry_column, term_column) = T::UNDER.link();
        let count = Query::select()
            .expr_as(Expr::col((link.clone(), entry_column)).count(), Alias::new("entries"))
            .from(link.clone())
            .and_where(Expr::col((link, term_column)).eq(key))
            .take();
        let row = self.transaction.query_one(&count).await?;
        let count: i64 = row.map(|row| row.try_get("", "entries")).transpose()?.unwrap_or(0);
        Ok(count.unsigned_abs())
    }

    /// The next small number of a kind.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn next_term_number<T: Term>(&mut self) -> Result<i64, StorageError> {
        self.next_number(T::UNDER.table()).await
    }

    /// Keeps a new term. Its slug is nobody's now; a term that had it loses it to this one.
    ///
    /// # Errors
    /// Where the database fails, also where another term has the slug.
    pub async fn insert_term<T: Term>(&mut self, term: &T) -> Result<(), StorageError> {
        self.claim_slug(T::UNDER, term.slug(), term.key()).await?;
        <T as TermTable>::Entity::insert(term.row()).exec_without_returning(&self.transaction).await?;
        self.made_term(T::UNDER, term.key());
        self.terms.clear();
        Ok(())
    }

    /// Replaces a term. A slug that it gives up goes on leading to it; one that it takes, leads to it alone.
    ///
    /// # Errors
    /// Where the database fails, also where another term has the slug.
    pub async fn replace_term<T: Term>(&mut self, before: &T, term: &T) -> Result<(), StorageError> {
        self.alter([(T::UNDER, term.key())]).await?;
        if before.slug() != term.slug() {
            self.claim_slug(T::UNDER, term.slug(), term.key()).await?;
        }
        <T as TermTable>::Entity::update_many()
            .set(term.row())
            .filter(T::ID.eq(term.key()))
            .exec(&self.transaction)
            .await?;
        if before.slug() != term.slug() {
            self.keep_slugs(T::UNDER, [before.slug()], term.key()).await?;
        }
        self.terms.clear();
        Ok(())
    }

    /// Files everything that is filed under `sources` under `target` instead, and removes them; their slugs and former
    /// slugs lead to `target` from now on. An entry that was filed under several of them keeps the first place.
    ///
    /// As many statements as there are for one entry, however many there are. Of categories, those below the sources
    /// must have been moved before.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.merge", skip_all, fields(sources = sources.len()))]
    pub async fn merge_terms<T: Term>(&mut self, sources: &[T], target: &T) -> Result<(), StorageError> {
        let keys: Vec<Uuid> = sources.iter().map(T::key).collect();
        self.watch(keys.iter().map(|key| (T::UNDER, *key))).await?;
        self.alter([(T::UNDER, target.key())]).await?;
        self.drop_later_filings(T::UNDER, &keys, target.key()).await?;
        let (link, _, term_column) = T::UNDER.link();
        let refile = Query::update()
            .table(link)
            .value(term_column.clone(), target.key())
            .and_where(Expr::col(term_column).is_in(keys.iter().copied()))
            .take();
        self.transaction.execute(&refile).await?;
        self.hand_over_slugs(T::UNDER, &keys, target.key()).await?;
        self.delete_terms(T::UNDER, &keys).await?;
        self.keep_slugs(T::UNDER, sources.iter().map(T::slug), target.key()).await
    }

    /// Of the places that an entry has under any of these terms, leaves the first.
    async fn drop_later_filings(
        &mut self,
        under: FiledUnder,
        sources: &[Uuid],
        target: Uuid,
    ) -> Result<(), StorageError> {
        if under == FiledUnder::Series {
            // A post has one place in one series.
            return Ok(());
        }
        let (link, entry_column, term_column) = under.link();
        let (earlier, position) = (Alias::new("earlier"), Alias::new("position"));
        let merged = || sources.iter().copied().chain([target]);
        let place = |table: DynIden| {
            Expr::tuple([
                Expr::col((table.clone(), position.clone())),
                Expr::col((table, term_column.clone())),
            ])
        };
        let has_earlier = Query::select()
            .expr(Expr::val(1))
            .from_as(link.clone(), earlier.clone())
            .and_where(
                Expr::col((earlier.clone(), entry_column.clone())).equals((link.clone(), entry_column)),
            )
            .and_where(Expr::col((earlier.clone(), term_column.clone())).is_in(merged()))
            .and_where(ExprTrait::lt(place(earlier.into_iden()), place(link.clone())))
            .take();
        let delete = Query::delete()
            .from_table(link)
            .and_where(Expr::col(term_column.clone()).is_in(merged()))
            .and_where(Expr::exists(has_earlier))
            .take();
        self.transaction.execute(&delete).await?;
        Ok(())
    }

    /// Removes a term; entries that were filed under it are not any more. Its slugs lead nowhere.
    ///
    /// Of categories, those below must have been moved before.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.remove", skip_all)]
    pub async fn remove_term<T: Term>(&mut self, term: &T) -> Result<(), StorageError> {
        self.watch([(T::UNDER, term.key())]).await?;
        self.log_filed(T::UNDER, term.key()).await?;
        self.forget_slugs(T::UNDER, &[term.key()]).await?;
        self.delete_terms(T::UNDER, &[term.key()]).await
    }

    /// Logs every entry that is filed under a term as changed: afterwards, nobody can look up which these were.
    async fn log_filed(&mut self, under: FiledUnder, term: Uuid) -> Result<(), StorageError> {
        let (link, entry_column, term_column) = under.link();
        let filed =
            Query::select().column(entry_column).from(link).and_where(Expr::col(term_column).eq(term)).take();
        let entries: Vec<(Uuid, String, String, String, String)> = entry::Entity::find()
            .select_only()
            .columns([
                entry::Column::Id,
                entry::Column::Kind,
                entry::Column::Status,
                entry::Column::Slug,
                entry::Column::Path,
            ])
            .filter(entry::Column::Id.in_subquery(filed))
            .order_by_asc(entry::Column::Id)
            .into_tuple()
            .all(&self.transaction)
            .await?;
        for (id, kind_name, status, slug, path) in entries {
            let kind = kind(&kind_name)?;
            let mut keys = vec![CacheKey::entry(EntryId::from_uuid(id))];
            if status == EntryStatus::Published.as_str() {
                keys.push(under.key(term));
                keys.push(CacheKey::slug(kind.as_str(), &slug));
                keys.push(CacheKey::path(&Path::from_stored(path)));
                keys.push(CacheKey::list(match kind {
                    EntryKind::Post => "posts",
                    EntryKind::Page => "pages",
                }));
            }
            self.record(kind.into(), id, ChangeOp::Updated, keys);
        }
        Ok(())
    }

    /// Removes terms under which nothing is filed any more.
    pub(crate) async fn delete_terms(
        &mut self,
        under: FiledUnder,
        keys: &[Uuid],
    ) -> Result<(), StorageError> {
        let delete = Query::delete()
            .from_table(Alias::new(under.table()))
            .and_where(Expr::col(Alias::new("id")).is_in(keys.iter().copied()))
            .take();
        self.transaction.execute(&delete).await?;
        for key in keys {
            self.record(under.change_kind(), *key, ChangeOp::Deleted, [under.key(*key)]);
        }
        self.terms.clear();
        Ok(())
    }

    /// Moves categories in the tree: each parent with those that are to stand below it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn move_categories(
        &mut self,
        moves: &BTreeMap<Option<CategoryId>, Vec<CategoryId>>,
    ) -> Result<(), StorageError> {
        let moved = moves.values().flatten().map(|id| (FiledUnder::Category, id.uuid()));
        self.alter(moved.collect::<Vec<_>>()).await?;
        for (parent, moved) in moves {
            for moved in moved.chunks(IDS_AT_ONCE) {
                category::Entity::update_many()
                    .col_expr(category::Column::ParentId, Expr::val(parent.map(CategoryId::uuid)))
                    .filter(category::Column::Id.is_in(moved.iter().map(|id| id.uuid())))
                    .exec(&self.transaction)
                    .await?;
            }
        }
        Ok(())
    }

    /// Every part of a series in reading order, those that are not published included.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn parts(&self, series: SeriesId) -> Result<Vec<EntryId>, StorageError> {
        let rows: Vec<Uuid> = series_part::Entity::find()
            .select_only()
            .column(series_part::Column::EntryId)
            .join(
                sea_orm::JoinType::InnerJoin,
                series_part::Entity::belongs_to(entry::Entity)
                    .from(series_part::Column::EntryId)
                    .to(entry::Column::Id)
                    .into(),
            )
            .filter(series_part::Column::SeriesId.eq(series.uuid()))
            .order_by_asc(series_part::Column::Position)
            .order_by_asc(entry::Column::PublishedAt)
            .order_by_asc(entry::Column::Id)
            .into_tuple()
            .all(&self.transaction)
            .await?;
        Ok(rows.into_iter().map(EntryId::from_uuid).collect())
    }

    /// Replaces the parts of a series by the same ones in another order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_parts(&mut self, series: SeriesId, parts: &[EntryId]) -> Result<(), StorageError> {
        self.alter([(FiledUnder::Series, series.uuid())]).await?;
        series_part::Entity::delete_many()
            .filter(series_part::Column::SeriesId.eq(series.uuid()))
            .exec(&self.transaction)
            .await?;
        let rows: Vec<_> = (1..)
            .zip(parts)
            .map(|(position, part)| series_part::ActiveModel {
                entry_id: Set(part.uuid()),
                series_id: Set(series.uuid()),
                position: Set(position),
            })
            .collect();
        for rows in rows.chunks(ROWS_AT_ONCE) {
            series_part::Entity::insert_many(rows.to_vec()).exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }
}
