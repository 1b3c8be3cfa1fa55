//! Who did what.

use inkstand_model::{AccountId, Instant};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::ExprTrait,
};
use uuid::Uuid;

use crate::{Storage, StorageError, Writing, convert::instant, entity::audit};

/// What something was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditTarget<'a> {
    /// `post`, `page`, `tag`, `account`, …
    pub kind: &'a str,
    /// Its key, where it has one.
    pub id: Option<Uuid>,
    /// A name by which a person knows it, also after it is gone.
    pub label: &'a str,
}

/// A deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Its key: sorts by time.
    pub id: Uuid,
    /// When.
    pub at: Instant,
    /// The account that did it, where it was one.
    pub account: Option<AccountId>,
    /// Its name then, or the part of the server.
    pub account_name: String,
    /// `session …`, `token …`, `command line`, `server`.
    pub via: String,
    /// Such as `post.publish`.
    pub action: String,
    /// The kind of what it was done to.
    pub target_kind: Option<String>,
    /// Its key.
    pub target_id: Option<Uuid>,
    /// Its name then.
    pub target_label: String,
    /// More, in words.
    pub detail: String,
}

impl Writing<'_> {
    /// Notes in this transaction what its actor did.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn audit(
        &mut self,
        action: &str,
        target: Option<AuditTarget<'_>>,
        detail: &str,
    ) -> Result<(), StorageError> {
        let row = audit::ActiveModel {
            id: Set(self.clock.new_id()),
            at: Set(self.clock.now().millis()),
            account_id: Set(self.actor.account.map(AccountId::uuid)),
            account_name: Set(self.actor.name.clone()),
            via: Set(self.actor.via.clone()),
            action: Set(action.to_owned()),
            target_kind: Set(target.map(|target| target.kind.to_owned())),
            target_id: Set(target.and_then(|target| target.id)),
            target_label: Set(target.map_or_else(String::new, |target| target.label.to_owned())),
            detail: Set(detail.to_owned()),
        };
        audit::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }
}

impl Storage {
    /// Deeds, the latest first, at most `limit`; those before a deed where one is named.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn deeds(
        &self,
        before: Option<(Instant, Uuid)>,
        account: Option<AccountId>,
        limit: u64,
    ) -> Result<Vec<Deed>, StorageError> {
        let mut list = audit::Entity::find();
        if let Some((at, id)) = before {
            let earlier = audit::Column::At.lt(at.millis());
            let same_moment = audit::Column::At.eq(at.millis()).and(audit::Column::Id.lt(id));
            list = list.filter(earlier.or(same_moment));
        }
        if let Some(account) = account {
            list = list.filter(audit::Column::AccountId.eq(account.uuid()));
        }
        let rows = list
            .order_by_desc(audit::Column::At)
            .order_by_desc(audit::Column::Id)
            .limit(limit)
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Deed {
                    id: row.id,
                    at: instant("audit at", row.at)?,
                    account: row.account_id.map(AccountId::from_uuid),
                    account_name: row.account_name,
                    via: row.via,
                    action: row.action,
                    target_kind: row.target_kind,
                    target_id: row.target_id,
                    target_label: row.target_label,
                    detail: row.detail,
                })
            })
            .collect()
    }
}
