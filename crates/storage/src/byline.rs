//! The bylines of accounts.

use inkstand_model::{AccountId, AuthorId, Slug};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    NewAuthor, StorageError, Writing,
    convert::impossible,
    entity::{account, author},
};

impl Writing<'_> {
    /// The byline of an account, if it has one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn byline_of(&self, account: AccountId) -> Result<Option<AuthorId>, StorageError> {
        let row = author::Entity::find()
            .select_only()
            .column(author::Column::Id)
            .filter(author::Column::AccountId.eq(account.uuid()))
            .into_tuple::<Uuid>()
            .one(&self.transaction)
            .await?;
        Ok(row.map(AuthorId::from_uuid))
    }

    /// The byline of an account, made where it has none. An author who is there already under that handle stays whose
    /// they are: the new one gets a number behind it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ensure_byline(&mut self, account: AccountId) -> Result<AuthorId, StorageError> {
        if let Some(author) = self.byline_of(account).await? {
            return Ok(author);
        }
        let row = account::Entity::find_by_id(account.uuid())
            .one(&self.transaction)
            .await?
            .ok_or_else(|| impossible("account", account))?;
        let name = row.name;
        let mut handle = name.clone();
        let mut number = 1;
        while !self.is_free_handle(&handle).await? {
            number += 1;
            handle = format!("{name}-{number}");
        }
        let new = NewAuthor { handle, name: row.display_name, bio: String::new(), url: None, avatar: None };
        let Some(id) = self.ensure_author(&new).await? else {
            return Err(impossible("account name", name));
        };
        let link = author::ActiveModel { account_id: Set(Some(account.uuid())), ..Default::default() };
        author::Entity::update_many()
            .set(link)
            .filter(author::Column::Id.eq(id.uuid()))
            .exec(&self.transaction)
            .await?;
        Ok(id)
    }

    async fn is_free_handle(&self, handle: &str) -> Result<bool, StorageError> {
        // A name without letter or digit cannot be an account's; a number makes a slug of anything.
        let Some(slug) = Slug::from_title(handle) else { return Ok(false) };
        let taken = author::Entity::find()
            .select_only()
            .column(author::Column::Id)
            .filter(author::Column::Slug.eq(slug.as_str()))
            .into_tuple::<Uuid>()
            .one(&self.transaction)
            .await?;
        Ok(taken.is_none())
    }
}
