//! The command line.

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::{
    Settings, command,
    settings::{BlogArgs, ServeArgs},
    telemetry,
};

/// Inkstand, an API-first blog server.
///
/// Without a command it serves: a blog in ./data, on http://127.0.0.1:8080, with GraphiQL at /graphql.
#[derive(Debug, Parser)]
#[command(name = "inkstand", version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    blog: BlogArgs,
    #[command(flatten)]
    serve: ServeArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  inkstand                                    serve the blog in ./data
  inkstand import ~/old-blog                  bring posts in, also while it serves
  inkstand --listen 0.0.0.0:80 --public-url https://blog.example
  inkstand --database-url postgres://ink@db/blog

Each flag can also be set in the environment (INKSTAND_LISTEN=…) and in inkstand.toml (listen = \"…\").";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the blog (what inkstand does without a command)
    Serve(ServeArgs),
    /// Bring in Markdown with front matter, from Jekyll, Hugo, Zola and the like
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// The sample posts that a new blog begins with
    #[command(subcommand)]
    Sample(SampleCommand),
    /// Show or change the blog's title, tagline, language, time zone and permalink pattern
    #[command(subcommand)]
    Site(SiteCommand),
    /// Have every running server build its search index anew
    Reindex,
    /// Print the GraphQL schema
    Schema,
    /// Print the licences of what others wrote and this binary contains as it is
    Licences,
}

const IMPORT_HELP: &str = "\
A server may run meanwhile: it finds the posts a moment later. The same import again changes only what changed in \
the source since, and leaves alone what was edited here.

Front matter (YAML ---, TOML +++, JSON) is read for title, date, updated, draft, slug, permalink/path/url, \
aliases/redirect_from, tags, categories, authors, series, language, excerpt/description, cover, featured; the rest \
is kept. Without a date there, the file name's (2014-03-12-title.md) or the path's is taken.

Exit code: 0 if everything was read (warnings included), 2 if something was refused, 1 if nothing could be done.";

/// What to import.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// A folder, a .tar.gz, a .tar, a .zip, or one Markdown file
    pub(crate) from: PathBuf,
    /// The name under which the same posts will come again [default: the name of the folder or archive]
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
}

#[derive(Debug, Subcommand)]
enum SampleCommand {
    /// Remove the sample posts, with the tags, categories and authors that nothing else uses
    Remove,
}

/// What to do with the site's settings.
#[derive(Debug, Subcommand)]
pub(crate) enum SiteCommand {
    /// Print the settings
    Show,
    /// Change one setting
    Set {
        /// Which one
        setting: SiteSetting,
        /// Its new value
        value: String,
    },
}

/// A setting of the site.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum SiteSetting {
    /// The blog's name
    Title,
    /// A line below the name
    Tagline,
    /// Language of entries that name none: en, pt-BR
    Language,
    /// Zone of dates without one, by its IANA name: Europe/Berlin
    TimeZone,
    /// How addresses of new posts are made: /{yyyy}/{mm}/{slug}
    Permalinks,
    /// Where the front end shows drafts: https://blog.example/preview?token={token}&path={path}; empty for nowhere
    PreviewUrl,
}

/// Work on other threads gets so long to end when the process does; transactions that are cut off leave no trace.
const LAST_WORK: Duration = Duration::from_secs(2);

/// Runs what the command line says; an error is one line on standard error and exit code 1.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(answer) => {
            // Nobody may be listening any more (`inkstand --help | head -1`).
            let _ = answer.print();
            // clap would end with 2, which says that an import refused something.
            return if answer.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match try_run(cli) {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the last word of the process to whoever started it")]
            {
                eprintln!("inkstand: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn try_run(cli: Cli) -> Result<ExitCode> {
    let Cli { blog, serve, command } = cli;
    let command = command.unwrap_or(Command::Serve(ServeArgs::default()));
    // Flags before and behind the word `serve` mean the same.
    let (serve, level) = match &command {
        Command::Serve(behind) => (serve.or(behind), "info"),
        _ => (serve, "warn"),
    };
    let settings = Settings::gather(&blog, &serve, level)?;
    telemetry::start(settings.log_format, &settings.log_level)?;
    let runtime = Runtime::new()?;
    let code = runtime.block_on(async {
        match command {
            Command::Serve(_) => command::serve(&settings).await,
            Command::Import(args) => command::import(&settings, args).await,
            Command::Sample(SampleCommand::Remove) => command::remove_sample(&settings).await,
            Command::Site(site) => command::site(&settings, site).await,
            Command::Reindex => command::reindex(&settings).await,
            Command::Schema => command::schema(),
            Command::Licences => command::licences(),
        }
    });
    runtime.shutdown_timeout(LAST_WORK);
    code
}

impl ServeArgs {
    fn or(self, other: &Self) -> Self {
        Self {
            listen: other.listen.or(self.listen),
            public_url: other.public_url.clone().or(self.public_url),
            no_sample: other.no_sample.or(self.no_sample),
            webhooks_allow_private: other.webhooks_allow_private.or(self.webhooks_allow_private),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_code_two_is_left_to_imports() {
        let check = |arguments: &[&str], code: ExitCode| {
            let arguments = ["inkstand"].iter().chain(arguments).map(OsString::from);
            assert_eq!(run(arguments), code);
        };
        check(&["import"], ExitCode::FAILURE);
        check(&["sample"], ExitCode::FAILURE);
        check(&["--no-such-flag"], ExitCode::FAILURE);
        check(&["--version"], ExitCode::SUCCESS);
        check(&["import", "--help"], ExitCode::SUCCESS);
    }
}
