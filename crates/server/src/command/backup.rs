//! `inkstand backup` and `inkstand restore`.

use std::{future::Future, process::ExitCode};

use anyhow::{Result, bail};
use indicatif::HumanBytes;
use inkstand_storage::{DatabaseUrl, ServeLock};

use super::{
    must_be_there,
    progress::{Counted, progress_bar, telling},
};
use crate::{
    Settings, SystemClock,
    application::ensure_database_folder,
    cli::{BackupArgs, RestoreArgs},
    say::say,
    stop_signal::StopSignals,
};

/// Copies the blog to a file.
pub(crate) async fn backup(settings: &Settings, args: BackupArgs) -> Result<ExitCode> {
    must_be_there(settings)?;
    let bar = progress_bar(Some(0), Counted::Bytes);
    let progress = telling(&bar);
    let made = inkstand_storage::backup(&settings.database, &args.file, &progress);
    let made = unless_stopped("no backup was made", made).await;
    bar.finish_and_clear();
    let bytes = made?;
    say(format_args!(
        "{} has the blog as it was when this began, {}",
        args.file.display(),
        HumanBytes(bytes)
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Brings the blog back from a file.
pub(crate) async fn restore(settings: &Settings, args: RestoreArgs) -> Result<ExitCode> {
    ensure_database_folder(settings)?;
    // A server that is starting there makes its database in a moment.
    let lock = ServeLock::take(&settings.database)?;
    let bar = progress_bar(Some(0), Counted::Bytes);
    let progress = telling(&bar);
    let restored = inkstand_storage::restore(&args.file, &settings.database, &SystemClock, &progress);
    let restored = unless_stopped("nothing was restored", restored).await;
    bar.finish_and_clear();
    drop(lock);
    restored?;
    if let DatabaseUrl::Sqlite(path) = &settings.database {
        say(format_args!(
            "the blog of {} is at {}; its search index is built when it is served, and its sessions and tokens are \
             those of the backup (inkstand token list)",
            args.file.display(),
            path.display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Does long work that leaves nothing behind when it is dropped, unless somebody stops the process.
pub(super) async fn unless_stopped<T, E: Into<anyhow::Error>>(
    else_: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T> {
    let mut signals = StopSignals::new();
    tokio::select! {
        done = work => done.map_err(Into::into),
        () = signals.next() => bail!("told to stop: {else_}"),
    }
}
