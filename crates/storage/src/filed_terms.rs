//! Bylines by themselves, for those who ask whose an entry is; and the parts of series.

use std::collections::HashMap;

use inkstand_model::{Author, EntryId, SeriesId, SeriesPart};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    Storage, StorageError,
    entity::{author, entry, entry_author, series_part},
    entry_read::uuids,
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
        let mut list = author::Entity::find()
            .column_as(Expr::col((entry_author::Entity, entry_author::Column::EntryId)), ENTRY)
            .filter(entry_author::Column::EntryId.is_in(uuids(ids)))
            .order_by_asc(entry_author::Column::Position);
        QueryTrait::query(&mut list).inner_join(
            entry_author::Entity,
            Expr::col((author::Entity, author::Column::Id))
                .equals((entry_author::Entity, entry_author::Column::AuthorId)),
        );
        let mut authors: HashMap<EntryId, Vec<Author>> = HashMap::with_capacity(ids.len());
        for row in self.reader().query_all(list.as_query()).await? {
            let id: Uuid = row.try_get("", ENTRY)?;
            let author = author::Model::from_query_result(&row, "")?;
            authors.entry(EntryId::from_uuid(id)).or_default().push(Author::from(author));
        }
        Ok(authors)
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
