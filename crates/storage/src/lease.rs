//! What one process at a time does.

use inkstand_model::Instant;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{Storage, StorageError, Writing, convert::instant, entity::lease};

/// No lease is taken for longer: one that seems to last longer was taken by a clock that went wrong, and binds nobody.
const LONGEST_MILLIS: i64 = 60 * 1000;

impl Storage {
    /// Until when somebody else holds a lease; `None` where `me` may take it, by [`Writing::take_lease`].
    ///
    /// A SQLite file is served by one process, which its lock sees to: another's lease is that of a process that
    /// has ended, and need not be waited for.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn lease_of_another(
        &self,
        name: &str,
        me: Uuid,
        now: Instant,
    ) -> Result<Option<Instant>, StorageError> {
        of_another(self.reader(), name, me, now).await
    }
}

impl Writing<'_> {
    /// Takes or renews a lease, until a moment; `false` where somebody else holds it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_lease(&mut self, name: &str, me: Uuid, until: Instant) -> Result<bool, StorageError> {
        if of_another(&self.transaction, name, me, self.clock.now()).await?.is_some() {
            return Ok(false);
        }
        let row =
            lease::ActiveModel { name: Set(name.to_owned()), holder: Set(me), until: Set(until.millis()) };
        let replace = OnConflict::column(lease::Column::Name)
            .update_columns([lease::Column::Holder, lease::Column::Until])
            .to_owned();
        lease::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.transaction).await?;
        Ok(true)
    }

    /// Gives a lease back, so that nobody need wait for its end.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn release_lease(&mut self, name: &str, me: Uuid) -> Result<(), StorageError> {
        lease::Entity::delete_many()
            .filter(lease::Column::Name.eq(name))
            .filter(lease::Column::Holder.eq(me))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}

async fn of_another(
    db: &impl ConnectionTrait,
    name: &str,
    me: Uuid,
    now: Instant,
) -> Result<Option<Instant>, StorageError> {
    if db.get_database_backend() == DbBackend::Sqlite {
        return Ok(None);
    }
    let Some(row) = lease::Entity::find_by_id(name).one(db).await? else { return Ok(None) };
    let until = instant("lease until", row.until)?;
    let is_held = until > now && until.millis() - now.millis() <= LONGEST_MILLIS;
    Ok((row.holder != me && is_held).then_some(until))
}
