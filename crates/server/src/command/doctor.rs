//! `inkstand doctor`.

use std::{process::ExitCode, sync::Arc};

use anyhow::Result;
use inkstand_blog::{Blog, BlogOptions, Examination, Finding};
use inkstand_model::Viewer;
use inkstand_storage::{Storage, StorageOptions};

use super::{
    closing, must_be_there,
    progress::{Counted, progress_bar, telling},
};
use crate::{Settings, SystemClock, application::storage_options, cli::DoctorArgs, say::say};

/// The exit code where something is wrong.
const WRONG: u8 = 2;

/// Findings that are printed one by one.
const FINDINGS_SHOWN: usize = 100;

/// Looks the blog over, and puts right what can be.
pub(crate) async fn doctor(settings: &Settings, args: DoctorArgs) -> Result<ExitCode> {
    must_be_there(settings)?;
    let clock = Arc::new(SystemClock);
    // Whoever only looks changes nothing, not even the schema.
    let options = StorageOptions { as_it_is: true, ..storage_options(settings) };
    let storage = Storage::open_with(&settings.database, options, clock.as_ref()).await?;
    let blog = Blog::open(storage, BlogOptions::default(), clock).await?;
    closing(&blog, look_over(&blog, settings, args)).await
}

async fn look_over(blog: &Blog, settings: &Settings, args: DoctorArgs) -> Result<ExitCode> {
    let found = examine(blog, settings).await?;
    tell(&found)?;
    if !args.repair || found.findings.is_empty() {
        if found.findings.iter().any(Finding::can_be_mended) {
            say("`inkstand doctor --repair` puts right what follows from the rest")?;
        }
        return Ok(code(&found.findings));
    }
    let repaired = blog.repair(&Viewer::Operator, &found).await?;
    if repaired.reindex {
        say("every server builds its search index anew, now or when it starts")?;
    }
    let mut left = examine(blog, settings).await?.findings;
    // What was ordered is done by whoever serves.
    left.retain(|finding| !(repaired.reindex && finding.is_of_the_index()));
    say(format_args!("put right: {}; left: {}", repaired.mended, left.len()))?;
    show(&left)?;
    Ok(code(&left))
}

async fn examine(blog: &Blog, settings: &Settings) -> Result<Examination> {
    let bar = progress_bar(Some(0), Counted::Things);
    let index = settings.data_dir.join("index");
    let examined = blog.examine(&Viewer::Operator, Some(&index), telling(&bar)).await;
    bar.finish_and_clear();
    Ok(examined?)
}

fn tell(found: &Examination) -> Result<()> {
    show(&found.findings)?;
    say(format_args!("{} entries in the database; {}", found.entries, found.index))?;
    if found.outdated > 0 {
        say(format_args!(
            "{} entries were rendered by another version, and are rendered again when a server starts",
            found.outdated
        ))?;
    }
    match found.findings.len() {
        0 => say("nothing is wrong"),
        1 => say("1 thing is wrong"),
        many => say(format_args!("{many} things are wrong")),
    }
}

fn show(findings: &[Finding]) -> Result<()> {
    for finding in findings.iter().take(FINDINGS_SHOWN) {
        let mark = if finding.can_be_mended() { "wrong" } else { "WRONG" };
        say(format_args!("{mark}  {finding}"))?;
    }
    if findings.len() > FINDINGS_SHOWN {
        say(format_args!("wrong  … and {} more", findings.len() - FINDINGS_SHOWN))?;
    }
    Ok(())
}

fn code(left: &[Finding]) -> ExitCode {
    if left.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) }
}
