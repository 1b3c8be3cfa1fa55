//! The first schema: entries, terms, addresses, imports, settings and the change log.

#![expect(elided_lifetimes_in_paths, reason = "the trait that async_trait expands has them elided")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::{async_trait, sea_orm::DbBackend};

use super::columns::{
    big, boolean, index, integer, key, primary, reference, table, text, text_or_null, uuid, uuid_or_null,
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_blog"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for table in tables(postgres) {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the first schema cannot be taken back; remove the database instead".to_owned()))
    }
}

fn term(name: &'static str, postgres: bool, own: Vec<ColumnDef>) -> TableCreateStatement {
    let mut columns = vec![uuid("id"), big("number"), key("slug", postgres), text("name")];
    columns.extend(own);
    columns.push(big("post_count"));
    let mut term = table(name, columns);
    term.primary_key(&mut primary(&["id"]));
    term
}

/// A table that joins entries to terms.
fn filing(name: &'static str, column: &'static str, to: &'static str) -> TableCreateStatement {
    let mut filing = table(name, vec![uuid("entry_id"), uuid(column), integer("position")]);
    filing
        .primary_key(&mut primary(&["entry_id", column]))
        .foreign_key(&mut reference((name, "entry_id"), "entry", ForeignKeyAction::Cascade))
        .foreign_key(&mut reference((name, column), to, ForeignKeyAction::Cascade));
    filing
}

fn tables(postgres: bool) -> Vec<TableCreateStatement> {
    let mut entry = table(
        "entry",
        vec![
            uuid("id"),
            key("kind", postgres),
            big("number"),
            key("slug", postgres),
            key("path", postgres),
            text("title"),
            key("status", postgres),
            ColumnDef::new(Alias::new("published_at")).big_integer().take(),
            text("excerpt_html"),
            text("excerpt_text"),
            key("language", postgres),
            uuid_or_null("translation_group"),
            text_or_null("cover_src"),
            text_or_null("cover_alt"),
            text_or_null("cover_caption"),
            text_or_null("seo_title"),
            text_or_null("seo_description"),
            text_or_null("seo_canonical_url"),
            boolean("seo_noindex"),
            boolean("featured"),
            uuid_or_null("parent_id"),
            integer("menu_order"),
            text("hashtags"),
            integer("word_count"),
            integer("reading_minutes"),
            big("created_at"),
            big("updated_at"),
            big("version"),
        ],
    );
    entry.primary_key(&mut primary(&["id"])).foreign_key(&mut reference(
        ("entry", "parent_id"),
        "entry",
        ForeignKeyAction::SetNull,
    ));

    let mut body = table(
        "entry_body",
        vec![
            uuid("entry_id"),
            text("format"),
            text("source"),
            text_or_null("excerpt"),
            text("html"),
            text("text"),
            text("headings"),
            text_or_null("extra"),
            integer("render_version"),
        ],
    );
    body.primary_key(&mut primary(&["entry_id"])).foreign_key(&mut reference(
        ("entry_body", "entry_id"),
        "entry",
        ForeignKeyAction::Cascade,
    ));

    let mut category = term("category", postgres, vec![text("description"), uuid_or_null("parent_id")]);
    category.foreign_key(&mut reference(("category", "parent_id"), "category", ForeignKeyAction::SetNull));

    let mut series_part =
        table("series_part", vec![uuid("entry_id"), uuid("series_id"), integer("position")]);
    series_part
        .primary_key(&mut primary(&["entry_id"]))
        .foreign_key(&mut reference(("series_part", "entry_id"), "entry", ForeignKeyAction::Cascade))
        .foreign_key(&mut reference(("series_part", "series_id"), "series", ForeignKeyAction::Cascade));

    let mut permalink =
        table("permalink", vec![key("key", postgres), uuid_or_null("entry_id"), text("role")]);
    permalink.primary_key(&mut primary(&["key"])).foreign_key(&mut reference(
        ("permalink", "entry_id"),
        "entry",
        ForeignKeyAction::SetNull,
    ));

    let mut import_item = table(
        "import_item",
        vec![
            key("source", postgres),
            key("foreign_id", postgres),
            uuid("entry_id"),
            ColumnDef::new(Alias::new("digest")).blob().not_null().take(),
            big("version"),
        ],
    );
    import_item.primary_key(&mut primary(&["source", "foreign_id"])).foreign_key(&mut reference(
        ("import_item", "entry_id"),
        "entry",
        ForeignKeyAction::Cascade,
    ));

    let mut setting = table("setting", vec![key("key", postgres), text("value")]);
    setting.primary_key(&mut primary(&["key"]));

    let mut counter = table("counter", vec![key("kind", postgres), big("next")]);
    counter.primary_key(&mut primary(&["kind"]));

    // AUTOINCREMENT on SQLite: without it, trimming the log would let numbers be used again.
    let change = Table::create()
        .table(Alias::new("change"))
        .col(ColumnDef::new(Alias::new("seq")).big_integer().not_null().auto_increment().primary_key())
        .col(big("at"))
        .col(text("actor"))
        .col(text("kind"))
        .col(uuid("entity_id"))
        .col(text("op"))
        .col(text("keys"))
        .take();

    vec![
        entry,
        body,
        term(
            "author",
            postgres,
            vec![
                text("handle"),
                text("bio"),
                text_or_null("url"),
                text_or_null("avatar"),
                text_or_null("uri"),
            ],
        ),
        term("tag", postgres, vec![text("description")]),
        category,
        term("series", postgres, vec![text("description")]),
        filing("entry_author", "author_id", "author"),
        filing("entry_tag", "tag_id", "tag"),
        filing("entry_category", "category_id", "category"),
        series_part,
        permalink,
        import_item,
        setting,
        counter,
        change,
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("entry", &["kind", "slug"], true),
        index("entry", &["number"], true),
        index("entry", &["kind", "status", "published_at", "id"], false),
        index("entry", &["kind", "status", "updated_at", "id"], false),
        index("entry", &["translation_group"], false),
        index("entry", &["parent_id"], false),
        index("entry_body", &["render_version"], false),
        index("author", &["slug"], true),
        index("author", &["number"], true),
        index("author", &["post_count", "slug"], false),
        index("tag", &["slug"], true),
        index("tag", &["number"], true),
        index("tag", &["post_count", "slug"], false),
        index("category", &["slug"], true),
        index("category", &["number"], true),
        index("category", &["post_count", "slug"], false),
        index("category", &["parent_id"], false),
        index("series", &["slug"], true),
        index("series", &["number"], true),
        index("series", &["post_count", "slug"], false),
        index("entry_author", &["author_id"], false),
        index("entry_tag", &["tag_id"], false),
        index("entry_category", &["category_id"], false),
        index("series_part", &["series_id", "position"], false),
        index("permalink", &["entry_id"], false),
        index("import_item", &["entry_id"], false),
    ]
}
