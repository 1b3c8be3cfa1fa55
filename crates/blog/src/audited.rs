//! Deeds done to entries, as the audit words them.

use inkstand_model::Entry;
use inkstand_storage::{AuditTarget, StorageError, Writing};

/// Notes a deed: `post.publish`, and what it was done to.
pub(crate) async fn audited(
    writing: &mut Writing<'_>,
    deed: &str,
    entry: &Entry,
    detail: &str,
) -> Result<(), StorageError> {
    let kind = entry.kind.as_str();
    let target = AuditTarget { kind, id: Some(entry.id.uuid()), label: &entry.title };
    writing.audit(&format!("{kind}.{deed}"), Some(target), detail).await
}
