//! Written migrations: what is once released is never edited, only followed by another.
//!
//! A migration expands (adds) first; what it makes superfluous is dropped a release later, so that the previous
//! version can go on serving during a rolling upgrade. The name of one that keeps to this ends in [`EXPANDS`]: names
//! stand in the database, so a version that does not know the migration can still read the promise, and starts. That
//! is what makes a roll back possible, and a restart of an old server amid a roll.

mod columns;
mod m0001_blog;
mod m0002_writing;
mod m0003_lease_epoch;
#[cfg(feature = "extra-migration")]
mod m9000_extra;

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Alias, Query},
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait, sea_orm};

/// Ends the name of a migration with whose schema the version before it can go on.
const EXPANDS: &str = "_expands";

/// All migrations in order.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let migrations: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(m0001_blog::Migration),
            Box::new(m0002_writing::Migration),
            Box::new(m0003_lease_epoch::Migration),
        ];
        #[cfg(feature = "extra-migration")]
        let migrations = m9000_extra::added_to(migrations);
        migrations
    }
}

/// Which migrations a database has, compared with those that this version knows.
pub(crate) struct Applied {
    /// Those that it lacks, in order.
    pub(crate) pending: Vec<String>,
    /// One that this version does not know and cannot go on with: the mark of a database from a newer version.
    pub(crate) unknown: Option<String>,
}

impl Applied {
    /// Looks at a database that has the table of its migrations.
    pub(crate) async fn in_database(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        // The library's own look at them would first make the table, and fails where one is unknown.
        let applied =
            Query::select().column(Alias::new("version")).from(Alias::new("seaql_migrations")).take();
        let rows = db.query_all(&applied).await?;
        let applied =
            rows.iter().map(|row| row.try_get("", "version")).collect::<Result<Vec<String>, DbErr>>()?;
        let known: Vec<String> =
            Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        let unknown: Vec<&String> = applied.iter().filter(|name| !known.contains(name)).collect();
        let pending: Vec<String> = known.iter().filter(|name| !applied.contains(name)).cloned().collect();
        // What is promised is promised to a version that has all that came before.
        let unknown =
            unknown.into_iter().find(|name| !pending.is_empty() || !name.ends_with(EXPANDS)).cloned();
        Ok(Self { pending, unknown })
    }
}
