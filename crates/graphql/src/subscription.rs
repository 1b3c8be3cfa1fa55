//! What is told while it happens.
//!
//! An event of a subscription is an answer of its own: what was looked up for the one before it is forgotten, its
//! look-ups go through the request's batches, and its result is completed like any other. Each carries the position of
//! its change as `extensions.seq`, by which a client goes on after a broken connection.

mod deliver;
mod root;

use std::{future::ready, sync::Arc};

use async_graphql::{Context, Error, Result, Subscription};
use futures::{Stream, StreamExt};
use inkstand_blog::{BlogError, ListenError, Reader};
use inkstand_model as model;
use inkstand_model::{ChangeKind, ChangeOp, EntryId, EntryKind, EntryStatus};

pub(crate) use self::root::with_one_root;
pub use deliver::Delivery;

use crate::{
    code,
    error::{fault_in, refusal},
    object::{EntryChange, Post},
    request::{RequestState, state},
    scalar::{Seq, Slug},
};
use deliver::Source;

/// Everything that is told while it happens: over a WebSocket at `/graphql/ws`, by the protocol
/// `graphql-transport-ws`.
pub(crate) struct SubscriptionRoot;

#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// Each post that is published, as it is when it is told; one that is not out any more by then is left out. A post
    /// that goes out again is told again.
    async fn post_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only posts with this tag; a slug that the tag had before is as good.")] tag: Option<
            Slug,
        >,
        #[graphql(desc = "Only parts of this series; a slug that it had before is as good.")] series: Option<
            Slug,
        >,
        #[graphql(
            desc = "Begin with what came after this position of the change log, without it with what comes from now on. The position of each event is its `extensions.seq`; the one at which a connection began is in the payload of `connection_ack`."
        )]
        after: Option<Seq>,
    ) -> Result<impl Stream<Item = Result<Post>> + use<>> {
        let request = Arc::clone(state(ctx));
        let source = ctx.data_unchecked::<Source>().clone();
        let wanted = Arc::new(Wanted { tag: tag.map(|tag| tag.0), series: series.map(|series| series.0) });
        let changes = listen(&request, after).await?;
        source.listens();
        Ok(changes.filter_map(move |change| {
            let (request, source, wanted) = (Arc::clone(&request), source.clone(), Arc::clone(&wanted));
            async move {
                let change = match change {
                    Ok(change) => change,
                    Err(error) => return Some(Err(source.ends_with(cannot_listen(&request, error)))),
                };
                source.reached(change.seq);
                match wanted.post_of(&request.reader, &change).await {
                    Ok(Some(post)) => Some(Ok(post)),
                    Ok(None) => {
                        source.listens();
                        None
                    }
                    // Told as the end: an event that was left out by mistake would be missing for ever.
                    Err(error) => Some(Err(source.ends_with(fault_in(&request, error)))),
                }
            }
        }))
    }

    /// Each change that readers could notice, for those who build pages ahead of time or cache answers.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Begin with what came after this position of the change log, without it with what comes from now on."
        )]
        after: Option<Seq>,
    ) -> Result<impl Stream<Item = Result<EntryChange>> + use<>> {
        let request = Arc::clone(state(ctx));
        let source = ctx.data_unchecked::<Source>().clone();
        let changes = listen(&request, after).await?;
        source.listens();
        Ok(changes.filter_map(move |change| {
            ready(match change {
                Ok(change) => {
                    source.reached(change.seq);
                    let event = EntryChange::new(&change);
                    if event.is_none() {
                        source.listens();
                    }
                    event.map(Ok)
                }
                Err(error) => Some(Err(source.ends_with(cannot_listen(&request, error)))),
            })
        }))
    }
}

/// Which posts a subscription is about.
struct Wanted {
    tag: Option<model::Slug>,
    series: Option<model::Slug>,
}

impl Wanted {
    /// The post that a change published, if it is out and filed there now.
    async fn post_of(&self, reader: &Reader, change: &model::Change) -> Result<Option<Post>, BlogError> {
        if change.kind != ChangeKind::Post || change.op != ChangeOp::Published {
            return Ok(None);
        }
        let id = EntryId::from_uuid(change.id);
        let post = reader.entry(id).await?.filter(|entry| {
            entry.kind == EntryKind::Post && entry.publication.status() == EntryStatus::Published
        });
        let Some(post) = post else { return Ok(None) };
        let filed = match (&self.tag, &self.series) {
            (None, None) => return Ok(Some(Post::from(post))),
            _ => reader.filings(&[id]).await?.remove(&id).unwrap_or_default(),
        };
        if let Some(slug) = &self.tag {
            let Some(tag) = reader.term_by_slug::<model::Tag>(slug).await? else { return Ok(None) };
            if !filed.tags.iter().any(|filed| filed.id == tag.id) {
                return Ok(None);
            }
        }
        if let Some(slug) = &self.series {
            let Some(series) = reader.term_by_slug::<model::Series>(slug).await? else { return Ok(None) };
            if filed.series.as_ref().is_none_or(|filed| filed.id != series.id) {
                return Ok(None);
            }
        }
        Ok(Some(Post::from(post)))
    }
}

async fn listen(
    request: &RequestState,
    after: Option<Seq>,
) -> Result<impl Stream<Item = Result<model::Change, ListenError>> + use<>> {
    let listening = request.reader.listen(after.map(|seq| seq.0)).await;
    Ok(listening.map_err(|error| cannot_listen(request, error))?.into_stream())
}

fn cannot_listen(request: &RequestState, error: ListenError) -> Error {
    match error {
        ListenError::BeginAnew => refusal(
            code::LOG_RESET,
            "the change log does not go on from that position: it is another log, or what came next is no longer kept; \
             read anew what you keep, and subscribe without `after`",
        ),
        ListenError::Blog(error) => fault_in(request, error),
    }
}
