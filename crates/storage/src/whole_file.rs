//! A SQLite file that somebody brings: whether it is one of a blog, and sound.

use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::{BackupError, DatabaseFault, StorageError};

/// Faults of a file that are told; one page that is lost can make thousands.
const FAULTS_TOLD: usize = 20;

/// Whether there is a blog, of whichever version.
pub(crate) async fn must_be_a_blog(db: &DatabaseConnection, path: &Path) -> Result<(), BackupError> {
    let has_tables =
        "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('seaql_migrations', 'setting', 'change')";
    let no_blog = |reason| BackupError::NoBlog { path: path.to_owned(), reason };
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, has_tables)).await;
    let row = row.map_err(|fault| BackupError::Damaged {
        path: path.to_owned(),
        said: DatabaseFault::from(fault).to_string(),
    })?;
    let tables: Option<i64> = row.and_then(|row| row.try_get_by_index(0).ok());
    if tables == Some(3) { Ok(()) } else { Err(no_blog(": it lacks its tables")) }
}

/// What SQLite finds wrong with a whole file; nothing where it is sound.
pub(crate) async fn faults_of_file(db: &impl ConnectionTrait) -> Result<Vec<String>, StorageError> {
    let mut faults = Vec::new();
    let check = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA integrity_check({FAULTS_TOLD})"));
    for row in db.query_all_raw(check).await? {
        let line: String = row.try_get_by_index(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    Ok(faults)
}

/// The first of them, and how many more.
pub(crate) fn told(faults: &[String]) -> Option<String> {
    let first = faults.first()?.replace('\n', " ");
    Some(match faults.len() {
        1 => first,
        more => format!("{first} (and {} more)", more - 1),
    })
}
