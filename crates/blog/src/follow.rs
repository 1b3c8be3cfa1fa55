//! Running everything that follows the change log.

use std::{future::Future, pin::pin};

use tracing::{error, warn};

use crate::{Blog, webhook::Sender};

impl Blog {
    /// Runs the followers until `stop` is ready. They may be dropped at any point: what they keep is kept in
    /// transactions and in commits of the index, and the next start goes on from there.
    pub async fn follow(&self, stop: impl Future<Output = ()> + Send) {
        let renew = async {
            if let Err(fault) = self.renew_renderings().await {
                error!(fault = &fault as &dyn std::error::Error, "renewing old renderings");
            }
        };
        let mut sender = Sender::new(self);
        {
            let reading = async {
                tokio::join!(
                    self.inner.storage.watch(),
                    self.hear(),
                    self.follow_with_index(),
                    self.follow_in_memory(),
                    self.verify_index(),
                )
            };
            let writing = async {
                if !self.is_read_only() {
                    tokio::join!(renew, self.keep_schedule(), sender.run());
                }
            };
            let all = async { tokio::join!(reading, writing) };
            let (stop, all) = (pin!(stop), pin!(all));
            tokio::select! {
                () = stop => {}
                _ = all => {}
            }
        }
        sender.release().await;
    }

    /// Compares the checksums of the index once, in the background: flipped bytes can make it answer wrongly
    /// without an error. A damaged one is built anew by its follower.
    async fn verify_index(&self) {
        let Some(index) = self.inner.index.current() else { return };
        match tokio::task::spawn_blocking(move || index.verify()).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => warn!(fault = &fault as &dyn std::error::Error, "verifying the search index"),
            Err(fault) => warn!(fault = &fault as &dyn std::error::Error, "verifying the search index"),
        }
    }
}
