//! `inkstand migrate`.

use std::process::ExitCode;

use anyhow::Result;
use inkstand_storage::pending_migrations;

use crate::{Settings, SystemClock, application::ensure_database_folder, cli::MigrateArgs, say::say};

/// The exit code where there is something to do.
const PENDING: u8 = 2;

/// Brings the schema up to date, or says what that would take.
pub(crate) async fn migrate(settings: &Settings, args: MigrateArgs) -> Result<ExitCode> {
    // Past a pooler, where there is one.
    let url = settings.direct_database.as_ref().unwrap_or(&settings.database);
    if args.check {
        let pending = pending_migrations(url).await?;
        if pending.is_empty() {
            say(format_args!("{url} is up to date"))?;
            return Ok(ExitCode::SUCCESS);
        }
        say(format_args!("{url} lacks {}", pending.join(", ")))?;
        return Ok(ExitCode::from(PENDING));
    }
    ensure_database_folder(settings)?;
    let done = inkstand_storage::migrate(url, &SystemClock).await?;
    if done.is_empty() {
        say(format_args!("{url} is up to date"))?;
    } else {
        say(format_args!("{url} is up to date now, by {}", done.join(", ")))?;
    }
    Ok(ExitCode::SUCCESS)
}
