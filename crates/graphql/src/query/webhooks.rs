//! Webhooks, for owners.

use async_graphql::{Context, ID, Object, Result};

use crate::{
    error::fault,
    object::{Webhook, parse_webhook_id},
    request::state,
};

/// Webhooks.
#[derive(Default)]
pub(crate) struct Webhooks;

#[Object]
impl Webhooks {
    /// All webhooks, in the order in which they were made. For owners.
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Vec<Webhook>> {
        let found = state(ctx).reader.webhooks().await.map_err(|error| fault(ctx, error))?;
        Ok(found.into_iter().map(Webhook).collect())
    }

    /// One webhook. For owners.
    async fn webhook(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Webhook>> {
        let id = parse_webhook_id(&id)?;
        let found = state(ctx).reader.webhook(id).await.map_err(|error| fault(ctx, error))?;
        Ok(found.map(Webhook))
    }
}
