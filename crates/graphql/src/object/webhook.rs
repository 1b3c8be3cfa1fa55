//! Who is told of changes, and what they were told.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, connection::EmptyFields};
use inkstand_blog::DeliveryList;
use inkstand_model as model;
use inkstand_model::{DeliveryId, GlobalId, WebhookId};

use crate::{
    code,
    connection::{Connection, PageArguments, connection},
    cursor::{DeliveryCursor, Key},
    error::refusal,
    loader::{DeliveriesOf, load},
    scalar::{DateTime, Url},
};

/// What the ids of webhooks begin with.
const WEBHOOK: &str = "webhook";

/// What the ids of their messages begin with.
const DELIVERY: &str = "delivery";

/// Another server that is told of changes. `schema/webhooks.md` documents what it gets.
pub(crate) struct Webhook(pub(crate) model::Webhook);

/// Another server that is told of changes. `schema/webhooks.md` documents what it gets.
#[Object]
impl Webhook {
    /// The global id: opaque, never given to anything else.
    async fn id(&self) -> ID {
        webhook_id(self.0.id)
    }

    /// A small number, unique among webhooks.
    async fn number(&self) -> i32 {
        i32::try_from(self.0.number).unwrap_or(i32::MAX)
    }

    /// Where it is told.
    async fn url(&self) -> Url {
        Url(self.0.url.clone())
    }

    /// What it is told of.
    async fn events(&self) -> Vec<WebhookEvent> {
        self.0.events.iter().copied().map(WebhookEvent::from).collect()
    }

    /// Whether it is told anything. What changes while it is switched off it is never told.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Why the server itself has switched it off; null where it has not.
    async fn disabled_reason(&self) -> Option<&str> {
        self.0.disabled_reason.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Since when nothing but failures came from it; null where the last message arrived. After three days it is
    /// switched off.
    async fn failing_since(&self) -> Option<DateTime> {
        self.0.failing_since.map(DateTime)
    }

    /// Until when its former secret signs beside the present one.
    async fn previous_secret_until(&self) -> Option<DateTime> {
        self.0.previous_secret_until.map(DateTime)
    }

    /// The messages to it, the latest first. Finished ones are kept for 30 days, and at most 1000 of them.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in this state: `DEAD` is the list of dead letters.")] state: Option<
            DeliveryState,
        >,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<WebhookDelivery, EmptyFields>> {
        let page = PageArguments::forward(first, after).request::<DeliveryCursor>()?;
        let before = page.after.map(|cursor| cursor.0);
        let part = DeliveryList { state: state.map(Into::into), before, limit: page.limit };
        let slice = load(ctx, DeliveriesOf { webhook: self.0.id, part }).await?.map(Arc::unwrap_or_clone);
        let slice = slice.unwrap_or(model::Slice { items: Vec::new(), has_next: false, has_previous: false });
        let cursor = |delivery: &model::Delivery| DeliveryCursor(delivery.place).encode();
        Ok(connection(slice, EmptyFields, cursor, WebhookDelivery))
    }
}

/// A message to a webhook.
pub(crate) struct WebhookDelivery(pub(crate) model::Delivery);

/// A message to a webhook.
#[Object]
impl WebhookDelivery {
    /// The global id, which the message bears as `webhook-id`, the same however often it is sent.
    async fn id(&self) -> ID {
        ID(GlobalId { kind: DELIVERY, key: self.0.id.uuid() }.to_string())
    }

    /// The type of the event, such as `post.published`.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// What is sent: JSON.
    async fn payload(&self) -> &str {
        &self.0.payload
    }

    /// What became of it.
    async fn state(&self) -> DeliveryState {
        self.0.state.into()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// How often it was sent, as far as the outcome is known.
    async fn attempts(&self) -> i32 {
        i32::try_from(self.0.attempts).unwrap_or(i32::MAX)
    }

    /// When it is sent next at the earliest; null where it is finished. Those before it go first.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        (self.0.state == model::DeliveryState::Pending).then_some(DateTime(self.0.next_at))
    }

    /// The status code of the last answer; null where there was none.
    async fn status(&self) -> Option<i32> {
        self.0.status.map(i32::from)
    }

    /// What went wrong the last time, for people.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// When it was delivered, or given up.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}

/// What came of a test message.
#[derive(SimpleObject)]
pub(crate) struct WebhookTest {
    /// Whether the receiver took it: it answered with a status from 200 to 299.
    pub(crate) delivered: bool,
    /// The status code of its answer; null where there was none.
    pub(crate) status: Option<i32>,
    /// The beginning of its answer.
    pub(crate) body: String,
    /// What went wrong, for people.
    pub(crate) error: Option<String>,
}

/// Something that a webhook is told of.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::WebhookEvent")]
pub(crate) enum WebhookEvent {
    /// `post.published`: everybody may read a post now, and could not before.
    PostPublished,
    /// `post.updated`: a post that everybody may read is otherwise now.
    PostUpdated,
    /// `post.unpublished`: everybody could read a post before, and may not now.
    PostUnpublished,
    /// `post.deleted`: a post that everybody could read is gone for good.
    PostDeleted,
    /// `page.published`: everybody may read a page now, and could not before.
    PagePublished,
    /// `page.updated`: a page that everybody may read is otherwise now.
    PageUpdated,
    /// `page.unpublished`: everybody could read a page before, and may not now.
    PageUnpublished,
    /// `page.deleted`: a page that everybody could read is gone for good.
    PageDeleted,
    /// `cache.invalidated`: answers that were made from something are stale. For whoever keeps answers.
    CacheInvalidated,
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "WebhookDeliveryState", remote = "model::DeliveryState")]
pub(crate) enum DeliveryState {
    /// It is to be sent, or sent again.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// It was sent in vain 21 times over more than two days, or the answer was 410: a dead letter. `retryDelivery` sends it again.
    Dead,
}

/// The id of a webhook.
pub(crate) fn webhook_id(id: WebhookId) -> ID {
    ID(GlobalId { kind: WEBHOOK, key: id.uuid() }.to_string())
}

/// Takes the id of a webhook apart.
pub(crate) fn parse_webhook_id(id: &ID) -> Result<WebhookId> {
    parse(id, WEBHOOK).map(WebhookId::from_uuid)
}

/// Takes the id of a message apart.
pub(crate) fn parse_delivery_id(id: &ID) -> Result<DeliveryId> {
    parse(id, DELIVERY).map(DeliveryId::from_uuid)
}

fn parse(id: &ID, kind: &str) -> Result<uuid::Uuid> {
    match GlobalId::parse(id) {
        Some(parsed) if parsed.kind == kind => Ok(parsed.key),
        _ => {
            let shown: String = id.chars().take(80).collect();
            Err(refusal(code::BAD_INPUT, format!("{shown:?} is no id of a {kind}")))
        }
    }
}
