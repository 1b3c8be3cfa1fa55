//! Accounts.

use inkstand_model::{Account, AccountId, Instant, Role};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use tracing::instrument;

use crate::{
    Storage, StorageError, Writing,
    convert::{impossible, instant},
    entity::account,
};

/// An account with what only signing in needs to know of it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAccount {
    /// The account.
    pub account: Account,
    /// What is kept of its password: a PHC string. Without one it can act by tokens only.
    pub password: Option<String>,
    /// Sessions from before are void.
    pub sessions_from: Instant,
}

impl std::fmt::Debug for KeptAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptAccount").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Storage {
    /// The account with this key.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account(&self, id: AccountId) -> Result<Option<KeptAccount>, StorageError> {
        one(self.reader(), account::Column::Id.eq(id.uuid())).await
    }

    /// The account that signs in with this name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<KeptAccount>, StorageError> {
        one(self.reader(), account::Column::Name.eq(name)).await
    }

    /// Accounts by their keys, in no particular order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn accounts_by_ids(&self, ids: &[AccountId]) -> Result<Vec<Account>, StorageError> {
        let ids = ids.iter().map(|id| id.uuid());
        let rows = account::Entity::find().filter(account::Column::Id.is_in(ids)).all(self.reader()).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Accounts by name, those past `after`, at most so many.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.account.list", skip(self))]
    pub async fn accounts(&self, after: Option<&str>, limit: u64) -> Result<Vec<Account>, StorageError> {
        let mut list = account::Entity::find();
        if let Some(after) = after {
            list = list.filter(account::Column::Name.gt(after));
        }
        let rows = list.order_by_asc(account::Column::Name).limit(limit).all(self.reader()).await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Whether somebody is an owner and can sign in.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_owner(&self) -> Result<bool, StorageError> {
        Ok(active_owners(self.reader(), None).await? > 0)
    }
}

impl Writing<'_> {
    /// The account with this key, as it is now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account(&self, id: AccountId) -> Result<Option<KeptAccount>, StorageError> {
        one(&self.transaction, account::Column::Id.eq(id.uuid())).await
    }

    /// The account that signs in with this name, as it is now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<KeptAccount>, StorageError> {
        one(&self.transaction, account::Column::Name.eq(name)).await
    }

    /// Keeps a new account, whose number it sets.
    ///
    /// # Errors
    /// Where the name is taken, or the database fails.
    pub async fn insert_account(
        &mut self,
        account: &mut Account,
        password: Option<String>,
    ) -> Result<(), StorageError> {
        account.number = self.next_number("account").await?;
        let row = account::ActiveModel {
            id: Set(account.id.uuid()),
            number: Set(account.number),
            password: Set(password),
            created_at: Set(account.created_at.millis()),
            sessions_from: Set(account.created_at.millis()),
            ..changeable(account)
        };
        account::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Keeps what was changed of an account.
    ///
    /// # Errors
    /// Where the name is taken, or the database fails.
    pub async fn update_account(&mut self, account: &Account) -> Result<(), StorageError> {
        let id = account.id.uuid();
        account::Entity::update_many()
            .set(changeable(account))
            .filter(account::Column::Id.eq(id))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Keeps another password of an account.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_password(&mut self, id: AccountId, password: String) -> Result<(), StorageError> {
        account::Entity::update_many()
            .set(account::ActiveModel { password: Set(Some(password)), ..Default::default() })
            .filter(account::Column::Id.eq(id.uuid()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// How many owners can sign in, `without` that account.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn active_owners(&self, without: Option<AccountId>) -> Result<u64, StorageError> {
        active_owners(&self.transaction, without).await
    }
}

async fn one(
    db: &impl ConnectionTrait,
    condition: sea_orm::sea_query::Expr,
) -> Result<Option<KeptAccount>, StorageError> {
    let row = account::Entity::find().filter(condition).one(db).await?;
    row.map(KeptAccount::try_from).transpose()
}

async fn active_owners(db: &impl ConnectionTrait, without: Option<AccountId>) -> Result<u64, StorageError> {
    let mut owners = account::Entity::find()
        .filter(account::Column::Role.eq(Role::Owner.as_str()))
        .filter(account::Column::DisabledAt.is_null());
    if let Some(without) = without {
        owners = owners.filter(account::Column::Id.ne(without.uuid()));
    }
    Ok(owners.count(db).await?)
}

/// The columns that an account itself sets, now and later.
fn changeable(account: &Account) -> account::ActiveModel {
    account::ActiveModel {
        name: Set(account.name.clone()),
        display_name: Set(account.display_name.clone()),
        email: Set(account.email.clone()),
        role: Set(account.role.as_str().to_owned()),
        disabled_at: Set(account.disabled_at.map(Instant::millis)),
        ..Default::default()
    }
}

impl TryFrom<account::Model> for Account {
    type Error = StorageError;

    fn try_from(row: account::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: AccountId::from_uuid(row.id),
            number: row.number,
            name: row.name,
            display_name: row.display_name,
            email: row.email,
            role: Role::parse(&row.role).ok_or_else(|| impossible("role", &row.role))?,
            disabled_at: row.disabled_at.map(|at| instant("disabled_at", at)).transpose()?,
            created_at: instant("account created_at", row.created_at)?,
        })
    }
}

impl TryFrom<account::Model> for KeptAccount {
    type Error = StorageError;

    fn try_from(mut row: account::Model) -> Result<Self, StorageError> {
        let sessions_from = instant("sessions_from", row.sessions_from)?;
        let password = row.password.take();
        Ok(Self { account: row.try_into()?, password, sessions_from })
    }
}
