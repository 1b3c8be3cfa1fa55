//! One migration more, where the environment wants it: the next version, for the test that rolls to it and back.

#![expect(elided_lifetimes_in_paths, reason = "the trait that async_trait expands has them elided")]

use sea_orm_migration::async_trait;
use sea_orm_migration::prelude::*;

/// The variable that makes this binary the next version.
const WANTED: &str = "INKSTAND_TEST_EXTRA_MIGRATION";

struct Migration;

pub(super) fn added_to(mut migrations: Vec<Box<dyn MigrationTrait>>) -> Vec<Box<dyn MigrationTrait>> {
    if std::env::var_os(WANTED).is_some() {
        migrations.push(Box::new(Migration));
    }
    migrations
}

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m9000_extra_expands"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// A column with a value in the table that is written most, an index on it, and a table.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (entry, column) = (Alias::new("entry"), Alias::new("extra"));
        let mut extra = ColumnDef::new(column.clone());
        extra.integer().not_null().default(7);
        manager.alter_table(Table::alter().table(entry.clone()).add_column(extra).take()).await?;
        let index = Index::create().name("ix_entry_extra").table(entry).col(column).take();
        manager.create_index(index).await?;
        let mut id = ColumnDef::new(Alias::new("id"));
        id.integer().not_null().primary_key();
        manager.create_table(Table::create().table(Alias::new("extra")).col(id).take()).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("migrations are not taken back; restore a backup from before".to_owned()))
    }
}
