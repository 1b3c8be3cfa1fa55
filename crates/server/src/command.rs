//! What each command does. Commands write to the database only; a server that runs meanwhile follows.

mod account;
mod audit;
mod backup;
mod copy;
mod doctor;
mod healthcheck;
mod import;
mod migrate;
mod password;
mod post;
mod progress;
mod serve;
mod site;
mod token;

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, bail};
use inkstand_blog::{Blog, BlogOptions, Refusal, WriteError};
use inkstand_graphql::Gateway;
use inkstand_http::GRAPHIQL_LICENCES;
use inkstand_markup::grammar_licences;
use inkstand_model::{Seq, Viewer};
use inkstand_storage::{DatabaseUrl, Storage};

pub(crate) use account::account;
pub(crate) use audit::audit;
pub(crate) use backup::{backup, restore};
pub(crate) use copy::copy;
pub(crate) use doctor::doctor;
pub(crate) use healthcheck::healthcheck;
pub(crate) use import::import;
pub(crate) use migrate::migrate;
pub(crate) use post::post;
pub(crate) use serve::serve;
pub(crate) use site::site;
pub(crate) use token::token;

use crate::{
    Settings, SystemClock,
    application::{ensure_database_folder, storage_options},
    cli::ReindexArgs,
    sample,
    say::say,
};

/// Removes the sample posts.
pub(crate) async fn remove_sample(settings: &Settings) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let (removed, left) = blog.remove_import(&Viewer::Operator, sample::SOURCE).await?;
    blog.close().await;
    match (removed, left) {
        (0, 0) => say("there are no sample posts here")?,
        (removed, 0) => say(format_args!("removed {removed} sample posts"))?,
        (removed, left) => {
            say(format_args!("removed {removed} sample posts; {left} were edited here, and so stay"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Orders every server to build its index anew.
pub(crate) async fn reindex(settings: &Settings, args: ReindexArgs) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let ordered = if args.new_log {
        blog.renew_log(&Viewer::Operator).await
    } else {
        blog.order_reindex(&Viewer::Operator).await
    };
    blog.close().await;
    ordered?;
    say("every server builds its search index anew, now or when it starts; search goes on meanwhile")?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the schema.
pub(crate) fn schema() -> Result<ExitCode> {
    say(Gateway::new("").sdl().trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the licences of vendored files and grammars.
pub(crate) fn licences() -> Result<ExitCode> {
    say(format_args!("{GRAPHIQL_LICENCES}\n# Syntax definitions\n\n{}", grammar_licences()))?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the blog for a command that may begin one.
async fn open(settings: &Settings) -> Result<Blog> {
    ensure_database_folder(settings)?;
    let clock = Arc::new(SystemClock);
    let storage = Storage::open_with(&settings.database, storage_options(settings), clock.as_ref()).await?;
    Ok(Blog::open(storage, BlogOptions::default(), clock).await?)
}

/// Opens the blog for a command that makes no sense without one.
async fn open_existing(settings: &Settings) -> Result<Blog> {
    must_be_there(settings)?;
    open(settings).await
}

/// Refuses where there is no blog: a SQLite file would be made.
fn must_be_there(settings: &Settings) -> Result<()> {
    if let DatabaseUrl::Sqlite(path) = &settings.database
        && !path.exists()
    {
        let flag =
            if settings.database_named { "file with --database-url" } else { "folder with --data-dir" };
        bail!("there is no blog at {}; name its {flag}", path.display());
    }
    Ok(())
}

/// Does something with a blog, and closes it however that ends.
async fn closing<T>(blog: &Blog, work: impl Future<Output = Result<T>>) -> Result<T> {
    let worked = work.await;
    blog.close().await;
    worked
}

/// Why something was refused, as one line.
fn reasons(refusals: Vec<Refusal>) -> String {
    let reasons: Vec<String> = refusals.into_iter().map(|refusal| refusal.message).collect();
    reasons.join("; ")
}

/// What was written; what was refused as one line.
fn done<T>(outcome: Result<(T, Seq), WriteError>) -> Result<T> {
    match outcome {
        Ok((written, _)) => Ok(written),
        Err(WriteError::Refused(refusals)) => {
            bail!("{}", reasons(refusals))
        }
        Err(error) => Err(error.into()),
    }
}
