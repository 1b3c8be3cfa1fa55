//! The configuration: defaults, then a file, then the environment, then flags.

use std::{
    fmt,
    io::IsTerminal,
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use inkstand_http::{LimitSettings, Quota, SocketLimits, TrustedProxies};
use inkstand_identity::{ServerKey, ServerKeys};
use inkstand_storage::DatabaseUrl;
use serde::Deserialize;

use crate::{Room, WatchSettings, byte_size::ByteSize, watching::WatchArgs};

/// The file that is read where it stands in the current folder and none is named.
const USUAL_FILE: &str = "inkstand.toml";

/// Where a blog is when nobody says anything else.
pub(crate) const USUAL_DATA_DIR: &str = "data";

/// No answer takes longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Seconds; whoever asks for more has mistaken the unit.
const LONGEST_SHUTDOWN_DELAY: u16 = 600;

/// What `serve` runs with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the SQLite database and the search index.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseUrl,
    /// Whether `database` was named, rather than being the usual file in `data_dir`.
    pub database_named: bool,
    /// The same PostgreSQL past a pooler, through which `database` leads.
    pub direct_database: Option<DatabaseUrl>,
    /// Whether to look often for what other servers write, rather than to listen for it.
    pub no_listening: bool,
    /// Whether nothing is written.
    pub read_only: bool,
    /// Whether the schema is brought up to date when the database is opened.
    pub migrate: Migrate,
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address that readers use, without a slash at its end; `None` for the one that is listened on.
    pub public_url: Option<String>,
    /// Whether a new blog in `data_dir` begins with the sample posts.
    pub sample: bool,
    /// Whether webhooks may be at addresses that are not of the public internet.
    pub webhooks_allow_private: bool,
    /// Whether pages and feeds are served beside GraphQL.
    pub pages: bool,
    /// Whether `__schema`, `__type` and `/graphql/schema.graphql` are answered.
    pub introspection: bool,
    /// Whether errors tell what may have been meant by a name that is not in the schema.
    pub suggestions: bool,
    /// No answer takes longer, nor an event of a subscription.
    pub deadline: Duration,
    /// For so long the server goes on when it is told to stop, saying that it is about to go.
    pub shutdown_delay: Duration,
    /// Connections, proxies, quotas, persisted queries.
    pub limits: LimitSettings,
    /// The file of words that mean the same in searches.
    pub synonyms: Option<PathBuf>,
    /// Bytes of what the database said lately that are remembered.
    pub entity_cache: u64,
    /// The keys that sign previews; `None` for the one that the blog keeps in its database.
    pub keys: Option<ServerKeys>,
    /// What WebSockets may.
    pub sockets: SocketLimits,
    /// Bytes of memory for answers that are kept for everybody; 0 keeps none.
    pub response_cache: u64,
    /// What there is room for.
    pub room: Room,
    /// How it is watched.
    pub watch: WatchSettings,
    /// How the log looks.
    pub log_format: LogFormat,
    /// What is logged: a level, or `tracing` directives.
    pub log_level: String,
}

/// How the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Human on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Whether it is for people, on the standard error that this process has.
    pub(crate) fn is_human(self) -> bool {
        match self {
            Self::Human => true,
            Self::Json => false,
            Self::Auto => std::io::stderr().is_terminal(),
        }
    }
}

/// Whether the schema is brought up to date when the database is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Migrate {
    /// Where it is older than this version.
    #[default]
    Auto,
    /// By `inkstand migrate` alone; an older one is refused.
    Never,
}

/// The flags that every command takes which opens a blog, each also as a variable of the environment.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct BlogArgs {
    /// Folder of the SQLite database and the search index [default: data]
    #[arg(long, env = "INKSTAND_DATA_DIR", value_name = "FOLDER", global = true)]
    pub(crate) data_dir: Option<PathBuf>,

    /// Database, instead of the SQLite file in the data folder: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    /// (INKSTAND_DATABASE_URL_FILE names a file that holds it)
    #[arg(long, env = "INKSTAND_DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub(crate) database_url: Option<String>,

    /// The same PostgreSQL past a pooler, where --database-url leads through one that gives each transaction another
    /// connection (PgBouncer with pool_mode = transaction): for migrations, and to hear of what other servers write
    /// (INKSTAND_DIRECT_DATABASE_URL_FILE names a file that holds it) [default: --database-url is direct]
    #[arg(
        long,
        env = "INKSTAND_DIRECT_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub(crate) direct_database_url: Option<String>,

    /// Configuration file with the same names as the long flags [default: inkstand.toml, where it is there]
    #[arg(long, env = "INKSTAND_CONFIG", value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Log format
    #[arg(long, env = "INKSTAND_LOG_FORMAT", value_enum, value_name = "FORMAT", global = true)]
    pub(crate) log_format: Option<LogFormat>,

    /// Log level: error, warn, info, debug, trace, or directives such as `info,inkstand_http=debug`
    #[arg(long, env = "INKSTAND_LOG_LEVEL", value_name = "LEVEL", global = true)]
    pub(crate) log_level: Option<String>,
}

/// The flags of `serve` alone.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "INKSTAND_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    /// Address that readers use, such as https://blog.example [default: where it listens]
    #[arg(long, env = "INKSTAND_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// Write nothing, for maintenance: reads and searches go on, writes are refused with 503 and READ_ONLY. Scheduled
    /// posts and webhooks wait
    #[arg(long, env = "INKSTAND_READ_ONLY", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) read_only: Option<bool>,

    /// Look several times a second for what other servers write to the same PostgreSQL, instead of listening for it on
    /// a connection of its own
    #[arg(long, env = "INKSTAND_NO_LISTENING", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) no_listening: Option<bool>,

    /// Whether to bring the database's schema up to date before serving: auto, or never, where `inkstand migrate` does
    /// that, maybe as another role [default: auto]
    #[arg(long, env = "INKSTAND_MIGRATE", value_enum, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) migrate: Option<Migrate>,

    /// When told to stop, serve on for so many seconds while /readyz says no, so that whoever spreads requests over
    /// several servers can learn of it before the port is closed; at most 600 [default: 0]
    #[arg(long, env = "INKSTAND_SHUTDOWN_DELAY", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(..=i64::from(LONGEST_SHUTDOWN_DELAY)))]
    pub(crate) shutdown_delay: Option<u16>,

    /// Begin a new blog empty, without the sample posts
    #[arg(long, env = "INKSTAND_NO_SAMPLE", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) no_sample: Option<bool>,

    /// Let webhooks call this machine and private networks, for receivers in one's own
    #[arg(long, env = "INKSTAND_WEBHOOKS_ALLOW_PRIVATE", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) webhooks_allow_private: Option<bool>,

    /// Serve no pages and no feeds, GraphQL alone: for a front end of one's own
    #[arg(long, env = "INKSTAND_NO_WEB", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) no_web: Option<bool>,

    /// Do not show the schema: refuse introspection (__schema, __type) and /graphql/schema.graphql. GraphiQL then
    /// completes nothing. It hides names, not data
    #[arg(long, env = "INKSTAND_NO_INTROSPECTION", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) no_introspection: Option<bool>,

    /// Do not tell in errors what may have been meant by a name that is not in the schema ("Did you mean …?")
    #[arg(long, env = "INKSTAND_NO_SUGGESTIONS", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) no_suggestions: Option<bool>,

    /// Proxies whose Forwarded or X-Forwarded-For says where a request comes from: addresses, networks, or the words
    /// `loopback` and `private`, with commas between [default: none]
    #[arg(long, env = "INKSTAND_TRUSTED_PROXIES", value_name = "ADDRESSES")]
    pub(crate) trusted_proxies: Option<TrustedProxies>,

    /// Cost of queries that each address may ask for without signing in, such as 100000/minute; also /second, /hour,
    /// /day (a page of a blog costs a few hundred) [default: no quota]
    #[arg(long, env = "INKSTAND_QUOTA", value_name = "COST/TIME")]
    pub(crate) quota: Option<Quota>,

    /// The same for each account, by all of its tokens and sessions together [default: no quota]
    #[arg(long, env = "INKSTAND_ACCOUNT_QUOTA", value_name = "COST/TIME")]
    pub(crate) account_quota: Option<Quota>,

    /// Keep no documents of queries, so that clients send each one whole
    #[arg(long, env = "INKSTAND_NO_PERSISTED_QUERIES", value_parser = clap::builder::FalseyValueParser::new(), num_args = 0, default_missing_value = "true")]
    pub(crate) no_persisted_queries: Option<bool>,

    /// Connections at one time; one host may have two sevenths of them [default: 896]
    #[arg(long, env = "INKSTAND_CONNECTIONS", value_name = "NUMBER")]
    pub(crate) connections: Option<NonZeroUsize>,

    /// WebSockets at one time, each of which is a connection, too; one host may have a sixteenth of them, and 4 in any
    /// case; 0 takes none [default: four sevenths of the connections, 512]
    #[arg(long, env = "INKSTAND_SOCKETS", value_name = "NUMBER")]
    pub(crate) sockets: Option<usize>,

    /// File of words that mean the same in searches, read at the start: a line `ssg, static site generator` has each
    /// stand for the others, `postgres => sql` the right for the left as well; `#` begins a comment [default: none]
    #[arg(long, env = "INKSTAND_SYNONYMS", value_name = "FILE")]
    pub(crate) synonyms: Option<PathBuf>,

    /// Memory for answers to anonymous queries, which are given again as long as nothing in them has changed:
    /// a number of bytes, or such as 64MiB or 1GB; 0 keeps none [default: 64MiB]
    #[arg(long, env = "INKSTAND_RESPONSE_CACHE", value_name = "SIZE")]
    pub(crate) response_cache: Option<ByteSize>,

    /// Memory for what the database said lately, so that queries that were never sent before seldom ask it: a number of
    /// bytes, or such as 64MiB; 0 remembers nothing [default: 32MiB]
    #[arg(long, env = "INKSTAND_ENTITY_CACHE", value_name = "SIZE")]
    pub(crate) entity_cache: Option<ByteSize>,

    #[command(flatten)]
    pub(crate) watch: WatchArgs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ConfigFile {
    data_dir: Option<PathBuf>,
    database_url: Option<String>,
    direct_database_url: Option<String>,
    read_only: Option<bool>,
    no_listening: Option<bool>,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    migrate: Option<Migrate>,
    shutdown_delay: Option<u16>,
    no_sample: Option<bool>,
    webhooks_allow_private: Option<bool>,
    no_web: Option<bool>,
    no_introspection: Option<bool>,
    no_suggestions: Option<bool>,
    trusted_proxies: Option<String>,
    quota: Option<String>,
    account_quota: Option<String>,
    no_persisted_queries: Option<bool>,
    connections: Option<NonZeroUsize>,
    sockets: Option<usize>,
    synonyms: Option<PathBuf>,
    response_cache: Option<ByteSize>,
    entity_cache: Option<ByteSize>,
    metrics_listen: Option<SocketAddr>,
    metrics_operations: Option<Vec<String>>,
    otlp_endpoint: Option<String>,
    trace_ratio: Option<f64>,
    secret_key: Option<String>,
    previous_secret_key: Option<String>,
    log_format: Option<LogFormat>,
    log_level: Option<String>,
}

impl Settings {
    /// Joins flags and environment (clap has joined those) with the file and the defaults.
    pub(crate) fn gather(blog: &BlogArgs, serve: &ServeArgs, default_level: &str) -> Result<Self> {
        let file = read_file(blog.config.as_deref())?;
        let data_dir =
            blog.data_dir.clone().or(file.data_dir).unwrap_or_else(|| PathBuf::from(USUAL_DATA_DIR));
        let database_url =
            blog.database_url.clone().map(Ok).or_else(|| secret_from_file("INKSTAND_DATABASE_URL_FILE"));
        let database_url = database_url.transpose()?.or(file.database_url);
        let database_named = database_url.is_some();
        let database = match database_url {
            Some(url) => DatabaseUrl::parse(&url)?,
            None => DatabaseUrl::Sqlite(data_dir.join("blog.sqlite")),
        };
        let direct_database = blog
            .direct_database_url
            .clone()
            .map(Ok)
            .or_else(|| secret_from_file("INKSTAND_DIRECT_DATABASE_URL_FILE"))
            .transpose()?
            .or(file.direct_database_url)
            .map(|url| DatabaseUrl::parse(&url).context("the direct database URL cannot be used"))
            .transpose()?;
        if let Some(direct) = &direct_database {
            ensure!(
                matches!((direct, &database), (DatabaseUrl::Postgres(_), DatabaseUrl::Postgres(_))),
                "--direct-database-url is the way past a pooler to the PostgreSQL of --database-url; both must begin with \
                 postgres://"
            );
        }
        let public_url =
            serve.public_url.clone().or(file.public_url).map(|url| checked_url(&url)).transpose()?;
        let keys = server_keys(
            secret("INKSTAND_SECRET_KEY").transpose()?.or(file.secret_key),
            secret("INKSTAND_PREVIOUS_SECRET_KEY").transpose()?.or(file.previous_secret_key),
        )?;
        let connections = serve
            .connections
            .or(file.connections)
            .map_or(LimitSettings::USUAL_CONNECTIONS, NonZeroUsize::get);
        let sockets = match serve.sockets.or(file.sockets) {
            Some(sockets) => SocketLimits::of(sockets),
            None => SocketLimits::beside(connections),
        };
        ensure!(
            sockets.most <= connections,
            "{} sockets are more than the {connections} connections that there may be; set --connections higher or \
             --sockets lower",
            sockets.most
        );
        let limits = LimitSettings {
            connections,
            trusted_proxies: serve
                .trusted_proxies
                .clone()
                .map(Ok)
                .or(file.trusted_proxies.map(|text| text.parse().context("trusted-proxies")))
                .transpose()?
                .unwrap_or_default(),
            quota: one_quota(serve.quota, file.quota, "quota")?,
            account_quota: one_quota(serve.account_quota, file.account_quota, "account-quota")?,
            persisted_queries: !serve.no_persisted_queries.or(file.no_persisted_queries).unwrap_or(false),
        };
        let room = Room::here();
        let shutdown_delay = serve.shutdown_delay.or(file.shutdown_delay).unwrap_or(0);
        ensure!(
            shutdown_delay <= LONGEST_SHUTDOWN_DELAY,
            "a shutdown delay of {shutdown_delay} seconds is too long; {LONGEST_SHUTDOWN_DELAY} are the most"
        );
        Ok(Self {
            data_dir,
            database,
            database_named,
            direct_database,
            no_listening: serve.no_listening.or(file.no_listening).unwrap_or(false),
            read_only: serve.read_only.or(file.read_only).unwrap_or(false),
            migrate: serve.migrate.or(file.migrate).unwrap_or_default(),
            listen: serve.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url,
            sample: !serve.no_sample.or(file.no_sample).unwrap_or(false),
            webhooks_allow_private: serve
                .webhooks_allow_private
                .or(file.webhooks_allow_private)
                .unwrap_or(false),
            pages: !serve.no_web.or(file.no_web).unwrap_or(false),
            introspection: !serve.no_introspection.or(file.no_introspection).unwrap_or(false),
            suggestions: !serve.no_suggestions.or(file.no_suggestions).unwrap_or(false),
            deadline: DEADLINE,
            shutdown_delay: Duration::from_secs(shutdown_delay.into()),
            limits,
            synonyms: serve.synonyms.clone().or(file.synonyms),
            entity_cache: serve.entity_cache.or(file.entity_cache).map_or(room.entity_cache, ByteSize::bytes),
            keys,
            sockets,
            room,
            response_cache: serve
                .response_cache
                .or(file.response_cache)
                .map_or(room.response_cache, ByteSize::bytes),
            watch: serve
                .watch
                .clone()
                .or(WatchArgs {
                    metrics_listen: file.metrics_listen,
                    metrics_operations: file.metrics_operations,
                    otlp_endpoint: file.otlp_endpoint,
                    trace_ratio: file.trace_ratio,
                })
                .settings()?,
            log_format: blog.log_format.or(file.log_format).unwrap_or_default(),
            log_level: blog.log_level.clone().or(file.log_level).unwrap_or_else(|| default_level.to_owned()),
        })
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Human => "human",
            Self::Json => "json",
        })
    }
}

fn read_file(named: Option<&Path>) -> Result<ConfigFile> {
    let usual = Path::new(USUAL_FILE);
    let Some(path) = named.or(usual.exists().then_some(usual)) else { return Ok(ConfigFile::default()) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        // The library's own form takes several lines.
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let line = line.map(|line| format!(" line {line}")).unwrap_or_default();
        anyhow::anyhow!("configuration file {}{line}: {}", path.display(), error.message().replace('\n', " "))
    })
}

/// The content of the file that a variable names, without the newline at its end.
fn secret_from_file(variable: &str) -> Option<Result<String>> {
    let path = std::env::var_os(variable)?;
    let read = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}, which {variable} names", Path::new(&path).display()));
    Some(read.map(|text| text.trim_end().to_owned()))
}

/// A secret that the environment holds, or a file that it names. No flag: what runs is seen by everybody on a machine.
fn secret(variable: &str) -> Option<Result<String>> {
    match std::env::var(variable) {
        Ok(value) => Some(Ok(value)),
        Err(_) => secret_from_file(&format!("{variable}_FILE")),
    }
}

fn server_keys(current: Option<String>, previous: Option<String>) -> Result<Option<ServerKeys>> {
    let Some(current) = current else {
        ensure!(previous.is_none(), "there is a previous secret key, but none that is current");
        return Ok(None);
    };
    let current = ServerKey::parse(&current).context("the secret key cannot be used")?;
    let previous = previous.map(|key| ServerKey::parse(&key)).transpose();
    Ok(Some(ServerKeys { current, previous: previous.context("the previous secret key cannot be used")? }))
}

fn one_quota(flag: Option<Quota>, file: Option<String>, name: &'static str) -> Result<Option<Quota>> {
    match flag {
        Some(quota) => Ok(Some(quota)),
        None => file.map(|text| text.parse().context(name)).transpose(),
    }
}

fn checked_url(url: &str) -> Result<String> {
    let url = url.trim_end_matches('/');
    let Some((scheme, rest)) = url.split_once("://") else {
        bail!("the public URL {url:?} must begin with https:// or http://");
    };
    ensure!(matches!(scheme, "http" | "https"), "the public URL {url:?} must begin with https:// or http://");
    let plain = !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '@' | '"' | '<'));
    ensure!(plain, "the public URL {url:?} must be an address without user, query or fragment");
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_checked() {
        assert_eq!(checked_url("https://blog.example/").unwrap(), "https://blog.example");
        assert_eq!(checked_url("http://localhost:8080").unwrap(), "http://localhost:8080");
        for bad in
            ["blog.example", "ftp://blog.example", "https://", "https://a b", "https://u@b", "https://b?x"]
        {
            assert!(checked_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_example_file_is_a_configuration() {
        let example = include_str!("../../../schema/config.example.toml");
        // Every line but the prose, with its comment mark taken off.
        let settings: String = example
            .lines()
            .filter_map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = "))
                    .or(line.contains(" = ").then_some(line))
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let file: ConfigFile = toml::from_str(&settings).unwrap();
        assert!(file.data_dir.is_some() && file.database_url.is_some() && file.listen.is_some());
        assert!(file.direct_database_url.is_some());
        assert!(file.read_only.is_some() && file.no_listening.is_some());
        assert_eq!(file.migrate, Some(Migrate::Auto));
        assert!(file.public_url.is_some() && file.no_sample.is_some() && file.shutdown_delay.is_some());
        assert!(file.webhooks_allow_private.is_some() && file.no_web.is_some());
        assert!(file.no_introspection.is_some() && file.no_suggestions.is_some());
        let proxies: TrustedProxies = file.trusted_proxies.unwrap().parse().unwrap();
        assert_ne!(proxies, TrustedProxies::default());
        for quota in [file.quota, file.account_quota] {
            quota.unwrap().parse::<Quota>().unwrap();
        }
        assert!(file.no_persisted_queries.is_some());
        assert_eq!(file.connections.map(NonZeroUsize::get), Some(LimitSettings::USUAL_CONNECTIONS));
        assert_eq!(file.sockets, Some(SocketLimits::beside(LimitSettings::USUAL_CONNECTIONS).most));
        assert!(file.synonyms.is_some());
        assert!(file.response_cache.is_some() && file.entity_cache.is_some());
        assert!(file.secret_key.is_some() && file.previous_secret_key.is_some());
        assert!(file.log_format.is_some() && file.log_level.is_some());
    }
}
