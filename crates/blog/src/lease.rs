//! A lease on what one process at a time does, held as long as there is something to do.
//!
//! It is taken for seconds and renewed all the time, in the background, so that another process goes on within seconds
//! when this one is killed. The holder believes in it by its own steady clock, and counts from before the database was
//! asked: whatever the wall clocks say, the holder stops before anybody else can begin. What remains is a process that is
//! stopped between looking and acting; what it then writes to the database is refused there, by the lease's epoch.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use inkstand_model::Clock;
use inkstand_storage::{Storage, StorageError};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tracing::{debug, warn};
use uuid::Uuid;

/// How long a lease is taken for: as long the next one waits for a holder that was killed.
const LENGTH: Duration = Duration::from_secs(5);

/// How often it is renewed: three times may fail.
const RENEWED_EVERY: Duration = Duration::from_millis(1_250);

/// A renewal that failed is tried again after this time.
const AGAIN: Duration = Duration::from_millis(250);

/// A file is served by one process; its leases need no renewal.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The lease of a name, held or not.
pub(crate) struct Lease {
    storage: Storage,
    name: &'static str,
    /// Who this is, among the processes.
    me: Uuid,
    held: Option<Held>,
    shown: Shown,
}

/// The tenure under which something is done now, for whoever watches. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<Mutex<Option<Tenure>>>);

/// A lease that is held, for whoever acts under it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tenure {
    /// What writing transactions ask the database about.
    pub(crate) epoch: i64,
    sure_until: watch::Receiver<Instant>,
}

struct Held {
    tenure: Tenure,
    renewing: Option<JoinHandle<()>>,
}

impl Lease {
    pub(crate) fn new(storage: &Storage, name: &'static str, clock: &dyn Clock, shown: Shown) -> Self {
        Self { storage: storage.clone(), name, me: clock.new_id(), held: None, shown }
    }

    /// Takes the lease, unless it is held; else how much longer somebody else has it.
    pub(crate) async fn take(&mut self) -> Result<Result<Tenure, Duration>, StorageError> {
        if let Some(held) = self.held.as_ref().filter(|held| held.tenure.is_sure()) {
            return Ok(Ok(held.tenure.clone()));
        }
        self.held = None;
        if let Some(rest) = self.storage.lease_of_another(self.name, self.me).await? {
            return Ok(Err(rest));
        }
        let asked = Instant::now();
        let Some(epoch) = self.storage.take_lease(self.name, self.me, LENGTH).await? else {
            // Somebody was quicker.
            return Ok(Err(LENGTH));
        };
        let alone = !self.storage.is_shared();
        let (surely, sure_until) = watch::channel(asked + if alone { FOR_EVER } else { LENGTH });
        let renewing = (!alone).then(|| tokio::spawn(renew(self.storage.clone(), self.name, epoch, surely)));
        let tenure = Tenure { epoch, sure_until };
        self.held = Some(Held { tenure: tenure.clone(), renewing });
        self.shown.set(Some(tenure.clone()));
        Ok(Ok(tenure))
    }

    /// Gives the lease back, if it is held, so that nobody need wait for its end.
    pub(crate) async fn release(&mut self) {
        if !self.storage.is_shared() {
            return;
        }
        let Some(held) = self.held.take() else { return };
        self.shown.set(None);
        let epoch = held.tenure.epoch;
        // Stops the renewal first.
        drop(held);
        if let Err(fault) = self.storage.release_lease(self.name, epoch).await {
            debug!(fault = &fault as &dyn std::error::Error, "a lease is not given back; it ends by itself");
        }
    }
}

impl Shown {
    fn set(&self, tenure: Option<Tenure>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tenure;
    }

    /// The epoch of the lease, where it is surely held.
    pub(crate) fn epoch(&self) -> Option<i64> {
        let tenure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tenure.as_ref().filter(|tenure| tenure.is_sure()).map(|tenure| tenure.epoch)
    }
}

impl Tenure {
    /// Whether nobody else can hold the lease now.
    pub(crate) fn is_sure(&self) -> bool {
        *self.sure_until.borrow() > Instant::now()
    }

    /// Waits until somebody else could hold it.
    pub(crate) async fn over(&mut self) {
        loop {
            let until = *self.sure_until.borrow_and_update();
            if until <= Instant::now() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                // Fails once nobody renews it: then its end is what was said last.
                Ok(()) = self.sure_until.changed() => {}
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(renewing) = &self.renewing {
            renewing.abort();
        }
    }
}

/// Renews a lease until it is another's.
async fn renew(storage: Storage, name: &'static str, epoch: i64, surely: watch::Sender<Instant>) {
    let mut pause = RENEWED_EVERY;
    loop {
        sleep(pause).await;
        let asked = Instant::now();
        pause = match timeout(LENGTH, storage.renew_lease(name, epoch, LENGTH)).await {
            Ok(Ok(true)) => {
                surely.send_replace(asked + LENGTH);
                RENEWED_EVERY
            }
            Ok(Ok(false)) => {
                warn!(
                    lease = name,
                    "another server has taken the lease over, since this one did not renew it in time"
                );
                surely.send_replace(asked);
                return;
            }
            Ok(Err(fault)) => {
                debug!(fault = &fault as &dyn std::error::Error, lease = name, "renewing a lease");
                AGAIN
            }
            Err(_) => AGAIN,
        };
    }
}
