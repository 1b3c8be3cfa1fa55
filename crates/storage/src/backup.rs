//! A copy of a SQLite blog while it is served, and the way back.
//!
//! A copy is made by `VACUUM INTO`: one read transaction, so it is the blog of one moment, and writers go on meanwhile.
//! SQLite's backup API would begin anew whenever another process writes, and has to be called by unsafe code.

use std::{path::Path, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tracing::instrument;

use crate::{
    BackupError, DatabaseUrl, StorageError,
    migrate::connect,
    new_file::{folder_of, must_be_free, put_in_place, unnamed_file},
    open::{looking_options, whole_file_options},
    whole_file::{faults_of_file, must_be_a_blog, told},
};

/// Told how much of how much is done.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// How often the growing file is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Copies a SQLite blog to a new file, as it is at one moment, and says how many bytes that has. The file gets its name
/// when it is whole, checked and safe on the disk; until then it has another one, in the same folder.
///
/// # Errors
/// Where the blog or the folder cannot be read or written, or the file is there already. No file of that name is made
/// then.
#[instrument(level = "debug", name = "db.backup", skip_all)]
pub async fn backup(database: &DatabaseUrl, into: &Path, progress: Progress<'_>) -> Result<u64, BackupError> {
    let DatabaseUrl::Sqlite(path) = database else {
        return Err(BackupError::NotSqlite { database: database.to_string() });
    };
    if !path.exists() {
        return Err(BackupError::Missing { path: path.clone() });
    }
    must_be_free(into)?;
    let folder = folder_of(into);
    let in_the_making = unnamed_file(&folder, ".inkstand-backup-")?;
    let partial = &in_the_making.path;
    let source = connect(database, looking_options(database)).await?;
    let copied = copy_whole(&source, path, &folder, partial, progress).await;
    let closed = source.close().await.map_err(StorageError::from);
    copied?;
    closed?;

    let copy = DatabaseUrl::Sqlite(partial.to_path_buf());
    let check = connect(&copy, whole_file_options(partial)).await?;
    let faults = faults_of_file(&check).await;
    check.close().await.map_err(StorageError::from)?;
    let faults = faults?;
    if let Some(said) = told(&faults) {
        return Err(BackupError::Damaged { path: path.clone(), said });
    }
    let bytes = put_in_place(in_the_making.path, into.to_path_buf()).await?;
    progress(bytes, bytes);
    Ok(bytes)
}

async fn copy_whole(
    source: &DatabaseConnection,
    path: &Path,
    folder: &Path,
    partial: &Path,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    must_be_a_blog(source, path).await?;
    let total = bytes_of(source).await?;
    let vacuum = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "VACUUM INTO ?",
        [partial.to_string_lossy().into_owned().into()],
    );
    let copying = source.execute_raw(vacuum);
    tokio::pin!(copying);
    loop {
        match tokio::time::timeout(LOOK, &mut copying).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(fault)) => {
                return Err(BackupError::Copying { folder: folder.to_owned(), fault: fault.into() });
            }
            // A vacuumed copy is smaller than what it was made of.
            Err(_) => progress(std::fs::metadata(partial).map_or(0, |file| file.len()).min(total), total),
        }
    }
}

async fn bytes_of(db: &DatabaseConnection) -> Result<u64, StorageError> {
    let statement = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, statement)).await?;
    let bytes: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    Ok(bytes.unsigned_abs())
}
