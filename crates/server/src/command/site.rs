//! `inkstand site`.

use std::process::ExitCode;

use std::sync::Arc;

use anyhow::{Result, ensure};
use inkstand_model::{Language, PermalinkPattern, PreviewPattern, Site, Viewer, Zone};

use super::open_existing;
use crate::{
    Settings,
    cli::{SiteCommand, SiteSetting},
    say::say,
};

/// Shows or changes the site's settings.
pub(crate) async fn site(settings: &Settings, command: SiteCommand) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let site = match command {
        SiteCommand::Set { setting, value } => {
            let change = change(setting, value.trim())?;
            Arc::new(blog.change_site(&Viewer::Operator, change).await?.0)
        }
        SiteCommand::Show => blog.reader(Viewer::Operator).site().await?,
    };
    blog.close().await;
    say(format_args!("title       {}", site.title))?;
    say(format_args!("tagline     {}", site.tagline))?;
    say(format_args!("language    {}", site.language))?;
    say(format_args!("time-zone   {}", site.zone.name()))?;
    say(format_args!("permalinks  {}", site.permalinks.as_str()))?;
    say(format_args!("preview-url {}", site.preview_url.as_ref().map_or("", PreviewPattern::as_str)))?;
    Ok(ExitCode::SUCCESS)
}

/// What is done to the settings.
type Change = Box<dyn FnOnce(&mut Site) + Send>;

fn change(setting: SiteSetting, value: &str) -> Result<Change> {
    let printable = value.chars().count() <= 500 && !value.contains(char::is_control);
    ensure!(printable, "a setting is one line of at most 500 characters");
    let text = value.to_owned();
    Ok(match setting {
        SiteSetting::Title => {
            ensure!(!value.is_empty(), "a blog has a title");
            Box::new(|site| site.title = text)
        }
        SiteSetting::Tagline => Box::new(|site| site.tagline = text),
        SiteSetting::Language => {
            let language = Language::parse(value)?;
            Box::new(|site| site.language = language)
        }
        SiteSetting::TimeZone => {
            let zone = Zone::parse(value)?;
            Box::new(|site| site.zone = zone)
        }
        SiteSetting::Permalinks => {
            let pattern = PermalinkPattern::parse(value)?;
            Box::new(|site| site.permalinks = pattern)
        }
        SiteSetting::PreviewUrl => {
            let pattern = if value.is_empty() { None } else { Some(PreviewPattern::parse(value)?) };
            Box::new(|site| site.preview_url = pattern)
        }
    })
}
