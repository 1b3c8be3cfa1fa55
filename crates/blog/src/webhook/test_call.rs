//! A message that says nothing but that it came, sent at once.

use inkstand_model::{Action, GlobalId, WebhookId};
use tracing::instrument;

use super::{message, no_such_webhook, sender::call};
use crate::{Reader, Refusal, RefusalCode, WriteError};

/// The type of the message.
const EVENT: &str = "webhook.test";

/// Bytes of an answer that are shown.
const SHOWN: usize = 2_000;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCall {
    /// Whether the other side took it, as it would have to take any message.
    pub delivered: bool,
    /// The status code of its answer; `None` where there was none.
    pub status: Option<u16>,
    /// The beginning of its answer.
    pub body: String,
    /// What went wrong.
    pub error: Option<String>,
}

impl Reader {
    /// Sends a `webhook.test` message at once, also to a webhook that is switched off. It has no place in the
    /// queue, and is not sent again.
    ///
    /// # Errors
    /// Where the viewer may not, there is no such webhook, or the database fails.
    #[instrument(name = "blog.test_webhook", skip_all)]
    pub async fn test_webhook(&self, id: WebhookId) -> Result<TestCall, WriteError> {
        self.must_be_allowed(Action::ManageWebhooks)?;
        let (webhook, secrets) =
            self.storage().webhook_with_secrets(id).await?.ok_or_else(no_such_webhook)?;
        let blog = self.blog();
        let now = blog.inner.clock.now();
        let name = GlobalId { kind: "webhook", key: id.uuid() }.to_string();
        let payload = message::of_test(EVENT, name, now).map_err(|error| {
            WriteError::from(Refusal::new(RefusalCode::NotPossible, "", error.to_string()))
        })?;
        let message = GlobalId { kind: "delivery", key: blog.inner.clock.new_id() }.to_string();
        let outcome = call(blog, &webhook.url, &secrets, &message, payload).await;
        Ok(TestCall {
            delivered: outcome.error.is_none(),
            status: outcome.status,
            body: outcome.body[..outcome.body.floor_char_boundary(SHOWN)].to_owned(),
            error: outcome.error,
        })
    }
}
