//! `inkstand post`: writing from a shell, in an editor or a script.

mod complaint;
mod document;
mod editor;
mod filing;
mod json;
mod list;
mod step;
mod tell;
mod which;
mod working_file;
mod write;

use std::process::ExitCode;

use anyhow::Result;
use inkstand_blog::Reader;
use inkstand_exchange::write_markdown;
use inkstand_model::Viewer;

use super::{closing, open_existing};
use crate::{
    Settings,
    cli::{PostCommand, StepArgs},
    say::say,
};

/// Does something with posts and pages.
pub(crate) async fn post(settings: &Settings, command: PostCommand) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let reader = blog.reader(Viewer::Operator);
    closing(&blog, run(&reader, command)).await?;
    Ok(ExitCode::SUCCESS)
}

async fn run(reader: &Reader, command: PostCommand) -> Result<()> {
    match command {
        PostCommand::New(args) => write::new(reader, args).await,
        PostCommand::Edit(args) => write::edit(reader, args).await,
        PostCommand::Publish(args) => step::publish(reader, args).await,
        PostCommand::Schedule(args) => step::schedule(reader, args).await,
        PostCommand::Unpublish(args) => step::unpublish(reader, args).await,
        PostCommand::Trash(args) => step::trash(reader, args).await,
        PostCommand::Restore(args) => step::restore(reader, args).await,
        PostCommand::List(args) => list::list(reader, args).await,
        PostCommand::Show(args) => show(reader, args).await,
    }
}

async fn show(reader: &Reader, args: StepArgs) -> Result<()> {
    let entry = which::find(reader, &args.which).await?;
    if args.json {
        return json::say_one(reader, &entry).await;
    }
    let site = reader.site().await?;
    let mut shown = document::of_entry(reader, &site, &entry).await?;
    shown.draft = document::is_held_back(&entry);
    say(write_markdown(&shown, &site.zone).trim_end())
}
