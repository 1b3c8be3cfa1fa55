//! Batching: the look-ups of a request run in the request's own task, and only when its resolvers can go no
//! further.
//!
//! async-graphql's `DataLoader` collects keys and hands its loads to a spawner. Spawned on the executor, a load
//! may be taken by another thread while the resolvers are still naming keys, and one batch becomes two or
//! three; after a delay (1 ms by default) every level of a query costs that delay. Here the execution is polled
//! until every resolver waits, then the loads that were asked for; so each batch is as large as it can be, no
//! timer is needed, and the number of statements does not depend on the number of threads. (Where one level of a
//! query is asked for from two places, the places may be served one after the other: one statement more, whatever
//! the size of the page.)

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

/// The loads that the resolvers of one request have asked for and nobody has begun yet.
#[derive(Clone, Default)]
pub(crate) struct Batches(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Batches {
    /// Takes a load on: the `spawner` of a `DataLoader`.
    pub(crate) fn add(&self, load: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(load);
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `execution` and the loads that it asks for to the end of `execution`.
    pub(crate) async fn drive<T>(&self, execution: impl Future<Output = T>) -> T {
        let mut execution = pin!(execution);
        let mut running = FuturesUnordered::new();
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(output) = execution.as_mut().poll(cx) {
                    return Poll::Ready(output);
                }
                running.extend(self.take());
                let mut ended = false;
                while let Poll::Ready(Some(())) = running.poll_next_unpin(cx) {
                    ended = true;
                }
                // An ended load lets resolvers go on; otherwise a waker of one of both will call.
                if !ended {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}
