//! The command line of `inkstand post`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(crate) const HELP: &str = "\
A post is a Markdown file with front matter while you write it:
  ---
  title: Iron gall ink
  date: 2026-12-24 18:30      (in the site's time zone, where it names none)
  tags: [ink, \"free software\"]
  ---

  The *text*.

Examples:
  inkstand post new                             open your editor ($VISUAL, else $EDITOR), and make a draft
  inkstand post new \"Iron gall ink\" --publish    the same, and publish it
  inkstand post new --from ink.md               make a draft of a file
  echo 'Short.' | inkstand post new \"A note\" --from - --publish
  inkstand post list --status draft
  inkstand post edit iron-gall-ink
  inkstand post publish iron-gall-ink
  inkstand post schedule iron-gall-ink 2026-12-24 18:30
  inkstand post show iron-gall-ink | sed 's/gall/gal/' | inkstand post edit iron-gall-ink --from -

A post or page is named by its slug (iron-gall-ink), its path (/2026/11/iron-gall-ink) or an old one, its URL, its \
number (12), or its id (post_0199…). A server may run meanwhile: it sees everything a moment later.

Exit code: 0 if it was done, also if there was nothing to do; 1 if it was refused or failed.";

const NEW_HELP: &str = "\
An empty or unchanged file makes nothing. One that cannot be taken is kept: its path is printed with what is wrong, \
each with its line.

Categories, authors and series are named by slug or name, and must be there; tags are made. Without a title in the \
front matter, the first heading is the title.

Examples:
  EDITOR='code --wait' inkstand post new
  inkstand post new \"About me\" --page --publish
  inkstand post new --from draft.md --json | jq -r .id";

const EDIT_HELP: &str = "\
The file is the whole post: what you take out of it is taken away from the post. If somebody else changes the post \
while you write, nothing is overwritten, and your file is kept.

Examples:
  inkstand post edit iron-gall-ink
  inkstand post edit /about --from about.md
  inkstand post edit post_01990000000070008000000000000001 --from - < ink.md";

const DATE_HELP: &str = "\
Dates: 2026-12-24, 2026-12-24 18:30, 2026-12-24T18:30:00+01:00. Without an offset they are in the site's time zone; \
without a time, midnight.";

/// What to do with posts and pages.
#[derive(Debug, Subcommand)]
pub(crate) enum PostCommand {
    /// Write a new post or page
    #[command(after_help = NEW_HELP)]
    New(NewArgs),
    /// Change what a post or page says
    #[command(after_help = EDIT_HELP)]
    Edit(EditArgs),
    /// Let everybody read it, from now on
    #[command(after_help = DATE_HELP)]
    Publish(PublishArgs),
    /// Let everybody read it from a time to come on
    #[command(after_help = DATE_HELP)]
    Schedule(DateArgs),
    /// Make a draft of it again
    Unpublish(UnpublishArgs),
    /// Throw it away; `restore` brings it back
    Trash(StepArgs),
    /// Take it out of the trash, as a draft
    Restore(StepArgs),
    /// Print a table of posts, the newest first
    List(ListArgs),
    /// Print it as Markdown with front matter
    Show(StepArgs),
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The title, where the front matter is not to say it
    pub(crate) title: Option<String>,
    /// Make a page instead of a post
    #[arg(long)]
    pub(crate) page: bool,
    /// Publish it at once; with a date to come, schedule it
    #[arg(long)]
    pub(crate) publish: bool,
    /// Take this file instead of opening the editor; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Print the new post as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Slug, path, URL, number or id
    pub(crate) which: String,
    /// Take this file instead of opening the editor; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Change nothing if the post is at another version, as `show --json` tells it
    #[arg(long = "if-version", value_name = "N", requires = "from")]
    pub(crate) version: Option<i64>,
    /// Print the post as JSON afterwards
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    /// Slug, path, URL, number or id
    pub(crate) which: String,
    /// The date that readers see [default: the one that it has, else now]
    #[arg(long)]
    pub(crate) date: Option<String>,
    /// Print the post as JSON afterwards
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DateArgs {
    /// Slug, path, URL, number or id
    pub(crate) which: String,
    /// When
    #[arg(required = true)]
    pub(crate) date: Vec<String>,
    /// Print the post as JSON afterwards
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UnpublishArgs {
    /// Slug, path, URL, number or id
    pub(crate) which: String,
    /// Keep it for the eyes of authors and editors, instead of making it a draft
    #[arg(long)]
    pub(crate) private: bool,
    /// Print the post as JSON afterwards
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    /// Slug, path, URL, number or id
    pub(crate) which: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those; several with commas [default: all but the trash]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) status: Vec<ShownStatus>,
    /// Only those with this tag; given again, with all of them
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// Pages instead of posts
    #[arg(long)]
    pub(crate) pages: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// Print a JSON list
    #[arg(long)]
    pub(crate) json: bool,
}

/// A stage of a post's life.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ShownStatus {
    /// Being written
    Draft,
    /// Waits for its time
    Scheduled,
    /// Everybody may read it
    Published,
    /// For authors and editors
    Private,
    /// Thrown away
    Trashed,
}
