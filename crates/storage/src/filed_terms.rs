//! The terms of entries: each kind for many entries in one statement.

use std::collections::HashMap;

use inkstand_model::{Author, Category, EntryId, Series, SeriesId, SeriesPart, Tag};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    Storage, StorageError, Term,
    entity::{entry, entry_author, entry_category, entry_tag, series_part},
    entry_read::uuids,
    term::table::TermTable,
};

/// The name under which the entry's id stands beside the columns of a term.
const ENTRY: &str = "filed_entry_id";

impl Storage {
    /// The authors of these entries in the order of the byline.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.author.of_entries", skip_all, fields(ids = ids.len()))]
    pub async fn authors_of(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Vec<Author>>, StorageError> {
        use entry_author::{Column, Entity};
        filed(self.reader(), ids, Entity, Column::EntryId, Column::AuthorId, Column::Position).await
    }

    /// The tags of these entries in their order.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.tag.of_entries", skip_all, fields(ids = ids.len()))]
    pub async fn tags_of(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Vec<Tag>>, StorageError> {
        use entry_tag::{Column, Entity};
        filed(self.reader(), ids, Entity, Column::EntryId, Column::TagId, Column::Position).await
    }

    /// The categories of these entries in their order.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.category.of_entries", skip_all, fields(ids = ids.len()))]
    pub async fn categories_of(
        &self,
        ids: &[EntryId],
    ) -> Result<HashMap<EntryId, Vec<Category>>, StorageError> {
        use entry_category::{Column, Entity};
        filed(self.reader(), ids, Entity, Column::EntryId, Column::CategoryId, Column::Position).await
    }

    /// The series of these entries.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.series.of_entries", skip_all, fields(ids = ids.len()))]
    pub async fn series_of(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Series>, StorageError> {
        use series_part::{Column, Entity};
        let series: HashMap<EntryId, Vec<Series>> =
            filed(self.reader(), ids, Entity, Column::EntryId, Column::SeriesId, Column::Position).await?;
        Ok(series.into_iter().filter_map(|(id, mut one)| one.pop().map(|series| (id, series))).collect())
    }

    /// The published parts of these series in reading order: by position, equal ones by date.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.series.parts", skip_all, fields(ids = series.len()))]
    pub async fn series_parts(
        &self,
        series: &[SeriesId],
    ) -> Result<HashMap<SeriesId, Vec<SeriesPart>>, StorageError> {
        let mut list = series_part::Entity::find()
            .filter(series_part::Column::SeriesId.is_in(series.iter().map(|id| id.uuid())))
            .filter(entry::Column::Status.eq(inkstand_model::EntryStatus::Published.as_str()))
            .order_by_asc(series_part::Column::Position)
            .order_by_asc(entry::Column::PublishedAt)
            .order_by_asc(entry::Column::Id);
        QueryTrait::query(&mut list).inner_join(
            entry::Entity,
            Expr::col((entry::Entity, entry::Column::Id))
                .equals((series_part::Entity, series_part::Column::EntryId)),
        );
        let mut parts: HashMap<SeriesId, Vec<SeriesPart>> = HashMap::new();
        for row in list.all(self.reader()).await? {
            let series = SeriesId::from_uuid(row.series_id);
            parts.entry(series).or_default().push(SeriesPart {
                entry: EntryId::from_uuid(row.entry_id),
                series,
                position: row.position,
            });
        }
        Ok(parts)
    }
}

async fn filed<T: Term, L: EntityTrait>(
    db: &impl ConnectionTrait,
    ids: &[EntryId],
    link: L,
    entry: L::Column,
    term: L::Column,
    position: L::Column,
) -> Result<HashMap<EntryId, Vec<T>>, StorageError> {
    let mut list = <T as TermTable>::Entity::find()
        .column_as(Expr::col((link, entry)), ENTRY)
        .filter(Expr::col((link, entry)).is_in(uuids(ids)))
        .order_by_asc(Expr::col((link, position)));
    QueryTrait::query(&mut list)
        .inner_join(link, Expr::col((<T as TermTable>::Entity::default(), T::ID)).equals((link, term)));
    let mut terms: HashMap<EntryId, Vec<T>> = HashMap::with_capacity(ids.len());
    for row in db.query_all(list.as_query()).await? {
        let id: Uuid = row.try_get("", ENTRY)?;
        let term = <<T as TermTable>::Entity as EntityTrait>::Model::from_query_result(&row, "")?;
        terms.entry(EntryId::from_uuid(id)).or_default().push(T::from(term));
    }
    Ok(terms)
}
