//! What entries said before.

use inkstand_model::{Action, Entry, EntryId, EntryKind, RevisionId, Seq, Whose, may};
use inkstand_storage::{Revision, RevisionContent};
use tracing::instrument;

use crate::{BlogError, Edit, Reader, Refusal, RefusalCode, WriteError, entry_edit::not_found};

impl Reader {
    /// Whether the viewer may change this entry, and so see its version and what it said before.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn may_edit(&self, entry: &Entry) -> Result<bool, BlogError> {
        if may(self.viewer(), Action::Write(entry.kind, Whose::Anybodys)) {
            return Ok(true);
        }
        if !may(self.viewer(), Action::Write(entry.kind, Whose::Own)) {
            return Ok(false);
        }
        let authors = self.storage().authors_of(&[entry.id]).await?.remove(&entry.id).unwrap_or_default();
        Ok(self.viewer().wrote(&authors))
    }

    /// Revisions of an entry that the viewer may edit, the latest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revisions(
        &self,
        entry: EntryId,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Revision>, BlogError> {
        Ok(self.storage().revisions(entry, before, limit).await?)
    }

    /// How many revisions an entry has that the viewer may edit.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_revisions(&self, entry: EntryId) -> Result<u64, BlogError> {
        Ok(self.storage().count_revisions(entry).await?)
    }

    /// What a revision of an entry that the viewer may edit says.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revision_content(&self, id: RevisionId) -> Result<Option<RevisionContent>, BlogError> {
        let mut contents = self.storage().revision_contents(&[id]).await?;
        Ok(contents.remove(&id).map(|(_, content)| content))
    }

    /// Has an entry say again what it said then; what it says now becomes a revision too.
    ///
    /// # Errors
    /// Where the viewer may not, the revision is not of this entry, it has changed meanwhile, or the database fails.
    #[instrument(name = "blog.restore_revision", skip_all, fields(%id, %revision))]
    pub async fn restore_revision(
        &self,
        kind: EntryKind,
        id: EntryId,
        version: i64,
        revision: RevisionId,
    ) -> Result<(Entry, Seq), WriteError> {
        self.may_write_some(kind)?;
        let content = self.storage().revision_contents(&[revision]).await?.remove(&revision);
        let Some((_, content)) = content.filter(|(of, _)| *of == id) else {
            // Where the entry is not the viewer's, the next look would say so; a stranger learns nothing here.
            if self.storage().entries_by_ids(&[id]).await?.is_empty() {
                return Err(not_found(kind).into());
            }
            let message = "this entry has no such revision";
            return Err(Refusal::new(RefusalCode::NotFound, "revision", message).into());
        };
        let edit = Edit {
            title: Some(content.title),
            source: Some((content.format, content.source)),
            excerpt: Some(content.excerpt),
            seo: Some(content.seo),
            ..Edit::default()
        };
        let mut edit = edit.check()?;
        // It was rendered when it was written.
        edit.restored_cover = Some(content.cover);
        self.revise(kind, id, version, edit, "restore_revision").await
    }
}
