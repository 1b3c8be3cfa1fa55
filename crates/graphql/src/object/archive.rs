//! Months with posts.

use async_graphql::SimpleObject;

/// A month in which something was published.
#[derive(SimpleObject)]
pub(crate) struct ArchiveMonth {
    /// The year, such as 2024.
    pub(crate) year: i32,
    /// 1 to 12.
    pub(crate) month: i32,
    /// Published posts of that month, in the site's zone.
    pub(crate) post_count: i32,
}
