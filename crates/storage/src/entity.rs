//! The tables as sea-orm sees them, one set for both databases. Nothing here leaves the crate.

#![expect(
    unreachable_pub,
    reason = "the derives repeat the visibility of the model, and `Term` must name them"
)]

pub(crate) mod account;
pub(crate) mod api_token;
pub(crate) mod audit;
pub(crate) mod author;
pub(crate) mod category;
pub(crate) mod change;
pub(crate) mod counter;
pub(crate) mod delivery;
pub(crate) mod entry;
pub(crate) mod entry_author;
pub(crate) mod entry_body;
pub(crate) mod entry_category;
pub(crate) mod entry_tag;
pub(crate) mod follower;
pub(crate) mod idempotency;
pub(crate) mod import_item;
pub(crate) mod menu;
pub(crate) mod permalink;
pub(crate) mod revision;
pub(crate) mod series;
pub(crate) mod series_part;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod setup_token;
pub(crate) mod sign_in_attempt;
pub(crate) mod tag;
pub(crate) mod term_alias;
pub(crate) mod webhook;
