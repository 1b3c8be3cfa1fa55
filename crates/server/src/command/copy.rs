//! `inkstand copy`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use inkstand_model::Viewer;
use inkstand_storage::DatabaseUrl;

use super::{
    backup::unless_stopped,
    must_be_there,
    progress::{Counted, progress_bar, telling},
};
use crate::{Settings, SystemClock, application::ensure_database_folder, cli::CopyArgs, say::say};

/// Copies a blog into another database.
pub(crate) async fn copy(settings: &Settings, args: CopyArgs) -> Result<ExitCode> {
    let named = |url: &str| Settings {
        database: DatabaseUrl::Sqlite(url.into()),
        database_named: true,
        ..settings.clone()
    };
    let from = match &args.from {
        Some(url) => Settings { database: DatabaseUrl::parse(url).context("--from")?, ..named(url) },
        None => settings.clone(),
    };
    let to = Settings { database: DatabaseUrl::parse(&args.to).context("--to")?, ..named(&args.to) };
    must_be_there(&from)?;
    ensure_database_folder(&to)?;
    let bar = progress_bar(Some(0), Counted::Things);
    let progress = telling(&bar);
    let copying = inkstand_storage::copy(
        &from.database,
        &to.database,
        Viewer::Operator.actor(),
        &SystemClock,
        &progress,
    );
    let copied = unless_stopped("nothing was copied", copying).await;
    bar.finish_and_clear();
    let copied = copied?;
    for table in copied.iter().filter(|table| table.rows > 0) {
        say(format_args!("{:<16} {:>9} rows  {}", table.name, table.rows, &table.digest[..16]))?;
    }
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    say(format_args!(
        "{} has all {rows} rows of {}, each table with the same checksum on both sides",
        to.database, from.database
    ))?;
    Ok(ExitCode::SUCCESS)
}
