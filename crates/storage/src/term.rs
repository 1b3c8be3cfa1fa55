//! Look-ups and lists of tags, categories, series and authors: one code for the four, since they differ in
//! nothing that a list needs.

use std::collections::HashSet;

use inkstand_model::{
    AccountId, Author, Category, CategoryId, Series, SeriesId, Slice, SliceRequest, Slug, Tag, TermCursor,
    TermOrder,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    FiledUnder, Storage, StorageError, TermScope, Writing, entity, entry_read::finish_slice,
    term_alias::once_had,
};

/// What [`Storage`] keeps in a table of terms: [`Tag`], [`Category`], [`Series`] and [`Author`].
pub trait Term: table::TermTable + Clone + PartialEq + Sync {
    /// What people call its kind: `tag`, `category`, `series`, `author`.
    const WORD: &'static str;

    /// Its key without the kind.
    fn key(&self) -> Uuid;

    /// Unique among its kind.
    fn slug(&self) -> &Slug;

    /// What readers see.
    fn name(&self) -> &str;
}

/// How a term is kept: an affair of this crate, and why nobody else can implement [`Term`].
pub(crate) mod table {
    use sea_orm::EntityTrait;

    use crate::FiledUnder;

    pub trait TermTable: Sized + Send + From<<Self::Entity as EntityTrait>::Model> {
        type Entity: EntityTrait;
        const UNDER: FiledUnder;
        const ID: <Self::Entity as EntityTrait>::Column;
        const SLUG: <Self::Entity as EntityTrait>::Column;
        const POST_COUNT: <Self::Entity as EntityTrait>::Column;

        fn row(&self) -> <Self::Entity as EntityTrait>::ActiveModel;
    }
}

macro_rules! term_tables {
    ($($word:ident = $module:ident: $kind:literal { $($own:ident: $value:expr),* })*) => {$(
        impl Term for $word {
            const WORD: &'static str = $kind;

            fn key(&self) -> Uuid {
                self.id.uuid()
            }

            fn slug(&self) -> &Slug {
                &self.slug
            }

            fn name(&self) -> &str {
                &self.name
            }
        }

        impl table::TermTable for $word {
            type Entity = entity::$module::Entity;
            const UNDER: FiledUnder = FiledUnder::$word;
            const ID: entity::$module::Column = entity::$module::Column::Id;
            const SLUG: entity::$module::Column = entity::$module::Column::Slug;
            const POST_COUNT: entity::$module::Column = entity::$module::Column::PostCount;

            fn row(&self) -> entity::$module::ActiveModel {
                entity::$module::ActiveModel {
                    id: Set(self.id.uuid()),
                    number: Set(self.number),
                    slug: Set(self.slug.as_str().to_owned()),
                    name: Set(self.name.clone()),
                    post_count: Set(self.post_count),
                    $($own: Set(($value)(self)),)*
                }
            }
        }
    )*};
}

term_tables! {
    Tag = tag: "tag" { description: |tag: &Tag| tag.description.clone() }
    Category = category: "category" {
        description: |category: &Category| category.description.clone(),
        parent_id: |category: &Category| category.parent.map(CategoryId::uuid)
    }
    Series = series: "series" { description: |series: &Series| series.description.clone() }
    Author = author: "author" {
        handle: |author: &Author| author.handle.clone(),
        bio: |author: &Author| author.bio.clone(),
        url: |author: &Author| author.url.clone(),
        avatar: |author: &Author| author.avatar.clone(),
        account_id: |author: &Author| author.account.map(AccountId::uuid)
    }
}

impl Storage {
    /// The term that has this slug, or else had it, if it is within the scope.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.by_slug", skip(self))]
    pub async fn term_by_slug<T: Term>(
        &self,
        scope: TermScope,
        slug: &Slug,
    ) -> Result<Option<T>, StorageError> {
        let had_it = T::ID.in_subquery(once_had(T::UNDER, [slug]));
        let found = all_of::<T>(scope).filter(T::SLUG.eq(slug.as_str()).or(had_it));
        let row = found.one(self.reader()).await?;
        Ok(row.map(T::from))
    }

    /// Those of the terms that have these slugs now which are within the scope, in no particular order.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.by_slugs", skip_all, fields(slugs = slugs.len()))]
    pub async fn terms_by_slugs<T: Term>(
        &self,
        scope: TermScope,
        slugs: &[Slug],
    ) -> Result<Vec<T>, StorageError> {
        let found = all_of::<T>(scope).filter(T::SLUG.is_in(slugs.iter().map(Slug::as_str)));
        let rows = found.all(self.reader()).await?;
        Ok(rows.into_iter().map(T::from).collect())
    }

    /// Those of the terms with these keys that are within the scope, in no particular order.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.by_ids", skip_all, fields(ids = ids.len()))]
    pub async fn terms_by_ids<T: Term>(
        &self,
        scope: TermScope,
        ids: &[Uuid],
    ) -> Result<Vec<T>, StorageError> {
        let found = all_of::<T>(scope).filter(T::ID.is_in(ids.iter().copied()));
        let rows = found.all(self.reader()).await?;
        Ok(rows.into_iter().map(T::from).collect())
    }

    /// A part of the list of all terms within the scope, unused ones too.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.list", skip_all, fields(limit = slice.limit))]
    pub async fn terms<T: Term>(
        &self,
        scope: TermScope,
        order: TermOrder,
        slice: &SliceRequest<TermCursor>,
    ) -> Result<Slice<T>, StorageError> {
        let mut list = all_of::<T>(scope);
        // By count the list descends while equal counts ascend by slug, so its key is (-count, slug).
        let key = || match order {
            TermOrder::Slug => Expr::col(T::SLUG),
            TermOrder::PostCount => {
                Expr::tuple([Expr::val(0).sub(Expr::col(T::POST_COUNT)), Expr::col(T::SLUG)])
            }
        };
        let at = |cursor: &TermCursor| match order {
            TermOrder::Slug => Expr::val(cursor.slug.as_str()),
            TermOrder::PostCount => {
                Expr::tuple([Expr::val(-cursor.post_count), Expr::val(cursor.slug.as_str())])
            }
        };
        if let Some(after) = &slice.after {
            list = list.filter(ExprTrait::gt(key(), at(after)));
        }
        if let Some(before) = &slice.before {
            list = list.filter(ExprTrait::lt(key(), at(before)));
        }
        let (ascending, descending) =
            if slice.from_end { (Order::Desc, Order::Asc) } else { (Order::Asc, Order::Desc) };
        if order == TermOrder::PostCount {
            list = list.order_by(T::POST_COUNT, descending);
        }
        let rows = list
            .order_by(T::SLUG, ascending)
            .limit(u64::from(slice.limit) + 1)
            .offset((slice.skip > 0).then_some(u64::from(slice.skip)))
            .all(self.reader())
            .await?;
        Ok(finish_slice(rows.into_iter().map(T::from).collect(), slice))
    }

    /// How many terms there are within the scope, unused ones too.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.term.count", skip_all)]
    pub async fn count_terms<T: Term>(&self, scope: TermScope) -> Result<u64, StorageError> {
        let count: Option<i64> = all_of::<T>(scope)
            .select_only()
            .column_as(T::ID.count(), "terms")
            .into_tuple()
            .one(self.reader())
            .await?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    /// Every category: the tree is small, and who needs a part of it mostly needs the way to its root.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn category_tree(&self) -> Result<Vec<Category>, StorageError> {
        self.categories(TermScope::All).await
    }

    /// Every category within the scope.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.category.tree", skip_all)]
    pub async fn categories(&self, scope: TermScope) -> Result<Vec<Category>, StorageError> {
        let rows =
            all_of::<Category>(scope).order_by_asc(entity::category::Column::Slug).all(self.reader()).await?;
        Ok(rows.into_iter().map(Category::from).collect())
    }
}

impl Writing<'_> {
    /// Which of these keys are those of terms, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn which_terms<T: Term>(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>, StorageError> {
        let there: Vec<Uuid> = T::Entity::find()
            .select_only()
            .column(T::ID)
            .filter(T::ID.is_in(ids.iter().copied()))
            .into_tuple()
            .all(&self.transaction)
            .await?;
        Ok(there.into_iter().collect())
    }

    /// The place behind the last part of a series.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn next_position(&self, series: SeriesId) -> Result<i32, StorageError> {
        let last: Option<Option<i32>> = entity::series_part::Entity::find()
            .select_only()
            .column_as(entity::series_part::Column::Position.max(), "last")
            .filter(entity::series_part::Column::SeriesId.eq(series.uuid()))
            .into_tuple()
            .one(&self.transaction)
            .await?;
        Ok(last.flatten().map_or(1, |last| last.saturating_add(1)))
    }
}

fn all_of<T: Term>(scope: TermScope) -> Select<<T as table::TermTable>::Entity> {
    T::Entity::find().filter(scope.condition(T::UNDER))
}
