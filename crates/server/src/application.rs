//! A blog that is served: opened, listening, running, stopped.

use std::{future::Future, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use inkstand_blog::{Blog, BlogOptions, Synonyms};
use inkstand_graphql::{Disclosure, Gateway, OperationNames};
use inkstand_http::{
    HttpOptions, Leaving, Limits, RequestFigures, ResponseCache, Routes, Sockets, routes, serve,
    serve_metrics,
};
use inkstand_model::{Clock, Viewer};
use inkstand_storage::{DatabaseUrl, ServeLock, Storage, StorageOptions};
use inkstand_telemetry::{Metrics, Sources, join_trace, trace_headers};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};
use tracing::{info, warn};

use crate::{Migrate, Room, Settings, open_files, sample, start_lines::reached_at};

/// Connections that wait to be accepted. The usual 128 are full within a moment when hundreds come at once, and whoever
/// comes then is not heard, and asks again after a second.
const BACKLOG: u32 = 1024;

/// Requests that still run when the server stops get so much longer to end than any of them may take.
const DRAIN: Duration = Duration::from_secs(2);

/// What remains then gets so long to let go of the database. A connection that is in use after that is cut off with
/// the process, which SQLite and PostgreSQL are both made for.
const CLOSE: Duration = Duration::from_secs(5);

/// A served blog.
pub struct Application {
    listener: TcpListener,
    address: SocketAddr,
    routes: Routes,
    sockets: Sockets,
    limits: Limits,
    blog: Blog,
    response_cache: ResponseCache,
    leaving: Leaving,
    shutdown_delay: Duration,
    deadline: Duration,
    watched: Option<Watched>,
    room: Room,
    sample_posts: u64,
    setup_token: Option<String>,
    lock: ServeLock,
}

/// What is told to those who watch, and where.
struct Watched {
    listener: TcpListener,
    address: SocketAddr,
    metrics: Metrics,
}

impl Application {
    /// Takes the port, opens the database and the index, and loads the sample blog into a new one. Nothing is
    /// changed where the port is taken or the database is served already.
    ///
    /// # Errors
    /// Where something of that cannot be done: one line that says what to do.
    pub async fn build(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        let listener = listen(settings.listen, "--listen")?;
        let address = listener.local_addr().context("the port has no address")?;
        let watched_at =
            settings.watch.metrics_listen.map(|at| listen(at, "--metrics-listen")).transpose()?;
        open_files::warn_of_too_few(settings.limits.connections);
        let synonyms = settings.synonyms.as_deref().map(read_synonyms).transpose()?.unwrap_or_default();
        ensure_folders(settings)?;
        let lock = ServeLock::take(&settings.database)?;
        let options = StorageOptions {
            deaf: settings.no_listening,
            read_only: settings.read_only,
            ..storage_options(settings)
        };
        let storage = Storage::open_with(&settings.database, options, clock.as_ref()).await?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| reached_at(address));
        let options = BlogOptions {
            index: Some(settings.data_dir.join("index")),
            synonyms,
            keys: settings.keys.clone(),
            entity_cache: settings.entity_cache,
            public_url: public_url.clone(),
            webhooks_allow_private: settings.webhooks_allow_private,
            trace_headers: Some(trace_headers),
            index_writer: usize::try_from(settings.room.index_writer).ok(),
        };
        let blog = Blog::open(storage, options, Arc::clone(&clock)).await.with_context(|| {
            let index = settings.data_dir.join("index");
            format!("cannot open the search index {}; give this server another --data-dir", index.display())
        })?;
        // Asked of the log rather than of the folder: a first start that failed half-way is still the first.
        if !settings.read_only && !settings.database_named && blog.is_untouched().await? {
            if settings.sample {
                sample::load(&blog).await?;
            } else {
                begin_empty(&blog).await?;
            }
        }
        let sample_posts = blog.count_imported(sample::SOURCE).await?;
        let setup_token = if settings.read_only { None } else { blog.offer_setup().await? };
        let disclosure =
            Disclosure { introspection: settings.introspection, suggestions: settings.suggestions };
        let operations = OperationNames::with(settings.watch.metrics_operations.iter().cloned());
        let gateway = Gateway::with_disclosure(&public_url, disclosure).knowing(operations);
        let figures = RequestFigures::new(gateway.operations());
        let sockets = Sockets::new(settings.sockets);
        let limits = Limits::new(settings.limits.clone());
        let response_cache = ResponseCache::of_bytes(settings.response_cache);
        let leaving = Leaving::default();
        let watched = watched_at.map(|listener| {
            let address = listener.local_addr().context("the port for metrics has no address")?;
            let metrics = Metrics::new(Sources {
                blog: blog.clone(),
                gateway: gateway.clone(),
                requests: figures.clone(),
                limits: limits.clone(),
                sockets: sockets.clone(),
                response_cache: response_cache.clone(),
                version: env!("CARGO_PKG_VERSION"),
            });
            Ok::<_, anyhow::Error>(Watched { listener, address, metrics })
        });
        let watched = watched.transpose()?;
        let routes = routes(HttpOptions {
            blog: blog.clone(),
            gateway,
            public_url,
            clock,
            deadline: settings.deadline,
            sockets: sockets.clone(),
            limits: limits.clone(),
            response_cache: response_cache.clone(),
            join_trace,
            leaving: leaving.clone(),
            figures,
            pages: settings.pages,
        });
        Ok(Self {
            listener,
            address,
            routes,
            sockets,
            limits,
            blog,
            response_cache,
            leaving,
            shutdown_delay: settings.shutdown_delay,
            deadline: settings.deadline,
            watched,
            // As it is in the end, with what was set.
            room: Room {
                response_cache: settings.response_cache,
                entity_cache: settings.entity_cache,
                ..settings.room
            },
            sample_posts,
            setup_token,
            lock,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it serves metrics, if it does.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.watched.as_ref().map(|watched| watched.address)
    }

    /// The blog that it serves.
    #[must_use]
    pub fn blog(&self) -> &Blog {
        &self.blog
    }

    /// The answers that it keeps.
    #[must_use]
    pub fn response_cache(&self) -> &ResponseCache {
        &self.response_cache
    }

    /// How many entries of the sample blog there are.
    #[must_use]
    pub fn sample_posts(&self) -> u64 {
        self.sample_posts
    }

    /// By what somebody becomes the first owner; `None` where there is one.
    #[must_use]
    pub fn setup_token(&self) -> Option<&str> {
        self.setup_token.as_deref()
    }

    /// Answers until `stop` is ready, and for the shutdown delay beyond that, in which it says that it is about to go.
    /// Then it lets running requests end and closes the database.
    ///
    /// # Errors
    /// Where the server panicked.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let Self { listener, address, routes, sockets, limits, blog, watched, room, lock, leaving, .. } =
            self;
        let (delay, drain) = (self.shutdown_delay, self.deadline + DRAIN);
        let metrics = watched.as_ref().map(|watched| tracing::field::display(watched.address));
        info!(
            %address,
            metrics,
            version = env!("CARGO_PKG_VERSION"),
            memory_limit = room.limit,
            response_cache = room.response_cache,
            entity_cache = room.entity_cache,
            index_writer = room.index_writer,
            threads = std::thread::available_parallelism().map_or(1, usize::from),
            "started"
        );
        let (stopping, stopped) = watch::channel(false);
        let until_stopped = || {
            let mut stopped = stopped.clone();
            async move {
                // An error means that the sender is gone, which is as good a reason to stop.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            }
        };
        let follower = tokio::spawn({
            let (blog, stop) = (blog.clone(), until_stopped());
            async move { blog.follow(stop).await }
        });
        // Until the very end, so that the last requests are told as well; it ends with the process.
        let telling = watched.map(|Watched { listener, metrics, .. }| {
            let page = move || {
                let metrics = metrics.clone();
                async move { metrics.page().await }
            };
            tokio::spawn(serve_metrics(listener, page, std::future::pending()))
        });
        let mut serving = tokio::spawn(serve(listener, routes, limits, until_stopped()));
        let stop = async move {
            stop.await;
            leaving.begin();
            if !delay.is_zero() {
                info!(
                    seconds = delay.as_secs(),
                    "told to stop: not ready any more, and serving on for the shutdown delay"
                );
                tokio::time::sleep(delay).await;
            }
        };
        let early = tokio::select! {
            () = stop => None,
            ended = &mut serving => Some(ended),
        };
        stopping.send_replace(true);
        let served = match early {
            Some(ended) => ended.context("the server broke off"),
            None => match tokio::time::timeout(drain, async { tokio::join!(&mut serving, sockets.end()).0 })
                .await
            {
                Ok(ended) => ended.context("the server broke off"),
                Err(_) => {
                    warn!("some requests did not end in time and are broken off");
                    serving.abort();
                    Ok(())
                }
            },
        };
        let closing = async {
            if let Err(fault) = follower.await {
                warn!(fault = &fault as &dyn std::error::Error, "the followers broke off");
            }
            blog.close().await;
        };
        if tokio::time::timeout(CLOSE, closing).await.is_err() {
            warn!("the database did not close in time");
        }
        if let Some(telling) = telling {
            telling.abort();
        }
        drop(lock);
        info!("stopped");
        served
    }
}

/// Leaves a mark in the log that this blog is wanted as it is, so that no later start takes it for a new one.
async fn begin_empty(blog: &Blog) -> Result<()> {
    blog.change_site(&Viewer::Operator, |_| {}).await?;
    Ok(())
}

fn read_synonyms(path: &Path) -> Result<Synonyms> {
    let file = std::fs::read(path).with_context(|| {
        format!("cannot read the synonyms {}; name the file that has them with --synonyms", path.display())
    })?;
    Synonyms::parse(&file)
        .map_err(|invalid| anyhow::anyhow!("synonyms {} line {}: {invalid}", path.display(), invalid.line))
}

fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // As `TcpListener::bind` does: a port whose last connections are still being closed can be taken again.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {} on {} is in use; stop the other program, or take another port with {flag} {}:{}",
            address.port(),
            address.ip(),
            address.ip(),
            address.port().wrapping_add(1)
        ),
        _ => anyhow::anyhow!("cannot listen on {address}: {error}; name another address with {flag}"),
    })
}

/// How the database is opened, by a server or a command.
pub(crate) fn storage_options(settings: &Settings) -> StorageOptions {
    StorageOptions {
        direct: settings.direct_database.clone(),
        as_it_is: settings.migrate == Migrate::Never,
        ..StorageOptions::default()
    }
}

/// Makes the folders of the index and the database, and finds out whether they can be written before anything else
/// is done.
fn ensure_folders(settings: &Settings) -> Result<()> {
    ensure_folder(&settings.data_dir, "data folder", "--data-dir")?;
    if settings.database_named { ensure_database_folder(settings) } else { Ok(()) }
}

/// The same for what a command needs that only writes to the database.
pub(crate) fn ensure_database_folder(settings: &Settings) -> Result<()> {
    match &settings.database {
        DatabaseUrl::Sqlite(path) if settings.database_named => {
            // A bare file name is in the current folder.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            ensure_folder(folder.unwrap_or(Path::new(".")), "database's folder", "--database-url")
        }
        DatabaseUrl::Sqlite(_) => ensure_folder(&settings.data_dir, "data folder", "--data-dir"),
        DatabaseUrl::Postgres(_) => Ok(()),
    }
}

fn ensure_folder(folder: &Path, what: &str, flag: &str) -> Result<()> {
    let hint = || format!("cannot use the {what} {}; name another with {flag}", folder.display());
    std::fs::create_dir_all(folder).with_context(hint)?;
    // A name of its own: another process may look at the same moment, and take the file away before this one does.
    let probe = folder.join(format!(".inkstand-probe-{}", std::process::id()));
    std::fs::write(&probe, b"").with_context(hint)?;
    std::fs::remove_file(&probe).with_context(hint)?;
    Ok(())
}
