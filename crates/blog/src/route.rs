//! Where an address leads.

use std::sync::Arc;

use inkstand_model::{CacheKey, Entry, Path};
use inkstand_storage::AddressRole;

use crate::{BlogError, Reader};

/// What stands at an address, in the terms of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// 200: the entry stands here.
    Here(Arc<Entry>),
    /// 301: the entry stands elsewhere now, always one step away.
    Moved(Arc<Entry>),
    /// 410: something stood here, and is gone for good.
    Gone,
    /// 404: nothing ever stood here, or nothing that the viewer may know of.
    Nothing,
}

impl Reader {
    /// Follows an address in any of its spellings.
    ///
    /// A redirect names the entry, not another address, so chains and loops cannot be.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn route(&self, path: &Path) -> Result<Route, BlogError> {
        let Some((target, entry)) = self.remembered([CacheKey::path(path)]).entry_at(path).await? else {
            // A draft has no address yet. Those who may see it find it where it would stand.
            let draft = self.unpublished_at(path).await?;
            return Ok(draft.map_or(Route::Nothing, Route::Here));
        };
        let Some(id) = target.entry else { return Ok(Route::Gone) };
        self.note([CacheKey::entry(id)]);
        Ok(match self.visible_one(entry).await? {
            None => Route::Nothing,
            Some(entry) if target.role == AddressRole::Current => Route::Here(entry),
            Some(entry) => Route::Moved(entry),
        })
    }
}
