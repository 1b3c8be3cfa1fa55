//! Who may see what, and who may do what: tables whose rows come from the schema.

mod mutations;
mod reads;
mod subscriptions;
