//! Telling other servers of changes.

use crate::{ChangeOp, DeliveryId, EntryKind, Instant, WebhookId};

/// Another server that is told of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its key.
    pub id: WebhookId,
    /// A small number, unique among webhooks.
    pub number: i64,
    /// Where it is told.
    pub url: String,
    /// What it is told of, each once.
    pub events: Vec<WebhookEvent>,
    /// Whether it is told anything.
    pub active: bool,
    /// Why the server itself switched it off, if it did.
    pub disabled_reason: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// Since when nothing but failures came from it.
    pub failing_since: Option<Instant>,
    /// Until when its former secret signs beside the present one.
    pub previous_secret_until: Option<Instant>,
}

/// Something that webhooks are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebhookEvent {
    /// Everybody may read a post now, and could not before.
    PostPublished,
    /// A post that everybody may read is otherwise now.
    PostUpdated,
    /// Everybody could read a post before, and may not now.
    PostUnpublished,
    /// A post that everybody could read is gone for good.
    PostDeleted,
    /// Everybody may read a page now, and could not before.
    PagePublished,
    /// A page that everybody may read is otherwise now.
    PageUpdated,
    /// Everybody could read a page before, and may not now.
    PageUnpublished,
    /// A page that everybody could read is gone for good.
    PageDeleted,
    /// Answers that were made from something are stale.
    CacheInvalidated,
}

impl WebhookEvent {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::PostPublished,
        Self::PostUpdated,
        Self::PostUnpublished,
        Self::PostDeleted,
        Self::PagePublished,
        Self::PageUpdated,
        Self::PageUnpublished,
        Self::PageDeleted,
        Self::CacheInvalidated,
    ];

    /// What a public change of an entry is told as; `None` for what readers of its text would not notice.
    #[must_use]
    pub const fn of(kind: EntryKind, op: ChangeOp) -> Option<Self> {
        Some(match (kind, op) {
            (EntryKind::Post, ChangeOp::Published) => Self::PostPublished,
            (EntryKind::Post, ChangeOp::Updated) => Self::PostUpdated,
            (EntryKind::Post, ChangeOp::Unpublished) => Self::PostUnpublished,
            (EntryKind::Post, ChangeOp::Deleted) => Self::PostDeleted,
            (EntryKind::Page, ChangeOp::Published) => Self::PagePublished,
            (EntryKind::Page, ChangeOp::Updated) => Self::PageUpdated,
            (EntryKind::Page, ChangeOp::Unpublished) => Self::PageUnpublished,
            (EntryKind::Page, ChangeOp::Deleted) => Self::PageDeleted,
            (_, ChangeOp::Created | ChangeOp::Rendered) => return None,
        })
    }

    /// The type as messages bear it, such as `post.published`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PostPublished => "post.published",
            Self::PostUpdated => "post.updated",
            Self::PostUnpublished => "post.unpublished",
            Self::PostDeleted => "post.deleted",
            Self::PagePublished => "page.published",
            Self::PageUpdated => "page.updated",
            Self::PageUnpublished => "page.unpublished",
            Self::PageDeleted => "page.deleted",
            Self::CacheInvalidated => "cache.invalidated",
        }
    }

    /// The event of that type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

/// A message to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its key: the same however often it is sent.
    pub id: DeliveryId,
    /// Whom it is for.
    pub webhook: WebhookId,
    /// Its place in the order of the webhook's messages.
    pub place: i64,
    /// The type of the event.
    pub event: String,
    /// What is sent, JSON.
    pub payload: String,
    /// When it was made.
    pub created_at: Instant,
    /// How often it was sent, as far as the outcome is known.
    pub attempts: u32,
    /// When it is sent next, while it is pending.
    pub next_at: Instant,
    /// What became of it.
    pub state: DeliveryState,
    /// The status code of the last answer.
    pub status: Option<u16>,
    /// What went wrong the last time.
    pub error: Option<String>,
    /// When it was delivered, or given up.
    pub finished_at: Option<Instant>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It is to be sent, or sent again.
    Pending,
    /// The other side has taken it.
    Delivered,
    /// It was sent in vain often enough.
    Dead,
}

impl DeliveryState {
    /// `pending`, `delivered` or `dead`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == text)
    }
}
