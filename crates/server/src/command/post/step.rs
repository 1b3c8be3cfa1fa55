//! Publishing, scheduling, withdrawing, throwing away.

use anyhow::{Context, Result, bail};
use inkstand_blog::{Reader, Step, WriteError};
use inkstand_exchange::read_date;
use inkstand_model::Instant;

use super::{super::reasons, tell::tell, which};
use crate::cli::{DateArgs, PublishArgs, StepArgs, UnpublishArgs};

pub(crate) async fn publish(reader: &Reader, args: PublishArgs) -> Result<()> {
    let at = match &args.date {
        Some(date) => Some(date_of(reader, date).await?),
        None => None,
    };
    take(reader, &args.which, Step::Publish { at }, args.json).await
}

pub(crate) async fn schedule(reader: &Reader, args: DateArgs) -> Result<()> {
    let at = date_of(reader, &args.date.join(" ")).await?;
    take(reader, &args.which, Step::Schedule { at }, args.json).await
}

pub(crate) async fn unpublish(reader: &Reader, args: UnpublishArgs) -> Result<()> {
    let step = if args.private { Step::MakePrivate } else { Step::Unpublish };
    take(reader, &args.which, step, args.json).await
}

pub(crate) async fn trash(reader: &Reader, args: StepArgs) -> Result<()> {
    take(reader, &args.which, Step::Trash, args.json).await
}

pub(crate) async fn restore(reader: &Reader, args: StepArgs) -> Result<()> {
    take(reader, &args.which, Step::Restore, args.json).await
}

async fn take(reader: &Reader, which: &str, step: Step, as_json: bool) -> Result<()> {
    let entry = which::find(reader, which).await?;
    match reader.take_step(entry.kind, entry.id, None, step).await {
        Ok((entry, _)) => tell(reader, &entry, as_json, "").await,
        Err(WriteError::Refused(refusals)) => {
            bail!("{}: {}", which::id_of(&entry), reasons(refusals))
        }
        Err(error) => Err(error.into()),
    }
}

async fn date_of(reader: &Reader, text: &str) -> Result<Instant> {
    let zone = reader.site().await?.zone.clone();
    read_date(text, &zone).with_context(|| {
        format!(
            "{text:?} is no date; take one such as 2026-12-24, \"2026-12-24 18:30\" ({}) or 2026-12-24T18:30:00Z",
            zone.name()
        )
    })
}
