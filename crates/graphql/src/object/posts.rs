//! Lists of posts, and how lists are ordered and counted.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result};
use inkstand_blog::FiledUnder;
use inkstand_model as model;
use inkstand_model::{EntryCursor, EntryFilter, EntryKind};
use uuid::Uuid;

use crate::{
    connection::{Connection, PageArguments, connection},
    cursor::Key,
    error::fault,
    loader::{Part, PostsOf, load},
    object::Post,
    request::state,
};

/// The order of a list of posts; equal dates are ordered by id.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::EntryOrder")]
pub(crate) enum PostOrder {
    /// By date of publication, latest first.
    Newest,
    /// By date of publication, earliest first.
    Oldest,
    /// By last change, latest first.
    RecentlyUpdated,
}

/// The order of a list of tags, categories, series or authors.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::TermOrder")]
pub(crate) enum TermOrder {
    /// By slug, in the order of Unicode's code points.
    Slug,
    /// Most posts first, equal ones by slug.
    PostCount,
}

/// The part of `PostConnection` and `PageConnection` that is counted only when asked for.
pub(crate) enum EntryTotal {
    /// Entries that pass a filter.
    Filtered(EntryKind, Box<EntryFilter>),
    /// A number known already.
    Known(i64),
}

#[Object]
impl EntryTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let total = match self {
            Self::Known(total) => *total,
            Self::Filtered(kind, filter) => {
                let counted = state(ctx).reader.count_entries(*kind, filter).await;
                i64::try_from(counted.map_err(|error| fault(ctx, error))?).unwrap_or(i64::MAX)
            }
        };
        Ok(i32::try_from(total).unwrap_or(i32::MAX))
    }
}

/// The part of the connections of terms that is counted only when asked for.
pub(crate) enum TermTotal {
    /// All tags.
    Tags,
    /// All categories.
    Categories,
    /// All series.
    Series,
    /// All authors.
    Authors,
}

#[Object]
impl TermTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let reader = &state(ctx).reader;
        let counted = match self {
            Self::Tags => reader.count_terms::<model::Tag>().await,
            Self::Categories => reader.count_terms::<model::Category>().await,
            Self::Series => reader.count_terms::<model::Series>().await,
            Self::Authors => reader.count_terms::<model::Author>().await,
        };
        Ok(i32::try_from(counted.map_err(|error| fault(ctx, error))?).unwrap_or(i32::MAX))
    }
}

/// The posts filed under a term, as its `posts` field: one statement for all terms of a list.
pub(crate) async fn posts_of(
    ctx: &Context<'_>,
    under: FiledUnder,
    term: Uuid,
    post_count: i64,
    order: Option<PostOrder>,
    page: PageArguments,
) -> Result<Connection<Post, EntryTotal>> {
    let order = order.map_or_else(model::EntryOrder::default, Into::into);
    let request = page.entries(order)?;
    let key = PostsOf { under, term, part: Part::new(order, &request) };
    let slice = load(ctx, key).await?.map(Arc::unwrap_or_clone);
    let slice = slice.unwrap_or(model::Slice { items: Vec::new(), has_next: false, has_previous: false });
    Ok(entry_connection(slice, order, EntryTotal::Known(post_count)))
}

/// A slice of entries as a connection.
pub(crate) fn entry_connection<Node: async_graphql::OutputType + From<Arc<model::Entry>>>(
    slice: model::Slice<Arc<model::Entry>>,
    order: model::EntryOrder,
    total: EntryTotal,
) -> Connection<Node, EntryTotal> {
    connection(slice, total, |entry| EntryCursor::of(entry, order).encode(), Node::from)
}

/// The cursor of a term.
pub(crate) fn term_cursor(order: model::TermOrder, post_count: i64, slug: &model::Slug) -> String {
    model::TermCursor { order, post_count, slug: slug.clone() }.encode()
}
