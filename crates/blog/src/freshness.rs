//! Whether what was read once is still so.
//!
//! Whatever remembers something that was read (whole answers, single entries) keeps with it the cache keys of what it
//! was made from, and the moment of the log before the first of its reads. [`Freshness`] knows when each key was last
//! touched, so that a memory can ask whether it is still true. Nothing has to be found and dropped at a change, and a
//! memory that was made while something changed is never true:
//!
//! - A transaction of this process is noted after its commit and before anybody is told of it, so whoever was told
//!   finds nothing older.
//! - Changes of other processes are noted as the log is followed, a fraction of a second later.
//! - What is read after a moment is at least as new as the log was then. If one of its keys was touched later, it may
//!   be of before or after that, or of both, and counts as old.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use inkstand_model::{CacheKey, Seq};
use tokio::sync::watch;

/// Keys whose last change is known. When there are more, everything that is older is taken for changed.
const MOST_KEYS: usize = 100_000;

/// Which keys were touched when.
pub(crate) struct Freshness {
    state: RwLock<State>,
    /// Grows with everything that is noted: what was fresh at this count still is.
    noted: AtomicU64,
    /// How far the log has been followed; `None` before that has begun.
    followed: watch::Sender<Option<Seq>>,
    /// The same, for who asks with each answer.
    followed_to: AtomicI64,
    hasher: RandomState,
}

#[derive(Default)]
struct State {
    /// Counts the logs: numbers of one say nothing about another.
    log: u64,
    followed: Option<Seq>,
    /// Before that, nothing is known.
    floor: Seq,
    touched: HashMap<u64, Seq>,
}

/// A point in the log from which on something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    log: u64,
    seq: Seq,
}

impl Moment {
    /// The number of the log.
    pub(crate) fn seq(self) -> Seq {
        self.seq
    }
}

/// A cache key in the form in which its freshness is asked for: eight bytes. Two keys that share a stamp are touched
/// together, which does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Stamp(u64);

impl Default for Freshness {
    fn default() -> Self {
        Self {
            state: RwLock::default(),
            noted: AtomicU64::new(0),
            followed: watch::Sender::new(None),
            followed_to: AtomicI64::new(0),
            hasher: RandomState::new(),
        }
    }
}

impl Freshness {
    /// The present moment, to be asked before the first read; `None` while nobody follows the log, and nothing may be
    /// remembered.
    pub(crate) fn now(&self) -> Option<Moment> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.followed.map(|seq| Moment { log: state.log, seq })
    }

    /// The stamp of a key.
    pub(crate) fn stamp(&self, key: &CacheKey) -> Stamp {
        Stamp(self.hasher.hash_one(key))
    }

    /// A count that stays as long as nothing is noted.
    pub(crate) fn noted(&self) -> u64 {
        self.noted.load(Ordering::Acquire)
    }

    /// Whether none of the keys was touched since.
    pub(crate) fn is_fresh(&self, since: Moment, keys: &[Stamp]) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.log == since.log
            && state.floor <= since.seq
            && keys.iter().all(|key| state.touched.get(&key.0).is_none_or(|touched| *touched <= since.seq))
    }

    /// Notes a transaction of this process.
    pub(crate) fn note(&self, seq: Seq, keys: &[CacheKey]) {
        if !keys.is_empty() {
            self.change(|state, stamp| state.touch(seq, keys.iter().map(stamp)));
        }
    }

    /// Notes what was found in the log up to `reached`.
    pub(crate) fn follow<'a>(&self, reached: Seq, changes: impl IntoIterator<Item = (Seq, &'a [CacheKey])>) {
        self.change(|state, stamp| {
            for (seq, keys) in changes {
                state.touch(seq, keys.iter().map(stamp));
            }
            state.followed = Some(reached);
        });
        self.reach(reached);
    }

    /// Takes everything for changed, as where the log is another one, and goes on from `reached`.
    pub(crate) fn begin_anew(&self, reached: Seq) {
        self.change(|state, _| {
            *state =
                State { log: state.log + 1, followed: Some(reached), floor: reached, ..State::default() };
        });
        self.reach(reached);
    }

    /// How far the log has been followed. Whoever looks at [`noted`](Self::noted) afterwards counts all of that.
    pub(crate) fn followed(&self) -> Seq {
        Seq::new(self.followed_to.load(Ordering::Acquire))
    }

    fn reach(&self, reached: Seq) {
        self.followed_to.store(reached.get(), Ordering::Release);
        self.followed.send_replace(Some(reached));
    }

    /// Waits until the log has been followed as far as `seq`.
    pub(crate) async fn wait_for(&self, seq: Seq) {
        let mut followed = self.followed.subscribe();
        // Fails only when the sender is gone, and that is `self`.
        let _ = followed.wait_for(|followed| followed.is_some_and(|followed| followed >= seq)).await;
    }

    fn change(&self, change: impl FnOnce(&mut State, &dyn Fn(&CacheKey) -> Stamp)) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut state, &|key| self.stamp(key));
        drop(state);
        // After the keys: whoever sees the new count sees them, too.
        self.noted.fetch_add(1, Ordering::Release);
    }
}

impl State {
    fn touch(&mut self, seq: Seq, keys: impl Iterator<Item = Stamp>) {
        for key in keys {
            let touched = self.touched.entry(key.0).or_insert(seq);
            *touched = seq.max(*touched);
        }
        if self.touched.len() > MOST_KEYS {
            self.floor = self.touched.values().copied().max().unwrap_or(seq);
            self.touched = HashMap::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<CacheKey> {
        names.iter().map(|name| CacheKey::from_stored((*name).to_owned())).collect()
    }

    fn stamps(freshness: &Freshness, names: &[&str]) -> Vec<Stamp> {
        keys(names).iter().map(|key| freshness.stamp(key)).collect()
    }

    #[test]
    fn only_what_was_touched_later_is_old() {
        let freshness = Freshness::default();
        assert_eq!(freshness.now(), None);
        freshness.begin_anew(Seq::new(7));
        let before = freshness.now().unwrap();
        let (a, b) = (stamps(&freshness, &["a"]), stamps(&freshness, &["a", "b"]));
        assert!(freshness.is_fresh(before, &b) && freshness.is_fresh(before, &[]));
        let count = freshness.noted();
        freshness.note(Seq::new(9), &keys(&["b", "c"]));
        assert_ne!(freshness.noted(), count);
        assert!(freshness.is_fresh(before, &a) && !freshness.is_fresh(before, &b));
        // Until the log has been followed as far, nothing of `b` is known to be newer.
        assert!(!freshness.is_fresh(freshness.now().unwrap(), &b));
        freshness.follow(Seq::new(9), [(Seq::new(8), &keys(&["a"])[..]), (Seq::new(9), &keys(&["b"])[..])]);
        assert!(freshness.is_fresh(freshness.now().unwrap(), &b));
        assert!(!freshness.is_fresh(before, &a));
        assert!(freshness.is_fresh(before, &stamps(&freshness, &["d"])));
    }

    #[test]
    fn another_log_makes_everything_old() {
        let freshness = Freshness::default();
        freshness.begin_anew(Seq::new(7));
        let before = freshness.now().unwrap();
        freshness.begin_anew(Seq::new(3));
        assert!(!freshness.is_fresh(before, &[]));
        assert!(freshness.is_fresh(freshness.now().unwrap(), &[]));
    }

    #[test]
    fn too_many_keys_make_everything_old() {
        let freshness = Freshness::default();
        freshness.begin_anew(Seq::ZERO);
        let before = freshness.now().unwrap();
        let many: Vec<_> = (0..=MOST_KEYS).map(|n| CacheKey::from_stored(n.to_string())).collect();
        freshness.note(Seq::new(1), &many);
        assert!(!freshness.is_fresh(before, &stamps(&freshness, &["other"])));
        freshness.follow(Seq::new(1), [(Seq::new(1), &many[..1])]);
        assert!(freshness.is_fresh(freshness.now().unwrap(), &stamps(&freshness, &["other"])));
    }
}
