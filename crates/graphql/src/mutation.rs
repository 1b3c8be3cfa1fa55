//! The writes. Each takes one `input`, and answers with the object, its position in the log, and what was wrong with
//! the input; what the viewer may not do is an error of the request.

mod account;
mod entry;
mod site;
mod token;
mod webhook;

use async_graphql::MergedObject;

/// Everything that can be written.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub(crate) struct MutationRoot(
    entry::EntryMutations,
    site::SiteMutations,
    account::AccountMutations,
    token::TokenMutations,
    webhook::WebhookMutations,
);
