//! `inkstand site`.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use inkstand_model::{Language, PermalinkPattern, Site, Viewer, Zone};

use super::open_existing;
use crate::{
    Settings,
    cli::{SiteCommand, SiteSetting},
    say::say,
};

/// Shows or changes the site's settings.
pub(crate) async fn site(settings: &Settings, command: SiteCommand) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let mut site = blog.reader(Viewer::Operator).site().await?;
    if let SiteCommand::Set { setting, value } = command {
        change(&mut site, setting, value.trim())?;
        blog.set_site(&Viewer::Operator, &site).await?;
    }
    blog.close().await;
    say(format_args!("title       {}", site.title))?;
    say(format_args!("tagline     {}", site.tagline))?;
    say(format_args!("language    {}", site.language))?;
    say(format_args!("time-zone   {}", site.zone.name()))?;
    say(format_args!("permalinks  {}", site.permalinks.as_str()))?;
    Ok(ExitCode::SUCCESS)
}

fn change(site: &mut Site, setting: SiteSetting, value: &str) -> Result<()> {
    let printable = value.chars().count() <= 500 && !value.contains(char::is_control);
    ensure!(printable, "a setting is one line of at most 500 characters");
    match setting {
        SiteSetting::Title => {
            ensure!(!value.is_empty(), "a blog has a title");
            value.clone_into(&mut site.title);
        }
        SiteSetting::Tagline => value.clone_into(&mut site.tagline),
        SiteSetting::Language => site.language = Language::parse(value)?,
        SiteSetting::TimeZone => site.zone = Zone::parse(value)?,
        SiteSetting::Permalinks => site.permalinks = PermalinkPattern::parse(value)?,
    }
    Ok(())
}
