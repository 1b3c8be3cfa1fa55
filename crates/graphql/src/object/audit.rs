//! Who did what.

use async_graphql::{Context, ID, Object, Result};
use inkstand_blog::Deed;
use inkstand_model::GlobalId;

use crate::{loader::load, object::Account, scalar::DateTime};

/// Something that somebody did, as it was noted then. Never changed, never removed.
pub(crate) struct AuditEntry(pub(crate) Deed);

/// Something that somebody did, as it was noted then. Never changed, never removed.
#[Object]
impl AuditEntry {
    /// Unique among its kind.
    async fn id(&self) -> ID {
        ID(GlobalId { kind: "deed", key: self.0.id }.to_string())
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// The account that did it; null where it was the operator or the server itself.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        match self.0.account {
            Some(account) => Ok(load(ctx, account).await?.map(Account::from)),
            None => Ok(None),
        }
    }

    /// What the account was called then, or what part of the server it was.
    async fn account_name(&self) -> &str {
        &self.0.account_name
    }

    /// With what: `session …`, `token …`, `setup token`, `command line`, `server`.
    async fn via(&self) -> &str {
        &self.0.via
    }

    /// What was done, such as `account.create`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// The kind of what it was done to, such as `account`.
    async fn target_kind(&self) -> Option<&str> {
        self.0.target_kind.as_deref()
    }

    /// The global id of what it was done to. It may be gone by now.
    async fn target_id(&self) -> Option<ID> {
        let kind = self.0.target_kind.as_deref()?;
        Some(ID(GlobalId { kind, key: self.0.target_id? }.to_string()))
    }

    /// What that was called then.
    async fn target_label(&self) -> &str {
        &self.0.target_label
    }

    /// More, in words.
    async fn detail(&self) -> &str {
        &self.0.detail
    }
}
