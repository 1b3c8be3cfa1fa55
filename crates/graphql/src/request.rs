//! What belongs to one request: its reader, its batches, and what it has read once already.

use std::{fmt, sync::Arc, time::Duration};

use async_graphql::{
    Context, Error,
    dataloader::{DataLoader, HashMapCache},
};
use inkstand_blog::Reader;
use inkstand_model::{Category, Path, Site};
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

/// What the resolvers of one request share.
pub(crate) struct RequestState {
    pub(crate) id: RequestId,
    pub(crate) reader: Reader,
    pub(crate) public_url: Arc<str>,
    pub(crate) looks: DataLoader<Look, HashMapCache>,
    site: OnceCell<Arc<Site>>,
    categories: OnceCell<Arc<Vec<Category>>>,
}

impl RequestState {
    pub(crate) fn new(id: RequestId, reader: Reader, public_url: Arc<str>, batches: &Batches) -> Self {
        let batches = batches.clone();
        let looks = DataLoader::with_cache(
            Look(reader.clone()),
            move |load| batches.add(load),
            HashMapCache::default(),
        )
        .delay(Duration::ZERO);
        Self { id, reader, public_url, looks, site: OnceCell::new(), categories: OnceCell::new() }
    }

    /// The site's settings, read once a request.
    pub(crate) async fn site(&self, ctx: &Context<'_>) -> Result<Arc<Site>, Error> {
        let site = self.site.get_or_try_init(|| async { self.reader.site().await.map(Arc::new) }).await;
        site.cloned().map_err(|error| fault(ctx, error))
    }

    /// The tree of categories, read once a request.
    pub(crate) async fn categories(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Category>>, Error> {
        let tree = self
            .categories
            .get_or_try_init(|| async { self.reader.category_tree().await.map(Arc::new) })
            .await;
        tree.cloned().map_err(|error| fault(ctx, error))
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
