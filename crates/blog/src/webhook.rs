//! Webhooks: who is told of changes, what they were told, and what came of it.
//!
//! `follower` turns the change log into messages, `message` is their form, `sender` sends them, `retry` says when
//! again.

mod follower;
mod message;
mod retry;
mod sender;
mod test_call;

use std::time::Duration;

use std::collections::HashMap;

use inkstand_model::{
    Action, ChangeKind, ChangeOp, Delivery, DeliveryId, DeliveryState, Seq, Slice, Webhook, WebhookEvent,
    WebhookId,
};
use inkstand_outgoing::{InvalidOutgoingUrl, OutgoingUrl, standard_webhooks::Secret};
use inkstand_storage::{AuditTarget, DeliveryList, Writing};
use tracing::instrument;

pub(crate) use sender::Sender;
pub use test_call::TestCall;

pub(crate) use follower::NAME as FOLLOWER;

use crate::{Blog, BlogError, Reader, Refusal, RefusalCode, WriteError};

/// More would have every change wait for the slowest of them all.
const MOST_WEBHOOKS: usize = 50;

/// A replaced secret signs for so long beside the new one.
const PREVIOUS_SECRET: Duration = Duration::from_secs(24 * 60 * 60);

/// What is to be changed of a webhook; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Where it is told.
    pub url: Option<String>,
    /// What it is told of.
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether it is told anything.
    pub active: Option<bool>,
}

impl Reader {
    /// All webhooks, in the order in which they were made.
    ///
    /// # Errors
    /// Where the viewer may not, or the database fails, as in all of these.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, BlogError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        Ok(self.storage().webhooks().await?)
    }

    /// One webhook.
    ///
    /// # Errors
    /// As [`Reader::webhooks`].
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, BlogError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        Ok(self.storage().webhook(id).await?)
    }

    /// The same part of the list of messages of each of these webhooks, the latest first.
    ///
    /// # Errors
    /// As [`Reader::webhooks`].
    pub async fn deliveries_of(
        &self,
        webhooks: &[WebhookId],
        part: DeliveryList,
    ) -> Result<HashMap<WebhookId, Slice<Delivery>>, BlogError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        Ok(self.storage().deliveries_of(webhooks, part).await?)
    }

    /// Makes a webhook, and gives its secret, which is not told again.
    ///
    /// # Errors
    /// As [`Reader::webhooks`], and where the address or the events mean nothing.
    #[instrument(name = "blog.create_webhook", skip_all)]
    pub async fn create_webhook(
        &self,
        url: &str,
        events: Vec<WebhookEvent>,
    ) -> Result<((Webhook, String), Seq), WriteError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        let (url, events) = match (self.checked_url(url), checked_events(events)) {
            (Ok(url), Ok(events)) => (url, events),
            (url, events) => {
                return Err(WriteError::Refused(url.err().into_iter().chain(events.err()).collect()));
            }
        };
        let blog = self.blog();
        let clock = blog.inner.clock.as_ref();
        let mut writing = self.begin().await?;
        let others = writing.webhooks().await?;
        if others.len() >= MOST_WEBHOOKS {
            let message =
                format!("there are {MOST_WEBHOOKS} webhooks; remove one that is not needed any more");
            return Err(Refusal::new(RefusalCode::NotPossible, "", message).into());
        }
        refuse_taken(&others, None, &url)?;
        if writing.follower(follower::NAME).await?.is_none() {
            let end = writing.log_end().await?;
            writing.set_follower(follower::NAME, end).await?;
        }
        let mut webhook = Webhook {
            id: WebhookId::from_uuid(clock.new_id()),
            number: 0,
            url,
            events,
            active: true,
            disabled_reason: None,
            created_at: clock.now(),
            failing_since: None,
            previous_secret_until: None,
        };
        let secret = blog.new_secret();
        writing.insert_webhook(&mut webhook, &secret).await?;
        let seq = blog.finish(writing, &webhook, ChangeOp::Created, "webhook.create").await?;
        Ok(((webhook, secret), seq))
    }

    /// Changes a webhook. Switched on again, or at another address, it goes on at once with what waits for it.
    ///
    /// # Errors
    /// As [`Reader::create_webhook`], and where there is no such webhook.
    #[instrument(name = "blog.update_webhook", skip_all)]
    pub async fn update_webhook(
        &self,
        id: WebhookId,
        change: WebhookChange,
    ) -> Result<(Webhook, Seq), WriteError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        let url = change.url.map(|url| self.checked_url(&url)).transpose();
        let events = change.events.map(checked_events).transpose();
        let (url, events) = match (url, events) {
            (Ok(url), Ok(events)) => (url, events),
            (url, events) => {
                return Err(WriteError::Refused(url.err().into_iter().chain(events.err()).collect()));
            }
        };
        let blog = self.blog();
        let mut writing = self.begin().await?;
        let hooks = writing.webhooks().await?;
        if let Some(url) = &url {
            refuse_taken(&hooks, Some(id), url)?;
        }
        let mut webhook = hooks.into_iter().find(|hook| hook.id == id).ok_or_else(no_such_webhook)?;
        let begins_anew = url.as_ref().is_some_and(|url| *url != webhook.url)
            || (change.active == Some(true) && !webhook.active);
        if let Some(url) = url {
            webhook.url = url;
        }
        if let Some(events) = events {
            webhook.events = events;
        }
        if let Some(active) = change.active {
            webhook.active = active;
            webhook.disabled_reason = None;
        }
        if begins_anew {
            webhook.failing_since = None;
            writing.hasten_deliveries(id).await?;
        }
        writing.update_webhook(&webhook).await?;
        let seq = blog.finish(writing, &webhook, ChangeOp::Updated, "webhook.update").await?;
        Ok((webhook, seq))
    }

    /// Gives a webhook a new secret, which is not told again; the old one signs, too, for 24 hours.
    ///
    /// # Errors
    /// As [`Reader::webhooks`], and where there is no such webhook.
    #[instrument(name = "blog.rotate_webhook_secret", skip_all)]
    pub async fn rotate_webhook_secret(&self, id: WebhookId) -> Result<((Webhook, String), Seq), WriteError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        let blog = self.blog();
        let mut writing = self.begin().await?;
        let mut webhook = writing.webhook(id).await?.ok_or_else(no_such_webhook)?;
        let until = blog.inner.clock.now().plus(PREVIOUS_SECRET);
        let secret = blog.new_secret();
        writing.replace_webhook_secret(id, &secret, until).await?;
        webhook.previous_secret_until = Some(until);
        let seq = blog.finish(writing, &webhook, ChangeOp::Updated, "webhook.rotate_secret").await?;
        Ok(((webhook, secret), seq))
    }

    /// Removes a webhook with everything that waits for it.
    ///
    /// # Errors
    /// As [`Reader::webhooks`], and where there is no such webhook.
    #[instrument(name = "blog.delete_webhook", skip_all)]
    pub async fn delete_webhook(&self, id: WebhookId) -> Result<(WebhookId, Seq), WriteError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        let blog = self.blog();
        let mut writing = self.begin().await?;
        let webhook = writing.webhook(id).await?.ok_or_else(no_such_webhook)?;
        writing.delete_webhook(id).await?;
        // Where nobody is told, the log need not be followed; the next first webhook begins at its end.
        if writing.webhooks().await?.is_empty() {
            writing.remove_follower(follower::NAME).await?;
        }
        let seq = blog.finish(writing, &webhook, ChangeOp::Deleted, "webhook.delete").await?;
        Ok((id, seq))
    }

    /// Sends a message again: one that waits, at once; one that is delivered or dead, after all that wait.
    ///
    /// # Errors
    /// As [`Reader::webhooks`], and where there is no such message, or its webhook is switched off.
    #[instrument(name = "blog.retry_delivery", skip_all)]
    pub async fn retry_delivery(&self, id: DeliveryId) -> Result<(Delivery, Seq), WriteError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        let blog = self.blog();
        let clock = blog.inner.clock.as_ref();
        let mut writing = self.begin().await?;
        let no_such = || {
            let message = "there is no such delivery; finished ones are kept for 30 days";
            Refusal::new(RefusalCode::NotFound, "id", message)
        };
        let mut delivery = writing.delivery(id).await?.ok_or_else(no_such)?;
        let webhook = writing.webhook(delivery.webhook).await?.ok_or_else(no_such)?;
        if !webhook.active {
            let message = "its webhook is switched off; switch it on first, by updateWebhook";
            return Err(Refusal::new(RefusalCode::NotPossible, "id", message).into());
        }
        if delivery.state != DeliveryState::Pending {
            delivery.place = writing.last_place(delivery.webhook).await? + 1;
            delivery.state = DeliveryState::Pending;
            delivery.finished_at = None;
        }
        delivery.attempts = 0;
        delivery.next_at = clock.now();
        writing.update_delivery(&delivery).await?;
        let seq = blog.finish(writing, &webhook, ChangeOp::Updated, "webhook.retry_delivery").await?;
        Ok((delivery, seq))
    }

    fn checked_url(&self, url: &str) -> Result<String, Refusal> {
        match OutgoingUrl::parse(url.trim(), self.blog().inner.reach) {
            Ok(url) => Ok(url.as_str().to_owned()),
            Err(error) => {
                let code = match error {
                    InvalidOutgoingUrl::TooLong => RefusalCode::TooLong,
                    _ => RefusalCode::Invalid,
                };
                Err(Refusal::new(code, "url", error.to_string()))
            }
        }
    }
}

impl Blog {
    /// A secret that nobody can guess, as receivers are given it.
    fn new_secret(&self) -> String {
        let mut random = [0; 32];
        // A draw is ten bytes, of which the last eight differ even by the clock of a test.
        for part in random.chunks_mut(8) {
            part.copy_from_slice(&self.inner.clock.random()[2..]);
        }
        Secret::new(random).to_text()
    }

    /// Notes what was done to a webhook, and has whoever sends look again.
    async fn finish(
        &self,
        mut writing: Writing<'_>,
        webhook: &Webhook,
        op: ChangeOp,
        action: &str,
    ) -> Result<Seq, BlogError> {
        writing.record(ChangeKind::Webhook, webhook.id.uuid(), op, []);
        let target = AuditTarget { kind: "webhook", id: Some(webhook.id.uuid()), label: &webhook.url };
        writing.audit(action, Some(target), "").await?;
        let seq = self.commit(writing).await?;
        Ok(seq)
    }
}

fn checked_events(events: Vec<WebhookEvent>) -> Result<Vec<WebhookEvent>, Refusal> {
    let mut each: Vec<WebhookEvent> = events;
    each.sort_unstable();
    each.dedup();
    if each.is_empty() {
        return Err(Refusal::new(RefusalCode::Invalid, "events", "name at least one event"));
    }
    Ok(each)
}

fn refuse_taken(hooks: &[Webhook], me: Option<WebhookId>, url: &str) -> Result<(), Refusal> {
    if hooks.iter().any(|hook| hook.url == url && Some(hook.id) != me) {
        let message = "another webhook has this URL, which would be told everything twice";
        return Err(Refusal::new(RefusalCode::Taken, "url", message));
    }
    Ok(())
}

fn no_such_webhook() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "id", "there is no such webhook")
}
