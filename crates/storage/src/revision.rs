//! Earlier states of entries.

use std::collections::HashMap;

use inkstand_model::{AccountId, Cover, EntryId, Format, Instant, RevisionId, Seo};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use tracing::instrument;

use crate::{
    EntryRecord, Storage, StorageError, Writing,
    convert::{cover, format, format_text, impossible, instant},
    entity::{account, revision},
};

/// A state that an entry was in before somebody changed what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its key.
    pub id: RevisionId,
    /// The entry.
    pub entry: EntryId,
    /// The version that it was.
    pub version: i64,
    /// Since when the entry said so.
    pub at: Instant,
    /// The account that had made it so, where it was one.
    pub account: Option<AccountId>,
    /// The name of that account; empty where it was none.
    pub account_name: String,
    /// The title then.
    pub title: String,
}

/// What an entry said then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionContent {
    /// The title.
    pub title: String,
    /// What the source is written in.
    pub format: Format,
    /// The body's source.
    pub source: String,
    /// The author's own excerpt.
    pub excerpt: Option<String>,
    /// The picture.
    pub cover: Option<Cover>,
    /// What search engines were told.
    pub seo: Seo,
}

/// The columns of a list of revisions: no bodies.
#[derive(FromQueryResult)]
struct Line {
    id: uuid::Uuid,
    entry_id: uuid::Uuid,
    version: i64,
    at: i64,
    account_id: Option<uuid::Uuid>,
    account_name: String,
    title: String,
}

impl Writing<'_> {
    /// Keeps what an entry says, before it is replaced.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_revision(&mut self, before: &EntryRecord) -> Result<(), StorageError> {
        let entry = &before.entry;
        let account_name = match entry.edited_by {
            Some(account) => account::Entity::find_by_id(account.uuid())
                .one(&self.transaction)
                .await?
                .map_or_else(String::new, |row| row.name),
            None => String::new(),
        };
        let cover = entry.cover.as_ref();
        let row = revision::ActiveModel {
            id: Set(self.clock.new_id()),
            entry_id: Set(entry.id.uuid()),
            version: Set(entry.version),
            at: Set(entry.updated_at.millis()),
            account_id: Set(entry.edited_by.map(AccountId::uuid)),
            account_name: Set(account_name),
            title: Set(entry.title.clone()),
            format: Set(format_text(before.body.format).to_owned()),
            source: Set(before.body.source.clone()),
            excerpt: Set(before.body.excerpt.clone()),
            cover_src: Set(cover.map(|cover| cover.src.clone())),
            cover_alt: Set(cover.map(|cover| cover.alt.clone())),
            cover_caption: Set(cover.and_then(|cover| cover.caption.clone())),
            seo_title: Set(entry.seo.title.clone()),
            seo_description: Set(entry.seo.description.clone()),
            seo_canonical_url: Set(entry.seo.canonical_url.clone()),
            seo_noindex: Set(entry.seo.noindex),
        };
        revision::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }
}

impl Storage {
    /// Revisions of an entry, the latest first: those before a version where one is named.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.revision.list", skip_all, fields(%entry))]
    pub async fn revisions(
        &self,
        entry: EntryId,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Revision>, StorageError> {
        let mut list = revision::Entity::find().filter(revision::Column::EntryId.eq(entry.uuid()));
        if let Some(before) = before {
            list = list.filter(revision::Column::Version.lt(before));
        }
        let lines = list
            .select_only()
            .columns([
                revision::Column::Id,
                revision::Column::EntryId,
                revision::Column::Version,
                revision::Column::At,
                revision::Column::AccountId,
                revision::Column::AccountName,
                revision::Column::Title,
            ])
            .order_by_desc(revision::Column::Version)
            .limit(limit)
            .into_model::<Line>()
            .all(self.reader())
            .await?;
        lines
            .into_iter()
            .map(|line| {
                Ok(Revision {
                    id: RevisionId::from_uuid(line.id),
                    entry: EntryId::from_uuid(line.entry_id),
                    version: line.version,
                    at: instant("revision at", line.at)?,
                    account: line.account_id.map(AccountId::from_uuid),
                    account_name: line.account_name,
                    title: line.title,
                })
            })
            .collect()
    }

    /// How many revisions an entry has.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_revisions(&self, entry: EntryId) -> Result<u64, StorageError> {
        let of_entry = revision::Entity::find().filter(revision::Column::EntryId.eq(entry.uuid()));
        Ok(of_entry.count(self.reader()).await?)
    }

    /// What these revisions say, with the entries that they are of.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revision_contents(
        &self,
        ids: &[RevisionId],
    ) -> Result<HashMap<RevisionId, (EntryId, RevisionContent)>, StorageError> {
        let rows = revision::Entity::find()
            .filter(revision::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let content = RevisionContent {
                    title: row.title,
                    format: format(&row.format).ok_or_else(|| impossible("format", &row.format))?,
                    source: row.source,
                    excerpt: row.excerpt,
                    cover: cover(row.cover_src, row.cover_alt, row.cover_caption),
                    seo: Seo {
                        title: row.seo_title,
                        description: row.seo_description,
                        canonical_url: row.seo_canonical_url,
                        noindex: row.seo_noindex,
                    },
                };
                Ok((RevisionId::from_uuid(row.id), (EntryId::from_uuid(row.entry_id), content)))
            })
            .collect()
    }
}
