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
//!
//! A pending execution need not be one that waits. The futures of lists and objects give way now and then to
//! whatever else the executor has to do, and wake themselves first: a page of a hundred posts does so after every
//! second post. Such an execution is polled on, or each pair of posts would get a batch of its own.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered, task::AtomicWaker};

/// Polls of an execution that gives way before we give way in its stead: it may have used up its share of the
/// thread, and then it waits for nothing but that.
const MOST_POLLS: u32 = 64;

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
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        poll_fn(|cx| {
            woken.task.register(cx.waker());
            let mut polls = 0;
            loop {
                woken.again.store(false, Ordering::SeqCst);
                if let Poll::Ready(output) = execution.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                polls += 1;
                if woken.again.load(Ordering::SeqCst) {
                    if polls < MOST_POLLS {
                        continue;
                    }
                    // The task was woken along with the execution, so this is not the end of it.
                    return Poll::Pending;
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

/// Notes that an execution wants to be polled again, and wakes the task that it runs in.
#[derive(Default)]
struct Woken {
    again: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures::{FutureExt, channel::oneshot, future::join_all};

    use super::*;

    #[tokio::test]
    async fn a_load_begins_when_no_resolver_can_go_on() {
        let batches = Batches::default();
        let (asked, asked_before_load) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (done, wait) = oneshot::channel::<()>();
        let wait = wait.shared();
        let load = {
            let (asked, asked_before_load) = (Arc::clone(&asked), Arc::clone(&asked_before_load));
            async move {
                asked_before_load.store(asked.load(Ordering::SeqCst), Ordering::SeqCst);
                let _ = done.send(());
            }
        };
        batches.add(load.boxed());
        // As the futures of async-graphql's lists and objects do, each gives way once.
        let resolvers = (0..100).map(|_| {
            let (asked, wait) = (Arc::clone(&asked), wait.clone());
            async move {
                give_way().await;
                asked.fetch_add(1, Ordering::SeqCst);
                let _ = wait.await;
            }
        });
        batches.drive(join_all(resolvers)).await;
        assert_eq!(asked_before_load.load(Ordering::SeqCst), 100);
    }
    async fn give_way() {
        let mut gave_way = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut gave_way, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
