//! A SQLite blog back from a file.

use std::{
    io::{self, Read, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use inkstand_model::Clock;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tracing::instrument;

use crate::{
    BackupError, DatabaseUrl, Progress, StorageError,
    migrate::connect,
    migration::Applied,
    new_file::{BESIDE, folder_of, must_be_free, put_in_place, unnamed_folder},
    open::whole_file_options,
    serve_lock::with_ending,
    site,
    whole_file::{faults_of_file, must_be_a_blog, told},
};

/// Bytes that are copied at once.
const PIECE: usize = 1 << 20;

/// Between two tellings of the progress.
const LOOK: Duration = Duration::from_millis(100);

/// With what every SQLite file begins.
const HEAD: &[u8] = b"SQLite format 3\0";

/// Brings a blog back from `from`, a backup or any other SQLite file of a blog, to a place where there is none. Its log
/// gets another identity, since what comes next has the numbers of what came after the backup.
///
/// Everything is done to a copy beside that place, which gets its name when it was found to be whole.
///
/// # Errors
/// Where the file is damaged, none of a blog's or from a newer version, or something is at that place already. Nothing
/// is changed then.
#[instrument(level = "debug", name = "db.restore", skip_all)]
pub async fn restore(
    from: &Path,
    database: &DatabaseUrl,
    clock: &dyn Clock,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    let DatabaseUrl::Sqlite(place) = database else {
        return Err(BackupError::NotSqlite { database: database.to_string() });
    };
    if !from.is_file() {
        return Err(BackupError::Missing { path: from.to_owned() });
    }
    must_begin_well(from)?;
    must_be_free(place)?;
    for left_over in BESIDE {
        // SQLite would take what such a file says for the end of the restored one.
        must_be_free(&with_ending(place, left_over))?;
    }
    let folder = unnamed_folder(&folder_of(place), ".inkstand-restore-")?;
    let copy = folder.path.path().join("blog.sqlite");
    copy_file(from, &copy, progress).await?;
    // A file that was copied by other means may have its last transactions in a second one.
    let log = with_ending(from, "-wal");
    if log.is_file() {
        copy_file(&log, &with_ending(&copy, "-wal"), &|_, _| {}).await?;
    }

    let connection =
        connect(&DatabaseUrl::Sqlite(copy.clone()), whole_file_options(&copy)).await.map_err(|error| {
            match error {
                StorageError::Unreachable { fault, .. } => {
                    BackupError::Damaged { path: from.to_owned(), said: fault.to_string() }
                }
                error => error.into(),
            }
        })?;
    let checked = check_and_renew(&connection, from, clock).await;
    connection.close().await.map_err(StorageError::from)?;
    checked?;
    let whole = tempfile::TempPath::try_from_path(&copy).map_err(|source| BackupError::File {
        what: "write",
        path: copy,
        source,
    })?;
    put_in_place(whole, place.clone()).await?;
    Ok(())
}

/// What is no SQLite file at all is told apart from a damaged one.
fn must_begin_well(from: &Path) -> Result<(), BackupError> {
    let mut begin = Vec::with_capacity(HEAD.len());
    std::fs::File::open(from)
        .and_then(|file| file.take(HEAD.len() as u64).read_to_end(&mut begin))
        .map_err(|source| BackupError::File { what: "read", path: from.to_owned(), source })?;
    if begin == HEAD {
        return Ok(());
    }
    Err(BackupError::NoBlog { path: from.to_owned(), reason: ": it is no SQLite file" })
}

async fn check_and_renew(db: &DatabaseConnection, from: &Path, clock: &dyn Clock) -> Result<(), BackupError> {
    must_be_a_blog(db, from).await?;
    let faults = faults_of_file(db).await;
    let damaged = |said| BackupError::Damaged { path: from.to_owned(), said };
    match faults {
        Ok(faults) => {
            if let Some(said) = told(&faults) {
                return Err(damaged(said));
            }
        }
        Err(StorageError::Fault(fault)) => return Err(damaged(fault.to_string())),
        Err(error) => return Err(error.into()),
    }
    if let Some(migration) = Applied::in_database(db).await.map_err(StorageError::from)?.unknown {
        return Err(BackupError::Newer { path: from.to_owned(), migration });
    }
    site::renew_log_id(db, clock).await?;
    // All of it in the one file.
    let fold = Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode = DELETE");
    db.query_one_raw(fold).await.map_err(StorageError::from)?;
    Ok(())
}

/// Copies a file on a blocking thread, and tells of it meanwhile.
async fn copy_file(from: &Path, to: &Path, progress: Progress<'_>) -> Result<(), BackupError> {
    let total = std::fs::metadata(from).map_err(|source| failed("read", from, source))?.len();
    let done = Arc::new(AtomicU64::new(0));
    let (source, copy, so_far) = (from.to_owned(), to.to_owned(), Arc::clone(&done));
    let mut copying = tokio::task::spawn_blocking(move || copy_bytes(&source, &copy, &so_far));
    loop {
        match tokio::time::timeout(LOOK, &mut copying).await {
            Ok(Ok(copied)) => {
                copied?;
                progress(total, total);
                return Ok(());
            }
            Ok(Err(broken)) => return Err(failed("write", to, io::Error::other(broken))),
            Err(_) => progress(done.load(Ordering::Relaxed).min(total), total),
        }
    }
}

fn copy_bytes(from: &Path, to: &Path, done: &AtomicU64) -> Result<(), BackupError> {
    let mut source = std::fs::File::open(from).map_err(|source| failed("read", from, source))?;
    let mut copy = std::fs::File::create_new(to).map_err(|source| failed("write", to, source))?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = source.read(&mut piece).map_err(|source| failed("read", from, source))?;
        if read == 0 {
            return Ok(());
        }
        copy.write_all(&piece[..read]).map_err(|source| failed("write", to, source))?;
        done.fetch_add(read as u64, Ordering::Relaxed);
    }
}

fn failed(what: &'static str, path: &Path, source: io::Error) -> BackupError {
    BackupError::File { what, path: path.to_owned(), source }
}
