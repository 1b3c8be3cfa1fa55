//! The command line.

mod post;
mod upkeep;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::{Parser, Subcommand};
use inkstand_model::{Role, Scope};
use inkstand_telemetry::{Traces, start_log};
use tokio::runtime::Runtime;

use crate::{
    Settings, command,
    settings::{BlogArgs, ServeArgs},
    stop_signal::end_at_a_signal,
};

pub(crate) use post::{
    DateArgs, EditArgs, ListArgs, NewArgs, PostCommand, PublishArgs, ShownStatus, StepArgs, UnpublishArgs,
};
pub(crate) use upkeep::{BackupArgs, CopyArgs, DoctorArgs, MigrateArgs, ReindexArgs, RestoreArgs};

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
  inkstand post new --publish                 write a post in your editor
  inkstand --listen 0.0.0.0:80 --public-url https://blog.example
  inkstand --database-url postgres://ink@db/blog

Each flag can also be set in the environment (INKSTAND_LISTEN=…) and in inkstand.toml (listen = \"…\").";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the blog (what inkstand does without a command)
    Serve(Box<ServeArgs>),
    /// Bring in Markdown with front matter, from Jekyll, Hugo, Zola and the like
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// Write, edit, publish and list posts and pages, with your own editor or in scripts
    #[command(subcommand, after_help = post::HELP)]
    Post(PostCommand),
    /// The sample posts that a new blog begins with
    #[command(subcommand)]
    Sample(SampleCommand),
    /// Show or change the blog's title, tagline, language, time zone, permalink pattern and preview address
    #[command(subcommand)]
    Site(SiteCommand),
    /// The accounts that can sign in
    #[command(subcommand, after_help = ACCOUNT_HELP)]
    Account(AccountCommand),
    /// The tokens with which programs use the API
    #[command(subcommand, after_help = TOKEN_HELP)]
    Token(TokenCommand),
    /// Tell who did what, the latest first
    Audit(AuditArgs),
    /// Have every running server build its search index anew
    Reindex(ReindexArgs),
    /// Bring the database's schema up to date, apart from serving
    #[command(after_help = upkeep::MIGRATE_HELP)]
    Migrate(MigrateArgs),
    /// Copy a SQLite blog to a file, also while it is served
    #[command(after_help = upkeep::BACKUP_HELP)]
    Backup(BackupArgs),
    /// Bring a SQLite blog back from such a file, to an empty place
    #[command(after_help = upkeep::RESTORE_HELP)]
    Restore(RestoreArgs),
    /// Copy a blog into another database, SQLite or PostgreSQL
    #[command(after_help = upkeep::COPY_HELP)]
    Copy(CopyArgs),
    /// Look the blog over for what is wrong, and put it right
    #[command(after_help = upkeep::DOCTOR_HELP)]
    Doctor(DoctorArgs),
    /// Ask the server on this machine whether it is ready, as containers do
    #[command(after_help = HEALTHCHECK_HELP)]
    Healthcheck,
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

const ACCOUNT_HELP: &str = "\
Roles, each all that the ones before it may:
  subscriber  comment
  author      write posts of their own
  editor      write everybody's posts, and pages; tags, categories, series, authors, menus
  owner       everything: settings, accounts, webhooks

Passwords have at least 12 characters. They are asked for on the terminal, or read with --password-stdin:
  inkstand account create ada --role owner
  pass show blog/ada | inkstand account set-password ada --password-stdin

A running server notices at once: who is disabled or demoted is so with their next request.";

const TOKEN_HELP: &str = "\
A token acts for an account, and never does more than its role and the token's scope allow:
  read   read what the account may read, drafts too
  write  also write posts, pages and what they are filed under
  admin  also change settings, accounts and webhooks

It is printed once and kept nowhere. Programs send it as a header:
  TOKEN=$(inkstand token create ada deploy --scope read)
  curl -H \"authorization: Bearer $TOKEN\" …";

const HEALTHCHECK_HELP: &str = "\
It asks /readyz at the address that `inkstand serve` would listen on with the same flags, environment and file, so a \
container needs neither a shell nor curl:
  HEALTHCHECK CMD [\"inkstand\", \"healthcheck\"]

Exit code: 0 if it is ready, 1 if it is not, or does not answer within three seconds.";

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account
    #[command(after_help = ACCOUNT_HELP)]
    Create(CreateAccountArgs),
    /// Print all accounts
    List,
    /// Change what an account may do
    SetRole {
        /// The name that it signs in with
        name: String,
        /// subscriber, author, editor or owner
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Set another password, and end the account's sessions
    SetPassword {
        /// The name that it signs in with
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Change the name that an account signs in with
    Rename {
        /// The name until now
        name: String,
        /// The name from now on
        new_name: String,
    },
    /// Keep an account from signing in, end its sessions, and stop its tokens
    Disable {
        /// The name that it signs in with
        name: String,
    },
    /// Let a disabled account sign in again
    Enable {
        /// The name that it signs in with
        name: String,
    },
}

/// An account to be made.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateAccountArgs {
    /// What it signs in with: 2 to 40 of a-z, 0-9, . - _
    pub(crate) name: String,
    /// subscriber, author, editor or owner
    #[arg(long, value_parser = role, default_value = "author")]
    pub(crate) role: Role,
    /// What others see [default: the name]
    #[arg(long, value_name = "NAME")]
    pub(crate) display_name: Option<String>,
    /// Where it can be reached
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Slug of the author, there already, as whom it writes [default: one is made with its first post]
    #[arg(long, value_name = "SLUG")]
    pub(crate) author: Option<String>,
    /// Give it no password: it acts by tokens only
    #[arg(long, conflicts_with = "password_stdin")]
    pub(crate) no_password: bool,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
}

/// Where a password comes from: never from an argument, which other users of the machine could read.
#[derive(Debug, clap::Args)]
pub(crate) struct PasswordArgs {
    /// Read the password from standard input, one line, instead of asking on the terminal
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token, and print it: this once
    #[command(after_help = TOKEN_HELP)]
    Create(CreateTokenArgs),
    /// Print all tokens, without their secrets
    List {
        /// Only those of this account
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Take a token back: it is good for nothing from now on
    Revoke {
        /// Its id, as `inkstand token list` prints it
        id: String,
    },
}

/// A token to be made.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateTokenArgs {
    /// The account that it acts for
    pub(crate) account: String,
    /// What it is for: a name by which to know it in a list
    pub(crate) name: String,
    /// read, write or admin; each is good for what the ones before it are
    #[arg(long, value_parser = scope)]
    pub(crate) scope: Scope,
    /// Days until it is good for nothing
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) days: u32,
    /// Let it be good for ever
    #[arg(long, conflicts_with = "days")]
    pub(crate) no_expiry: bool,
}

/// What of the audit.
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// Only what this account did
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// At most so many lines
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "a role is subscriber, author, editor or owner".to_owned())
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| "a scope is read, write or admin".to_owned())
}

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
    let command = command.unwrap_or(Command::Serve(Box::default()));
    // Flags before and behind the word `serve` mean the same.
    let (serve, level) = match &command {
        Command::Serve(behind) => (serve.or(behind), "info"),
        _ => (serve, "warn"),
    };
    let settings = Settings::gather(&blog, &serve, level)?;
    let runtime = Runtime::new()?;
    let traces = settings.watch.otlp_endpoint.as_ref();
    let traces = traces.map(|endpoint| Traces::start(endpoint, settings.watch.trace_ratio, runtime.handle()));
    let traces = traces.transpose()?;
    start_log(settings.log_format.is_human(), &settings.log_level, traces.as_ref())?;
    // Serving has its own way of being told to stop.
    let ends_by_itself = !matches!(command, Command::Serve(_));
    let work = async {
        match command {
            Command::Serve(_) => command::serve(&settings).await,
            Command::Import(args) => command::import(&settings, args).await,
            Command::Post(post) => command::post(&settings, post).await,
            Command::Sample(SampleCommand::Remove) => command::remove_sample(&settings).await,
            Command::Site(site) => command::site(&settings, site).await,
            Command::Account(account) => command::account(&settings, account).await,
            Command::Token(token) => command::token(&settings, token).await,
            Command::Audit(args) => command::audit(&settings, args).await,
            Command::Reindex(args) => command::reindex(&settings, args).await,
            Command::Migrate(args) => command::migrate(&settings, args).await,
            Command::Backup(args) => command::backup(&settings, args).await,
            Command::Restore(args) => command::restore(&settings, args).await,
            Command::Copy(args) => command::copy(&settings, args).await,
            Command::Doctor(args) => command::doctor(&settings, args).await,
            Command::Healthcheck => command::healthcheck(&settings).await,
            Command::Schema => command::schema(),
            Command::Licences => command::licences(),
        }
    };
    let code =
        runtime.block_on(async { if ends_by_itself { end_at_a_signal(work).await } else { work.await } });
    if let Some(traces) = traces {
        traces.end();
    }
    runtime.shutdown_timeout(LAST_WORK);
    code
}

impl ServeArgs {
    fn or(self, other: &Self) -> Self {
        Self {
            listen: other.listen.or(self.listen),
            public_url: other.public_url.clone().or(self.public_url),
            read_only: other.read_only.or(self.read_only),
            no_listening: other.no_listening.or(self.no_listening),
            migrate: other.migrate.or(self.migrate),
            shutdown_delay: other.shutdown_delay.or(self.shutdown_delay),
            no_sample: other.no_sample.or(self.no_sample),
            webhooks_allow_private: other.webhooks_allow_private.or(self.webhooks_allow_private),
            no_web: other.no_web.or(self.no_web),
            no_introspection: other.no_introspection.or(self.no_introspection),
            no_suggestions: other.no_suggestions.or(self.no_suggestions),
            trusted_proxies: other.trusted_proxies.clone().or(self.trusted_proxies),
            quota: other.quota.or(self.quota),
            account_quota: other.account_quota.or(self.account_quota),
            no_persisted_queries: other.no_persisted_queries.or(self.no_persisted_queries),
            connections: other.connections.or(self.connections),
            sockets: other.sockets.or(self.sockets),
            response_cache: other.response_cache.or(self.response_cache),
            synonyms: other.synonyms.clone().or(self.synonyms),
            entity_cache: other.entity_cache.or(self.entity_cache),
            watch: other.watch.clone().or(self.watch),
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
        check(&["account", "create", "ada", "--role", "king"], ExitCode::FAILURE);
        check(&["account", "create", "ada", "--password", "secret"], ExitCode::FAILURE);
        check(&["account", "create", "--help"], ExitCode::SUCCESS);
        check(&["--no-such-flag"], ExitCode::FAILURE);
        check(&["--version"], ExitCode::SUCCESS);
        check(&["import", "--help"], ExitCode::SUCCESS);
    }
}
