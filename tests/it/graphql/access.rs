//! Who may see what, and who may do what: two tables whose rows come from the schema.

mod mutations;
mod reads;
