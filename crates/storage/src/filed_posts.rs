//! The posts of many terms at once: `tags { posts(first: 3) }` is one statement, however many tags.

use std::collections::HashMap;

use inkstand_model::{
    AuthorId, CacheKey, CategoryId, ChangeKind, Entry, EntryCursor, EntryKind, EntryOrder, EntryStatus,
    SeriesId, Slice, SliceRequest, Slug, TagId,
};
use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryTrait,
    sea_query::{Alias, DynIden, Expr, ExprTrait, Func, IntoIden, Query, WindowStatement},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    Storage, StorageError,
    entity::{entry, entry_author, entry_category, entry_tag, series_part},
    entry_read::{finish_slice, order_column},
};

/// The kind of term that posts are filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FiledUnder {
    /// Their tags.
    Tag,
    /// Their categories, without those below.
    Category,
    /// Their authors.
    Author,
    /// Their series.
    Series,
}

impl FiledUnder {
    pub(crate) const ALL: [Self; 4] = [Self::Tag, Self::Category, Self::Author, Self::Series];

    /// What the change log calls them.
    pub(crate) const fn change_kind(self) -> ChangeKind {
        match self {
            Self::Tag => ChangeKind::Tag,
            Self::Category => ChangeKind::Category,
            Self::Author => ChangeKind::Author,
            Self::Series => ChangeKind::Series,
        }
    }

    /// The cache key of one of them and its list of posts.
    #[must_use]
    pub fn key(self, id: Uuid) -> CacheKey {
        match self {
            Self::Tag => CacheKey::tag(TagId::from_uuid(id)),
            Self::Category => CacheKey::category(CategoryId::from_uuid(id)),
            Self::Author => CacheKey::author(AuthorId::from_uuid(id)),
            Self::Series => CacheKey::series(SeriesId::from_uuid(id)),
        }
    }

    /// The cache key of whatever has or does not have a slug.
    #[must_use]
    pub fn slug(self, slug: &Slug) -> CacheKey {
        CacheKey::slug(self.table(), slug.as_str())
    }

    /// The cache key of the list of all of them.
    #[must_use]
    pub fn list(self) -> CacheKey {
        CacheKey::list(match self {
            Self::Tag => "tags",
            Self::Category => "categories",
            Self::Author => "authors",
            Self::Series => "series",
        })
    }

    /// The table of the terms, which is also their kind in cache keys.
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Category => "category",
            Self::Author => "author",
            Self::Series => "series",
        }
    }

    /// The joining table, and its columns for entry and term.
    pub(crate) fn link(self) -> (DynIden, DynIden, DynIden) {
        match self {
            Self::Tag => (
                entry_tag::Entity.into_iden(),
                entry_tag::Column::EntryId.into_iden(),
                entry_tag::Column::TagId.into_iden(),
            ),
            Self::Category => (
                entry_category::Entity.into_iden(),
                entry_category::Column::EntryId.into_iden(),
                entry_category::Column::CategoryId.into_iden(),
            ),
            Self::Author => (
                entry_author::Entity.into_iden(),
                entry_author::Column::EntryId.into_iden(),
                entry_author::Column::AuthorId.into_iden(),
            ),
            Self::Series => (
                series_part::Entity.into_iden(),
                series_part::Column::EntryId.into_iden(),
                series_part::Column::SeriesId.into_iden(),
            ),
        }
    }
}

impl Storage {
    /// The same part of the list of published posts of each of these terms.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.filed", skip_all, fields(?under, ids = terms.len()))]
    pub async fn posts_filed_under(
        &self,
        under: FiledUnder,
        terms: &[Uuid],
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
    ) -> Result<HashMap<Uuid, Slice<Entry>>, StorageError> {
        let (link, entry_column, term_column) = under.link();
        let (column, ascending) = order_column(order);
        let direction = if ascending == slice.from_end { Order::Desc } else { Order::Asc };
        let key = || {
            Expr::tuple([Expr::col((entry::Entity, column)), Expr::col((entry::Entity, entry::Column::Id))])
        };
        let at = |cursor: &EntryCursor| Expr::tuple([Expr::val(cursor.at.millis()), Expr::val(cursor.id)]);

        let place = WindowStatement::partition_by((link.clone(), term_column.clone()))
            .order_by((entry::Entity, column), direction.clone())
            .order_by((entry::Entity, entry::Column::Id), direction)
            .take();
        let mut placed = Query::select();
        placed
            .expr_as(Expr::col((link.clone(), entry_column.clone())), Alias::new("entry_id"))
            .expr_as(Expr::col((link.clone(), term_column.clone())), Alias::new("term_id"))
            .expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), place, Alias::new("place"))
            .from(link.clone())
            .inner_join(
                entry::Entity,
                Expr::col((entry::Entity, entry::Column::Id)).equals((link.clone(), entry_column)),
            )
            .and_where(Expr::col((link, term_column)).is_in(terms.iter().copied()))
            .and_where(Expr::col((entry::Entity, entry::Column::Kind)).eq(EntryKind::Post.as_str()))
            .and_where(Expr::col((entry::Entity, entry::Column::Status)).eq(EntryStatus::Published.as_str()));
        if let Some(after) = &slice.after {
            placed.and_where(if ascending { key().gt(at(after)) } else { key().lt(at(after)) });
        }
        if let Some(before) = &slice.before {
            placed.and_where(if ascending { key().lt(at(before)) } else { key().gt(at(before)) });
        }

        let chosen = Alias::new("chosen");
        let mut list = entry::Entity::find();
        QueryTrait::query(&mut list)
            .expr_as(Expr::col((chosen.clone(), Alias::new("term_id"))), Alias::new("term_id"))
            .join_subquery(
                sea_orm::JoinType::InnerJoin,
                placed,
                chosen.clone(),
                Expr::col((chosen.clone(), Alias::new("entry_id")))
                    .equals((entry::Entity, entry::Column::Id)),
            )
            .and_where(
                Expr::col((chosen.clone(), Alias::new("place")))
                    .between(i64::from(slice.skip) + 1, i64::from(slice.skip) + i64::from(slice.limit) + 1),
            )
            .order_by((chosen, Alias::new("place")), Order::Asc);

        let mut lists: HashMap<Uuid, Vec<Entry>> = HashMap::with_capacity(terms.len());
        for row in self.reader().query_all(list.as_query()).await? {
            let term: Uuid = row.try_get("", "term_id")?;
            let entry = entry::Model::from_query_result(&row, "")?;
            lists.entry(term).or_default().push(Entry::try_from(entry)?);
        }
        Ok(terms
            .iter()
            .map(|term| (*term, finish_slice(lists.remove(term).unwrap_or_default(), slice)))
            .collect())
    }
}
