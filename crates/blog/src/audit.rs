//! Who did what.

use inkstand_model::{AccountId, Action, Instant, Slice};
use inkstand_storage::Deed;
use uuid::Uuid;

use crate::{BlogError, Reader};

impl Reader {
    /// A part of the list of deeds, the latest first: at most so many behind `after`, those of one account where it is
    /// named.
    ///
    /// # Errors
    /// Where the viewer may not see it.
    pub async fn deeds(
        &self,
        after: Option<(Instant, Uuid)>,
        account: Option<AccountId>,
        limit: u32,
    ) -> Result<Slice<Deed>, BlogError> {
        self.must_be_allowed(Action::ReadAudit)?;
        let deeds = self.storage().deeds(after, account, u64::from(limit) + 1).await?;
        Ok(Slice::of_one_more(deeds, limit, after.is_some()))
    }
}
