//! Answers that are kept in memory, for everybody who asks the same again.
//!
//! Only what anonymous readers get is here, and only what [`Provenance`](inkstand_blog::Provenance) lets be kept. An
//! answer is found by the whole request, byte for byte. Nothing is dropped when the blog changes: an answer is looked
//! at when it is asked for, by [`Blog::still_true`], and is not given once something that it was made from has changed.
//!
//! Of those who ask for the same at once, one makes the answer and the others wait for it. What they then find is
//! looked at like any other: it may have been begun before a change that one of them was told of.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use inkstand_blog::Blog;
use inkstand_figures::{CacheFigures, Counter};
use inkstand_model::Seq;
use quick_cache::{
    DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle, PlaceholderGuard},
};

use crate::{
    kept_answer::KeptAnswer,
    negotiation::{MediaType, Wanted},
};

/// Bytes of a request that is worth keeping.
pub(crate) const LONGEST_REQUEST: usize = 64 * 1024;

/// What an answer is taken to need, for the number of those that may be there at once.
const USUAL_SIZE: u64 = 4 * 1024;

/// What the cache itself needs for an answer, about.
const OVERHEAD: u64 = 256;

/// How often whoever waited for another's answer waits again, where that was out of date as it came.
const MOST_TURNS: usize = 3;

/// Kept answers, bounded by the bytes that they take. Cheap to clone.
#[derive(Clone)]
pub struct ResponseCache {
    inner: Arc<Inner>,
}

struct Inner {
    /// `None` where nothing is kept.
    answers: Option<Answers>,
    /// Requests that were answered from it.
    hits: Counter,
    /// Requests that it might have answered, and could not.
    misses: Counter,
}

type Answers = Cache<Request, Slot, ByBytes>;

/// A request that everybody gets the same answer to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Request {
    way: Way,
    text: Box<[u8]>,
}

/// The same, borrowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RequestRef<'a> {
    /// How it came, and what its answer is sent as.
    pub(crate) way: Way,
    /// The body, the part of the address behind `?`, or a page's whole address.
    pub(crate) text: &'a [u8],
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// A query by GET, in the address.
    Address(MediaType),
    /// A query by POST, in the body.
    Body(MediaType),
    /// A page, by its address.
    Page(Wanted),
}

#[derive(Clone)]
enum Slot {
    Kept(Arc<KeptAnswer>),
    /// Its answer was not to be kept the last time: nobody waits for one.
    Passing,
}

/// What there is for whoever asks.
pub(crate) enum Turn<'a> {
    /// An answer, and the number of the log that it is at least as new as.
    Kept(Arc<KeptAnswer>, Seq),
    /// Nothing: they make the answer.
    Make(Making<'a>),
}

/// An answer that somebody is making. Dropped, it lets the next one who waits do it.
pub(crate) struct Making<'a> {
    /// The answer of before, which something was changed since.
    pub(crate) old: Option<Arc<KeptAnswer>>,
    answers: Option<(&'a Answers, Request)>,
    guard: Option<PlaceholderGuard<'a, Request, Slot, ByBytes, DefaultHashBuilder, Lifecycle>>,
}

type Lifecycle = DefaultLifecycle<Request, Slot>;

impl ResponseCache {
    /// A cache that takes so many bytes; with 0, nothing is kept.
    #[must_use]
    pub fn of_bytes(bytes: u64) -> Self {
        let estimated = usize::try_from(bytes / USUAL_SIZE).unwrap_or(usize::MAX).max(1);
        let options =
            OptionsBuilder::new().weight_capacity(bytes).estimated_items_capacity(estimated).build().ok();
        let answers = options.filter(|_| bytes > 0).map(|options| {
            Cache::with_options(options, ByBytes, DefaultHashBuilder::default(), Lifecycle::default())
        });
        let inner = Inner { answers, hits: Counter::default(), misses: Counter::default() };
        Self { inner: Arc::new(inner) }
    }

    /// What it did so far, and what is in it. Its entries are requests, with what is needed to know whether their answers
    /// are still true.
    #[must_use]
    pub fn figures(&self) -> CacheFigures {
        let answers = self.inner.answers.as_ref();
        CacheFigures {
            hits: self.inner.hits.get(),
            misses: self.inner.misses.get(),
            entries: answers.map_or(0, |answers| answers.len() as u64),
            bytes: answers.map_or(0, Answers::weight),
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.inner.answers.is_some()
    }

    /// The answer to a request, if there is one that is still true.
    pub(crate) fn look(&self, blog: &Blog, request: RequestRef<'_>) -> Option<(Arc<KeptAnswer>, Seq)> {
        let Slot::Kept(kept) = self.inner.answers.as_ref()?.get(&request)? else { return None };
        let seq = blog.still_true(kept.basis())?;
        self.inner.hits.add(1);
        Some((kept, seq))
    }

    /// The answer to a request, or the task to make it. Waits while somebody else is at that.
    pub(crate) async fn turn(&self, blog: &Blog, request: RequestRef<'_>) -> Turn<'_> {
        let answers = self.inner.answers.as_ref().filter(|_| request.text.len() <= LONGEST_REQUEST);
        let Some(answers) = answers else {
            return Turn::Make(Making { old: None, answers: None, guard: None });
        };
        let request = request.to_owned();
        let (mut guard, mut old) = (None, None);
        for _ in 0..MOST_TURNS {
            let kept = match answers.get_value_or_guard_async(&request).await {
                Ok(Slot::Kept(kept)) => kept,
                Ok(Slot::Passing) => break,
                Err(ours) => {
                    guard = Some(ours);
                    break;
                }
            };
            if let Some(seq) = blog.still_true(kept.basis()) {
                self.inner.hits.add(1);
                return Turn::Kept(kept, seq);
            }
            answers
                .remove_if(&request, |slot| matches!(slot, Slot::Kept(there) if Arc::ptr_eq(there, &kept)));
            old = Some(kept);
        }
        self.inner.misses.add(1);
        Turn::Make(Making { old, answers: Some((answers, request)), guard })
    }
}

impl Making<'_> {
    /// Keeps the answer, or that it is not to be kept.
    pub(crate) fn end(self, answer: Option<Arc<KeptAnswer>>) {
        match (self.guard, self.answers, answer) {
            // Fails where somebody took the place away, which is as good.
            (Some(guard), _, Some(answer)) => drop(guard.insert(Slot::Kept(answer))),
            (Some(guard), _, None) => drop(guard.insert(Slot::Passing)),
            (None, Some((answers, request)), Some(answer)) => answers.insert(request, Slot::Kept(answer)),
            (None, ..) => {}
        }
    }
}

impl RequestRef<'_> {
    fn to_owned(self) -> Request {
        Request { way: self.way, text: self.text.into() }
    }
}

impl Request {
    fn borrowed(&self) -> RequestRef<'_> {
        RequestRef { way: self.way, text: &self.text }
    }
}

// As the borrowed one, or neither would find the other.
impl Hash for Request {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrowed().hash(state);
    }
}

impl Equivalent<Request> for RequestRef<'_> {
    fn equivalent(&self, request: &Request) -> bool {
        *self == request.borrowed()
    }
}

/// Weighs an answer by the bytes that it takes.
#[derive(Clone)]
struct ByBytes;

impl Weighter<Request, Slot> for ByBytes {
    fn weight(&self, request: &Request, slot: &Slot) -> u64 {
        let answer = match slot {
            Slot::Kept(answer) => answer.size(),
            Slot::Passing => 0,
        };
        OVERHEAD + (request.text.len() + answer) as u64
    }
}

impl fmt::Debug for ResponseCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResponseCache").field(&self.figures()).finish()
    }
}
