//! What there is room for, and what is kept in memory.

use inkstand_blog::BlogFigures;

use super::{
    Sources,
    page::{NONE, Page, label},
};

pub(super) fn add(page: &mut Page, sources: &Sources, blog: &BlogFigures) {
    let load = sources.limits.figures();
    page.gauge("inkstand_connections", "Connections that are open", load.connections as f64);
    page.gauge("inkstand_connections_max", "Connections that there may be", load.most_connections as f64);
    page.counters(
        "inkstand_turned_away",
        "What there was no room for, by what it was",
        [("connection", load.no_connection), ("request", load.no_place), ("socket", load.no_socket)]
            .map(|(what, count)| (label("what", what), count)),
    );

    let sockets = sources.sockets.figures();
    page.gauge("inkstand_sockets", "WebSockets that are open", sockets.open as f64);
    page.counters("inkstand_sockets_opened", "WebSockets that were opened", [(NONE, sockets.opened)]);
    page.gauge(
        "inkstand_socket_operations_running",
        "Operations over WebSockets that go on, nearly all of which are subscriptions",
        sockets.running as f64,
    );
    page.counters(
        "inkstand_socket_operations",
        "Operations that were begun over WebSockets",
        [(NONE, sockets.operations)],
    );
    page.counters(
        "inkstand_subscription_events",
        "Events that subscribers were told of",
        [(NONE, sockets.events)],
    );

    caches(page, sources, blog, load.persisted, load.persisted_bytes);
}

fn caches(page: &mut Page, sources: &Sources, blog: &BlogFigures, persisted: u64, persisted_bytes: u64) {
    let mut caches = vec![
        ("responses".to_owned(), sources.response_cache.figures()),
        ("documents".to_owned(), sources.gateway.documents()),
    ];
    let remembered = blog.remembered.iter().copied();
    caches.extend(remembered.map(|(kind, figures)| (format!("entity_{kind}"), figures)));
    page.counters(
        "inkstand_cache_hits",
        "What was asked of a cache and there",
        caches.iter().map(|(cache, figures)| (label("cache", cache), figures.hits)),
    );
    page.counters(
        "inkstand_cache_misses",
        "What was asked of a cache and not there, or not true any more",
        caches.iter().map(|(cache, figures)| (label("cache", cache), figures.misses)),
    );
    let persisted = ("persisted_documents".to_owned(), persisted, persisted_bytes);
    let sizes = caches.into_iter().map(|(cache, figures)| (cache, figures.entries, figures.bytes));
    let sizes: Vec<_> = sizes.chain([persisted]).collect();
    page.gauges(
        "inkstand_cache_entries",
        "What is in a cache",
        sizes.iter().map(|(cache, entries, _)| (label("cache", cache), *entries as f64)),
    );
    page.gauges(
        "inkstand_cache_bytes",
        "Memory that a cache takes, about",
        sizes.iter().map(|(cache, _, bytes)| (label("cache", cache), *bytes as f64)),
    );
}
