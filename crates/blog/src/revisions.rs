//! What entries said before.

use std::collections::HashMap;

use inkstand_model::{Action, Author, Entry, EntryId, EntryKind, RevisionId, Seq, Whose, may};
use inkstand_storage::{Revision, RevisionContent};
use tracing::instrument;

use crate::{BlogError, Edit, Reader, Refusal, RefusalCode, WriteError, entry_edit::not_found};

impl Reader {
    /// Whether the viewer may change this entry, which bears these bylines, and so see its version, its source and what
    /// it said before.
    #[must_use]
    pub fn may_edit(&self, entry: &Entry, authors: &[Author]) -> bool {
        let whose = if self.viewer().wrote(authors) { Whose::Own } else { Whose::Anybodys };
        may(self.viewer(), Action::Write(entry.kind, whose))
    }

    async fn ensure_may_edit(&self, entry: &Entry) -> Result<(), BlogError> {
        let authors = self.storage().authors_of(&[entry.id]).await?.remove(&entry.id).unwrap_or_default();
        if self.may_edit(entry, &authors) {
            Ok(())
        } else {
            Err(BlogError::NotAllowed(Action::Write(entry.kind, Whose::Anybodys)))
        }
    }

    /// Revisions of an entry, the latest first.
    ///
    /// # Errors
    /// Where the viewer may not edit it, or the database fails.
    pub async fn revisions(
        &self,
        entry: &Entry,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Revision>, BlogError> {
        self.ensure_may_edit(entry).await?;
        Ok(self.storage().revisions(entry.id, before, limit).await?)
    }

    /// How many revisions an entry has.
    ///
    /// # Errors
    /// Where the viewer may not edit it, or the database fails.
    pub async fn count_revisions(&self, entry: &Entry) -> Result<u64, BlogError> {
        self.ensure_may_edit(entry).await?;
        Ok(self.storage().count_revisions(entry.id).await?)
    }

    /// What revisions of an entry say; one of another entry is not there.
    ///
    /// # Errors
    /// Where the viewer may not edit it, or the database fails.
    pub async fn revision_contents(
        &self,
        entry: &Entry,
        ids: &[RevisionId],
    ) -> Result<HashMap<RevisionId, RevisionContent>, BlogError> {
        self.ensure_may_edit(entry).await?;
        let contents = self.storage().revision_contents(ids).await?.into_iter();
        Ok(contents.filter(|(_, (of, _))| *of == entry.id).map(|(id, (_, content))| (id, content)).collect())
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
            // Through the viewer's own eyes: whoever may not see the entry learns nothing of it here.
            if self.entry(id).await?.filter(|entry| entry.kind == kind).is_none() {
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
