//! How far those followers of the log have come that keep their position in the database, in the transaction of
//! what they do.

use inkstand_model::{LogId, Position, Seq};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

use crate::{Storage, StorageError, Writing, change_log::log_end, entity::follower};

impl Storage {
    /// How far a follower has come; `None` for one that does not follow.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn follower(&self, name: &str) -> Result<Option<Position>, StorageError> {
        position(self.reader(), name).await
    }
}

impl Writing<'_> {
    /// How far a follower has come; nobody moves it before this transaction ends.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn follower(&self, name: &str) -> Result<Option<Position>, StorageError> {
        position(&self.transaction, name).await
    }

    /// Moves a follower; one that did not follow begins to.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_follower(&mut self, name: &str, position: Position) -> Result<(), StorageError> {
        let row = follower::ActiveModel {
            name: Set(name.to_owned()),
            log_id: Set(position.log.uuid()),
            seq: Set(position.seq.get()),
        };
        let replace = OnConflict::column(follower::Column::Name)
            .update_columns([follower::Column::LogId, follower::Column::Seq])
            .to_owned();
        follower::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Lets a follower follow no longer.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_follower(&mut self, name: &str) -> Result<(), StorageError> {
        follower::Entity::delete_by_id(name).exec(&self.transaction).await?;
        Ok(())
    }

    /// The log's identity and its last number, without what this transaction is going to append.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_end(&self) -> Result<Position, StorageError> {
        log_end(&self.transaction).await
    }
}

async fn position(db: &impl ConnectionTrait, name: &str) -> Result<Option<Position>, StorageError> {
    let row = follower::Entity::find_by_id(name).one(db).await?;
    Ok(row.map(|row| Position { log: LogId::from_uuid(row.log_id), seq: Seq::new(row.seq) }))
}
