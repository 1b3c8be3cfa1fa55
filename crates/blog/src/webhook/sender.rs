//! Sending the messages.
//!
//! One process at a time sends, by a lease in the database. It is taken when there is something to do, renewed as long
//! as there is, and given back when there is nothing more. A message is begun only while the lease is surely held, and
//! broken off where it is lost meanwhile, so that two processes never send at once. Each webhook has one message under
//! way, the first of its queue, so that the order holds; the outcome is written before the next one begins, in a
//! transaction that looks whether the lease is still the one under which the message was sent. A process that is killed
//! between the two leaves the message pending, and it is sent again under the same id.

use std::{collections::HashMap, time::Duration};

use inkstand_model::{Delivery, DeliveryState, GlobalId, Instant, WebhookId};
use inkstand_outgoing::{
    OutgoingUrl, SendError,
    standard_webhooks::{self, Secret},
};
use inkstand_storage::{Parcel, WebhookSecrets};
use tokio::task::{Id, JoinSet};
use tracing::{error, instrument, warn};

use super::{follower, retry};
use crate::{
    Blog, BlogError,
    blog::Pulse,
    lease::{Lease, Tenure},
    pause::Pause,
};

/// Messages under way at once, each to another webhook.
const MOST_AT_ONCE: usize = 8;

/// What the lease is kept under.
const LEASE: &str = "webhooks";

/// Where another process sends, it is looked after so often: it may give its lease back before the end.
const LOOK: Duration = Duration::from_secs(1);

/// What is due at a moment is looked for after this time at the latest, whatever the machine's clock did meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// What is under way when the server stops gets so long to end: broken off, it would come a second time.
const GRACE: Duration = Duration::from_secs(2);

/// Bytes of an answer that are kept with what went wrong.
const SHOWN: usize = 200;

/// Sends messages to webhooks.
pub(crate) struct Sender {
    blog: Blog,
    lease: Lease,
    sending: JoinSet<()>,
    under_way: HashMap<Id, WebhookId>,
}

/// What there is to wait for, after everything was done that could be.
#[derive(Clone, Copy)]
enum Next {
    /// The log has to grow.
    Growth,
    /// A moment has to come.
    At(Instant),
    /// Another process has to end what it does, which takes so long at most.
    Turn(Duration),
}

impl Sender {
    pub(crate) fn new(blog: &Blog) -> Self {
        Self {
            blog: blog.clone(),
            lease: Lease::new(
                &blog.inner.storage,
                LEASE,
                blog.inner.clock.as_ref(),
                blog.inner.counted.lease.clone(),
            ),
            sending: JoinSet::new(),
            under_way: HashMap::new(),
        }
    }

    /// Sends, for ever.
    pub(crate) async fn run(&mut self) {
        let mut pulse = self.blog.inner.pulse.subscribe();
        let mut pause = Pause::new();
        // What was seen when there was last nothing to do, and what was waited for then.
        let mut rest: Option<(Pulse, Next)> = None;
        loop {
            let seen = *pulse.borrow_and_update();
            let sleep = if rest.is_some_and(|rest| self.still_rests(rest, seen)) {
                LONGEST_SLEEP
            } else {
                let round = self.round().await;
                if self.sending.is_empty() {
                    self.lease.release().await;
                }
                match round {
                    Ok(next) => {
                        pause.reset();
                        rest = Some((seen, next));
                        self.until(next)
                    }
                    Err(fault) => {
                        let pause = pause.next();
                        error!(
                            fault = &fault as &dyn std::error::Error,
                            retry_in_ms = pause.as_millis(),
                            "messages to webhooks cannot be sent"
                        );
                        rest = None;
                        pause
                    }
                }
            };
            tokio::select! {
                Some(ended) = self.sending.join_next_with_id() => {
                    let id = ended.map_or_else(|broken| broken.id(), |(id, ())| id);
                    self.under_way.remove(&id);
                    rest = None;
                }
                // Its sender lives as long as the blog.
                _ = pulse.changed() => {}
                () = self.blog.sit_out(sleep) => {}
            }
        }
    }

    /// Lets what is under way come to its end, if that takes no time, and another process send at once.
    pub(crate) async fn release(mut self) {
        let ending = async { while self.sending.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ending).await.is_err() {
            self.sending.shutdown().await;
        }
        // Else it ends by itself.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.lease.release()).await;
    }

    /// Whether there is nothing to look for: the log has not grown, and no moment has come. Costs nothing.
    fn still_rests(&self, (seen, next): (Pulse, Next), now: Pulse) -> bool {
        seen.seq == now.seq
            && match next {
                Next::Growth => true,
                Next::At(at) => at > self.blog.inner.clock.now(),
                Next::Turn(_) => false,
            }
    }

    fn until(&self, next: Next) -> Duration {
        match next {
            Next::Growth => LONGEST_SLEEP,
            Next::At(at) => at.since(self.blog.inner.clock.now()).min(LONGEST_SLEEP),
            Next::Turn(rest) => rest.min(LOOK),
        }
    }

    /// Enqueues what is new and begins what is due, as far as it can be now.
    async fn round(&mut self) -> Result<Next, BlogError> {
        let storage = self.blog.inner.storage.clone();
        let Some(position) = storage.follower(follower::NAME).await? else { return Ok(Next::Growth) };
        let behind = storage.log_end().await? != position;
        let mut waiting = if behind { Vec::new() } else { self.waiting().await? };
        if !behind && !waiting.iter().any(|parcel| self.is_due(parcel)) {
            return Ok(first_of(&waiting));
        }
        let tenure = match self.lease.take().await? {
            Ok(tenure) => tenure,
            Err(rest) => return Ok(Next::Turn(rest)),
        };
        if behind {
            while self.blog.enqueue_step().await? {}
            waiting = self.waiting().await?;
        }
        let mut put_off = Vec::new();
        for parcel in waiting {
            if !self.is_due(&parcel) {
                put_off.push(parcel);
            } else if self.sending.len() < MOST_AT_ONCE {
                // The others have their turn when one of these has ended.
                let hook = parcel.delivery.webhook;
                let task = self.sending.spawn(deliver(self.blog.clone(), parcel, tenure.clone()));
                self.under_way.insert(task.id(), hook);
            }
        }
        Ok(first_of(&put_off))
    }

    /// The first message of each webhook to which none is under way, the longest waiting first.
    async fn waiting(&self) -> Result<Vec<Parcel>, BlogError> {
        let mut waiting = self.blog.inner.storage.waiting_deliveries().await?;
        waiting.retain(|parcel| !self.under_way.values().any(|hook| *hook == parcel.delivery.webhook));
        waiting.sort_by_key(|parcel| parcel.delivery.next_at);
        Ok(waiting)
    }

    fn is_due(&self, parcel: &Parcel) -> bool {
        // What was never tried waits for nothing, whatever the clock of the server that enqueued it said.
        parcel.delivery.attempts == 0 || parcel.delivery.next_at <= self.blog.inner.clock.now()
    }
}

/// When the first of these is due.
fn first_of(waiting: &[Parcel]) -> Next {
    waiting.iter().map(|parcel| parcel.delivery.next_at).min().map_or(Next::Growth, Next::At)
}

/// What came of an attempt.
pub(super) struct Outcome {
    pub(super) status: Option<u16>,
    pub(super) body: String,
    /// `None` where the message was taken.
    pub(super) error: Option<String>,
    retry_after: Option<Duration>,
}

/// Sends one message and writes down what came of it.
#[instrument(name = "blog.deliver", skip_all, fields(webhook = %parcel.delivery.webhook, event = parcel.delivery.event))]
async fn deliver(blog: Blog, parcel: Parcel, mut tenure: Tenure) {
    let Parcel { delivery, url, secrets } = parcel;
    let id = GlobalId { kind: "delivery", key: delivery.id.uuid() }.to_string();
    let epoch = tenure.epoch;
    let outcome = tokio::select! {
        biased;
        // Whoever has the lease next sends it again, and learns from its id that it is the same one.
        () = tenure.over() => {
            warn!("a message is broken off, since the lease on sending was lost meanwhile");
            return;
        }
        outcome = call(&blog, &url, &secrets, &id, delivery.payload.clone()) => outcome,
    };
    let mut pause = Pause::new();
    // Until it is written, the message is under way: sent again at once, it would be sent again and again.
    while let Err(fault) = blog.record(&delivery, &outcome, epoch).await {
        let pause = pause.next();
        error!(
            fault = &fault as &dyn std::error::Error,
            retry_in_ms = pause.as_millis(),
            "the outcome of a message to a webhook cannot be written"
        );
        blog.sit_out(pause).await;
    }
}

/// Signs a message and posts it.
pub(super) async fn call(
    blog: &Blog,
    url: &str,
    secrets: &WebhookSecrets,
    id: &str,
    payload: String,
) -> Outcome {
    let now = blog.inner.clock.now();
    let previous = secrets.previous.as_ref().filter(|(_, until)| *until > now);
    let live = [Some(&secrets.current), previous.map(|(secret, _)| secret)];
    let live: Vec<Secret> =
        live.into_iter().flatten().filter_map(|secret| Secret::parse(secret).ok()).collect();
    let timestamp = now.millis().div_euclid(1000);
    let signatures = standard_webhooks::signatures(&live, id, timestamp, payload.as_bytes());
    let timestamp = timestamp.to_string();
    let headers = [
        ("content-type", "application/json"),
        (standard_webhooks::ID, id),
        (standard_webhooks::TIMESTAMP, &timestamp),
        (standard_webhooks::SIGNATURE, &signatures),
    ];
    let reply = match OutgoingUrl::parse(url, blog.inner.reach) {
        Ok(url) => blog.inner.outgoing.post(&url, &headers, payload.into_bytes()).await,
        Err(invalid) => Err(SendError::Url(invalid)),
    };
    match reply {
        Err(error) => {
            Outcome { status: None, body: String::new(), error: Some(error.in_words()), retry_after: None }
        }
        Ok(reply) => {
            let body = String::from_utf8_lossy(&reply.body).replace('\0', "\u{FFFD}");
            let error = (!(200..300).contains(&reply.status)).then(|| {
                let said = body[..body.floor_char_boundary(SHOWN)].trim();
                let status = reply.status;
                match (status, said) {
                    (300..400, _) => {
                        format!("the answer was {status}, which leads elsewhere; set the URL to that place")
                    }
                    (_, "") => format!("the answer was {status}"),
                    _ => format!("the answer was {status}: {said}"),
                }
            });
            Outcome { status: Some(reply.status), body, error, retry_after: reply.retry_after }
        }
    }
}

impl Blog {
    /// Writes down what came of an attempt, for the message and for its webhook, unless the lease is another's by now:
    /// then so is the message.
    async fn record(&self, sent: &Delivery, outcome: &Outcome, epoch: i64) -> Result<(), BlogError> {
        let clock = self.inner.clock.as_ref();
        let now = clock.now();
        let mut writing = self.inner.storage.write(LEASE, clock).await?;
        if !writing.still_leased(LEASE, epoch).await? {
            warn!("the outcome of a message is not written, since another server sends by now");
            return Ok(());
        }
        let delivery = writing.delivery(sent.id).await?;
        let hook = writing.webhook(sent.webhook).await?;
        // The webhook is gone, or somebody else has sent it, whose word counts.
        let (Some(mut delivery), Some(mut hook)) = (delivery, hook) else { return Ok(()) };
        if delivery.state != DeliveryState::Pending || delivery.place != sent.place {
            return Ok(());
        }
        let hook_before = hook.clone();
        delivery.attempts += 1;
        delivery.status = outcome.status;
        delivery.error.clone_from(&outcome.error);
        if outcome.error.is_none() {
            delivery.state = DeliveryState::Delivered;
            hook.failing_since = None;
        } else {
            let failing_since = *hook.failing_since.get_or_insert(now);
            let gone = outcome.status == Some(410);
            if gone || delivery.attempts >= retry::MOST_ATTEMPTS {
                delivery.state = DeliveryState::Dead;
            } else {
                let wanted = outcome.retry_after.and_then(|wanted| i64::try_from(wanted.as_millis()).ok());
                let jitter = clock.random();
                let pause = retry::pause(delivery.attempts, u16::from_be_bytes([jitter[8], jitter[9]]));
                let pause = pause.max(wanted.unwrap_or(0).min(retry::LONGEST));
                delivery.next_at = now.plus(Duration::from_millis(pause.unsigned_abs()));
            }
            let reason = if gone {
                Some("it answered 410 Gone: it does not want to be told any more".to_owned())
            } else if now.since(failing_since) >= retry::FAILING {
                let last = outcome.error.as_deref().unwrap_or_default();
                Some(format!("for three days there were nothing but failures; the last: {last}"))
            } else {
                None
            };
            // A hook that somebody has switched off meanwhile keeps its own reason, or none.
            if let Some(reason) = reason.filter(|_| hook.active) {
                warn!(webhook = %hook.id, url = hook.url, reason, "a webhook is switched off");
                hook.active = false;
                hook.disabled_reason = Some(reason);
            }
        }
        if delivery.state != DeliveryState::Pending {
            delivery.finished_at = Some(now);
        }
        let counted = &self.inner.counted;
        let outcome = match delivery.state {
            DeliveryState::Delivered => &counted.delivered,
            DeliveryState::Pending => &counted.failed,
            DeliveryState::Dead => &counted.dead,
        };
        writing.update_delivery(&delivery).await?;
        if hook != hook_before {
            writing.update_webhook(&hook).await?;
        }
        self.commit_unseen(writing).await?;
        outcome.add(1);
        Ok(())
    }
}
