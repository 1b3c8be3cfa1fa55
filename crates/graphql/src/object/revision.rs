//! What entries said before.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use inkstand_model as model;
use inkstand_model::GlobalId;

use crate::{
    connection::{Connection, PageArguments, connection},
    cursor::{Key, RevisionCursor},
    error::fault,
    loader::{ContentOf, load},
    request::state,
    scalar::DateTime,
};

/// A state that an entry was in before somebody changed what it says.
pub(crate) struct Revision {
    entry: Arc<model::Entry>,
    revision: inkstand_blog::Revision,
}

/// A state that an entry was in before somebody changed what it says.
#[Object]
impl Revision {
    /// The id: hand it to `restoreRevision`.
    async fn id(&self) -> ID {
        ID(GlobalId { kind: "revision", key: self.revision.id.uuid() }.to_string())
    }

    /// The version that the entry was at.
    async fn version(&self) -> i32 {
        i32::try_from(self.revision.version).unwrap_or(i32::MAX)
    }

    /// Since when the entry said so.
    async fn at(&self) -> DateTime {
        DateTime(self.revision.at)
    }

    /// The name of the account that had made it so; null for imports and the command line.
    async fn editor(&self) -> Option<&str> {
        Some(self.revision.account_name.as_str()).filter(|name| !name.is_empty())
    }

    /// The title then.
    async fn title(&self) -> &str {
        &self.revision.title
    }

    /// What the entry said then; read when asked for.
    async fn content(&self, ctx: &Context<'_>) -> Result<RevisionContent> {
        let key = ContentOf { entry: Arc::clone(&self.entry), revision: self.revision.id };
        let content = load(ctx, key).await?;
        Ok(content.map_or_else(RevisionContent::default, |content| RevisionContent {
            markdown: (content.format == model::Format::Markdown).then(|| content.source.clone()),
            html_source: (content.format == model::Format::Html).then_some(content.source),
            excerpt: content.excerpt,
        }))
    }
}

/// What an entry said at a revision.
#[derive(SimpleObject, Default)]
struct RevisionContent {
    /// The source of the body; null where it was written in HTML.
    markdown: Option<String>,
    /// The source of the body as it was written, not sanitised: show it as text alone. Null where it was written in
    /// Markdown.
    html_source: Option<String>,
    /// The author's own excerpt, in Markdown.
    excerpt: Option<String>,
}

/// How many revisions there are, counted only when asked for.
pub(crate) struct RevisionTotal(Arc<model::Entry>);

#[Object]
impl RevisionTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let counted = state(ctx).reader.count_revisions(&self.0).await;
        Ok(i32::try_from(counted.map_err(|error| fault(ctx, error))?).unwrap_or(i32::MAX))
    }
}

/// The revisions of an entry that the viewer may edit, latest first.
pub(crate) async fn revisions(
    ctx: &Context<'_>,
    entry: &Arc<model::Entry>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<Revision, RevisionTotal>> {
    let request = PageArguments::forward(first, after).request::<RevisionCursor>()?;
    let before = request.after.map(|cursor| cursor.0);
    let found = state(ctx).reader.revisions(entry, before, u64::from(request.limit) + 1).await;
    let found = found.map_err(|error| fault(ctx, error))?;
    let slice = model::Slice::of_one_more(found, request.limit, before.is_some());
    let cursor = |revision: &inkstand_blog::Revision| RevisionCursor(revision.version).encode();
    let node = |revision| Revision { entry: Arc::clone(entry), revision };
    Ok(connection(slice, RevisionTotal(Arc::clone(entry)), cursor, node))
}
