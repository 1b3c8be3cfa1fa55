//! A blog that is served: opened, listening, running, stopped.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use inkstand_blog::{Blog, BlogOptions};
use inkstand_graphql::Gateway;
use inkstand_http::{HttpOptions, router};
use inkstand_model::Clock;
use inkstand_storage::{DatabaseUrl, ServeLock, Storage};
use tokio::{net::TcpListener, sync::watch};
use tracing::{info, warn};

use crate::{Settings, sample};

/// No answer takes longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Requests that still run when the server stops get so long to end.
const DRAIN: Duration = Duration::from_secs(10);

/// A served blog.
pub struct Application {
    listener: TcpListener,
    address: SocketAddr,
    router: axum::Router,
    blog: Blog,
    sample_posts: u64,
    lock: ServeLock,
}

impl Application {
    /// Takes the port, opens the database and the index, and loads the sample blog into a new one. Nothing is
    /// changed where the port is taken or the database is served already.
    ///
    /// # Errors
    /// Where something of that cannot be done: one line that says what to do.
    pub async fn build(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        let listener = listen(settings.listen).await?;
        let address = listener.local_addr().context("the port has no address")?;
        ensure_data_dir(settings)?;
        let lock = ServeLock::take(&settings.database)?;
        let is_new = match &settings.database {
            DatabaseUrl::Sqlite(path) => !path.exists(),
            DatabaseUrl::Postgres(_) => false,
        };
        let storage = Storage::open(&settings.database, clock.as_ref()).await?;
        let options = BlogOptions { index: Some(settings.data_dir.join("index")) };
        let blog = Blog::open(storage, options, Arc::clone(&clock)).await.with_context(|| {
            let index = settings.data_dir.join("index");
            format!("cannot open the search index {}; give this server another --data-dir", index.display())
        })?;
        if is_new && settings.sample && !settings.database_named {
            sample::load(&blog).await?;
        }
        let sample_posts = blog.count_imported(sample::SOURCE).await?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let gateway = Gateway::new(&public_url);
        let router = router(HttpOptions { blog: blog.clone(), gateway, clock, deadline: DEADLINE });
        Ok(Self { listener, address, router, blog, sample_posts, lock })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The blog that it serves.
    #[must_use]
    pub fn blog(&self) -> &Blog {
        &self.blog
    }

    /// How many entries of the sample blog there are.
    #[must_use]
    pub fn sample_posts(&self) -> u64 {
        self.sample_posts
    }

    /// Answers until `stop` is ready, then lets running requests end and closes the database.
    ///
    /// # Errors
    /// Where the listener fails.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let Self { listener, address, router, blog, lock, .. } = self;
        info!(%address, version = env!("CARGO_PKG_VERSION"), "started");
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
        let mut serving =
            tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(until_stopped()).into_future());
        let early = tokio::select! {
            () = stop => None,
            ended = &mut serving => Some(ended),
        };
        stopping.send_replace(true);
        let served = match early {
            Some(ended) => ended.context("the server broke off")?.context("the server failed"),
            None => match tokio::time::timeout(DRAIN, &mut serving).await {
                Ok(ended) => ended.context("the server broke off")?.context("the server failed"),
                Err(_) => {
                    warn!("some requests did not end in time and are broken off");
                    serving.abort();
                    Ok(())
                }
            },
        };
        if let Err(fault) = follower.await {
            warn!(fault = &fault as &dyn std::error::Error, "the followers broke off");
        }
        blog.close().await;
        drop(lock);
        info!("stopped");
        served
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {} on {} is in use; stop the other program, or take another port with --listen {}:{}",
            address.port(),
            address.ip(),
            address.ip(),
            address.port().wrapping_add(1)
        ),
        _ => anyhow::anyhow!("cannot listen on {address}: {error}; name another address with --listen"),
    })
}

/// Makes the data folder, and finds out whether it can be written before anything else is done.
pub(crate) fn ensure_data_dir(settings: &Settings) -> Result<()> {
    let folder = &settings.data_dir;
    let hint = || format!("cannot use the data folder {}; name another with --data-dir", folder.display());
    std::fs::create_dir_all(folder).with_context(hint)?;
    let probe = folder.join(".inkstand-probe");
    std::fs::write(&probe, b"").with_context(hint)?;
    std::fs::remove_file(&probe).with_context(hint)?;
    Ok(())
}
