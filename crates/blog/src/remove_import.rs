//! Taking an import away again, such as the sample blog.

use inkstand_model::{Action, Viewer, may};
use inkstand_storage::AuditTarget;
use tracing::instrument;

use crate::{Blog, BlogError};

impl Blog {
    /// Whether nothing was ever written here.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_untouched(&self) -> Result<bool, BlogError> {
        Ok(self.inner.storage.last_seq().await? == inkstand_model::Seq::ZERO)
    }

    /// Removes what an import from `source` brought, apart from what was edited here since, and the terms that
    /// nothing else is filed under. Says how many entries it removed and how many it left.
    ///
    /// # Errors
    /// Where `viewer` may not, or the database fails.
    #[instrument(name = "blog.remove_import", skip(self))]
    pub async fn remove_import(&self, viewer: &Viewer, source: &str) -> Result<(u64, u64), BlogError> {
        if !may(viewer, Action::Import) {
            return Err(BlogError::NotAllowed(Action::Import));
        }
        let mut writing = self.inner.storage.write(viewer.actor(), self.inner.clock.as_ref()).await?;
        let records = writing.imported_from(source).await?;
        let ids: Vec<_> = records.iter().map(|record| record.entry).collect();
        let versions = writing.versions(&ids).await?;
        let (mut removed, mut left) = (0, 0);
        for record in records {
            if versions.get(&record.entry).is_some_and(|version| *version > record.version) {
                left += 1;
            } else {
                writing.remove_entry(record.entry).await?;
                removed += 1;
            }
        }
        writing.remove_unused_terms().await?;
        let target = AuditTarget { kind: "import", id: None, label: source };
        writing.audit("import.remove", Some(target), &format!("{removed} removed, {left} left")).await?;
        self.commit(writing).await?;
        Ok((removed, left))
    }

    /// How many entries came from `source`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_imported(&self, source: &str) -> Result<u64, BlogError> {
        Ok(self.inner.storage.count_imported(source).await?)
    }
}
