//! The writes. Each but `signOut` and `signOutEverywhere` takes one `input`, and answers with the object, its position in the log, and what was wrong with
//! the input; what the viewer may not do is an error of the request.

mod account;
mod author;
mod category;
mod entry;
mod menu;
mod series;
mod site;
mod tag;
mod term_input;
mod token;
mod webhook;

use async_graphql::MergedObject;

/// Everything that can be written.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub(crate) struct MutationRoot(
    entry::EntryMutations,
    site::SiteMutations,
    menu::MenuMutations,
    tag::TagMutations,
    category::CategoryMutations,
    series::SeriesMutations,
    author::AuthorMutations,
    account::AccountMutations,
    token::TokenMutations,
    webhook::WebhookMutations,
);
