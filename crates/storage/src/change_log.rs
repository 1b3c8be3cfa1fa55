//! Reading the change log.

use inkstand_model::{CacheKey, Change, ChangeKind, ChangeOp, LogId, Position, Seq};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use uuid::Uuid;

use crate::{
    Storage, StorageError,
    convert::{impossible, instant},
    entity::{change, setting},
    site::LOG_ID,
};

/// What follows a number in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesAfter {
    /// The changes in order.
    pub changes: Vec<Change>,
    /// Changes between are no longer in the log, or the number is past its end: whoever follows must begin anew.
    pub reset: bool,
}

impl Storage {
    /// The log's identity and its last number.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_end(&self) -> Result<Position, StorageError> {
        log_end(self.reader()).await
    }

    /// The last number of the log: cheap enough to be asked several times a second.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn last_seq(&self) -> Result<Seq, StorageError> {
        last_seq(self.reader()).await
    }

    /// Changes past `after`, at most so many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn changes_after(&self, after: Seq, limit: u64) -> Result<ChangesAfter, StorageError> {
        let rows = change::Entity::find()
            .filter(change::Column::Seq.gt(after.get()))
            .order_by_asc(change::Column::Seq)
            .limit(limit)
            .all(self.reader())
            .await?;
        let changes = rows.into_iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
        let reset = if after == Seq::ZERO {
            false
        } else if changes.is_empty() {
            self.last_seq().await? < after
        } else {
            // Trimming takes a prefix of the log away, so a log that still has `after` itself has all behind it.
            let oldest: Option<i64> = change::Entity::find()
                .select_only()
                .column_as(change::Column::Seq.min(), "oldest")
                .into_tuple()
                .one(self.reader())
                .await?
                .flatten();
            oldest.is_some_and(|oldest| oldest > after.get() + 1)
        };
        Ok(ChangesAfter { changes, reset })
    }
}

pub(crate) async fn log_end(db: &impl ConnectionTrait) -> Result<Position, StorageError> {
    let id =
        setting::Entity::find_by_id(LOG_ID).one(db).await?.ok_or_else(|| impossible("log_id", "missing"))?;
    let id = Uuid::parse_str(&id.value).map_err(|_| impossible("log_id", id.value))?;
    Ok(Position { log: LogId::from_uuid(id), seq: last_seq(db).await? })
}

pub(crate) async fn last_seq(db: &impl ConnectionTrait) -> Result<Seq, StorageError> {
    let last: Option<i64> = change::Entity::find()
        .select_only()
        .column_as(change::Column::Seq.max(), "last")
        .into_tuple()
        .one(db)
        .await?
        .flatten();
    Ok(Seq::new(last.unwrap_or(0)))
}

/// The last number that the log ever gave, also where its end was trimmed or rolled back; `None` where nothing keeps it.
pub(crate) async fn last_given(db: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    let backend = db.get_database_backend();
    let ask = async |query: &str| db.query_one_raw(Statement::from_string(backend, query)).await;
    let query = if backend == DbBackend::Sqlite {
        "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'change'".to_owned()
    } else {
        let sequence = ask("SELECT pg_get_serial_sequence('change', 'seq')").await?;
        let sequence: Option<String> = sequence.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        let Some(sequence) = sequence else { return Ok(None) };
        format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")
    };
    ask(&query).await?.map(|row| row.try_get_by_index(0)).transpose()
}

pub(crate) const fn kind_text(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Post => "post",
        ChangeKind::Page => "page",
        ChangeKind::Author => "author",
        ChangeKind::Tag => "tag",
        ChangeKind::Category => "category",
        ChangeKind::Series => "series",
        ChangeKind::Site => "site",
        ChangeKind::Index => "index",
        ChangeKind::Webhook => "webhook",
    }
}

pub(crate) const fn op_text(op: ChangeOp) -> &'static str {
    match op {
        ChangeOp::Created => "created",
        ChangeOp::Updated => "updated",
        ChangeOp::Published => "published",
        ChangeOp::Unpublished => "unpublished",
        ChangeOp::Deleted => "deleted",
        ChangeOp::Rendered => "rendered",
    }
}

pub(crate) fn from_row(row: change::Model) -> Result<Change, StorageError> {
    let kind = match row.kind.as_str() {
        "post" => ChangeKind::Post,
        "page" => ChangeKind::Page,
        "author" => ChangeKind::Author,
        "tag" => ChangeKind::Tag,
        "category" => ChangeKind::Category,
        "series" => ChangeKind::Series,
        "site" => ChangeKind::Site,
        "index" => ChangeKind::Index,
        "webhook" => ChangeKind::Webhook,
        other => return Err(impossible("change kind", other)),
    };
    let op = match row.op.as_str() {
        "created" => ChangeOp::Created,
        "updated" => ChangeOp::Updated,
        "published" => ChangeOp::Published,
        "unpublished" => ChangeOp::Unpublished,
        "deleted" => ChangeOp::Deleted,
        "rendered" => ChangeOp::Rendered,
        other => return Err(impossible("change op", other)),
    };
    let keys: Vec<String> =
        serde_json::from_str(&row.keys).map_err(|_| impossible("change keys", &row.keys))?;
    Ok(Change {
        seq: Seq::new(row.seq),
        at: instant("change at", row.at)?,
        kind,
        id: row.entity_id,
        op,
        keys: keys.into_iter().map(CacheKey::from_stored).collect(),
    })
}
