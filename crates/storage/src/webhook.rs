//! Webhooks.

use inkstand_model::{Instant, Webhook, WebhookEvent, WebhookId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder};
use serde_json::json;

use crate::{
    Storage, StorageError, Writing,
    convert::{impossible, instant},
    entity::webhook,
};

/// What a webhook's messages are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecrets {
    /// The present secret.
    pub current: String,
    /// The one before it, and until when it signs, too.
    pub previous: Option<(String, Instant)>,
}

impl Storage {
    /// All webhooks, in the order in which they were made.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StorageError> {
        all(self.reader()).await
    }

    /// One webhook.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, StorageError> {
        one(self.reader(), id).await
    }

    /// One webhook with its secrets.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn webhook_with_secrets(
        &self,
        id: WebhookId,
    ) -> Result<Option<(Webhook, WebhookSecrets)>, StorageError> {
        let row = webhook::Entity::find_by_id(id.uuid()).one(self.reader()).await?;
        row.map(|row| Ok((from_row(&row)?, secrets(row)?))).transpose()
    }
}

impl Writing<'_> {
    /// All webhooks, in the order in which they were made.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StorageError> {
        all(&self.transaction).await
    }

    /// One webhook.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, StorageError> {
        one(&self.transaction, id).await
    }

    /// Makes a webhook; the number that it bears is given to it here.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn insert_webhook(&mut self, webhook: &mut Webhook, secret: &str) -> Result<(), StorageError> {
        webhook.number = self.next_number("webhook").await?;
        let mut row = row(webhook);
        row.secret = Set(secret.to_owned());
        row.previous_secret = Set(None);
        webhook::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Changes all of a webhook but its secrets.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn update_webhook(&mut self, webhook: &Webhook) -> Result<(), StorageError> {
        webhook::Entity::update(row(webhook)).exec(&self.transaction).await?;
        Ok(())
    }

    /// Gives a webhook another secret; the one that it had signs, too, until `previous_until`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn replace_webhook_secret(
        &mut self,
        id: WebhookId,
        secret: &str,
        previous_until: Instant,
    ) -> Result<(), StorageError> {
        let Some(before) = webhook::Entity::find_by_id(id.uuid()).one(&self.transaction).await? else {
            return Ok(());
        };
        let row = webhook::ActiveModel {
            id: Set(id.uuid()),
            secret: Set(secret.to_owned()),
            previous_secret: Set(Some(before.secret)),
            previous_until: Set(Some(previous_until.millis())),
            ..Default::default()
        };
        webhook::Entity::update(row).exec(&self.transaction).await?;
        Ok(())
    }

    /// Removes a webhook with all messages to it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn delete_webhook(&mut self, id: WebhookId) -> Result<(), StorageError> {
        webhook::Entity::delete_by_id(id.uuid()).exec(&self.transaction).await?;
        Ok(())
    }
}

async fn all(db: &impl ConnectionTrait) -> Result<Vec<Webhook>, StorageError> {
    let rows = webhook::Entity::find().order_by_asc(webhook::Column::Number).all(db).await?;
    rows.iter().map(from_row).collect()
}

async fn one(db: &impl ConnectionTrait, id: WebhookId) -> Result<Option<Webhook>, StorageError> {
    webhook::Entity::find_by_id(id.uuid()).one(db).await?.as_ref().map(from_row).transpose()
}

fn row(webhook: &Webhook) -> webhook::ActiveModel {
    let events: Vec<&str> = webhook.events.iter().map(|event| event.as_str()).collect();
    webhook::ActiveModel {
        id: Set(webhook.id.uuid()),
        number: Set(webhook.number),
        url: Set(webhook.url.clone()),
        events: Set(json!(events).to_string()),
        previous_until: Set(webhook.previous_secret_until.map(Instant::millis)),
        active: Set(webhook.active),
        disabled_reason: Set(webhook.disabled_reason.clone()),
        created_at: Set(webhook.created_at.millis()),
        failing_since: Set(webhook.failing_since.map(Instant::millis)),
        ..Default::default()
    }
}

fn from_row(row: &webhook::Model) -> Result<Webhook, StorageError> {
    let names: Vec<String> =
        serde_json::from_str(&row.events).map_err(|_| impossible("webhook events", &row.events))?;
    let events = names
        .iter()
        .map(|name| WebhookEvent::parse(name).ok_or_else(|| impossible("webhook event", name)))
        .collect::<Result<_, _>>()?;
    Ok(Webhook {
        id: WebhookId::from_uuid(row.id),
        number: row.number,
        url: row.url.clone(),
        events,
        active: row.active,
        disabled_reason: row.disabled_reason.clone(),
        created_at: instant("webhook created_at", row.created_at)?,
        failing_since: row.failing_since.map(|at| instant("webhook failing_since", at)).transpose()?,
        previous_secret_until: previous_until(row)?,
    })
}

pub(crate) fn secrets(row: webhook::Model) -> Result<WebhookSecrets, StorageError> {
    let until = previous_until(&row)?;
    Ok(WebhookSecrets { current: row.secret, previous: row.previous_secret.zip(until) })
}

fn previous_until(row: &webhook::Model) -> Result<Option<Instant>, StorageError> {
    row.previous_until.map(|at| instant("webhook previous_until", at)).transpose()
}
