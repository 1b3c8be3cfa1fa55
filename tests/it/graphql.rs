//! `/graphql`, one module a subject.

mod access;
mod accounts;
mod attacks;
mod bad_input;
mod paging;
mod reads;
mod schema;
mod search;
mod skipped;
mod small_blog;
mod statements;
mod terms_writing;
mod transport;
mod validation;
mod writing;
