//! Which tables there are: the one list that copying goes by.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::StorageError;

/// A table that is copied.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// A column that refers to the table itself, and so can be filled only when all rows are there.
    pub(super) refers_to_itself: Option<&'static str>,
}

/// What is there beside them: who does what at this moment, which is nothing to take along; what was migrated, which the
/// target knows of itself.
pub(super) const NOT_COPIED: [&str; 2] = ["lease", "seaql_migrations"];

/// Those that are copied, what is referred to before what refers to it.
pub(super) const TABLES: &[Table] = &[
    table("account"),
    table("session"),
    table("api_token"),
    table("setup_token"),
    table("sign_in_attempt"),
    table("audit"),
    table("author"),
    table("tag"),
    Table { name: "category", refers_to_itself: Some("parent_id") },
    table("series"),
    Table { name: "entry", refers_to_itself: Some("parent_id") },
    table("entry_body"),
    table("entry_author"),
    table("entry_tag"),
    table("entry_category"),
    table("series_part"),
    table("permalink"),
    table("import_item"),
    table("revision"),
    table("idempotency"),
    table("term_alias"),
    table("menu"),
    table("webhook"),
    table("delivery"),
    table("follower"),
    table("setting"),
    table("counter"),
    table("change"),
];

const fn table(name: &'static str) -> Table {
    Table { name, refers_to_itself: None }
}

impl Table {
    /// A condition that leaves out what each database has of its own.
    pub(super) fn kept_out(&self) -> &'static str {
        if self.name == "setting" { " WHERE \"key\" <> 'log_id'" } else { "" }
    }
}

/// The tables that a database has.
pub(super) async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>, StorageError> {
    let query = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        }
        _ => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
