//! Written migrations: what is once released is never edited, only followed by another.
//!
//! A migration expands (adds) first; what it makes superfluous is dropped a release later, so that the previous
//! version can go on serving during a rolling upgrade.

mod columns;
mod m0001_blog;
mod m0002_writing;
mod m0003_lease_epoch;

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Query},
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait, sea_orm};

/// All migrations in order.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_blog::Migration),
            Box::new(m0002_writing::Migration),
            Box::new(m0003_lease_epoch::Migration),
        ]
    }
}

/// The first applied migration that this version does not know: the mark of a database from a newer version.
pub(crate) async fn unknown_migration(db: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    let known: Vec<String> =
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    // The library's own look at them would first make the table.
    let applied = Query::select().column(Alias::new("version")).from(Alias::new("seaql_migrations")).take();
    for row in db.query_all(&applied).await? {
        let version: String = row.try_get("", "version")?;
        if !known.contains(&version) {
            return Ok(Some(version));
        }
    }
    Ok(None)
}
