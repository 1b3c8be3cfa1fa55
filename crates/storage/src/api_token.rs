//! Tokens with which programs act for accounts.

use std::collections::HashMap;

use inkstand_model::{AccountId, ApiToken, Instant, Scope, TokenId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::ExprTrait,
};

use crate::{
    Storage, StorageError, Writing,
    convert::{impossible, instant},
    entity::api_token,
};

/// A new token and what is kept of its secret.
#[derive(Clone, Copy)]
pub struct TokenRecord<'a> {
    /// The token.
    pub token: &'a ApiToken,
    /// The digest of its secret.
    pub secret: &'a [u8; 32],
}

impl Storage {
    /// The token with this digest of its secret, good or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn api_token(&self, secret: &[u8; 32]) -> Result<Option<ApiToken>, StorageError> {
        let found = api_token::Entity::find().filter(api_token::Column::Secret.eq(secret.to_vec()));
        found.one(self.reader()).await?.map(ApiToken::try_from).transpose()
    }

    /// The tokens of these accounts, the latest first, those that are good for nothing any more too.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tokens_of_accounts(
        &self,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Vec<ApiToken>>, StorageError> {
        let ids = accounts.iter().map(|id| id.uuid());
        let rows = api_token::Entity::find()
            .filter(api_token::Column::AccountId.is_in(ids))
            .order_by_desc(api_token::Column::CreatedAt)
            .order_by_desc(api_token::Column::Id)
            .all(self.reader())
            .await?;
        let mut tokens: HashMap<AccountId, Vec<ApiToken>> = HashMap::new();
        for row in rows {
            let token = ApiToken::try_from(row)?;
            tokens.entry(token.account).or_default().push(token);
        }
        Ok(tokens)
    }

    /// Everybody's tokens, the latest first, those behind the one made at a time with a key where it is named.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn api_tokens(
        &self,
        after: Option<(Instant, TokenId)>,
        limit: u64,
    ) -> Result<Vec<ApiToken>, StorageError> {
        let mut list = api_token::Entity::find();
        if let Some((at, id)) = after {
            let earlier = api_token::Column::CreatedAt.lt(at.millis());
            let same_moment =
                api_token::Column::CreatedAt.eq(at.millis()).and(api_token::Column::Id.lt(id.uuid()));
            list = list.filter(earlier.or(same_moment));
        }
        let rows = list
            .order_by_desc(api_token::Column::CreatedAt)
            .order_by_desc(api_token::Column::Id)
            .limit(limit)
            .all(self.reader())
            .await?;
        rows.into_iter().map(ApiToken::try_from).collect()
    }

    /// Notes that a token is used, where anything is written.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note_token_use(&self, id: TokenId, used_at: Instant) -> Result<(), StorageError> {
        if self.is_read_only() {
            return Ok(());
        }
        api_token::Entity::update_many()
            .set(api_token::ActiveModel { used_at: Set(Some(used_at.millis())), ..Default::default() })
            .filter(api_token::Column::Id.eq(id.uuid()))
            .exec(self.noting())
            .await?;
        Ok(())
    }
}

impl Writing<'_> {
    /// Keeps a new token.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn insert_token(&mut self, new: TokenRecord<'_>) -> Result<(), StorageError> {
        let TokenRecord { token, secret } = new;
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let row = api_token::ActiveModel {
            id: Set(token.id.uuid()),
            account_id: Set(token.account.uuid()),
            name: Set(token.name.clone()),
            secret: Set(secret.to_vec()),
            scopes: Set(scopes.join(" ")),
            created_at: Set(token.created_at.millis()),
            used_at: Set(None),
            expires_at: Set(token.expires_at.map(Instant::millis)),
            revoked_at: Set(None),
        };
        api_token::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// The token with this key, good or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn token(&self, id: TokenId) -> Result<Option<ApiToken>, StorageError> {
        let found = api_token::Entity::find_by_id(id.uuid()).one(&self.transaction).await?;
        found.map(ApiToken::try_from).transpose()
    }

    /// How many tokens of an account are not revoked.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_tokens(&self, account: AccountId) -> Result<u64, StorageError> {
        Ok(api_token::Entity::find()
            .filter(api_token::Column::AccountId.eq(account.uuid()))
            .filter(api_token::Column::RevokedAt.is_null())
            .count(&self.transaction)
            .await?)
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revoke_token(&mut self, id: TokenId, at: Instant) -> Result<(), StorageError> {
        api_token::Entity::update_many()
            .set(api_token::ActiveModel { revoked_at: Set(Some(at.millis())), ..Default::default() })
            .filter(api_token::Column::Id.eq(id.uuid()))
            .filter(api_token::Column::RevokedAt.is_null())
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}

impl TryFrom<api_token::Model> for ApiToken {
    type Error = StorageError;

    fn try_from(row: api_token::Model) -> Result<Self, StorageError> {
        let scope = |text| Scope::parse(text).ok_or_else(|| impossible("scopes", &row.scopes));
        Ok(Self {
            scopes: row.scopes.split_whitespace().map(scope).collect::<Result<_, _>>()?,
            id: TokenId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            name: row.name,
            created_at: instant("token created_at", row.created_at)?,
            used_at: row.used_at.map(|at| instant("token used_at", at)).transpose()?,
            expires_at: row.expires_at.map(|at| instant("token expires_at", at)).transpose()?,
            revoked_at: row.revoked_at.map(|at| instant("token revoked_at", at)).transpose()?,
        })
    }
}
