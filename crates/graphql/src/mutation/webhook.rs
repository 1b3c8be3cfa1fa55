//! Telling other servers of changes.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use inkstand_blog::{WebhookChange, WriteError};
use inkstand_model as model;

use crate::{
    object::{
        Webhook, WebhookDelivery, WebhookEvent, WebhookTest, parse_delivery_id, parse_webhook_id, webhook_id,
    },
    payload::{UserError, payload, user_errors},
    request::state,
    scalar::Seq,
};

/// Writes to webhooks.
#[derive(Default)]
pub(crate) struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Makes a webhook, and gives the secret that signs its messages; it is not shown again. For owners.
    async fn create_webhook(
        &self,
        ctx: &Context<'_>,
        input: CreateWebhookInput,
    ) -> Result<WebhookSecretPayload> {
        let CreateWebhookInput { url, events } = input;
        let events = events.into_iter().map(Into::into).collect();
        WebhookSecretPayload::of(ctx, state(ctx).reader.create_webhook(&url, events).await)
    }

    /// Changes a webhook; what is left out stays. Switched on again, or at another URL, it goes on at once with what
    /// waits for it. For owners.
    async fn update_webhook(&self, ctx: &Context<'_>, input: UpdateWebhookInput) -> Result<WebhookPayload> {
        let UpdateWebhookInput { id, url, events, active } = input;
        let id = parse_webhook_id(&id)?;
        let events = events.map(|events| events.into_iter().map(Into::into).collect());
        let outcome = state(ctx).reader.update_webhook(id, WebhookChange { url, events, active }).await;
        WebhookPayload::of(ctx, outcome, Webhook)
    }

    /// Gives a webhook a new secret; it is not shown again. For 24 hours the old one signs, too, so that the receiver
    /// can be changed meanwhile. For owners.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        input: RotateWebhookSecretInput,
    ) -> Result<WebhookSecretPayload> {
        let id = parse_webhook_id(&input.id)?;
        WebhookSecretPayload::of(ctx, state(ctx).reader.rotate_webhook_secret(id).await)
    }

    /// Removes a webhook with everything that waits for it. For owners.
    async fn delete_webhook(
        &self,
        ctx: &Context<'_>,
        input: DeleteWebhookInput,
    ) -> Result<DeleteWebhookPayload> {
        let id = parse_webhook_id(&input.id)?;
        DeleteWebhookPayload::of(ctx, state(ctx).reader.delete_webhook(id).await, webhook_id)
    }

    /// Sends a `webhook.test` message at once, also to a webhook that is switched off, and says what came of it. For
    /// owners.
    async fn test_webhook(&self, ctx: &Context<'_>, input: TestWebhookInput) -> Result<TestWebhookPayload> {
        let id = parse_webhook_id(&input.id)?;
        match state(ctx).reader.test_webhook(id).await {
            Ok(call) => {
                let test = WebhookTest {
                    delivered: call.delivered,
                    status: call.status.map(i32::from),
                    body: call.body,
                    error: call.error,
                };
                Ok(TestWebhookPayload { test: Some(test), user_errors: Vec::new() })
            }
            Err(error) => Ok(TestWebhookPayload { test: None, user_errors: user_errors(ctx, error)? }),
        }
    }

    /// Sends a message again: one that waits, at once; one that is delivered or dead, after all that wait. For owners.
    async fn retry_delivery(
        &self,
        ctx: &Context<'_>,
        input: RetryDeliveryInput,
    ) -> Result<RetryDeliveryPayload> {
        let id = parse_delivery_id(&input.id)?;
        RetryDeliveryPayload::of(ctx, state(ctx).reader.retry_delivery(id).await, WebhookDelivery)
    }
}

/// A webhook to be made.
#[derive(InputObject)]
pub(crate) struct CreateWebhookInput {
    /// Where it is told: https:// or http://, of the public internet unless the server is set to allow others.
    url: String,
    /// What it is told of, at least one.
    events: Vec<WebhookEvent>,
}

/// What is to be changed of a webhook.
#[derive(InputObject)]
pub(crate) struct UpdateWebhookInput {
    /// Which one.
    id: ID,
    /// Where it is told.
    url: Option<String>,
    /// What it is told of, all of it.
    events: Option<Vec<WebhookEvent>>,
    /// Whether it is told anything.
    active: Option<bool>,
}

/// A webhook that gets a new secret.
#[derive(InputObject)]
pub(crate) struct RotateWebhookSecretInput {
    /// Which one.
    id: ID,
}

/// A webhook to be removed.
#[derive(InputObject)]
pub(crate) struct DeleteWebhookInput {
    /// Which one.
    id: ID,
}

/// A webhook to be tried.
#[derive(InputObject)]
pub(crate) struct TestWebhookInput {
    /// Which one.
    id: ID,
}

/// A message to be sent again.
#[derive(InputObject)]
pub(crate) struct RetryDeliveryInput {
    /// Which one.
    id: ID,
}

payload! {
    /// The answer to a change of a webhook.
    WebhookPayload {
        /// The webhook as it is now; null where nothing was changed.
        webhook: Webhook
    }
}

payload! {
    /// The answer to the removal of a webhook.
    DeleteWebhookPayload {
        /// The id that it had; null where nothing was removed.
        deleted_id: ID
    }
}

payload! {
    /// The answer to sending a message again.
    RetryDeliveryPayload {
        /// The message as it is now; null where nothing was done.
        delivery: WebhookDelivery
    }
}

/// A webhook with a new secret.
#[derive(SimpleObject)]
pub(crate) struct WebhookSecretPayload {
    /// The webhook as it is now; null where nothing was done.
    webhook: Option<Webhook>,
    /// What signs its messages from now on: `whsec_` and Base64. Keep it; it is not shown again.
    secret: Option<String>,
    /// The position in the change log. Null where nothing was written.
    seq: Option<Seq>,
    /// What was wrong with the input; empty where it was done.
    user_errors: Vec<UserError>,
}

impl WebhookSecretPayload {
    fn of(
        ctx: &Context<'_>,
        outcome: Result<((model::Webhook, String), model::Seq), WriteError>,
    ) -> Result<Self> {
        state(ctx).forget();
        match outcome {
            Ok(((webhook, secret), seq)) => Ok(Self {
                webhook: Some(Webhook(webhook)),
                secret: Some(secret),
                seq: Some(Seq(seq)),
                user_errors: Vec::new(),
            }),
            Err(error) => {
                Ok(Self { webhook: None, secret: None, seq: None, user_errors: user_errors(ctx, error)? })
            }
        }
    }
}

/// The answer to a test.
#[derive(SimpleObject)]
pub(crate) struct TestWebhookPayload {
    /// What came of it; null where nothing was sent.
    test: Option<WebhookTest>,
    /// What was wrong with the input; empty where it was sent, whatever came of it.
    user_errors: Vec<UserError>,
}
