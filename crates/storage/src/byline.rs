//! Which public author an account writes as.

use std::collections::HashMap;

use inkstand_model::{AccountId, Author, AuthorId, Slug};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    NewAuthor, Storage, StorageError, Writing,
    convert::impossible,
    entity::{account, author},
};

impl Storage {
    /// The authors that belong to these accounts; an account without one is left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn authors_of_accounts(
        &self,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Author>, StorageError> {
        let ids = accounts.iter().map(|id| id.uuid());
        let rows =
            author::Entity::find().filter(author::Column::AccountId.is_in(ids)).all(self.reader()).await?;
        let authors = rows.into_iter().map(Author::from);
        Ok(authors.filter_map(|author| Some((author.account?, author))).collect())
    }
}

impl Writing<'_> {
    /// The author that belongs to an account, if there is one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn author_of_account(&self, account: AccountId) -> Result<Option<Author>, StorageError> {
        one(&self.transaction, author::Column::AccountId.eq(account.uuid())).await
    }

    /// The author that belongs to an account, made where there is none. One who is there already under that handle
    /// stays whose they are: the new one gets a number behind it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ensure_author_of_account(&mut self, account: AccountId) -> Result<AuthorId, StorageError> {
        if let Some(author) = self.author_of_account(account).await? {
            return Ok(author.id);
        }
        let row = account::Entity::find_by_id(account.uuid())
            .one(&self.transaction)
            .await?
            .ok_or_else(|| impossible("account", account))?;
        let mut handle = row.name.clone();
        let mut number = 1;
        while let Some(slug) = Slug::from_title(&handle)
            && self.author_by_slug(slug.as_str()).await?.is_some()
        {
            number += 1;
            handle = format!("{}-{number}", row.name);
        }
        let new = NewAuthor { handle, name: row.display_name, bio: String::new(), url: None, avatar: None };
        let author =
            self.ensure_author(&new).await?.ok_or_else(|| impossible("account name", &new.handle))?;
        self.link_author(account, Some(author)).await?;
        Ok(author)
    }

    /// The author with that slug.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn author_by_slug(&self, slug: &str) -> Result<Option<Author>, StorageError> {
        one(&self.transaction, author::Column::Slug.eq(slug)).await
    }

    /// Gives an account this author, in place of the one that it had; with `None`, it has none then. What readers see
    /// of an author does not change by that, and so the log knows nothing of it.
    ///
    /// # Errors
    /// Where the database fails. Whether the author belongs to another account is for the caller to ask before.
    pub async fn link_author(
        &mut self,
        account: AccountId,
        author: Option<AuthorId>,
    ) -> Result<(), StorageError> {
        author::Entity::update_many()
            .set(author::ActiveModel { account_id: Set(None), ..Default::default() })
            .filter(author::Column::AccountId.eq(account.uuid()))
            .exec(&self.transaction)
            .await?;
        if let Some(author) = author {
            author::Entity::update_many()
                .set(author::ActiveModel { account_id: Set(Some(account.uuid())), ..Default::default() })
                .filter(author::Column::Id.eq(author.uuid()))
                .exec(&self.transaction)
                .await?;
        }
        Ok(())
    }
}

async fn one(
    db: &impl ConnectionTrait,
    condition: sea_orm::sea_query::Expr,
) -> Result<Option<Author>, StorageError> {
    Ok(author::Entity::find().filter(condition).one(db).await?.map(Author::from))
}
