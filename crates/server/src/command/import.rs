//! `inkstand import`.

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use inkstand_blog::{ImportReport, ImportTally};
use inkstand_exchange::{MarkdownSource, Skipped};
use inkstand_model::Viewer;
use tokio::sync::mpsc;

use super::{
    open,
    progress::{Counted, progress_bar},
};
use crate::{Settings, cli::ImportArgs, say::say};

/// Items that are read ahead of the database.
const READ_AHEAD: usize = 128;

/// Warnings that are printed one by one.
const WARNINGS_SHOWN: usize = 50;

/// The exit code where some items were refused.
const SOME_REFUSED: u8 = 2;

/// Imports Markdown.
pub(crate) async fn import(settings: &Settings, args: ImportArgs) -> Result<ExitCode> {
    let from = args.from.clone();
    let source = tokio::task::spawn_blocking(move || MarkdownSource::open(&from)).await??;
    let name = args.source.unwrap_or_else(|| source.source_name().to_owned());
    let bar = progress_bar(source.files_total(), Counted::Things);
    let blog = open(settings).await?;

    let (sender, items) = mpsc::channel(READ_AHEAD);
    let skipped = Arc::new(Mutex::new(Skipped::default()));
    let reader = tokio::task::spawn_blocking({
        let skipped = Arc::clone(&skipped);
        move || {
            let mut source = source;
            for parsed in &mut source {
                if sender.blocking_send(parsed).is_err() {
                    return;
                }
            }
            *skipped.lock().unwrap_or_else(PoisonError::into_inner) = source.skipped();
        }
    });
    let progress = |tally: &ImportTally| bar.set_position(tally.seen);
    let imported = blog.import(&Viewer::Operator, &name, items, progress).await;
    bar.finish_and_clear();
    let report = imported.context(
        "the import was broken off; what was imported until then is kept, and the same command goes on from there",
    )?;
    reader.await.context("the source broke off while it was read")?;
    blog.close().await;

    let skipped = *skipped.lock().unwrap_or_else(PoisonError::into_inner);
    say(report_lines(&args.from.display().to_string(), &name, &report, &skipped).join("\n"))?;
    Ok(if report.tally.refused > 0 { ExitCode::from(SOME_REFUSED) } else { ExitCode::SUCCESS })
}

/// What happened: first what needs a look, then the sums.
fn report_lines(from: &str, name: &str, report: &ImportReport, skipped: &Skipped) -> Vec<String> {
    let mut lines = Vec::new();
    let ImportTally { created, updated, unchanged, edited_here, refused, drafts, scheduled, .. } =
        report.tally;
    for refusal in &report.refused {
        let line = refusal.line.map(|line| format!(":{line}")).unwrap_or_default();
        lines.push(format!("refused  {}{line}: {}", refusal.source_path, refusal.reason));
    }
    for path in &report.edited_here {
        lines.push(format!("edited here since, left alone  {path}"));
    }
    for warning in report.warnings.iter().take(WARNINGS_SHOWN) {
        lines.push(format!("warning  {}: {}", warning.source_path, warning.remark));
    }
    if report.warnings.len() > WARNINGS_SHOWN {
        lines.push(format!("warning  … and {} more", report.warnings.len() - WARNINGS_SHOWN));
    }
    lines.push(format!("{from} as {name:?}:"));
    lines.push(format!("  created     {created:>6}"));
    lines.push(format!("  updated     {updated:>6}"));
    lines.push(format!(
        "  left alone  {:>6}  ({unchanged} the same as before, {edited_here} edited here since)",
        unchanged + edited_here
    ));
    lines.push(format!("  refused     {refused:>6}"));
    if drafts + scheduled > 0 {
        lines.push(format!("  of these    {drafts} drafts, {scheduled} scheduled"));
    }
    if !report.template_remnants.is_empty() {
        let places: u64 = report.template_remnants.iter().map(|(_, places)| u64::from(*places)).sum();
        lines.push(format!(
            "  template remnants ({{% … %}}, {{{{ … }}}}) stay as text in {} posts, {places} places",
            report.template_remnants.len()
        ));
    }
    let Skipped { sections, other_markdown, other_files } = skipped;
    if sections + other_markdown + other_files > 0 {
        lines.push(format!(
            "  not read    {sections} section pages, {other_markdown} other Markdown files, {other_files} other files"
        ));
    }
    lines
}
