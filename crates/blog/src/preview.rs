//! Drafts in a front end: a link that shows one of them for a while.

use std::time::Duration;

use inkstand_identity::{InvalidPreviewToken, PreviewToken, ServerKey, ServerKeys};
use inkstand_model::{EntryId, EntryKind, EntryStatus, Instant};
use tracing::instrument;

use crate::{Blog, BlogError, Reader, Refusal, RefusalCode, WriteError, audited::audited};

/// How long a preview may last at most.
const LONGEST_PREVIEW: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A link to an unpublished entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What the header `Inkstand-Preview` takes.
    pub token: String,
    /// The entry.
    pub entry: EntryId,
    /// Where it would stand, percent-encoded.
    pub path: String,
    /// The first moment at which it shows nothing.
    pub expires: Instant,
}

impl Reader {
    /// Makes a link that shows an entry to whoever has it, for so long. It ends before that when the entry is thrown
    /// away, or the server's keys are changed twice.
    ///
    /// # Errors
    /// Where the viewer may not write the entry, the time is out of bounds, or the database fails.
    #[instrument(name = "blog.create_preview", skip_all, fields(%id))]
    pub async fn create_preview(
        &self,
        kind: EntryKind,
        id: EntryId,
        lasts: Duration,
    ) -> Result<Preview, WriteError> {
        self.may_write_some(kind)?;
        if lasts.is_zero() || lasts > LONGEST_PREVIEW {
            let message = "a preview lasts from one minute to thirty days";
            return Err(Refusal::new(RefusalCode::Invalid, "minutes", message).into());
        }
        let keys = self.blog().server_keys().await?;
        let clock = self.blog().inner.clock.as_ref();
        let mut writing = self.begin().await?;
        let record = self.writable(&writing, kind, id, None).await?;
        if record.entry.publication.status() == EntryStatus::Trashed {
            let message = "it is in the trash; restore it first";
            return Err(Refusal::new(RefusalCode::NotPossible, "id", message).into());
        }
        let expires = clock.now().plus(lasts);
        audited(&mut writing, "preview", &record.entry, &format!("until {}", expires.to_rfc3339())).await?;
        self.finish(writing).await?;
        let token = PreviewToken { entry: id, expires }.sign(keys);
        Ok(Preview { token, entry: id, path: record.entry.path.encoded(), expires })
    }
}

impl Blog {
    /// What a preview token shows.
    ///
    /// # Errors
    /// Where the database fails; within, where the token shows nothing.
    pub async fn read_preview(&self, token: &str) -> Result<Result<EntryId, InvalidPreviewToken>, BlogError> {
        let keys = self.server_keys().await?;
        Ok(PreviewToken::verify(token, keys, self.inner.clock.now()).map(|token| token.entry))
    }

    /// The keys that were configured, else the one that the blog keeps in its database, which all replicas share.
    pub(crate) async fn server_keys(&self) -> Result<&ServerKeys, BlogError> {
        self.inner
            .server_keys
            .get_or_try_init(|| async {
                let storage = &self.inner.storage;
                let kept = match storage.server_key().await? {
                    Some(kept) => kept,
                    None => {
                        let mut writing = storage.write("server", self.inner.clock.as_ref()).await?;
                        let kept = writing.ensure_server_key(ServerKey::generate()).await?;
                        self.commit_unseen(writing).await?;
                        kept
                    }
                };
                let current = ServerKey::parse(&kept).map_err(BlogError::ServerKey)?;
                Ok(ServerKeys { current, previous: None })
            })
            .await
    }
}
