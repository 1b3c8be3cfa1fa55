//! `inkstand audit`.

use std::process::ExitCode;

use anyhow::Result;
use inkstand_blog::{Deed, Reader};
use inkstand_model::Viewer;

use super::{account::named, closing, open_existing};
use crate::{Settings, cli::AuditArgs, say::say};

/// Deeds that are read at once.
const PAGE: u32 = 500;

/// Prints who did what.
pub(crate) async fn audit(settings: &Settings, args: AuditArgs) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let reader = blog.reader(Viewer::Operator);
    closing(&blog, print(&reader, args)).await?;
    Ok(ExitCode::SUCCESS)
}

async fn print(reader: &Reader, args: AuditArgs) -> Result<()> {
    let account = match args.account {
        Some(name) => Some(named(reader, &name).await?.id),
        None => None,
    };
    let mut left = args.limit;
    let mut after = None;
    while left > 0 {
        let part = reader.deeds(after, account, left.min(PAGE)).await?;
        if part.items.is_empty() && after.is_none() {
            return say("nobody did anything yet");
        }
        for deed in &part.items {
            say(line(deed))?;
        }
        left = left.saturating_sub(u32::try_from(part.items.len()).unwrap_or(u32::MAX));
        after = part.items.last().map(|deed| (deed.at, deed.id)).filter(|_| part.has_next);
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

fn line(deed: &Deed) -> String {
    let mut line = format!("{}  {} ({})  {}", deed.at, deed.account_name, deed.via, deed.action);
    for more in [&deed.target_label, &deed.detail] {
        if !more.is_empty() {
            line.push_str("  ");
            line.push_str(more);
        }
    }
    line
}
