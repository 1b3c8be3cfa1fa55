//! Addresses: every one that ever led somewhere.

use inkstand_model::{CacheKey, ChangeOp, Entry, EntryId, Path};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};
use tracing::instrument;

use crate::{
    Storage, StorageError, Writing,
    convert::impossible,
    entity::{entry, permalink},
    entry_write::is_public,
    free_number::FreeNumber,
};

/// What stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermalinkTarget {
    /// The entry; `None` where it was deleted for good.
    pub entry: Option<EntryId>,
    /// What the address is to it.
    pub role: AddressRole,
}

/// What an address is to its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRole {
    /// The entry stands there now.
    Current,
    /// It stood there once, and the address leads to it for ever.
    Former,
    /// It was given as an old address of the entry, which never stood there here: it leads to it until another
    /// entry needs it for its own.
    Alias,
}

/// An address that an entry may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreePath {
    /// The address.
    pub path: Path,
    /// The other entry that it leads to until then, as an alias.
    pub alias_of: Option<EntryId>,
}

impl Storage {
    /// Where an address leads, in any of its spellings.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn permalink(&self, path: &Path) -> Result<Option<PermalinkTarget>, StorageError> {
        find(self.reader(), path).await
    }

    /// The same with the entry that it leads to, in one statement where it leads to one.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.at", skip(self))]
    pub async fn entry_at(
        &self,
        path: &Path,
    ) -> Result<Option<(PermalinkTarget, Option<Entry>)>, StorageError> {
        let mut found = entry::Entity::find();
        QueryTrait::query(&mut found)
            .expr_as(Expr::col((permalink::Entity, permalink::Column::Role)), Alias::new("address_role"))
            .inner_join(
                permalink::Entity,
                Expr::col((permalink::Entity, permalink::Column::EntryId))
                    .equals((entry::Entity, entry::Column::Id)),
            )
            .and_where(Expr::col((permalink::Entity, permalink::Column::Key)).eq(path.key()));
        let Some(row) = self.reader().query_one(found.as_query()).await? else {
            // Gone for good, or never there.
            return Ok(find(self.reader(), path).await?.map(|target| (target, None)));
        };
        let role = role(&row.try_get::<String>("", "address_role")?)?;
        let entry = Entry::try_from(entry::Model::from_query_result(&row, "")?)?;
        Ok(Some((PermalinkTarget { entry: Some(entry.id), role }, Some(entry))))
    }
}

impl Writing<'_> {
    /// The addresses that lead to an entry, each with the key by which caches know it.
    pub(crate) async fn addresses(&self, id: EntryId) -> Result<Vec<(AddressRole, CacheKey)>, StorageError> {
        let rows = permalink::Entity::find()
            .filter(permalink::Column::EntryId.eq(id.uuid()))
            .all(&self.transaction)
            .await?;
        rows.into_iter()
            .map(|row| Ok((role(&row.role)?, CacheKey::path(&Path::from_stored(row.key)))))
            .collect()
    }

    /// Takes all its addresses from an entry, as if it had never had one.
    pub(crate) async fn forget_addresses(&self, id: EntryId) -> Result<(), StorageError> {
        permalink::Entity::delete_many()
            .filter(permalink::Column::EntryId.eq(id.uuid()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Where an address leads, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn permalink(&self, path: &Path) -> Result<Option<PermalinkTarget>, StorageError> {
        find(&self.transaction, path).await
    }

    /// `wanted` where it leads nowhere, to `entry` already, or to another entry as an alias; else with a number
    /// behind it that makes it so: where the entry stands at such an address (`stands`), with that number.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn free_path(
        &self,
        wanted: &Path,
        entry: EntryId,
        stands: Option<&Path>,
    ) -> Result<FreePath, StorageError> {
        if let Some(free) = self.if_free(wanted.clone(), entry).await? {
            return Ok(free);
        }
        if let Some(path) = stands.and_then(|stands| numbered_alike(wanted, stands))
            && self.permalink(&path).await?.is_some_and(|target| target.entry == Some(entry))
        {
            return Ok(FreePath { path, alias_of: None });
        }
        let mut search = FreeNumber::search();
        let mut found = FreePath { path: wanted.clone(), alias_of: None };
        while let Some(number) = search.next() {
            let free = self.if_free(wanted.with_suffix(number), entry).await?;
            search.saw(number, free.is_some());
            found = free.unwrap_or(found);
        }
        Ok(found)
    }

    async fn if_free(&self, path: Path, entry: EntryId) -> Result<Option<FreePath>, StorageError> {
        Ok(match self.permalink(&path).await? {
            None => Some(FreePath { path, alias_of: None }),
            Some(target) if target.entry == Some(entry) => Some(FreePath { path, alias_of: None }),
            Some(PermalinkTarget { entry, role: AddressRole::Alias }) => {
                Some(FreePath { path, alias_of: entry })
            }
            Some(_) => None,
        })
    }

    /// Lets `entry` stand at `path`, and turns the address where it stood into a redirect. Where `path` was an
    /// alias of another entry, that loses it.
    ///
    /// The caller has made sure by [`free_path`](Self::free_path) that it is free.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn stand_at(&mut self, path: &Path, entry: &Entry) -> Result<(), StorageError> {
        permalink::Entity::update_many()
            .col_expr(permalink::Column::Role, Expr::value(role_text(AddressRole::Former)))
            .filter(permalink::Column::EntryId.eq(entry.id.uuid()))
            .filter(permalink::Column::Role.eq(role_text(AddressRole::Current)))
            .exec(&self.transaction)
            .await?;
        let before = self.permalink(path).await?.and_then(|target| target.entry);
        if let Some(loser) = before.filter(|before| *before != entry.id) {
            self.record_lost_path(loser, path).await?;
        }
        self.write_permalink(path, entry, AddressRole::Current).await
    }

    /// Lets `path`, which led nowhere, lead to `entry` as an alias.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn add_alias(&mut self, path: &Path, entry: &Entry) -> Result<(), StorageError> {
        self.write_permalink(path, entry, AddressRole::Alias).await
    }

    async fn write_permalink(
        &mut self,
        path: &Path,
        entry: &Entry,
        role: AddressRole,
    ) -> Result<(), StorageError> {
        let row = permalink::ActiveModel {
            key: Set(path.key().to_owned()),
            entry_id: Set(Some(entry.id.uuid())),
            role: Set(role_text(role).to_owned()),
        };
        let replace = OnConflict::column(permalink::Column::Key)
            .update_columns([permalink::Column::EntryId, permalink::Column::Role])
            .to_owned();
        permalink::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.transaction).await?;
        let keys = is_public(entry).then(|| CacheKey::path(path));
        self.record(entry.kind.into(), entry.id.uuid(), ChangeOp::Updated, keys);
        Ok(())
    }

    async fn record_lost_path(&mut self, loser: EntryId, path: &Path) -> Result<(), StorageError> {
        let Some(loser) = self.bare_entry(loser).await? else { return Ok(()) };
        let mut keys = vec![CacheKey::entry(loser.id)];
        keys.extend(is_public(&loser).then(|| CacheKey::path(path)));
        self.record(loser.kind.into(), loser.id.uuid(), ChangeOp::Updated, keys);
        Ok(())
    }
}

async fn find(db: &impl ConnectionTrait, path: &Path) -> Result<Option<PermalinkTarget>, StorageError> {
    let Some(row) = permalink::Entity::find_by_id(path.key()).one(db).await? else { return Ok(None) };
    let role = role(&row.role)?;
    Ok(Some(PermalinkTarget { entry: row.entry_id.map(EntryId::from_uuid), role }))
}

fn role(text: &str) -> Result<AddressRole, StorageError> {
    match text {
        "current" => Ok(AddressRole::Current),
        "former" => Ok(AddressRole::Former),
        "alias" => Ok(AddressRole::Alias),
        other => Err(impossible("address role", other)),
    }
}

const fn role_text(role: AddressRole) -> &'static str {
    match role {
        AddressRole::Current => "current",
        AddressRole::Former => "former",
        AddressRole::Alias => "alias",
    }
}

/// `wanted` with the number that `stands` has behind it, where that is the whole difference.
fn numbered_alike(wanted: &Path, stands: &Path) -> Option<Path> {
    let (_, number) = stands.key().rsplit_once('-')?;
    let numbered = wanted.with_suffix(number.parse::<u32>().ok()?);
    (numbered.key() == stands.key()).then_some(numbered)
}
