//! Writing: accounts, revisions, old slugs of terms, menus, webhooks, followers in the database, audit.

#![expect(elided_lifetimes_in_paths, reason = "the trait that async_trait expands has them elided")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::{async_trait, sea_orm::DbBackend};

use super::columns::{
    big, big_or_null, boolean, bytes, index, integer, integer_or_null, key, primary, reference, table, text,
    text_or_null, uuid, uuid_or_null,
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_writing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for table in tables(postgres) {
            manager.create_table(table).await?;
        }
        // Without foreign keys: SQLite cannot add one, and accounts are disabled, never removed.
        for (table, column) in [("author", "account_id"), ("entry", "edited_by")] {
            let add = Table::alter().table(Alias::new(table)).add_column(uuid_or_null(column)).take();
            manager.alter_table(add).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("migrations are not taken back; restore a backup from before".to_owned()))
    }
}

/// A table with a primary key and, where something belongs to something else, that reference.
fn keyed(
    name: &'static str,
    columns: Vec<ColumnDef>,
    primary_key: &[&'static str],
    belongs_to: Option<(&'static str, &'static str)>,
) -> TableCreateStatement {
    let mut table = table(name, columns);
    table.primary_key(&mut primary(primary_key));
    if let Some((column, to)) = belongs_to {
        table.foreign_key(&mut reference((name, column), to, ForeignKeyAction::Cascade));
    }
    table
}

fn tables(postgres: bool) -> Vec<TableCreateStatement> {
    let mut tables = accounts(postgres);
    tables.extend(writing(postgres));
    tables.extend(followers(postgres));
    tables
}

fn accounts(postgres: bool) -> Vec<TableCreateStatement> {
    let account = vec![
        uuid("id"),
        big("number"),
        key("name", postgres),
        text("display_name"),
        text_or_null("email"),
        text("role"),
        text_or_null("password"),
        big_or_null("disabled_at"),
        big("created_at"),
        big("sessions_from"),
    ];
    let session = vec![
        uuid("id"),
        uuid("account_id"),
        bytes("secret"),
        big("created_at"),
        big("used_at"),
        big("expires_at"),
        text("user_agent"),
    ];
    let token = vec![
        uuid("id"),
        uuid("account_id"),
        text("name"),
        bytes("secret"),
        text("scopes"),
        big("created_at"),
        big_or_null("used_at"),
        big_or_null("expires_at"),
        big_or_null("revoked_at"),
    ];
    let audit = vec![
        uuid("id"),
        big("at"),
        uuid_or_null("account_id"),
        text("account_name"),
        text("via"),
        key("action", postgres),
        text_or_null("target_kind"),
        uuid_or_null("target_id"),
        text("target_label"),
        text("detail"),
    ];
    vec![
        keyed("account", account, &["id"], None),
        keyed("session", session, &["id"], Some(("account_id", "account"))),
        keyed("api_token", token, &["id"], Some(("account_id", "account"))),
        keyed("setup_token", vec![bytes("secret"), big("expires_at")], &["secret"], None),
        keyed(
            "sign_in_attempt",
            vec![key("key", postgres), integer("failures"), big("since")],
            &["key"],
            None,
        ),
        keyed("audit", audit, &["id"], None),
    ]
}

fn writing(postgres: bool) -> Vec<TableCreateStatement> {
    let revision = vec![
        uuid("id"),
        uuid("entry_id"),
        big("version"),
        big("at"),
        uuid_or_null("account_id"),
        text("account_name"),
        text("title"),
        text("format"),
        text("source"),
        text_or_null("excerpt"),
        text_or_null("cover_src"),
        text_or_null("cover_alt"),
        text_or_null("cover_caption"),
        text_or_null("seo_title"),
        text_or_null("seo_description"),
        text_or_null("seo_canonical_url"),
        boolean("seo_noindex"),
    ];
    let idempotency =
        vec![uuid("account_id"), key("key", postgres), bytes("digest"), uuid("entry_id"), big("at")];
    vec![
        keyed("revision", revision, &["id"], Some(("entry_id", "entry"))),
        keyed("idempotency", idempotency, &["account_id", "key"], None),
        keyed(
            "term_alias",
            vec![key("kind", postgres), key("slug", postgres), uuid("term_id")],
            &["kind", "slug"],
            None,
        ),
        keyed("menu", vec![key("location", postgres), text("items"), big("version")], &["location"], None),
    ]
}

fn followers(postgres: bool) -> Vec<TableCreateStatement> {
    let webhook = vec![
        uuid("id"),
        big("number"),
        text("url"),
        text("events"),
        text("secret"),
        text_or_null("previous_secret"),
        big_or_null("previous_until"),
        boolean("active"),
        text_or_null("disabled_reason"),
        big("created_at"),
        big_or_null("failing_since"),
    ];
    let delivery = vec![
        uuid("id"),
        uuid("webhook_id"),
        big("place"),
        text("kind"),
        text("payload"),
        big("created_at"),
        integer("attempts"),
        big("next_at"),
        key("state", postgres),
        integer_or_null("status"),
        text_or_null("error"),
        big_or_null("finished_at"),
    ];
    vec![
        keyed("webhook", webhook, &["id"], None),
        keyed("delivery", delivery, &["id"], Some(("webhook_id", "webhook"))),
        keyed("follower", vec![key("name", postgres), uuid("log_id"), big("seq")], &["name"], None),
        keyed("lease", vec![key("name", postgres), uuid("holder"), big("until")], &["name"], None),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("account", &["name"], true),
        index("account", &["number"], true),
        index("session", &["secret"], true),
        index("session", &["account_id"], false),
        index("api_token", &["secret"], true),
        index("api_token", &["account_id"], false),
        index("sign_in_attempt", &["since"], false),
        index("audit", &["at", "id"], false),
        index("author", &["account_id"], true),
        index("entry", &["status", "published_at"], false),
        index("entry", &["path"], false),
        index("revision", &["entry_id", "version"], true),
        index("idempotency", &["at"], false),
        index("term_alias", &["term_id"], false),
        index("webhook", &["number"], true),
        index("delivery", &["webhook_id", "place"], true),
        index("delivery", &["webhook_id", "state", "place"], false),
    ]
}
