//! Leases are counted: each holder has a number that no earlier one had.

#![expect(elided_lifetimes_in_paths, reason = "the trait that async_trait expands has them elided")]

use sea_orm_migration::async_trait;
use sea_orm_migration::prelude::*;

use super::columns::big;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_lease_epoch"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut epoch = big("epoch");
        // Rows that are there, and those that the version before writes meanwhile.
        epoch.default(0);
        manager.alter_table(Table::alter().table(Alias::new("lease")).add_column(epoch).take()).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("migrations are not taken back; restore a backup from before".to_owned()))
    }
}
