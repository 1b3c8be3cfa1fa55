//! What belongs to one request: its reader, its batches, and what it has read once already.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_graphql::{
    Context, Error,
    dataloader::{DataLoader, HashMapCache},
};
use inkstand_blog::{Caller, Reader};
use inkstand_model::{Category, Menu, Path, Site};
use tokio::sync::OnceCell;

use crate::{batch::Batches, error::fault, loader::Look};

/// The name of a request in the log and in what a client is told of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What becomes of a session in a request.
#[derive(Clone, PartialEq, Eq)]
pub enum SessionChange {
    /// It began; this secret proves it from now on.
    Begun(String),
    /// It ended.
    Ended,
}

impl fmt::Debug for SessionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begun(_) => "Begun(…)",
            Self::Ended => "Ended",
        })
    }
}

/// Where a resolver leaves what became of the session.
#[derive(Clone, Default)]
pub(crate) struct SessionSlot(Arc<Mutex<Option<SessionChange>>>);

impl SessionSlot {
    /// What was left last.
    pub(crate) fn take(&self) -> Option<SessionChange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, change: SessionChange) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(change);
    }
}

/// What the resolvers of one request share.
pub(crate) struct RequestState {
    pub(crate) id: RequestId,
    pub(crate) reader: Reader,
    pub(crate) public_url: Arc<str>,
    pub(crate) caller: Caller,
    session: SessionSlot,
    batches: Batches,
    memory: Mutex<Arc<Memory>>,
}

/// What was looked up so far, until a mutation makes it stale.
pub(crate) struct Memory {
    pub(crate) looks: DataLoader<Look, HashMapCache>,
    site: OnceCell<Arc<Site>>,
    categories: OnceCell<Arc<Vec<Category>>>,
    menus: OnceCell<Arc<Vec<Menu>>>,
}

impl Memory {
    fn new(reader: Reader, batches: Batches) -> Arc<Self> {
        let looks =
            DataLoader::with_cache(Look(reader), move |load| batches.add(load), HashMapCache::default())
                .delay(Duration::ZERO);
        Arc::new(Self { looks, site: OnceCell::new(), categories: OnceCell::new(), menus: OnceCell::new() })
    }
}

impl RequestState {
    pub(crate) fn new(
        id: RequestId,
        reader: Reader,
        public_url: Arc<str>,
        batches: &Batches,
        caller: Caller,
        session: SessionSlot,
    ) -> Self {
        let memory = Mutex::new(Memory::new(reader.clone(), batches.clone()));
        Self { id, reader, public_url, caller, session, batches: batches.clone(), memory }
    }

    /// Has the transport tell the client that a session began or ended.
    pub(crate) fn change_session(&self, change: SessionChange) {
        self.session.set(change);
    }

    /// What was looked up since the last mutation.
    pub(crate) fn memory(&self) -> Arc<Memory> {
        Arc::clone(&self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what was looked up: a mutation has changed it.
    pub(crate) fn forget(&self) {
        let fresh = Memory::new(self.reader.clone(), self.batches.clone());
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// The site's settings, read once a request.
    pub(crate) async fn site(&self, ctx: &Context<'_>) -> Result<Arc<Site>, Error> {
        let memory = self.memory();
        let site = memory.site.get_or_try_init(|| self.reader.site()).await;
        site.cloned().map_err(|error| fault(ctx, error))
    }

    /// The tree of categories, read once a request.
    pub(crate) async fn categories(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Category>>, Error> {
        let memory = self.memory();
        let tree = memory.categories.get_or_try_init(|| self.reader.category_tree()).await;
        tree.cloned().map_err(|error| fault(ctx, error))
    }

    /// The menus, read once a request.
    pub(crate) async fn menus(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Menu>>, Error> {
        let memory = self.memory();
        let menus = memory.menus.get_or_try_init(|| self.reader.menus()).await;
        menus.cloned().map_err(|error| fault(ctx, error))
    }

    /// The whole address of something on this site.
    pub(crate) fn url(&self, path: &Path) -> String {
        format!("{}{}", self.public_url, path.encoded())
    }
}

/// The state of the request that `ctx` belongs to.
pub(crate) fn state<'a>(ctx: &Context<'a>) -> &'a RequestState {
    ctx.data_unchecked::<RequestState>()
}
