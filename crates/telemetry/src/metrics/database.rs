//! The database.

use inkstand_blog::BlogFigures;

use super::page::{NANOSECONDS, NONE, Page, label};

pub(super) fn add(page: &mut Page, blog: &BlogFigures, answers: bool) {
    page.gauge(
        "inkstand_database_up",
        "Whether the database answered when this page was made",
        f64::from(u8::from(answers)),
    );
    page.gauge(
        "inkstand_database_away_seconds",
        "For how long the database has been known to be away; 0 while it is there",
        blog.away.unwrap_or_default().as_secs_f64(),
    );
    let pools = [("read", blog.storage.readers), ("write", blog.storage.writers)];
    let of = |count: fn(&inkstand_blog::PoolFigures) -> u64| {
        pools.each_ref().map(|(pool, figures)| (label("pool", *pool), count(figures) as f64))
    };
    page.gauges(
        "inkstand_database_connections_in_use",
        "Connections to the database that are at work",
        of(|pool| pool.in_use),
    );
    page.gauges(
        "inkstand_database_connections_idle",
        "Connections to the database that are open and wait for work",
        of(|pool| pool.idle),
    );
    page.gauges(
        "inkstand_database_connections_max",
        "Connections to the database that there may be",
        of(|pool| pool.most),
    );
    page.counters(
        "inkstand_database_connection_waits",
        "Statements and transactions that came while all connections were at work",
        pools.map(|(pool, figures)| (label("pool", pool), figures.waited)),
    );
    page.histograms(
        "inkstand_database_statement_duration_seconds",
        "Time that statements took, with the wait for a connection",
        NANOSECONDS,
        [(NONE, blog.storage.statements.clone())],
    );
    page.counters(
        "inkstand_database_statement_failures",
        "Statements that failed",
        [(NONE, blog.storage.failed_statements)],
    );
}
