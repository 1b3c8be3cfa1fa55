//! Who can sign in, with what, and what they did.

use async_graphql::{Context, ID, Object, Result, connection::EmptyFields};

use crate::{
    connection::{Connection, PageArguments, connection},
    cursor::{AccountCursor, DeedCursor, Key, TokenCursor},
    error::fault,
    node_id::NodeId,
    object::{Account, ApiToken, AuditEntry},
    request::state,
};

/// Who can sign in, with what, and what they did.
#[derive(Default)]
pub(super) struct Accounts;

#[Object]
impl Accounts {
    /// The account that asks; null for whoever has not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        let account = state(ctx).reader.own_account().await.map_err(|error| fault(ctx, error))?;
        Ok(account.map(Account::from))
    }

    /// One account, by the name that it signs in with; null where there is none that the viewer may know.
    async fn account(&self, ctx: &Context<'_>, name: String) -> Result<Option<Account>> {
        let account = state(ctx).reader.account_by_name(&name).await.map_err(|error| fault(ctx, error))?;
        Ok(account.map(Account::from))
    }

    /// All accounts by name. For owners.
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Account, EmptyFields>> {
        let page = PageArguments::forward(first, after).request::<AccountCursor>()?;
        let after = page.after.as_ref().map(|cursor| cursor.0.as_str());
        let slice = state(ctx).reader.accounts(after, page.limit).await.map_err(|error| fault(ctx, error))?;
        let cursor = |account: &inkstand_model::Account| AccountCursor(account.name.clone()).encode();
        Ok(connection(slice, EmptyFields, cursor, Account::from))
    }

    /// Everybody's tokens, the latest first; those that have expired or were revoked too. For owners.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ApiToken, EmptyFields>> {
        let page = PageArguments::forward(first, after).request::<TokenCursor>()?;
        let after = page.after.map(|cursor| (cursor.at, inkstand_model::TokenId::from_uuid(cursor.id)));
        let slice =
            state(ctx).reader.api_tokens(after, page.limit).await.map_err(|error| fault(ctx, error))?;
        let cursor = |token: &inkstand_model::ApiToken| {
            TokenCursor { at: token.created_at, id: token.id.uuid() }.encode()
        };
        Ok(connection(slice, EmptyFields, cursor, ApiToken))
    }

    /// Who did what, the latest first. For owners.
    async fn audit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what this account did.")] account: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<AuditEntry, EmptyFields>> {
        let page = PageArguments::forward(first, after).request::<DeedCursor>()?;
        let after = page.after.map(|cursor| (cursor.at, cursor.id));
        let account = account.map(|id| NodeId::parse_account(&id)).transpose()?;
        let slice =
            state(ctx).reader.deeds(after, account, page.limit).await.map_err(|error| fault(ctx, error))?;
        let cursor = |deed: &inkstand_blog::Deed| DeedCursor { at: deed.at, id: deed.id }.encode();
        Ok(connection(slice, EmptyFields, cursor, AuditEntry))
    }
}
