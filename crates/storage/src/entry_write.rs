//! Making, replacing and removing entries.

use inkstand_model::{
    AuthorId, CacheKey, CategoryId, ChangeKind, ChangeOp, Entry, EntryBody, EntryId, EntryKind, EntryStatus,
    Instant, Rendered, SeriesId, Slug, TagId, Zone,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    AddressRole, FiledUnder, StorageError, Writing,
    convert::{body_row, entry_row},
    entity::{entry, entry_author, entry_body, entry_category, entry_tag, series_part},
    free_number::FreeNumber,
};

/// An entry with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRecord {
    /// The entry.
    pub entry: Entry,
    /// Its body.
    pub body: EntryBody,
    /// A JSON object of front matter that Inkstand has no place for.
    pub extra: Option<String>,
    /// The byline, in order.
    pub authors: Vec<AuthorId>,
    /// The tags, in order.
    pub tags: Vec<TagId>,
    /// The categories, in order.
    pub categories: Vec<CategoryId>,
    /// The series and the place in it.
    pub series: Option<(SeriesId, i32)>,
}

impl EntryRecord {
    /// Everything that it is filed under.
    fn terms(&self) -> impl Iterator<Item = (FiledUnder, Uuid)> {
        let tags = self.tags.iter().map(|tag| (FiledUnder::Tag, tag.uuid()));
        let categories = self.categories.iter().map(|category| (FiledUnder::Category, category.uuid()));
        let authors = self.authors.iter().map(|author| (FiledUnder::Author, author.uuid()));
        let series = self.series.iter().map(|(series, _)| (FiledUnder::Series, series.uuid()));
        tags.chain(categories).chain(authors).chain(series)
    }

    /// Takes on what a renderer of that version made of the source.
    pub fn set_rendering(&mut self, rendered: Rendered, render_version: u32) {
        let Rendered {
            html,
            text,
            excerpt_html,
            excerpt_text,
            headings,
            hashtags,
            word_count,
            reading_minutes,
        } = rendered;
        self.entry.excerpt_html = excerpt_html;
        self.entry.excerpt_text = excerpt_text;
        self.entry.hashtags = hashtags;
        self.entry.word_count = word_count;
        self.entry.reading_minutes = reading_minutes;
        self.body.html = html;
        self.body.text = text;
        self.body.headings = headings;
        self.body.render_version = render_version;
    }
}

impl Writing<'_> {
    /// The entry as this transaction sees it, with everything that belongs to it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn entry(&self, id: EntryId) -> Result<Option<EntryRecord>, StorageError> {
        let db = &self.transaction;
        let Some(row) = entry::Entity::find_by_id(id.uuid()).one(db).await? else { return Ok(None) };
        let Some(body) = entry_body::Entity::find_by_id(id.uuid()).one(db).await? else { return Ok(None) };
        let authors = entry_author::Entity::find()
            .filter(entry_author::Column::EntryId.eq(id.uuid()))
            .order_by_asc(entry_author::Column::Position)
            .all(db)
            .await?;
        let tags = entry_tag::Entity::find()
            .filter(entry_tag::Column::EntryId.eq(id.uuid()))
            .order_by_asc(entry_tag::Column::Position)
            .all(db)
            .await?;
        let categories = entry_category::Entity::find()
            .filter(entry_category::Column::EntryId.eq(id.uuid()))
            .order_by_asc(entry_category::Column::Position)
            .all(db)
            .await?;
        let series = series_part::Entity::find_by_id(id.uuid()).one(db).await?;
        Ok(Some(EntryRecord {
            entry: row.try_into()?,
            extra: body.extra.clone(),
            body: body.try_into()?,
            authors: authors.into_iter().map(|row| AuthorId::from_uuid(row.author_id)).collect(),
            tags: tags.into_iter().map(|row| TagId::from_uuid(row.tag_id)).collect(),
            categories: categories.into_iter().map(|row| CategoryId::from_uuid(row.category_id)).collect(),
            series: series.map(|row| (SeriesId::from_uuid(row.series_id), row.position)),
        }))
    }

    /// The entry alone as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn bare_entry(&self, id: EntryId) -> Result<Option<Entry>, StorageError> {
        let row = entry::Entity::find_by_id(id.uuid()).one(&self.transaction).await?;
        row.map(Entry::try_from).transpose()
    }

    /// The next number for an entry.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn next_entry_number(&mut self) -> Result<i64, StorageError> {
        self.next_number("entry").await
    }

    /// `wanted` where no other entry of the kind has it; else with its date behind it (`title-2024-05-01`), else
    /// with a number too (`title-2024-05-01-2`).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn free_slug(
        &self,
        kind: EntryKind,
        wanted: &Slug,
        date: Instant,
        zone: &Zone,
    ) -> Result<Slug, StorageError> {
        let date = date.local(zone).date();
        for slug in [wanted.clone(), wanted.with_suffix(date)] {
            if self.is_free_slug(kind, &slug).await? {
                return Ok(slug);
            }
        }
        let mut search = FreeNumber::search();
        let mut found = wanted.clone();
        while let Some(number) = search.next() {
            let slug = wanted.with_suffix(format!("{date}-{number}"));
            let is_free = self.is_free_slug(kind, &slug).await?;
            search.saw(number, is_free);
            if is_free {
                found = slug;
            }
        }
        Ok(found)
    }

    async fn is_free_slug(&self, kind: EntryKind, slug: &Slug) -> Result<bool, StorageError> {
        Ok(self.entry_with_slug(kind, slug).await?.is_none())
    }

    /// Which entry of the kind has this slug, whatever its status.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn entry_with_slug(
        &self,
        kind: EntryKind,
        slug: &Slug,
    ) -> Result<Option<EntryId>, StorageError> {
        let holder = entry::Entity::find()
            .select_only()
            .column(entry::Column::Id)
            .filter(entry::Column::Kind.eq(kind.as_str()))
            .filter(entry::Column::Slug.eq(slug.as_str()))
            .into_tuple::<Uuid>()
            .one(&self.transaction)
            .await?;
        Ok(holder.map(EntryId::from_uuid))
    }

    /// Keeps a new entry.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.insert", skip_all, fields(id = %record.entry.id))]
    pub async fn insert_entry(&mut self, record: &EntryRecord) -> Result<(), StorageError> {
        self.watch(record.terms()).await?;
        entry::Entity::insert(entry_row(&record.entry)).exec_without_returning(&self.transaction).await?;
        entry_body::Entity::insert(body_row(&record.body, record.extra.as_deref()))
            .exec_without_returning(&self.transaction)
            .await?;
        self.file(record).await?;
        let op = if is_public(&record.entry) { ChangeOp::Published } else { ChangeOp::Created };
        self.touch(record, op);
        Ok(())
    }

    /// Replaces an entry and everything that belongs to it, if it still is at the version `before.entry.version`.
    ///
    /// # Errors
    /// [`StorageError::VersionConflict`] where it isn't, and where the database fails.
    #[instrument(level = "debug", name = "db.entry.replace", skip_all, fields(id = %record.entry.id))]
    pub async fn replace_entry(
        &mut self,
        before: &EntryRecord,
        record: &EntryRecord,
    ) -> Result<(), StorageError> {
        let id = record.entry.id;
        self.watch(before.terms().chain(record.terms())).await?;
        let replaced = entry::Entity::update_many()
            .set(entry_row(&record.entry))
            .filter(entry::Column::Id.eq(id.uuid()))
            .filter(entry::Column::Version.eq(before.entry.version))
            .exec(&self.transaction)
            .await?;
        if replaced.rows_affected == 0 {
            return Err(StorageError::VersionConflict { entry: id });
        }
        entry_body::Entity::update_many()
            .set(body_row(&record.body, record.extra.as_deref()))
            .filter(entry_body::Column::EntryId.eq(id.uuid()))
            .exec(&self.transaction)
            .await?;
        self.unfile(id).await?;
        self.file(record).await?;
        let op = match (is_public(&before.entry), is_public(&record.entry)) {
            (false, true) => ChangeOp::Published,
            (true, false) => ChangeOp::Unpublished,
            (true, true) | (false, false) => ChangeOp::Updated,
        };
        self.touch(before, op);
        self.touch(record, op);
        if matches!(op, ChangeOp::Published | ChangeOp::Unpublished) {
            // Its former addresses lead to it now, or no longer.
            self.touch_addresses(&record.entry, op).await?;
        }
        Ok(())
    }

    /// Keeps what a newer renderer made of the body of an entry as it is now; neither version nor `updated_at` change, as
    /// its author said nothing new.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_rendering(
        &mut self,
        mut record: EntryRecord,
        rendered: Rendered,
        render_version: u32,
    ) -> Result<(), StorageError> {
        record.set_rendering(rendered, render_version);
        let id = record.entry.id.uuid();
        entry::Entity::update_many()
            .set(entry_row(&record.entry))
            .filter(entry::Column::Id.eq(id))
            .exec(&self.transaction)
            .await?;
        entry_body::Entity::update_many()
            .set(body_row(&record.body, record.extra.as_deref()))
            .filter(entry_body::Column::EntryId.eq(id))
            .exec(&self.transaction)
            .await?;
        self.touch(&record, ChangeOp::Rendered);
        Ok(())
    }

    /// Removes an entry as if it had never been: its addresses too, which otherwise answer "gone" for ever.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_entry(&mut self, id: EntryId) -> Result<(), StorageError> {
        let Some(record) = self.entry(id).await? else { return Ok(()) };
        self.watch(record.terms()).await?;
        // To those who may not read it, nothing stood at any of them.
        if is_public(&record.entry) {
            self.touch_addresses(&record.entry, ChangeOp::Deleted).await?;
        }
        self.touch(&record, ChangeOp::Deleted);
        self.forget_addresses(id).await?;
        entry::Entity::delete_by_id(id.uuid()).exec(&self.transaction).await?;
        Ok(())
    }

    /// Removes an entry for good. Its addresses stay, and answer "gone" for ever.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn delete_entry(&mut self, record: &EntryRecord) -> Result<(), StorageError> {
        let id = record.entry.id;
        self.watch(record.terms()).await?;
        if self.addresses(id).await?.iter().all(|(role, _)| *role == AddressRole::Alias) {
            // It never was out: to everybody else it has never been, and "gone" would tell otherwise.
            self.forget_addresses(id).await?;
        } else {
            // Whoever could read it last: where something stood once, "gone" follows "not here".
            self.touch_addresses(&record.entry, ChangeOp::Deleted).await?;
        }
        self.touch(record, ChangeOp::Deleted);
        entry::Entity::delete_by_id(id.uuid()).exec(&self.transaction).await?;
        Ok(())
    }

    /// Logs a change of an entry with every address that leads to it.
    async fn touch_addresses(&mut self, entry: &Entry, op: ChangeOp) -> Result<(), StorageError> {
        let keys: Vec<CacheKey> = self.addresses(entry.id).await?.into_iter().map(|(_, key)| key).collect();
        self.record(entry.kind.into(), entry.id.uuid(), op, keys);
        Ok(())
    }

    /// The pages right below a page, whatever their status.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn pages_below(&self, parent: EntryId) -> Result<Vec<EntryId>, StorageError> {
        let ids: Vec<Uuid> = entry::Entity::find()
            .select_only()
            .column(entry::Column::Id)
            .filter(entry::Column::ParentId.eq(parent.uuid()))
            .into_tuple()
            .all(&self.transaction)
            .await?;
        Ok(ids.into_iter().map(EntryId::from_uuid).collect())
    }

    async fn file(&mut self, record: &EntryRecord) -> Result<(), StorageError> {
        let entry = record.entry.id.uuid();
        if !record.authors.is_empty() {
            let rows = (0..).zip(&record.authors).map(|(position, author)| entry_author::ActiveModel {
                entry_id: Set(entry),
                author_id: Set(author.uuid()),
                position: Set(position),
            });
            entry_author::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        }
        if !record.tags.is_empty() {
            let rows = (0..).zip(&record.tags).map(|(position, tag)| entry_tag::ActiveModel {
                entry_id: Set(entry),
                tag_id: Set(tag.uuid()),
                position: Set(position),
            });
            entry_tag::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        }
        if !record.categories.is_empty() {
            let rows =
                (0..).zip(&record.categories).map(|(position, category)| entry_category::ActiveModel {
                    entry_id: Set(entry),
                    category_id: Set(category.uuid()),
                    position: Set(position),
                });
            entry_category::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        }
        if let Some((series, position)) = record.series {
            let row = series_part::ActiveModel {
                entry_id: Set(entry),
                series_id: Set(series.uuid()),
                position: Set(position),
            };
            series_part::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    async fn unfile(&mut self, id: EntryId) -> Result<(), StorageError> {
        let (db, id) = (&self.transaction, id.uuid());
        entry_author::Entity::delete_many().filter(entry_author::Column::EntryId.eq(id)).exec(db).await?;
        entry_tag::Entity::delete_many().filter(entry_tag::Column::EntryId.eq(id)).exec(db).await?;
        entry_category::Entity::delete_many().filter(entry_category::Column::EntryId.eq(id)).exec(db).await?;
        series_part::Entity::delete_by_id(id).exec(db).await?;
        Ok(())
    }

    /// Logs a change of this entry with all that it touches.
    fn touch(&mut self, record: &EntryRecord, op: ChangeOp) {
        let entry = &record.entry;
        let mut keys = vec![CacheKey::entry(entry.id)];
        if is_public(entry) {
            keys.extend(record.terms().map(|(under, term)| under.key(term)));
            keys.push(CacheKey::slug(entry.kind.as_str(), entry.slug.as_str()));
            keys.push(CacheKey::path(&entry.path));
            keys.push(CacheKey::list(match entry.kind {
                EntryKind::Post => "posts",
                EntryKind::Page => "pages",
            }));
        }
        self.record(ChangeKind::from(entry.kind), entry.id.uuid(), op, keys);
    }
}

/// Whether everybody may read it. The log of what nobody may read names neither slug nor address nor terms: the
/// keys are served to those who follow the changes, and they would tell of a draft.
pub(crate) fn is_public(entry: &Entry) -> bool {
    entry.publication.status() == EntryStatus::Published
}
