//! What follows the change log: the search index, memory, webhooks.

use inkstand_blog::{BlogFigures, Surroundings};

use super::page::{NONE, Page, label};

pub(super) fn add(page: &mut Page, blog: &BlogFigures, around: Option<&Surroundings>) {
    if let Some(around) = around {
        page.gauge("inkstand_change_log_seq", "The last number of the change log", around.last.get() as f64);
        page.gauges(
            "inkstand_follower_lag_changes",
            "Changes that a follower of the change log has yet to follow",
            around.lags.iter().map(|(name, lag)| (label("follower", *name), lag.changes as f64)),
        );
        page.gauges(
            "inkstand_follower_lag_seconds",
            "Age of the first change that a follower of the change log has yet to follow; 0 where there is none",
            around.lags.iter().map(|(name, lag)| (label("follower", *name), lag.age.as_secs_f64())),
        );
    }
    page.gauge(
        "inkstand_listening",
        "Whether what other servers write is told to this one; where not, it looks several times a second",
        flag(blog.hearing),
    );
    page.gauge(
        "inkstand_search_complete",
        "Whether the search knows everything that was written before its index was last built anew",
        flag(blog.search_complete),
    );
    if let Some(index) = around.and_then(|around| around.index) {
        page.gauges(
            "inkstand_index_documents",
            "Entries in the search index, by whether they are published",
            [("published", index.published), ("unpublished", index.unpublished)]
                .map(|(half, count)| (label("half", half), count as f64)),
        );
        page.gauge("inkstand_index_bytes", "Size of the search index on the disk", index.bytes as f64);
        page.gauge(
            "inkstand_index_segments",
            "Segments of the search index; it merges them by itself",
            index.segments as f64,
        );
        page.gauge(
            "inkstand_index_generation",
            "Grows with each commit of the search index since it was opened",
            index.generation as f64,
        );
    }

    let webhooks = blog.webhooks;
    page.counters(
        "inkstand_webhook_messages_enqueued",
        "Messages to webhooks that this server put into the queues",
        [(NONE, webhooks.enqueued)],
    );
    page.counters(
        "inkstand_webhook_attempts",
        "Attempts of this server to send messages to webhooks, by outcome; after a failed one, another follows, after a dead one none",
        [("delivered", webhooks.delivered), ("failed", webhooks.failed), ("dead", webhooks.dead)]
            .map(|(outcome, count)| (label("outcome", outcome), count)),
    );
    if let Some(around) = around {
        page.gauge(
            "inkstand_webhook_messages_pending",
            "Messages that wait for being sent to webhooks, by whichever server",
            around.pending as f64,
        );
    }
    page.gauges(
        "inkstand_lease_held",
        "Whether this server has the lease, which is taken while there is something to do",
        [(label("lease", "webhooks"), flag(blog.lease.epoch.is_some()))],
    );
    page.gauges(
        "inkstand_lease_epoch",
        "How often the lease has changed hands, as of when this server took it; 0 while it has not",
        [(label("lease", "webhooks"), blog.lease.epoch.unwrap_or(0) as f64)],
    );
    page.counters(
        "inkstand_password_hashes",
        "Passwords that were hashed, right ones and wrong ones",
        [(NONE, blog.hashes)],
    );
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}
