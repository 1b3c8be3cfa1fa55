//! What earlier imports brought, so that the next one knows it again.

use std::collections::HashMap;

use inkstand_model::EntryId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    Storage, StorageError, Writing,
    entity::{entry, import_item},
    entry_read::uuids,
    writing::IDS_AT_ONCE,
};

/// What is remembered of an item that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// Where the item stood in its source.
    pub foreign_id: String,
    /// What it became.
    pub entry: EntryId,
    /// The digest of what it was read from.
    pub digest: Vec<u8>,
    /// The entry's version right after the import: a greater one means that it was edited here since.
    pub version: i64,
}

impl Storage {
    /// What is remembered of these items of a source.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn import_records(
        &self,
        source: &str,
        foreign_ids: &[&str],
    ) -> Result<HashMap<String, ImportRecord>, StorageError> {
        find(self.reader(), source, foreign_ids).await
    }

    /// How many entries came from a source.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_imported(&self, source: &str) -> Result<u64, StorageError> {
        let imported = import_item::Entity::find().filter(import_item::Column::Source.eq(source));
        Ok(imported.count(self.reader()).await?)
    }
}

impl Writing<'_> {
    /// What is remembered of these items of a source, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn import_records(
        &self,
        source: &str,
        foreign_ids: &[&str],
    ) -> Result<HashMap<String, ImportRecord>, StorageError> {
        find(&self.transaction, source, foreign_ids).await
    }

    /// Everything that is remembered of a source.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn imported_from(&self, source: &str) -> Result<Vec<ImportRecord>, StorageError> {
        let rows = import_item::Entity::find()
            .filter(import_item::Column::Source.eq(source))
            .order_by_asc(import_item::Column::ForeignId)
            .all(&self.transaction)
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// Remembers what an item of a source became.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remember_import(&mut self, source: &str, record: &ImportRecord) -> Result<(), StorageError> {
        let row = import_item::ActiveModel {
            source: Set(source.to_owned()),
            foreign_id: Set(record.foreign_id.clone()),
            entry_id: Set(record.entry.uuid()),
            digest: Set(record.digest.clone()),
            version: Set(record.version),
        };
        let replace = OnConflict::columns([import_item::Column::Source, import_item::Column::ForeignId])
            .update_columns([
                import_item::Column::EntryId,
                import_item::Column::Digest,
                import_item::Column::Version,
            ])
            .to_owned();
        import_item::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.transaction)
            .await?;
        Ok(())
    }

    /// The versions of these entries.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn versions(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, i64>, StorageError> {
        let mut versions = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS_AT_ONCE) {
            let rows: Vec<(Uuid, i64)> = entry::Entity::find()
                .select_only()
                .columns([entry::Column::Id, entry::Column::Version])
                .filter(entry::Column::Id.is_in(uuids(ids)))
                .into_tuple()
                .all(&self.transaction)
                .await?;
            versions.extend(rows.into_iter().map(|(id, version)| (EntryId::from_uuid(id), version)));
        }
        Ok(versions)
    }
}

async fn find(
    db: &impl ConnectionTrait,
    source: &str,
    foreign_ids: &[&str],
) -> Result<HashMap<String, ImportRecord>, StorageError> {
    let rows = import_item::Entity::find()
        .filter(import_item::Column::Source.eq(source))
        .filter(import_item::Column::ForeignId.is_in(foreign_ids.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.foreign_id.clone(), from_row(row))).collect())
}

fn from_row(row: import_item::Model) -> ImportRecord {
    ImportRecord {
        foreign_id: row.foreign_id,
        entry: EntryId::from_uuid(row.entry_id),
        digest: row.digest,
        version: row.version,
    }
}
