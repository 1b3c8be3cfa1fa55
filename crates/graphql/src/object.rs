//! The objects of the schema, one file a word of the blog.

mod account;
mod archive;
mod audit;
mod author;
mod category;
mod change;
mod entry;
mod entry_interface;
mod menu;
mod node;
mod posts;
mod revision;
mod route;
mod search;
mod series;
mod site;
mod suggestion;
mod tag;
mod term;
mod webhook;

pub(crate) use account::{Account, ApiToken, Role, Scope};
pub(crate) use archive::ArchiveMonth;
pub(crate) use audit::AuditEntry;
pub(crate) use author::Author;
pub(crate) use category::Category;
pub(crate) use change::{ChangeList, EntryChange};
pub(crate) use entry::{Page, Post};
pub(crate) use entry_interface::{Entry, EntryStatus};
pub(crate) use menu::Menu;
pub(crate) use node::Node;
pub(crate) use posts::{
    EntryTotal, PostOrder, TermOrder, TermTotal, entry_connection, posts_of, term_cursor,
};
pub(crate) use revision::{Revision, RevisionTotal, revisions};
pub(crate) use route::Route;
pub(crate) use search::{SearchConnection, SearchIn, SearchOrder};
pub(crate) use series::Series;
pub(crate) use site::{Site, may_write};
pub(crate) use suggestion::{Suggestion, SuggestionKind};
pub(crate) use tag::Tag;
pub(crate) use webhook::{
    Webhook, WebhookDelivery, WebhookEvent, WebhookTest, parse_delivery_id, parse_webhook_id, webhook_id,
};
