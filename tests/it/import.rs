//! `inkstand import`, from files to what readers are told.

mod again;
mod conflicts;
mod dialects;
mod large;
mod real_blog;
mod site;
